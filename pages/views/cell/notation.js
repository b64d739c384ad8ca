// A cell's equations written out, from the expressions that come with it (see arithmetic.js): symbols, one colour each, here
// and in the drawing; and numbers in the same places.

import { cssShade } from "../../components/plots/strips.js";
import { element } from "../../components/shared/dom.js";
import { nameOf, number, sideOf, valueAt } from "./arithmetic.js";

const FUNCTIONS = { sigmoid: "σ", tanh: "tanh", relu: "ReLU" };
const [LOOSE, PRODUCT, TIGHT] = [0, 1, 2]; // how closely the pieces of a text hold together

const isName = ({ op }) => op === "value" || op === "before";

// The pieces of an expression, in brackets where they hold together less closely than is needed. `style` says how names,
// affine expressions, signs and functions are written.
function write(style, node, needed = LOOSE) {
  const { op, of } = node;
  if (isName(node)) return [style.name(nameOf(node))];
  if (op in FUNCTIONS) return style.call(FUNCTIONS[op], of[0]);
  const pieces = {
    affine: () => style.affine(node),
    sum: () => of.flatMap((term, place) => (place ? style.next(term) : write(style, term))),
    product: () => [...write(style, of[0], PRODUCT), style.times, ...write(style, of[1], PRODUCT)],
    one_minus: () => ["1 − ", ...write(style, of[0], PRODUCT)],
  }[op]();
  return (op === "product" ? PRODUCT : LOOSE) < needed ? ["(", ...pieces, ")"] : pieces;
}

// ---- Symbols -------------------------------------------------------------------------------------------------------------
const letter = (text) => element("i", "", text);
const sub = (text) => element("sub", "", text);

// x_t, h_{t−1}: without an index the whole vector. A part of an equation is written as what it is.
export function symbol(self, name, unit = null) {
  const { cell, direction } = self.data;
  const node = element("span", `ru-symbol ru-ink ru-${name}`, null, { "data-ink": cell.inks[name] });
  if (name in cell.parts) node.append(...write(vectors(self), cell.parts[name]));
  else node.append(letter(name.replace("0", "")), sub(name.endsWith("0") ? (direction ? "t+1" : "t−1") : "t"));
  if (unit !== null) node.append(element("span", "ru-index", `[${unit}]`));
  return node;
}

// All units at once, and without colours of its own: the name of a strip.
function vectors(self) {
  const style = {
    times: "⊙",
    name: (name) => symbolPieces(self, name),
    affine: ({ side, block, of }) => [
      letter("W"),
      sub(side[0] + block),
      ...write(style, of[0], TIGHT),
      "+",
      letter("b"),
      sub(side[0] + block),
    ],
    next: (term) => ["+", ...write(style, term)],
    call: (name, operand) =>
      isName(operand) ? [`${name} `, ...write(style, operand)] : [`${name}(`, ...write(style, operand), ")"],
  };
  return style;
}

function symbolPieces(self, name) {
  const fragment = document.createDocumentFragment();
  fragment.append(...symbol(self, name).childNodes);
  return fragment;
}

// W_if[3], b_hf[3]: torch's two of each, the row that belongs to this unit.
export function weightSymbol(name, { side, block, unit }) {
  const node = element("span", "ru-symbol");
  node.append(letter(name), sub(side[0] + block), element("span", "ru-index", `[${unit}]`));
  return node;
}

// What a row of weights meets, a whole vector.
export function operandSymbol(self, operand) {
  const name = nameOf(operand);
  const node = name ? symbol(self, name) : element("span", "ru-symbol");
  if (!name) node.append(...write(vectors(self), operand));
  return isName(operand) ? [node] : ["(", node, ")"];
}

// One unit of an expression, in symbols.
function symbols(self, unit) {
  const style = {
    times: "·",
    name: (name) => symbol(self, name, unit),
    affine: (node) => [
      weightSymbol("W", { ...node, unit }),
      "·",
      ...operandSymbol(self, node.of[0]),
      " + ",
      weightSymbol("b", { ...node, unit }),
    ],
    next: (term) => [" + ", ...write(style, term)],
    call: (name, operand) => [name, "( ", ...write(style, operand), " )"],
  };
  return style;
}

// ---- Numbers -------------------------------------------------------------------------------------------------------------
// A number with the colour that its strip gives it.
export function chip(self, value, name = "") {
  const node = element("span", "ru-number", number(value));
  const part = self.cell.parts.find((one) => one.name === name);
  if (part && self.view !== "difference") {
    node.style.setProperty("--ru-swatch", cssShade(self.theme, part.scale.palette, part.scale.limit, value));
    node.classList.add("ru-swatched");
  }
  return node;
}

// One more number of a sum, with its own sign in the place of a plus.
const added = (self, value) => [value < 0 ? " − " : " + ", chip(self, Math.abs(value))];

// One unit of an expression, with all numbers put in.
function numbers(self, trace, unit) {
  const { data, now } = self;
  const sides = (node) => sideOf(data, trace, now, node, unit);
  const style = {
    times: " · ",
    name: (name) => chip(self, now[name][unit], name),
    affine: (node) => {
      const { product, bias } = sides(node);
      return [chip(self, product), ...added(self, bias)];
    },
    next: (term) => {
      if (term.op !== "affine") return [" + ", ...write(style, term)];
      const { product, bias } = sides(term);
      return [...added(self, product), ...added(self, bias)];
    },
    call: (name, operand) => [name, "( ", ...write(style, operand), " )"],
  };
  return style;
}

// The outermost operation alone: what it is made of is a number each.
function reduced(self, trace, node, unit) {
  const { data, now } = self;
  const { op, of } = node;
  const value = (one) => valueAt(data, trace, now, one, unit);
  const one = (child) => chip(self, value(child), nameOf(child));
  if (op === "affine") return write(numbers(self, trace, unit), node);
  if (op === "sum") return of.flatMap((term, place) => (place ? added(self, value(term)) : [one(term)]));
  if (op === "product") return [one(of[0]), " · ", one(of[1])];
  if (op === "one_minus") return ["1 − ", one(of[0])];
  return [FUNCTIONS[op], "( ", one(of[0]), " )"];
}

// ---- An equation ---------------------------------------------------------------------------------------------------------
const line = (...pieces) => {
  const node = element("div", "ru-line");
  node.append(...pieces);
  return node;
};

// x or a state as it was, which are given.
export const givenLine = (self, name, unit) =>
  line(symbol(self, name, unit), " = ", chip(self, self.now[name][unit], name));

// One unit of a value: its equation in symbols, with the numbers put in, and the last operation with its result.
export function equationLines(self, trace, { name, unit, node, result }) {
  const first = name in self.data.cell.parts ? [] : [symbol(self, name, unit), " = "]; // a part's symbol is its equation
  const lines = [line(...first, ...write(symbols(self, unit), node))];
  const flat = node.op === "affine" || node.of.every(isName);
  if (!flat) lines.push(line(" = ", ...write(numbers(self, trace, unit), node)));
  lines.push(line(" = ", ...reduced(self, trace, node, unit), " = ", chip(self, result, name)));
  return lines;
}
