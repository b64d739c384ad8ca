// Tokens, each shaded by a number. All rows of numbers are here, so that another one is shown without asking the page.
//
// Takes tokens, values [row, token], labels, and kind. `sizes`: numbers from 0 on a logarithmic scale, a row a step, with
// top, span, first, chosen, parts. `signed`: numbers around 0, a row a recorded frame, with limit, answers. `without`: one
// row of probabilities, with whole, answer, answers.
import { unpack } from "../shared/arrays.js";
import { pointAt, stepOf } from "../shared/cursor_bus.js";
import { element, fill, setText, styleSheet } from "../shared/dom.js";
import { component, shownFrame } from "../shared/lifecycle.js";
import { percent, powerOfTen, short, signed } from "../shared/numbers.js";
import { tableSummary } from "../shared/summary.js";
import { tokenNode } from "../shared/token.js";
import { visible } from "../shared/visible.js";

await styleSheet(import.meta.url);

// What a kind makes of the data: which row is shown, how dark a number is (0 to 1), how it is written.
const KINDS = {
  sizes: {
    row({ data, group, values }) {
      const step = Math.min(stepOf(group) ?? data.chosen, values.shape[0] - 1);
      return step < data.first ? data.chosen : step; // after what is only read nothing is predicted
    },
    marked: (_, row) => row,
    title: ({ labels }, row) => fill(labels.title, { step: row + 1 }),
    share: ({ top, span }, size) => (size > 0 ? 1 - (top - Math.log10(size)) / span : 0),
    below: (_, size) => size < 0,
    written: (_, size) => (size < 0 ? "" : short(size)),
    hint: ({ tokens }, _, step) => visible(tokens[step]),
    ends: ({ top, span, labels }) => [`≤ ${powerOfTen(top - span)}`, powerOfTen(top), labels.zero],
  },
  signed: {
    row: shownFrame,
    marked: ({ group }) => stepOf(group),
    title: ({ labels, answers }, row) => fill(labels.title, { answer: visible(answers[row] ?? "") }),
    share: ({ limit }, number) => (limit > 0 && Number.isFinite(number) ? Math.sqrt(Math.abs(number) / limit) : 0),
    below: (_, number) => number < 0,
    written: (_, number) => signed(number, 2),
    hint: ({ tokens }, number, step) => `${visible(tokens[step])}: ${signed(number, 6)}`,
    ends: ({ limit, labels }) => [
      `${signed(-limit, 2)} ${labels.against}`,
      `${labels.towards} ${signed(limit, 2)}`,
      "",
    ],
  },
  without: {
    row: () => 0,
    marked: ({ group }) => stepOf(group),
    title: ({ labels, whole, answer }) => fill(labels.title, { answer: visible(answer), whole: percent(whole, 1) }),
    share: ({ whole }, left) => Math.sqrt(Math.abs(whole - left)),
    below: ({ whole }, left) => left > whole,
    written: ({ answer, answers }, left, step) =>
      answers[step] === answer ? percent(left) : `${percent(left)} → ${visible(answers[step])}`,
    hint: ({ labels, tokens, answers }, left, step) =>
      fill(labels.hover, { token: visible(tokens[step]), left: percent(left, 2), answer: visible(answers[step]) }),
    ends: ({ labels }) => [labels.against, labels.towards, ""],
  },
};

export default component("rl-shaded", {
  build(self) {
    self.title = element("p", "rl-shaded-title");
    self.tokens = element("div", "rl-shaded-tokens", null, { role: "list", tabindex: "0" });
    self.legend = element("div", "rl-shaded-legend");
    self.ends = [element("span"), element("span"), element("span")];
    const [low, high, zero] = self.ends;
    const ramp = element("i", "rl-shaded-ramp", null, { "aria-hidden": "true" });
    self.none = element("i", "rl-shaded-none", null, { "aria-hidden": "true" });
    self.legend.append(low, ramp, high, self.none, zero);
    self.root.append(self.title, self.tokens, self.legend);
  },

  update(self) {
    const { data, root } = self;
    root.dataset.kind = data.kind;
    if (self.packed !== data.values.b64) {
      self.packed = data.values.b64;
      self.values = unpack(data.values);
    }
    const source = JSON.stringify([data.tokens, data.parts]);
    if (self.source !== source) {
      self.source = source;
      self.cells = data.tokens.map((token, step) => cell(self, token, step));
      self.tokens.replaceChildren(...self.cells.flatMap(({ node }, step) => [...nameOfPart(data, step), node]));
    }
    self.tokens.setAttribute("aria-label", data.labels.name);
    const ends = KINDS[data.kind].ends(data);
    self.ends.forEach((node, index) => setText(node, ends[index]));
    self.none.hidden = !ends[2];
    draw(self);
  },

  cursor: draw,
  follows: ({ data }) => KINDS[data.kind].row === shownFrame,

  rows,
  summary: (self, says, names) => tableSummary(says, rows(self, names), self.title.textContent),
});

// Where a part of the sentence begins, its name stands in a line of its own.
function nameOfPart({ parts = [] }, step) {
  const found = parts.find(([start]) => start === step);
  return found ? [element("div", "rl-shaded-part", found[1], { role: "presentation" })] : [];
}

function cell(self, token, step) {
  const node = element("div", "rl-shaded-token", null, { role: "listitem", "data-step": step });
  const number = element("small");
  node.append(tokenNode(token), number);
  node.addEventListener("pointerenter", () => pointAt(self.group, { hovered: step }));
  node.addEventListener("pointerleave", () => pointAt(self.group, { hovered: null }));
  node.addEventListener("click", () => pointAt(self.group, { pinned: self.group.pinned === step ? null : step }));
  return { node, number };
}

function draw(self) {
  const { data, root, cells, values } = self;
  const kind = KINDS[data.kind];
  const row = kind.row(self);
  const marked = kind.marked(self, row);
  root.dataset.row = row;
  setText(self.title, kind.title(data, row));
  cells.forEach(({ node, number }, step) => {
    const value = values.values[row * values.shape[1] + step];
    node.style.setProperty("--rl-share", Math.min(Math.max(kind.share(data, value), 0), 1).toFixed(3));
    node.classList.toggle("rl-below", kind.below(data, value));
    node.classList.toggle("rl-zero", value === 0);
    node.classList.toggle("rl-active", step === marked);
    setText(number, kind.written(data, value, step));
    const hint = kind.hint(data, value, step);
    if (node.title !== hint) node.title = hint;
  });
}

// ---- What is saved ---------------------------------------------------------------------------------------------------
function rows({ root, data, values }, names) {
  const row = Number(root.dataset.row);
  const numbers = data.tokens.map((token, step) => {
    const value = values.values[row * values.shape[1] + step];
    return [step + 1, token, data.kind === "sizes" && value < 0 ? null : value];
  });
  return [[names.step, names.token, names.value], ...numbers];
}
