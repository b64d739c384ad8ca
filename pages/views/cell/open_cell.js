// One step of the cell, opened: its values as strips, connected as its equations say.

import { ACROSS, grid, paint, shade } from "../../components/plots/strips.js";
import { calm, element, setText, svg } from "../../components/shared/dom.js";
import { fixed } from "../../components/shared/numbers.js";
import { number, stepValues, traceShown } from "./arithmetic.js";
import { write } from "./equation.js";
import { symbol } from "./notation.js";

const TITLE = 19; // pixels, above a strip

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
  const known = (spot) => spot && self.cell.parts.some(({ name, count }) => name === spot.name && spot.unit < count);
  const spot = known(self.spot) ? self.spot : { name: self.data.cell.first, unit: 0 };
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
  if (data.cell.gates.includes(name)) return { palette: "sequential", limit: 1 };
  const limit =
    data.cell.parts[name]?.op === "affine"
      ? limits.sums
      : { x: limits.x, c: limits.c, c0: limits.c, h: limits.hidden, h0: limits.hidden }[name];
  return { palette: "diverging", limit: limit ?? 1 };
}

function show(self, step) {
  const { cell, data, wide } = self;
  const { drawing } = data.cell;
  const shape = [
    data.cell.name,
    data.direction,
    data.cell.rules.h,
    wide,
    data.part,
    data.layer,
    data.embedded,
    step === 0,
    step === data.tokens.length - 1,
  ].join();
  if (cell.shape !== shape || cell.labels !== data.labels) {
    Object.assign(cell, { shape, labels: data.labels });
    cell.parts = drawing.strips.map(([name, left, middle]) => partOf(self, name, left, middle));
    const extra = wide ? [drawingOf(self, drawing)] : [];
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

function partOf(self, name, left, middle) {
  const { data, wide } = self;
  const { drawing, inks, rules } = data.cell;
  const node = element("div", `ru-node ru-${name}`, null, {
    role: "slider",
    tabindex: "-1",
    "data-name": name,
    "data-ink": inks[name],
    "aria-valuemin": 0,
  });
  const title = element("div", "ru-title");
  const value = element("output", "ru-value", null, { "aria-hidden": "true" });
  const rule = wide ? "" : (rules[name] ?? ""); // in one column there are no wires to read the equations from
  title.append(
    symbol(self, name),
    element("span", "ru-role", data.roles[name] ?? ""),
    element("span", "ru-rule", rule && `= ${rule}`),
    value,
  );
  const strip = element("div", "ru-strip");
  const canvas = element("canvas");
  const frame = element("i", "ru-mark");
  strip.append(canvas, frame);
  node.append(title, strip);
  if (name === "x" && self.original.attention && !data.layer)
    node.append(element("div", "ru-below", halvesOf(data, self.original)));
  if (data.labels[`part_${name}`]) node.append(element("div", "ru-below", data.labels[`part_${name}`]));
  if (wide) node.style.left = `${data.direction ? drawing.width - left - drawing.strip : left}px`;
  return { name, middle, node, strip, canvas, frame, value };
}

const activation = ({ labels }) =>
  Object.assign(svg("text", { y: 24, class: "ru-named" }), { textContent: labels.activation ?? "" });

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
  const width = wide ? data.cell.drawing.strip : Math.max(120, self.inner.clientWidth - 2);
  const height = lines === 1 ? (data.cell.gates.length ? 18 : 28) : Math.min(30, lines * 9);
  const tall = wide ? height : height + 8;
  const ratio = Math.min(devicePixelRatio || 1, 2);
  if (canvas.width !== width * ratio || canvas.height !== tall * ratio) {
    Object.assign(canvas, { width: width * ratio, height: tall * ratio });
    strip.style.cssText = `width:${width}px;height:${tall}px`;
    if (wide) node.style.top = `${part.middle - TITLE - tall / 2}px`;
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

// The old state comes in from the neighbour's strip, the new one goes on to the next; only h is in the picture outside.
function borders({ data, rows }, { width, height, strip, strips }) {
  const share = data.directions > 1 ? (data.direction ? 0.7 : 0.3) : 0.5;
  const outside = rows.tops[data.layer] + rows.height * share - 3 - Math.max(0, (rows.body - 5 - height) / 2);
  const end = width - 3;
  return data.cell.states.flatMap((state) => {
    const [, left, before] = strips.find(([name]) => name === `${state}0`);
    const [, right, after] = strips.find(([name]) => name === state);
    const [from, to] =
      state === "h"
        ? [`M0,${outside}H5V${before}H${left}`, `M${right + strip},${after}H${end - 5}V${outside}H${end}`]
        : [`M0,${before}H${left}`, `M${right + strip},${after}H${end}`];
    return [from, to].map((d) => svg("path", { d, class: "ru-wire", "data-ink": data.cell.inks[state] }));
  });
}

// Where cells are wide enough their numbers stand in them.
function inscribe(pen, values, { width, height, theme, palette, limit }) {
  const across = width / values.length;
  Object.assign(pen, { font: `11px ${theme.font}`, textAlign: "center", textBaseline: "middle" });
  values.forEach((value, unit) => {
    const packed = shade(theme, palette, limit, value);
    const light = 0.2126 * (packed & 255) + 0.7152 * ((packed >> 8) & 255) + 0.0722 * ((packed >> 16) & 255);
    pen.fillStyle = light > 140 ? "#111" : "#fff";
    pen.fillText(fixed(value, 2), (unit + 0.5) * across, height / 2 + 1, across - 4);
  });
}

function drawingOf(self, drawing) {
  const { data } = self;
  const { width, height, wires, signs } = drawing;
  const flip = data.direction ? { transform: `matrix(-1 0 0 1 ${width} 0)` } : {};
  const group = svg(
    "g",
    flip,
    ...borders(self, drawing),
    ...wires.map(({ path, ink, head }) =>
      svg("path", {
        d: path,
        class: "ru-wire",
        "data-ink": data.cell.inks[ink] ?? "",
        ...(head ? { "marker-end": "url(#ru-head)" } : {}),
      }),
    ),
  );
  const dots = signs.map(([x, y, text]) => {
    const round = text.length === 1;
    return svg(
      "g",
      { class: "ru-dot", transform: `translate(${data.direction ? width - x : x} ${y})` },
      svg("rect", { x: round ? -10 : -15, y: -10, width: round ? 20 : 30, height: 20, rx: 10 }),
      Object.assign(svg("text", { y: 4 }), { textContent: text }),
      ...(data.cell.name === "rnn" && !round ? [activation(data)] : []),
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
    { class: "ru-drawing", width, height, "aria-hidden": "true" },
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
      `${part.node.querySelector(".ru-symbol").textContent} ${self.data.roles[part.name] ?? ""}`,
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
