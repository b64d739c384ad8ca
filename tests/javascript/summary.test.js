import assert from "node:assert/strict";
import { test } from "node:test";
import { figureSummary } from "../../pages/components/chart/figure_rows.js";
import { lineSummary, tableSummary } from "../../pages/components/shared/summary.js";

const says = {
  line: "{name}: {from} {from_at}, {to} {to_at}, {low} {low_at}, {high} {high_at}",
  values: "{name}: {count}, {low} {low_at}, {high} {high_at}",
  none: "{name}: nothing",
};
const names = { column: "column", row: "row", value: "value", name: "name", label: "label" };

test("a line says its ends, its extremes and where they are; gaps are none of them", () => {
  const values = new Float64Array([Number.NaN, 2, -0.000123456, 7.65432, 3]);
  assert.equal(
    lineSummary(says, "loss", values, (index) => `@${index}`),
    "loss: 2 @1, 3 @4, −0.000123 @2, 7.65 @3",
  );
  assert.equal(lineSummary(says, "loss", [Number.NaN], String), "loss: nothing");
});

test("a table says the extremes of its last column, by what stands before them", () => {
  const rows = [
    ["step", "token", "state"],
    [1, "我", 0.5],
    [2, "喜欢", -0.5],
    [3, "学习", null],
  ];
  assert.equal(tableSummary(says, rows), "state: 2, −0.5 step 2, token 喜欢, 0.5 step 1, token 我");
  assert.match(tableSummary(says, rows, "hidden state"), /^hidden state: 2, /);
});

test("a map whose colours have no name shows what the figure is called", () => {
  const data = [{ z: [[1, 2]], x: [0, 1], y: [0] }];
  const summary = figureSummary(data, { data, layout: {} }, names, says, "gradient, epoch by epoch");
  assert.equal(summary, "gradient, epoch by epoch: 2, 1 row 0, column 0, 2 row 0, column 1");
  data[0].colorbar = { title: { text: "count" } };
  assert.match(figureSummary(data, { data, layout: {} }, names, says, "a map"), /^count: 2, /);
});

test("a figure of several lines has a sentence for each; bars have no order", () => {
  const two = [
    { name: "a", x: [1, 2], y: [3, 4] },
    { name: "b", x: [1, 2], y: [6, 5] },
  ];
  const layout = { xaxis: { title: { text: "epoch" } }, yaxis: { title: { text: "loss" } } };
  assert.equal(
    figureSummary(two, { data: two, layout }, names, says),
    "a, loss: 3 epoch 1, 4 epoch 2, 3 epoch 1, 4 epoch 2 b, loss: 6 epoch 1, 5 epoch 2, 5 epoch 2, 6 epoch 1",
  );
  const bars = [{ x: [0.25, 0.75], y: [0, 1] }];
  const named = { xaxis: { title: "share" }, yaxis: { title: "token", tickvals: [0, 1], ticktext: ["我", "喜欢"] } };
  assert.equal(
    figureSummary(bars, { data: bars, layout: named }, names, says),
    "share: 2, 0.25 token 我, 0.75 token 喜欢",
  );
});
