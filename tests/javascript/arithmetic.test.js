// The cells' equations against one step of torch's cells (torch_step.json: RNNCell, LSTMCell and GRUCell of 2 units on 3
// inputs, weights and states drawn at random; the gates by torch's own linear, sigmoid and tanh).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { dot, evaluate, stepBefore, stepValues } from "../../pages/views/cell/arithmetic.js";

const steps = JSON.parse(readFileSync(new URL("./torch_step.json", import.meta.url)));
const [HIDDEN, INPUTS] = [2, 3];
const matrix = (values, columns) => ({ values: Float32Array.from(values), shape: [values.length / columns, columns] });

// The step as the page sends it: the middle one of three, whose neighbours hold nothing of use.
function sent(name, direction) {
  const [cell, nonlinearity = "tanh"] = name.split(" ");
  const step = steps[name];
  const other = (values) => values.map(() => 9);
  const lines = (mine, before) => {
    const rows = [other(mine), mine, other(mine)];
    if (before) rows[direction ? 2 : 0] = before;
    return matrix(rows.flat(), mine.length);
  };
  const kept = { rnn: ["h"], lstm: ["i", "f", "g", "o", "c", "h"], gru: ["r", "z", "n", "h"] }[cell];
  const data = { cell, nonlinearity, direction, hidden: HIDDEN, tokens: ["a", "b", "c"] };
  const trace = {
    x: lines(step.x),
    values: Object.fromEntries(kept.map((one) => [one, lines(step[one], step[`${one}0`])])),
    initial: { h: matrix(step.h0, HIDDEN), c: matrix(step.c0 ?? step.h0, HIDDEN) },
    weights: {
      weight_ih: matrix(step.weights.weight_ih, INPUTS),
      weight_hh: matrix(step.weights.weight_hh, HIDDEN),
      bias_ih: matrix(step.weights.bias_ih, 1),
      bias_hh: matrix(step.weights.bias_hh, 1),
    },
  };
  return { data, trace, step };
}

const close = (found, expected, what) => assert.ok(Math.abs(found - expected) < 2e-6, `${what}: ${found}, ${expected}`);

for (const name of Object.keys(steps)) {
  for (const direction of [0, 1]) {
    test(`${name}, ${direction ? "backward" : "forward"}: every value by its equation is torch's`, () => {
      const { data, trace, step } = sent(name, direction);
      const now = stepValues(data, trace, 1);
      const names = Object.keys(step).filter((one) => one !== "weights");
      assert.deepEqual(Object.keys(now).sort(), names.sort());
      for (const one of names) {
        for (let unit = 0; unit < step[one].length; unit++) {
          close(now[one][unit], step[one][unit], `${one}[${unit}] in its strip`);
          close(evaluate(data, trace, now, { name: one, unit }).result, step[one][unit], `${one}[${unit}]`);
        }
      }
    });
  }
}

test("the sides of a sum add up to what is squashed", () => {
  const { data, trace } = sent("lstm", 0);
  const now = stepValues(data, trace, 1);
  const { sides, sum } = evaluate(data, trace, now, { name: "o", unit: 1 });
  const total = sides.reduce((all, { w, v, bias }) => all + dot(w, v) + bias, 0);
  close(total, sum, "sum");
  assert.deepEqual(
    sides.map(({ weight, row, name }) => [weight, row, name]),
    [
      ["weight_ih", 7, "x"],
      ["weight_hh", 7, "h0"],
    ],
  );
});

test("the first step begins with the initial state, in either direction", () => {
  for (const [direction, first] of [
    [0, 0],
    [1, 2],
  ]) {
    const { data, trace, step } = sent("lstm", direction);
    const now = stepValues(data, trace, first);
    step.h0.forEach((value, unit) => close(now.h0[unit], value, "h0"));
    step.c0.forEach((value, unit) => close(now.c0[unit], value, "c0"));
    assert.equal(stepBefore(data, 1), direction ? 2 : 0);
  }
});
