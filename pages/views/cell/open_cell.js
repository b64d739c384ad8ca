// One step of the cell, opened: its values as strips, connected as its equations say.
import { calm, element, setText, svg } from "../../components/shared/dom.js";
import { number, stepValues, traceShown } from "./arithmetic.js";
import { symbol, write } from "./equation.js";
import { ACROSS, grid, paint, shade } from "./strips.js";

export const CELL_WIDTH = 656,
  NODE = 150,
  ROW = 54,
  TITLE = 19; // pixels

// ---- Plans: which value stands where, and how they are connected ------------------------------------------------------
// Rows and columns of the drawing; wires run in pixels from left to right, and the backward direction is its mirror image.
const LEFT = 10,
  MIDDLE = 206,
  RIGHT = CELL_WIDTH - NODE - 10;
const at = (line) => 4 + line * ROW + 29; // the height of a strip's middle
const [Y0, Y1, Y2, Y3, Y4] = [0, 1, 2, 3, 4].map(at);
const IN = LEFT + NODE,
  OUT = MIDDLE + NODE,
  P = OUT + 32; // where strips end, and where gates meet the state
const PLANS = {
  rnn: {
    nodes: [
      ["h0", LEFT, 1],
      ["m", MIDDLE, 1],
      ["x", LEFT, 3],
      ["k", MIDDLE, 3],
      ["h", RIGHT, 2],
    ],
    wires: [
      [`M${IN},${Y1}H${MIDDLE}`, "h"],
      [`M${IN},${Y3}H${MIDDLE}`, "x"],
      [`M${OUT},${Y1}H${P}V${Y2 - 10}`, "m"],
      [`M${OUT},${Y3}H${P}V${Y2 + 10}`, "k"],
      [`M${P + 10},${Y2}H${P + 46}`, ""],
      [`M${P + 76},${Y2}H${RIGHT}`, "h"],
    ],
    dots: [
      [P, Y2, "+"],
      [P + 61, Y2, "squash"],
    ],
  },
  lstm: {
    nodes: [
      ["x", LEFT, 4],
      ["h0", LEFT, 2],
      ["c0", LEFT, 0],
      ["f", MIDDLE, 1],
      ["i", MIDDLE, 2],
      ["g", MIDDLE, 3],
      ["o", MIDDLE, 4],
      ["c", RIGHT, 0],
      ["tanhc", RIGHT, 2],
      ["h", RIGHT, 4],
    ],
    wires: [
      [`M${IN},${Y2}H${IN + 20}M${IN + 20},${Y1}V${Y4}`, "h", true],
      [`M${IN},${Y4 + 4}H${IN + 32}V${Y1 + 4}`, "x", true],
      ...[Y1, Y2, Y3, Y4].flatMap((y) => [
        [`M${IN + 20},${y - 4}H${MIDDLE}`, "h"],
        [`M${IN + 32},${y + 4}H${MIDDLE}`, "x"],
      ]),
      [`M${IN},${Y0}H${P - 10}`, "c"],
      [`M${P + 10},${Y0}H${P + 48}`, "c"],
      [`M${P + 68},${Y0}H${RIGHT}`, "c"],
      [`M${OUT},${Y1}H${P}V${Y0 + 10}`, "f"],
      [`M${OUT},${Y2}H${P}V${Y2 + 17}`, "i"],
      [`M${OUT},${Y3}H${P}V${Y3 - 17}`, "g"],
      [`M${P + 10},${(Y2 + Y3) / 2}H${P + 58}V${Y0 + 10}`, ""],
      [`M${RIGHT + NODE / 2},${Y0 + 10}V${Y1 - 11}`, "c", true],
      [`M${RIGHT + NODE / 2},${Y1 + 11}V${Y2 - 30}`, "c"],
      [`M${RIGHT},${Y2}H${P + 84}V${Y4 - 10}`, "c"],
      [`M${OUT},${Y4}H${P + 74}`, "o"],
      [`M${P + 94},${Y4}H${RIGHT}`, "h"],
    ],
    dots: [
      [P, Y0, "⊙"],
      [P, (Y2 + Y3) / 2, "⊙"],
      [P + 58, Y0, "+"],
      [RIGHT + NODE / 2, Y1, "tanh"],
      [P + 84, Y4, "⊙"],
    ],
  },
  gru: {
    nodes: [
      ["h0", LEFT, 0],
      ["x", LEFT, 4],
      ["r", MIDDLE, 2],
      ["z", MIDDLE, 1],
      ["m", MIDDLE, 3],
      ["k", MIDDLE, 4],
      ["n", RIGHT, 3],
      ["h", RIGHT, 0],
    ],
    wires: [
      [`M${IN},${Y0}H${P - 10}`, "h"],
      [`M${IN + 20},${Y0}V${Y3}`, "h", true],
      [`M${IN},${Y4}H${MIDDLE}`, "x"],
      [`M${IN + 32},${Y4}V${Y1 + 4}`, "x", true],
      ...[Y1, Y2].flatMap((y) => [
        [`M${IN + 20},${y - 4}H${MIDDLE}`, "h"],
        [`M${IN + 32},${y + 4}H${MIDDLE}`, "x"],
      ]),
      [`M${IN + 20},${Y3}H${MIDDLE}`, "h"],
      [`M${OUT},${Y1}H${P}V${Y0 + 10}`, "z"],
      [`M${P},${Y1}H${P + 22}`, "z"],
      [`M${P + 50},${Y1}H${P + 66}`, "z"],
      [`M${P + 10},${Y0}H${P + 66}`, "h"],
      [`M${P + 76},${Y1 - 10}V${Y0 + 10}`, ""],
      [`M${P + 86},${Y0}H${RIGHT}`, "h"],
      [`M${OUT},${Y2}H${P}V${Y3 - 10}`, "r"],
      [`M${OUT},${Y3}H${P - 10}`, "m"],
      [`M${P + 10},${Y3}H${P + 26}`, ""],
      [`M${OUT},${Y4}H${P + 36}V${Y3 + 10}`, "k"],
      [`M${P + 46},${Y3}H${P + 58}`, ""],
      [`M${P + 94},${Y3}H${RIGHT}`, "n"],
      [`M${RIGHT + NODE / 2},${Y3 - 30}V${Y1}H${P + 86}`, "n"],
    ],
    dots: [
      [P, Y0, "⊙"],
      [P + 36, Y1, "1−"],
      [P + 76, Y1, "⊙"],
      [P + 76, Y0, "+"],
      [P, Y3, "⊙"],
      [P + 36, Y3, "+"],
      [P + 76, Y3, "tanh"],
    ],
  },
};

