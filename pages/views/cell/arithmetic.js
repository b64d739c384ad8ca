// The cell's equations with numbers: what stands in every strip of one step, and one value computed anew from the weights.
// Double precision, from the single-precision weights and values that were sent. Needs no browser.
//
// Takes `data`, what the page says of the part that is shown: cell (see rnnlab/explain/open_cell.py), direction (0 forward,
// 1 backward), hidden, tokens. And `trace`, what the network computed there (see `openTrace`).
//
// An expression is {op, of: [expressions]}: value and before (a state as it was) with a name; affine, W·of + b, with the
// side (ih, hh) and the block of rows; sum, product, one_minus, sigmoid, tanh, relu, all unit by unit.
import { unpack } from "../../components/shared/arrays.js";

const FUNCTIONS = {
  sigmoid: (value) => 1 / (1 + Math.exp(-value)),
  tanh: Math.tanh,
  relu: (value) => Math.max(0, value),
};

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

// What is read at a step, a word that was put in its place included.
export const tokenRead = (self, step) =>
  (traceShown(self) === self.original ? self.data.tokens : self.data.reads)[step];

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

// Every strip of one step, by name: x, the states as they were (h0, c0), the values of the step, and the cell's parts.
export function stepValues(data, trace, step) {
  const { states, parts } = data.cell;
  const now = { x: row(trace.x, step) };
  for (const name of states) now[`${name}0`] = stateBefore(data, trace, name, step);
  for (const name of Object.keys(trace.values)) now[name] = row(trace.values[name], step);
  for (const [name, part] of Object.entries(parts)) now[name] = vectorOf(data, trace, now, part);
  return now;
}

// The name under which `now` has the values of an expression; undefined where they are to be worked out.
export function nameOf({ op, name, part }) {
  return op === "value" ? name : op === "before" ? `${name}0` : part;
}

// The values of an expression, all units.
function vectorOf(data, trace, now, node) {
  const known = now[nameOf(node)];
  return known ?? Float64Array.from({ length: data.hidden }, (_, unit) => valueAt(data, trace, now, node, unit));
}

// The value of one unit of an expression.
export function valueAt(data, trace, now, node, unit) {
  const { op, of } = node;
  const values = () => of.map((one) => valueAt(data, trace, now, one, unit));
  switch (op) {
    case "value":
    case "before":
      return now[nameOf(node)][unit];
    case "affine": {
      const { product, bias } = sideOf(data, trace, now, node, unit);
      return product + bias;
    }
    case "sum":
      return values().reduce((sum, value) => sum + value);
    case "product":
      return values().reduce((product, value) => product * value);
    case "one_minus":
      return 1 - values()[0];
    default:
      return FUNCTIONS[op](values()[0]);
  }
}

// An affine expression's part in a sum: a row w of W (the `row`-th, of this unit), the vector v that it meets (under the
// name `name`, where it has one), their product, the bias.
export function sideOf(data, trace, now, { side, block, of }, unit) {
  const index = data.cell.blocks.indexOf(block) * data.hidden + unit;
  const weight = `weight_${side}`;
  const w = row(trace.weights[weight], index);
  const v = vectorOf(data, trace, now, of[0]);
  const bias = trace.weights[`bias_${side}`].values[index];
  return { weight, side, block, row: index, name: nameOf(of[0]), operand: of[0], unit, w, v, product: dot(w, v), bias };
}

function affinesOf(node) {
  return [...(node.op === "affine" ? [node] : []), ...(node.of ?? []).flatMap(affinesOf)];
}

// The value `name` of one unit by its equation: {node, result, sides}, the expression, what it gives, and the products of
// weights in it. x and the states as they were are given: without an expression, the result is what was sent.
export function evaluate(data, trace, now, { name, unit }) {
  const node = data.cell.equations[name] ?? data.cell.parts[name] ?? null;
  if (!node) return { node, result: now[name][unit], sides: [] };
  const sides = affinesOf(node).map((one) => sideOf(data, trace, now, one, unit));
  return { node, result: valueAt(data, trace, now, node, unit), sides };
}

// A number in the width of an equation: four decimals, or a power of ten where those would say nothing.
export function number(value) {
  if (value === undefined || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const text = size >= 1e5 || (size > 0 && size < 5e-4) ? value.toExponential(2) : value.toFixed(4);
  return text.replaceAll("-", "−");
}
