// A value written out: its equation in symbols, then with the numbers put in. Computed here, in double precision, from
// the single-precision weights and values that were sent.
import { element, fill } from "../../components/shared/dom.js";
import { tokenNode } from "../../components/shared/token.js";
import { visible } from "../../components/shared/visible.js";
import { evaluate, number, row, stepBefore, tokenRead, traceShown } from "./arithmetic.js";
import { chip, equationLines, givenLine, operandSymbol, weightSymbol } from "./notation.js";

const TERMS = 6; // of a long sum, the largest products are shown and the others added up

// ---- Writing it out ------------------------------------------------------------------------------------------------------
export function write(self, { name, unit }) {
  const { data, equation, cell, now } = self;
  if (self.asking && self.asking === whereAsked(self)) return; // nothing moves under a number that is being typed
  self.asking = null;
  const trace = traceShown(self);
  const shown = now[name][unit];
  const { node, result, sides } = evaluate(data, trace, now, { name, unit });
  const lines = node
    ? equationLines(self, trace, { name, unit, node, result })
    : [givenLine(self, name, unit), element("p", "", origin(self, name, unit))];
  const part = cell.parts.find((one) => one.name === name);
  const forced = Number.isFinite(shown) && Math.abs(result - shown) > 1e-4 * Math.max(1, Math.abs(shown));
  Object.assign(equation.dataset, { name, unit, result, shown, step: self.step });
  if (forced) lines.push(element("p", "ru-forced", fill(data.labels.forced, { value: number(shown) })));
  if (part.theirs && name in { ...now } && part.theirs[unit] !== shown) {
    lines.push(element("p", "ru-was", fill(data.labels.was, { value: number(part.theirs[unit]) })));
  }
  const head = element("div", "ru-lines");
  const place = {
    role: data.roles[name] ?? "",
    unit,
    step: data.offset + self.step + 1,
    token: visible(tokenRead(self, self.step)),
  };
  head.append(element("div", "ru-role", fill(data.labels.heading, place)), ...lines);
  const sums = element("div", "ru-sums");
  sums.append(...sides.map((one) => sumOf(self, one)));
  if (name === "x" && attended(self, unit) && !ownValue(self, name, unit)) sums.append(contextOf(self, trace, unit));
  // The button that has the focus is built anew: the focus goes to the one for the same thing.
  const focused = equation.contains(document.activeElement) && document.activeElement.dataset.purpose;
  equation.replaceChildren(head, sums, editing(self, name, unit));
  if (focused) (equation.querySelector(`[data-purpose="${focused}"]`) ?? part.node).focus({ preventScroll: true });
}

// Whether an entry of x is one that attention gave: those behind what the token gives.
const attended = ({ data, original }, unit) => data.layer === 0 && original.attention && unit >= data.embedded;

// Whether the reader has put another number in the place of this one.
const ownValue = ({ data, step, ...self }, name, unit) =>
  traceShown(self) !== self.original &&
  data.own.some(([of, at, one]) => of === name && at === step && (one === null || one === unit));

function origin(self, name, unit) {
  const { data, step } = self;
  const { labels } = data;
  if (ownValue(self, name, unit)) return labels.from_change;
  if (name === "x") {
    if (data.layer) return labels.from_below;
    return attended(self, unit)
      ? labels.from_context
      : fill(labels[`from_${data.source}`], { token: visible(tokenRead(self, step)) });
  }
  const at = stepBefore(data, step);
  if (at < 0 || at >= data.tokens.length) return data.offset ? labels.from_encoder : labels.from_start;
  return fill(labels.from_before, { step: data.offset + at + 1, token: visible(tokenRead(self, at)) });
}

// One entry of the context: the weights of attention, each times that entry of what the encoder said at its step.
function contextOf(self, trace, unit) {
  const { data, step } = self;
  const box = element("div", "ru-sum ru-attended");
  const title = element("div", "ru-line");
  const table = element("div", "ru-terms");
  const entry = unit - data.embedded;
  const weights = row(trace.attention, step);
  const products = Array.from(weights, (weight, source) => ({
    source,
    weight,
    value: row(trace.encoded, source)[entry],
  }));
  const total = products.reduce((sum, { weight, value }) => sum + weight * value, 0);
  title.append(
    element("i", "", "Σ"),
    element("sub", "", "j"),
    " ",
    element("i", "", "α"),
    element("sub", "", "t"),
    element("sub", "", "j"),
    " · ",
    element("i", "", "h"),
    element("sub", "", "j"),
    element("span", "ru-index", `[${entry}]`),
    " = ",
    chip(self, total, "x"),
  );
  const ranked = [...products].sort((a, b) => b.weight - a.weight);
  const listed = products.length <= TERMS + 2 ? products : ranked.slice(0, TERMS);
  for (const { source, weight, value } of listed) {
    const bar = element("span", "ru-barred");
    bar.style.setProperty("--ru-length", weight.toFixed(3));
    const term = element("div", "ru-term");
    term.append(
      tokenNode(data.sources[source], "ru-index"),
      element("span", "ru-number", number(weight)),
      element("span", "ru-sign", "×"),
      chip(self, value, "h"),
      element("span", "ru-sign", "="),
      element("span", "ru-number", number(weight * value)),
      bar,
    );
    table.append(term);
  }
  if (listed.length < products.length) {
    const sum = ranked.slice(TERMS).reduce((rest, { weight, value }) => rest + weight * value, 0);
    table.append(
      element("div", "ru-rest", fill(data.labels.rest, { count: products.length - TERMS, sum: number(sum) })),
    );
  }
  box.append(title, table);
  return box;
}