// In one column there are no wires to read the equations from.
const WEIGHED = "W·x + W·h + b";
const RULES = {
  rnn: { h: `f( ${WEIGHED} )` },
  lstm: {
    i: `σ( ${WEIGHED} )`,
    f: `σ( ${WEIGHED} )`,
    g: `tanh( ${WEIGHED} )`,
    o: `σ( ${WEIGHED} )`,
    c: "f ⊙ c + i ⊙ g",
    h: "o ⊙ tanh c",
  },
  gru: { r: `σ( ${WEIGHED} )`, z: `σ( ${WEIGHED} )`, n: "tanh( W·x + b + r ⊙ (W·h + b) )", h: "(1 − z) ⊙ n + z ⊙ h" },
};

// ---- The opened cell ----------------------------------------------------------------------------------------------------
export function unfolded(self) {
  const root = element("div", "ru-cell", null, { role: "group", hidden: "" });
  const nodes = element("div", "ru-nodes");
  const key = element("div", "ru-key");
  root.append(nodes, key);
  const cell = {
    root,
    nodes,
    key,
    parts: [],
    focus: () => focusOn(self),
    show: (step) => show(self, step),
    spotted: () => spotted(self),
    mark: () => mark(self),
  };
  const unitAt = ({ target, clientX, clientY }) => {
    const part = cell.parts.find(({ strip }) => strip.contains(target));
    if (!part) return null;
    const corner = part.strip.getBoundingClientRect();
    const { columns, lines } = grid(part.count, false);
    const column = Math.min(columns - 1, Math.max(0, Math.floor(((clientX - corner.left) / corner.width) * columns)));
    const line = Math.min(lines - 1, Math.max(0, Math.floor(((clientY - corner.top) / corner.height) * lines)));
    return { name: part.name, unit: Math.min(part.count - 1, line * columns + column) };
  };
  nodes.addEventListener("pointermove", (event) => point(self, { hover: unitAt(event) }));
  nodes.addEventListener("pointerleave", () => point(self, { hover: null }));
  nodes.addEventListener("click", (event) => {
    const spot = unitAt(event);
    if (spot) point(self, { spot, hover: null }, true);
  });
  nodes.addEventListener("focusin", ({ target }) => {
    const part = cell.parts.find(({ node }) => node === target);
    const { spot } = spotted(self);
    if (part && part.name !== spot.name)
      point(self, { spot: { name: part.name, unit: Math.min(spot.unit, part.count - 1) } });
  });
  nodes.addEventListener("keydown", (event) => {
    const { spot } = spotted(self);
    const index = cell.parts.findIndex(({ name }) => name === spot.name);
    const part = cell.parts[index];
    const unit = {
      ArrowRight: spot.unit + 1,
      ArrowLeft: spot.unit - 1,
      Home: 0,
      End: part.count - 1,
      PageDown: spot.unit + ACROSS,
      PageUp: spot.unit - ACROSS,
    }[event.key];
    const other = cell.parts[index + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0)] ?? part;
    if (event.key === "Escape") self.items[self.step].node.focus({ preventScroll: true });
    else if (unit !== undefined)
      point(self, { spot: { name: spot.name, unit: Math.max(0, Math.min(unit, part.count - 1)) }, hover: null }, true);
    else if (event.key.startsWith("Arrow"))
      point(self, { spot: { name: other.name, unit: Math.min(spot.unit, other.count - 1) }, hover: null }, true);
    else return;
    event.preventDefault();
  });
  return cell;
}

