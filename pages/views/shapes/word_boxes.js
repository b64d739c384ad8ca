// Sentences as the input of a recurrent layer, [step, batch, input]: a box whose front shows a word at each place, with the
// numbers of each word going into the depth, and beside it the same box turned, [batch, step, input].
//
// Takes sentences [batch][step], x [step, batch, input] packed, names (what a program calls it, and it turned), labels.
import { unpack } from "../../components/shared/arrays.js";
import { element, fill, styleSheet, svg } from "../../components/shared/dom.js";
import { component } from "../../components/shared/lifecycle.js";
import { fixed } from "../../components/shared/numbers.js";
import { valuesSummary } from "../../components/shared/summary.js";
import { textNode, tokenNode } from "../../components/shared/token.js";

await styleSheet(import.meta.url);

const HEIGHT = 34; // pixels of a place
const LEAST = 52; // pixels it is wide, at least
const MOST = 120; // and at most
const DEEP = 64; // pixels that the numbers go to the right into the depth, and half of that up
const STEEP = 0.5;
const SHADES = 20; // of a colour

export default component("rl-words", {
  build(self) {
    self.chosen = { step: 0, line: 0 };
    self.root.addEventListener("click", ({ target }) => {
      const place = target.closest("[data-step]");
      if (place) choose(self, Number(place.dataset.step), Number(place.dataset.line));
    });
    self.root.addEventListener("keydown", (event) => walk(self, event));
  },
  update: draw,
  rows,
  summary: (self, says, names) => {
    const [, ...cells] = rows(self, names);
    const placeOf = (index) => cells[index].slice(0, -1).join(", ");
    return valuesSummary(says, names.value, [...self.x.values], placeOf);
  },
});

function draw(self) {
  const { root, data } = self;
  self.x = unpack(data.x);
  const [steps, lines] = self.x.shape;
  self.chosen = { step: Math.min(self.chosen.step, steps - 1), line: Math.min(self.chosen.line, lines - 1) };
  self.limit = Math.max(0.01, ...self.x.values.map(Math.abs));
  const straight = box(self, { name: data.names[0], down: "step", across: "batch" });
  const turned = box(self, { name: data.names[1], down: "batch", across: "step", beside: true });
  const boxes = element("div", "rl-words-boxes");
  boxes.append(straight, turned);
  self.vector = element("div", "rl-words-vector", null, { "aria-live": "polite" });
  root.replaceChildren(boxes, self.vector);
  mark(self);
}

// ---- A box -------------------------------------------------------------------------------------------------------------
const wordAt = ({ sentences }, step, line) => sentences[line][step] ?? null;

// `down` and `across` are the axes of its front: "step" or "batch".
function box(self, { name, down, across, beside }) {
  const { data, x } = self;
  const sizes = { step: x.shape[0], batch: x.shape[1], input: x.shape[2] };
  const node = element("figure", "rl-words-box", null, { tabindex: "0", "aria-label": name }); // a wide one scrolls
  const title = element("figcaption", "rl-words-name");
  title.append(element("b", "", name), ` [${sizes[down]}, ${sizes[across]}, ${sizes.input}]`);
  const wide = width(data.sentences);
  const [w, h] = [wide * sizes[across], HEIGHT * sizes[down]];
  const stage = element("div", "rl-words-stage");
  stage.style.setProperty("--rl-wide", `${wide}px`);
  stage.style.setProperty("--rl-up", `${DEEP * STEEP}px`);
  stage.style.setProperty("--rl-deep", `${DEEP}px`);
  stage.append(faces(self, { w, h, wide, down, across, sizes }), front(self, { down, across, sizes, beside }));
  const label = { step: "steps", batch: "sentences", input: "numbers" };
  for (const [kind, index, axis] of [
    ["down", "0 ↓ ", down],
    ["across", "1 → ", across],
    ["deep", "2 ↗ ", "input"],
  ]) {
    const holder = element("span", `rl-words-axis rl-words-${kind}`);
    const letter = { step: "T", batch: "B", input: "input" }[axis];
    holder.append(element("b", "", `${index}${letter} `), fill(data.labels[label[axis]], { count: sizes[axis] }));
    stage.append(holder);
  }
  node.append(title, stage);
  return node;
}

// As wide as the longest word asks for; what is longer is cut by the style sheet.
function width(sentences) {
  const ems = Math.max(...sentences.flat().map((word) => [...word].reduce((sum, c) => sum + (c > "ÿ" ? 1 : 0.62), 0)));
  return Math.max(LEAST, Math.min(MOST, Math.round(ems * 14 + 22)));
}

function front(self, { down, across, sizes, beside }) {
  const { data } = self;
  const grid = element("div", "rl-words-front", null, beside ? { "aria-hidden": "true" } : { role: "grid" });
  grid.style.gridTemplateColumns = `repeat(${sizes[across]}, var(--rl-wide))`;
  for (let row = 0; row < sizes[down]; row++) {
    const rowNode = element("div", "rl-words-row", null, beside ? {} : { role: "row" });
    for (let column = 0; column < sizes[across]; column++) {
      const at = { [down]: row, [across]: column };
      const word = wordAt(data, at.step, at.batch);
      const place = element("button", `rl-words-place${word === null ? " rl-words-padding" : ""}`, null, {
        type: "button",
        tabindex: "-1",
        "data-step": at.step,
        "data-line": at.batch,
        title: `[${row}, ${column}]`,
        ...(beside ? {} : { role: "gridcell" }),
      });
      if (word === null) place.append(data.labels.padding);
      else place.append(tokenNode(word));
      rowNode.append(place);
    }
    grid.append(rowNode);
  }
  return grid;
}

