import assert from "node:assert/strict";
import test from "node:test";
import { fill } from "../../pages/components/shared/dom.js";

test("values are put into a sentence, and of a word's forms the one that goes with the number", () => {
  const sentence = "the other {count} {count:product|products} together: {sum}";
  assert.equal(fill(sentence, { count: 10, sum: "−0.2" }), "the other 10 products together: −0.2");
  assert.equal(fill(sentence, { count: 1, sum: "0" }), "the other 1 product together: 0");
  assert.equal(fill("{n} {n:step|steps}", { n: "1" }), "1 step");
  assert.equal(fill("{n} {n:step|steps}", { n: 0 }), "0 steps");
  assert.equal(fill("{n} {n:步}", { n: 3 }), "3 步");
  assert.equal(fill("{a} {b}", { a: "{b}", b: "x" }), "{b} x"); // what is put in is not read again
  assert.equal(fill("{unknown} {unknown:a|b}", {}), "{unknown} {unknown:a|b}");
  assert.equal(fill(undefined, {}), "");
});