// The value that is written out: the one under the pointer, else the one that was chosen.
function spotted(self) {
  const first = { rnn: "h", lstm: "f", gru: "z" }[self.data.cell];
  const known = (spot) => spot && self.cell.parts.some(({ name, count }) => name === spot.name && spot.unit < count);
  const spot = known(self.spot) ? self.spot : { name: first, unit: 0 };
  return { spot, shown: known(self.hover) ? self.hover : spot };
}

function point(self, change, focus = false) {
  const before = JSON.stringify([self.spot, self.hover]);
  Object.assign(self, change);
  if (JSON.stringify([self.spot, self.hover]) === before) return;
  mark(self);
  if (focus) focusOn(self);
}

// What was chosen on purpose is brought into sight: on a projector the equation begins below the edge.
function focusOn(self) {
  const { spot } = spotted(self);
  self.cell.parts.find(({ name }) => name === spot.name)?.node.focus({ preventScroll: true });
  const written = self.wide ? self.equation : self.equation.firstElementChild;
  written?.scrollIntoView({ block: "nearest", behavior: calm() ? "instant" : "smooth" });
}

// Where a strip's values lie, the same at every step: sigmoids between 0 and 1, everything else around 0.
function scaleOf({ data, limits, changed, view }, name) {
  if (changed && view === "difference") return { palette: "diverging", limit: 1 };
  if ((data.cell === "lstm" && "ifo".includes(name)) || (data.cell === "gru" && "rz".includes(name)))
    return { palette: "sequential", limit: 1 };
  const sum = name === "k" || name === "m";
  const limit = sum
    ? limits.sums
    : { x: limits.x, c: limits.c, c0: limits.c, h: limits.hidden, h0: limits.hidden }[name];
  return { palette: "diverging", limit: limit ?? 1 };
}

function show(self, step) {
  const { cell, data, wide } = self;
  const plan = PLANS[data.cell];
  const shape = [
    data.cell,
    data.direction,
    data.nonlinearity,
    wide,
    data.part,
    data.layer,
    data.embedded,
    step === 0,
    step === data.tokens.length - 1,
  ].join();
  if (cell.shape !== shape || cell.labels !== data.labels) {
    Object.assign(cell, { shape, labels: data.labels });
    cell.parts = plan.nodes.map(([name, x, line]) => partOf(self, name, x, line));
    const extra = wide ? [drawingOf(self, plan)] : [];
    cell.nodes.replaceChildren(...extra, ...cell.parts.map(({ node }) => node));
    cell.root.setAttribute("aria-label", data.labels.inside);
  }
  cell.step = step;
  const trace = traceShown(self);
  self.now = stepValues(data, trace, step);
  const other = self.changed && self.view !== "original" ? stepValues(data, self.original, step) : null;
  for (const part of cell.parts) {
    const mine = self.now[part.name];
    part.count = mine.length;
    part.values = mine;
    part.scale = scaleOf(self, part.name);
    drawPart(self, part, mine, other?.[part.name]);
  }
  mark(self);
}

