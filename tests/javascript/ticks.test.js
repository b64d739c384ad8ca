import assert from "node:assert/strict";
import test from "node:test";
import { linearTicks, logarithmicTicks, span } from "../../pages/components/curves/ticks.js";

const texts = (ticks) => ticks.map(({ text }) => text).join(" ");

test("a linear axis has few round numbers", () => {
  assert.equal(texts(linearTicks(0, 100, 5)), "0 20 40 60 80 100");
  assert.equal(texts(linearTicks(0, 1, 5)), "0 0.2 0.4 0.6 0.8 1");
  assert.equal(texts(linearTicks(0, 3, 10, 1)), "0 1 2 3"); // whole epochs
  assert.equal(texts(linearTicks(13, 14.5, 8, 1)), "13 14");
  for (const high of [0.0001, 7, 63, 5000, 1.6e9]) {
    for (const most of [2, 4, 9]) {
      const ticks = linearTicks(0, high, most);
      assert.ok(ticks.length >= 2 && ticks.length <= most + 1, `${high} ${most}: ${texts(ticks)}`);
    }
  }
});

test("a logarithmic one has powers of ten, or multiples where these are too few to read a value from", () => {
  assert.equal(texts(logarithmicTicks(1e-5, 2)), "10⁻⁵ 10⁻⁴ 10⁻³ 10⁻² 10⁻¹ 10⁰");
  assert.equal(texts(logarithmicTicks(0.9, 2.2)), "1 1.5 2");
  assert.equal(texts(logarithmicTicks(0.1, 5)), "0.1 0.2 0.5 1 2 5");
  assert.equal(texts(logarithmicTicks(1e-30, 1)).split(" ").length <= 9, true);
});

test("the range of an axis holds every number, and a gap is none", () => {
  for (const logarithmic of [true, false]) {
    const [low, high] = span([0.5, Number.NaN, 2, Infinity, 0.01], logarithmic);
    assert.ok(low < 0.01 && high > 2 && high < 4);
    for (const nothing of [[], [Number.NaN]]) {
      const [from, to] = span(nothing, logarithmic);
      assert.ok(from < to);
    }
    const [from, to] = span([3], logarithmic);
    assert.ok(from < 3 && to > 3);
  }
  assert.equal(span([0, 2], false)[0], 0); // from zero on
  assert.ok(span([0, 2], true)[0] > 0); // where a zero has no place
  assert.ok(span([1000, 1001], false, false)[0] > 990); // unless a part of it is looked at alone
});