// The top shows the numbers of the first row's words, the side those of the last column's; a line a number.
function faces(self, { w, h, wide, down, across, sizes }) {
  const up = DEEP * STEEP;
  const image = svg("svg", {
    width: w + DEEP,
    height: h + up,
    viewBox: `0 0 ${w + DEEP} ${h + up}`,
    class: "rl-words-faces",
  });
  const shades = new Map(); // cells of one shade are one node
  const cell = (value, ...points) => {
    const shade = Math.round((value / self.limit) * SHADES) / SHADES;
    if (!shades.has(shade)) shades.set(shade, []);
    shades.get(shade).push(`M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`);
  };
  const at = (row, column, unit) => {
    const { step, batch } = { [down]: row, [across]: column };
    return self.x.values[(step * sizes.batch + batch) * sizes.input + unit];
  };
  for (let unit = 0; unit < sizes.input; unit++) {
    const [near, far] = [unit / sizes.input, (unit + 1) / sizes.input];
    for (let column = 0; column < sizes[across]; column++) {
      const [from, to] = [column * wide, (column + 1) * wide];
      const [low, high] = [up * (1 - near), up * (1 - far)];
      const corners = [
        [from + near * DEEP, low],
        [to + near * DEEP, low],
        [to + far * DEEP, high],
        [from + far * DEEP, high],
      ];
      cell(at(0, column, unit), ...corners);
    }
    for (let row = 0; row < sizes[down]; row++) {
      const [from, to] = [up + row * HEIGHT, up + (row + 1) * HEIGHT];
      const [left, right] = [w + near * DEEP, w + far * DEEP];
      const corners = [
        [left, from - near * up],
        [right, from - far * up],
        [right, to - far * up],
        [left, to - near * up],
      ];
      cell(at(row, sizes[across] - 1, unit), ...corners);
    }
  }
  for (const [shade, paths] of shades) {
    const node = svg("path", { d: paths.join(""), class: shade < 0 ? "rl-minus" : "rl-plus" });
    node.style.setProperty("--rl-share", `${Math.round(Math.abs(shade) * 100)}%`);
    image.append(node);
  }
  const edge = (...points) =>
    image.append(svg("path", { d: `M${points.map((p) => p.join(" ")).join("L")}`, class: "rl-words-edge" }));
  for (let column = 0; column <= sizes[across]; column++) edge([column * wide, up], [column * wide + DEEP, 0]);
  for (let row = 0; row <= sizes[down]; row++) edge([w, up + row * HEIGHT], [w + DEEP, row * HEIGHT]);
  edge([DEEP, 0], [w + DEEP, 0], [w + DEEP, h]);
  return image;
}

// ---- The word that is chosen: in both boxes, and its numbers ------------------------------------------------------------
function choose(self, step, line, focus = false) {
  self.chosen = { step, line };
  mark(self);
  if (focus) self.root.querySelector("[role=gridcell][tabindex='0']").focus();
}

function walk(self, event) {
  const moves = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
  const move = event.target.closest("[role=gridcell]") && moves[event.key];
  if (!move) return;
  const [steps, lines] = self.x.shape;
  const { step, line } = self.chosen;
  event.preventDefault();
  event.stopPropagation(); // arrows move the page's cursor elsewhere
  choose(
    self,
    Math.max(0, Math.min(steps - 1, step + move[0])),
    Math.max(0, Math.min(lines - 1, line + move[1])),
    true,
  );
}

function mark(self) {
  const { root, data, chosen, x } = self;
  for (const place of root.querySelectorAll("[data-step]")) {
    const here = Number(place.dataset.step) === chosen.step && Number(place.dataset.line) === chosen.line;
    place.classList.toggle("rl-words-chosen", here);
    if (place.role !== "gridcell") continue;
    place.setAttribute("aria-selected", String(here));
    place.tabIndex = here ? 0 : -1;
  }
  const width = x.shape[2];
  const start = (chosen.step * x.shape[1] + chosen.line) * width;
  const head = element("p", "rl-words-head");
  const { step, line } = chosen;
  const word = wordAt(data, step, line);
  const [straight, turned] = data.names;
  head.append(tokenNode(word ?? data.labels.padding));
  head.append(element("code", "", ` ${straight}[${step}, ${line}]  =  ${turned}[${line}, ${step}]  =`));
  const numbers = element("div", "rl-words-numbers");
  for (const value of x.values.subarray(start, start + width)) {
    const node = element("span", value < 0 ? "rl-minus" : "rl-plus", written(value));
    node.style.setProperty("--rl-share", `${Math.round((Math.abs(value) / self.limit) * 45)}%`);
    numbers.append(node);
  }
  self.vector.replaceChildren(head, numbers, textNode(data.labels.choose, "rl-words-hint"));
}

const written = (value) => (Number.isInteger(value) ? String(value) : fixed(value, 2));

// ---- What is saved ---------------------------------------------------------------------------------------------------
function rows({ data, x }, names) {
  const [, lines, width] = x.shape;
  const cells = Array.from(x.values, (value, at) => {
    const [place, unit] = [Math.floor(at / width), at % width];
    const [step, line] = [Math.floor(place / lines), place % lines];
    return [step, line, wordAt(data, step, line) ?? data.labels.padding, unit, value];
  });
  return [[names.step, names.line, names.token, names.unit, names.value], ...cells];
}