function partOf(self, name, x, line) {
  const { data, wide } = self;
  const node = element("div", `ru-node ru-${name}`, null, {
    role: "slider",
    tabindex: "-1",
    "data-name": name,
    "aria-valuemin": 0,
  });
  const title = element("div", "ru-title");
  const value = element("output", "ru-value", null, { "aria-hidden": "true" });
  const rule = wide
    ? ""
    : (RULES[data.cell][name] ?? "").replace(/^f\(/, data.nonlinearity === "relu" ? "ReLU(" : "tanh(");
  title.append(
    symbol(self, name),
    element("span", "ru-role", data.labels[`role_${name}`] ?? ""),
    element("span", "ru-rule", rule && `= ${rule}`),
    value,
  );
  const strip = element("div", "ru-strip");
  const canvas = element("canvas");
  const frame = element("i", "ru-mark");
  strip.append(canvas, frame);
  node.append(title, strip);
  if (name === "x" && self.original.attention && !data.layer)
    node.append(element("div", "ru-halves", halvesOf(data, self.original)));
  if (wide) node.style.left = `${data.direction ? CELL_WIDTH - x - NODE : x}px`;
  return { name, line, node, strip, canvas, frame, value };
}

// What a decoder with attention reads has two halves.
function halvesOf({ labels, source, embedded }, { features }) {
  const from = (first, last) => (first === last ? String(first) : `${first}–${last}`);
  const [token, context] = [labels[`half_${source}`], labels.half_context];
  return `${token} [${from(0, embedded - 1)}] · ${context} [${from(embedded, features.shape[1] - 1)}]`;
}

function drawPart(self, part, mine, theirs) {
  const { canvas, strip, scale, node, count } = part;
  const { data, theme, view, wide } = self;
  const { columns, lines } = grid(count, false);
  const width = wide ? NODE : Math.max(120, self.inner.clientWidth - 2);
  const height = lines === 1 ? (data.cell === "rnn" ? 28 : 18) : Math.min(30, lines * 9);
  const tall = wide ? height : height + 8;
  const ratio = Math.min(devicePixelRatio || 1, 2);
  if (canvas.width !== width * ratio || canvas.height !== tall * ratio) {
    Object.assign(canvas, { width: width * ratio, height: tall * ratio });
    strip.style.cssText = `width:${width}px;height:${tall}px`;
    if (wide) node.style.top = `${at(part.line) - TITLE - tall / 2}px`;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  const place = { left: 0, top: 0, width, height: tall, theme, ...scale };
  if (theirs && view === "difference")
    paint(
      pen,
      Array.from(mine, (value, i) => value - theirs[i]),
      place,
    );
  else if (theirs) {
    paint(pen, mine, { ...place, height: tall * 0.6 });
    paint(pen, theirs, { ...place, top: tall * 0.68, height: tall * 0.32 });
  } else {
    paint(pen, mine, place);
    if (width / count >= 34) inscribe(pen, mine, place);
  }
  Object.assign(part, { columns, lines, width, tall });
  part.theirs = theirs;
  node.setAttribute("aria-valuemax", count - 1);
}

// The old state comes in from the neighbour's strip, the new one goes on to the next; c is not in the picture outside.
function borders({ data, rows }, plan) {
  const share = data.directions > 1 ? (data.direction ? 0.7 : 0.3) : 0.5;
  const outside = rows.tops[data.layer] + rows.height * share - 3 - Math.max(0, (rows.body - 5 - 5 * ROW - 8) / 2);
  const height = (wanted) => at(plan.nodes.find(([name]) => name === wanted)[2]);
  const wire = (d, name) => svg("path", { d, class: `ru-wire ru-${name}` });
  const end = CELL_WIDTH - 3;
  const cell = data.cell === "lstm" ? [wire(`M0,${Y0}H${LEFT}M${RIGHT + NODE},${Y0}H${end}`, "c")] : [];
  return [
    wire(`M0,${outside}H5V${height("h0")}H${LEFT}`, "h"),
    wire(`M${RIGHT + NODE},${height("h")}H${end - 5}V${outside}H${end}`, "h"),
    ...cell,
  ];
}

// Where cells are wide enough their numbers stand in them.
function inscribe(pen, values, { width, height, theme, palette, limit }) {
  const across = width / values.length;
  Object.assign(pen, { font: `11px ${theme.font}`, textAlign: "center", textBaseline: "middle" });
  values.forEach((value, unit) => {
    const packed = shade(theme, palette, limit, value);
    const light = 0.2126 * (packed & 255) + 0.7152 * ((packed >> 8) & 255) + 0.0722 * ((packed >> 16) & 255);
    pen.fillStyle = light > 140 ? "#111" : "#fff";
    pen.fillText(
      Number.isFinite(value) ? value.toFixed(2).replace("-", "−") : String(value),
      (unit + 0.5) * across,
      height / 2 + 1,
      across - 4,
    );
  });
}

function drawingOf(self, plan) {
  const { data } = self;
  const flip = data.direction ? { transform: `matrix(-1 0 0 1 ${CELL_WIDTH} 0)` } : {};
  const group = svg(
    "g",
    flip,
    ...borders(self, plan),
    ...plan.wires.map(([d, name, bare]) =>
      svg("path", { d, class: `ru-wire ru-${name || "plain"}`, ...(bare ? {} : { "marker-end": "url(#ru-head)" }) }),
    ),
  );
  const dots = plan.dots.map(([x, y, sign]) => {
    const text = sign === "squash" ? (data.nonlinearity === "relu" ? "ReLU" : "tanh") : sign;
    const round = text.length === 1;
    const left = data.direction ? CELL_WIDTH - x : x;
    return svg(
      "g",
      { class: "ru-dot", transform: `translate(${left} ${y})` },
      svg("rect", { x: round ? -10 : -15, y: -10, width: round ? 20 : 30, height: 20, rx: 10 }),
      Object.assign(svg("text", { y: 4 }), { textContent: text }),
    );
  });
  const head = svg(
    "marker",
    {
      id: "ru-head",
      viewBox: "0 0 8 8",
      refX: 7,
      refY: 4,
      markerWidth: 7,
      markerHeight: 7,
      orient: "auto",
      markerUnits: "userSpaceOnUse",
    },
    svg("path", { d: "M0,0.5L7,4L0,7.5z", fill: "context-stroke" }),
  );
  return svg(
    "svg",
    { class: "ru-drawing", width: CELL_WIDTH, height: 5 * ROW + 8, "aria-hidden": "true" },
    svg("defs", {}, head),
    group,
    ...dots,
  );
}

// The frame around the value that is written out; the same unit in every strip of units.
function mark(self) {
  const { cell } = self;
  if (!cell.parts.length || self.step === null) return;
  const { spot, shown } = spotted(self);
  for (const part of cell.parts) {
    const own = part.name === shown.name;
    const seen = own || (part.name !== "x" && shown.name !== "x"); // the entries of x are no units
    const unit = seen ? shown.unit : 0;
    part.node.tabIndex = part.name === spot.name ? 0 : -1;
    part.node.classList.toggle("ru-chosen", own);
    part.frame.hidden = !seen;
    setText(part.value, seen ? number(part.values[unit]) : "");
    const words = `[${unit}] = ${number(part.values[unit])}`;
    part.node.setAttribute(
      "aria-label",
      `${part.node.querySelector(".ru-symbol").textContent} ${self.data.labels[`role_${part.name}`] ?? ""}`,
    );
    part.node.setAttribute("aria-valuenow", unit);
    part.node.setAttribute("aria-valuetext", words);
    if (!seen) continue;
    const [across, down] = [part.width / part.columns, part.tall / part.lines];
    const top = Math.floor(unit / part.columns) * down;
    part.frame.style.cssText = `left:${(unit % part.columns) * across - 1.5}px;top:${top - 1.5}px;width:${across + 3}px;height:${down + 3}px`;
  }
  write(self, shown);
}
