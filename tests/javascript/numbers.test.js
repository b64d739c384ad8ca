import assert from "node:assert/strict";
import test from "node:test";
import { fixed, percent, powerOfTen, short, signed } from "../../pages/components/shared/numbers.js";
import { number } from "../../pages/views/cell/arithmetic.js";

const cases = (name, written, pairs) =>
  test(name, () => {
    for (const [given, expected] of pairs) assert.equal(written(given), expected, String(given));
  });

cases("a signed number has always a sign, and a real minus", signed, [
  [0.12345, "+0.123"],
  [-3.4, "−3.4"],
  [0, "0"],
  [-0, "0"],
  [-0.00001, "−1e-5"],
  [Number.NaN, "–"],
  [Infinity, "–"],
]);

cases("what rounds to zero has no sign", (number) => fixed(number, 2), [
  [-0.004, "0.00"],
  [0.004, "0.00"],
  [-0.006, "−0.01"],
  [-12.345, "−12.35"],
  [-0, "0.00"],
  [Number.NaN, "NaN"],
  [-Infinity, "−Infinity"],
]);

cases("of a share rounding makes neither all nor nothing", (share) => `${percent(share)} ${percent(share, 1)}`, [
  [0, "0% 0%"],
  [1, "100% 100%"],
  [0.0004, "<1% <0.1%"],
  [0.004, "<1% 0.4%"],
  [0.006, "1% 0.6%"],
  [0.5, "50% 50.0%"],
  [0.994, "99% 99.4%"],
  [0.996, ">99% 99.6%"],
  [0.9997, ">99% >99.9%"],
  [Number.NaN, "– –"],
]);

cases("a size is short enough to stand below a word", short, [
  [0, "0"],
  [0.0123, "0.012"],
  [12.34, "12"],
  [3e-9, "3.0·10⁻⁹"],
  [1234, "1.2·10³"],
  [Infinity, "–"],
]);

cases("powers of ten are raised", powerOfTen, [
  [-12, "10⁻¹²"],
  [3, "10³"],
]);

cases("an equation's numbers have four decimals, or a power of ten where those would say nothing", number, [
  [0, "0.0000"],
  [-1.23456, "−1.2346"],
  [0.0005, "0.0005"],
  [0.00049, "4.90e−4"],
  [123456, "1.23e+5"],
  [Number.NaN, "NaN"],
  [undefined, "undefined"],
]);