// The products of one row with one vector: all when they are few, else the largest, and the others in one number.
function sumOf(self, one) {
  const { labels } = self.data;
  const products = Array.from(one.w, (weight, index) => ({
    index,
    weight,
    value: one.v[index],
    product: weight * one.v[index],
  }));
  const ranked = [...products].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const listed = products.length <= TERMS + 2 ? products : ranked.slice(0, TERMS);
  const largest = Math.abs(ranked[0].product) || 1;
  const box = element("div", "ru-sum");
  const title = element("div", "ru-line");
  title.append(weightSymbol("W", one), "·", ...operandSymbol(self, one.operand), " = ", chip(self, one.product));
  const table = element("div", "ru-terms");
  for (const { index, weight, value, product } of listed) {
    const bar = element("span", "ru-barred");
    bar.style.setProperty("--ru-length", Math.min(1, Math.abs(product) / largest).toFixed(3));
    bar.dataset.sign = product < 0 ? "minus" : "plus";
    const changing = element("button", "ru-weight", number(weight), {
      type: "button",
      title: labels.edit_weight,
      "data-purpose": `${one.weight} ${index}`,
    });
    changing.addEventListener("click", () =>
      askFor(self, changing, weight, (typed) => ({
        kind: "weight",
        name: one.weight,
        unit: one.row,
        column: index,
        value: typed,
      })),
    );
    const term = element("div", "ru-term");
    term.append(
      element("span", "ru-index", `[${index}]`),
      changing,
      element("span", "ru-sign", "×"),
      chip(self, value, one.name),
      element("span", "ru-sign", "="),
      element("span", "ru-number", number(product)),
      bar,
    );
    table.append(term);
  }
  if (listed.length < products.length) {
    const rest = ranked.slice(TERMS).reduce((sum, { product }) => sum + product, 0);
    table.append(element("div", "ru-rest", fill(labels.rest, { count: products.length - TERMS, sum: number(rest) })));
  }
  box.append(title, table);
  return box;
}

// ---- What if: the value at hand, changed here ------------------------------------------------------------------------------
function tell(self, edit) {
  const { part, layer, direction } = self.data;
  self.setTriggerValue("edit", { part, layer, direction, ...edit });
}

function editing(self, name, unit) {
  const { data, step } = self;
  const { labels } = data;
  const bar = element("div", "ru-edit");
  const button = (text, edit) => {
    const node = element("button", "", text, { type: "button", "data-purpose": text });
    node.addEventListener("click", () => tell(self, edit));
    bar.append(node);
  };
  const typed = (value, edit) => {
    const node = element("button", "", labels.set, { type: "button", "data-purpose": labels.set });
    node.addEventListener("click", () => askFor(self, node, value, (text) => ({ ...edit, value: text })));
    bar.append(node);
  };
  const at = stepBefore(data, step);
  const start = at < 0 || at >= data.tokens.length;
  if (data.cell.gates.includes(name)) {
    for (const value of [0, 1])
      button(fill(labels.clamp, { value }), { kind: "gate", name, step, unit, value: String(value) });
    for (const value of [0, 1]) button(fill(labels.clamp_all, { value }), { kind: "gate", name, value: String(value) });
  } else if (name === "h") button(labels.off, { kind: "off", unit, value: "0" });
  if (name === "x" && data.layer === 0) typed(self.now.x[unit], { kind: "input", step, unit });
  const state = data.cell.states.find((one) => `${one}0` === name);
  if (state && start) typed(self.now[name][unit], { kind: "state", name: state, unit });
  if (bar.children.length) bar.prepend(element("span", "ru-role", labels.what_if));
  return bar;
}

const whereAsked = (self) =>
  JSON.stringify([self.shape, self.data.layer, self.data.direction, self.step, self.cell.spotted().spot]);

// A small field in the place of what was clicked.
function askFor(self, node, value, edit) {
  self.equation.querySelector(".ru-ask")?.dispatchEvent(new Event("close"));
  const form = element("form", "ru-ask");
  const input = element("input", "", null, {
    type: "text",
    inputmode: "decimal",
    value: String(Number(value.toPrecision(6))),
    "aria-label": self.data.labels.new_value,
    maxlength: 30,
  });
  form.append(input, element("button", "", "✓", { type: "submit", "aria-label": self.data.labels.apply }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell(self, edit(input.value));
    close();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    event.stopPropagation();
  });
  form.addEventListener("close", () => form.replaceWith(node));
  const close = () => {
    Object.assign(self, { asking: null, hover: null }); // a pointer left lying on a strip does not take the equation away
    form.replaceWith(node);
    node.focus({ preventScroll: true });
    self.cell.mark(); // what happened meanwhile
  };
  self.asking = whereAsked(self);
  node.replaceWith(form);
  input.select();
}
