import assert from "node:assert/strict";
import test from "node:test";
import { evenly, nearest, unpack } from "../../pages/components/shared/arrays.js";

// What Python's `pack` writes: struct.pack("<4f", 0, 1, -2.5, inf) and the like, as base64.
const PACKED = [
  ["float32", [2, 2], "AAAAAAAAgD8AACDAAACAfw==", [0, 1, -2.5, Infinity]],
  ["int16", [3], "AAABAP7/", [0, 1, -2]],
  ["int32", [1, 2], "AAABAP////8=", [65536, -1]],
  ["float32", [0], "", []],
];

for (const [dtype, shape, b64, values] of PACKED) {
  test(`${dtype} ${shape} is unpacked little endian, in C order`, () => {
    const found = unpack({ dtype, shape, b64 });
    assert.deepEqual([...found.values], values);
    assert.deepEqual(found.shape, shape);
  });
}

test("a number that is none stays none", () => {
  assert.ok(Number.isNaN(unpack({ dtype: "float32", shape: [1], b64: "AADAfw==" }).values[0]));
});

test("nearest agrees with trying all", () => {
  const epochs = [0, 1, 2, 5, 10, 100, 101, 1000];
  for (let wanted = -3; wanted < 1010; wanted += 0.5) {
    const found = nearest(epochs, wanted);
    const best = Math.min(...epochs.map((epoch) => Math.abs(epoch - wanted)));
    assert.equal(Math.abs(epochs[found] - wanted), best, `${wanted}`);
  }
});

test("nearest of one and of none is the first place", () => {
  assert.equal(nearest([7], 100), 0);
  assert.equal(nearest([], 3), 0);
});

test("of many items a few are taken evenly, the first and the last among them", () => {
  const epochs = Array.from({ length: 1000 }, (_, epoch) => epoch);
  for (const most of [2, 7, 60]) {
    const found = evenly(epochs, most);
    assert.equal(found.length, most);
    assert.deepEqual([found[0], found.at(-1)], [0, 999]);
    const steps = found.slice(1).map((epoch, place) => epoch - found[place]);
    assert.ok(Math.max(...steps) - Math.min(...steps) <= 1);
  }
  assert.deepEqual(evenly([0, 3, 7], 60), [0, 3, 7]);
  assert.deepEqual(evenly([7], 60), [7]);
  assert.deepEqual(evenly([], 60), []);
});
