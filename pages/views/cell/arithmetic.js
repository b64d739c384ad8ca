// The cell's equations with numbers: what stands in every strip of one step, and one value computed anew from the weights.
// Double precision, from the single-precision weights and values that were sent. Needs no browser.
//
// Takes `data`, what the page says of the part that is shown: cell (rnn, lstm, gru), nonlinearity, direction (0 forward,
// 1 backward), hidden, tokens. And `trace`, what the network computed there (see `openTrace`).
import { unpack } from "../../components/shared/arrays.js";

const BLOCKS = { rnn: ["h"], lstm: ["i", "f", "g", "o"], gru: ["r", "z", "n"] }; // of rows, as torch lays them out
const sigmoid = (value) => 1 / (1 + Math.exp(-value));
const relu = (value) => Math.max(0, value);

// The arrays of a trace: x, features, hidden, top, probability; initial, values and weights by name; with attention also
// attention and encoded. What an intervention left as it was is not sent twice: `original` has it.
export function openTrace(packed, original = null) {
  const all = (group) => Object.fromEntries(Object.entries(packed[group]).map(([name, one]) => [name, unpack(one)]));
  return {
    x: unpack(packed.x),
    features: unpack(packed.features),
    initial: all("initial"),
    values: all("values"),
    weights: { ...original?.weights, ...all("weights") },
    hidden: unpack(packed.hidden),
    top: unpack(packed.top),
    probability: unpack(packed.probability),
    attention: packed.attention && unpack(packed.attention),
    encoded: packed.encoded && unpack(packed.encoded),
  };
}

// The trace that is looked at: that of the network as trained, or with what was changed in it.
export const traceShown = ({ original, changed, view }) => (changed && view !== "original" ? changed : original);

// One row of a matrix, or of whatever has its entries on the last axis.
export const row = ({ values, shape }, index) => values.subarray(index * shape.at(-1), (index + 1) * shape.at(-1));

// The step whose state comes into this one.
export const stepBefore = ({ direction }, step) => (direction ? step + 1 : step - 1);

function stateBefore(data, trace, name, step) {
  const before = stepBefore(data, step);
  return before < 0 || before >= data.tokens.length ? trace.initial[name].values : row(trace.values[name], before);
}

export function dot(w, v) {
  let sum = 0;
  for (let i = 0; i < w.length; i++) sum += w[i] * v[i];
  return sum;
}

// Every strip of one step, by name. Two of them are not sent: k, what comes from below, and m, what comes from before.
export function stepValues(data, trace, step) {
  const now = { x: row(trace.x, step), h0: stateBefore(data, trace, "h", step) };
  if (data.cell === "lstm") now.c0 = stateBefore(data, trace, "c", step);
  for (const name of Object.keys(trace.values)) now[name] = row(trace.values[name], step);
  if (data.cell === "lstm") now.tanhc = Float64Array.from(now.c, Math.tanh);
  else {
    const first = data.cell === "gru" ? 2 * data.hidden : 0; // the rows of n
    const product = (weight, bias, v) =>
      Float64Array.from(
        { length: data.hidden },
        (_, unit) => dot(row(trace.weights[weight], first + unit), v) + trace.weights[bias].values[first + unit],
      );
    now.k = product("weight_ih", "bias_ih", now.x);
    now.m = product("weight_hh", "bias_hh", now.h0);
  }
  return now;
}

// One side of a sum: a row of W, the vector v it meets (x or h0), their product, the bias; `row` is W's row for this unit.
function sideOf(data, trace, now, gate, unit, from) {
  const index = BLOCKS[data.cell].indexOf(gate) * data.hidden + unit;
  const [weight, bias, name] = from === "x" ? ["weight_ih", "bias_ih", "x"] : ["weight_hh", "bias_hh", "h0"];
  const w = row(trace.weights[weight], index);
  const v = now[name];
  return { weight, row: index, name, gate, unit, w, v, product: dot(w, v), bias: trace.weights[bias].values[index] };
}

// What a sum is squashed with: [name, function]. null where an equation has none.
export function squashOf({ cell, nonlinearity }, name) {
  if (cell === "rnn" && name === "h") return nonlinearity === "relu" ? ["ReLU", relu] : ["tanh", Math.tanh];
  if ((cell === "lstm" && "ifo".includes(name)) || (cell === "gru" && "rz".includes(name))) return ["σ", sigmoid];
  if ((cell === "lstm" && name === "g") || (cell === "gru" && name === "n")) return ["tanh", Math.tanh];
  return null;
}

// The value `name` of one unit by its equation: {result, sides, sum}. `sides` are the products of weights in it, `sum` is
// what is squashed. x, h0 and c0 are given, so their result is what was sent.
export function evaluate(data, trace, now, { name, unit }) {
  const side = (gate, from) => sideOf(data, trace, now, gate, unit, from);
  const at = (other) => now[other][unit];
  const squash = squashOf(data, name);
  if (squash) {
    const [x, h] = [side(name, "x"), side(name, "h")];
    const sum =
      data.cell === "gru" && name === "n"
        ? x.product + x.bias + at("r") * (h.product + h.bias)
        : x.product + x.bias + h.product + h.bias;
    return { result: squash[1](sum), sides: [x, h], sum };
  }
  if (name === "k" || name === "m") {
    const one = side(data.cell === "gru" ? "n" : "h", name === "k" ? "x" : "h");
    return { result: one.product + one.bias, sides: [one] };
  }
  const given = { result: at(name), sides: [] };
  if (data.cell === "lstm" && name === "c") return { ...given, result: at("f") * at("c0") + at("i") * at("g") };
  if (data.cell === "lstm" && name === "h") return { ...given, result: at("o") * at("tanhc") };
  if (data.cell === "gru" && name === "h") return { ...given, result: (1 - at("z")) * at("n") + at("z") * at("h0") };
  return given;
}

// A number in the width of an equation: four decimals, or a power of ten where those would say nothing.
export function number(value) {
  if (value === undefined || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const text = size >= 1e5 || (size > 0 && size < 5e-4) ? value.toExponential(2) : value.toFixed(4);
  return text.replaceAll("-", "−");
}
