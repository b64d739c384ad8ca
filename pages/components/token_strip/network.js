// The network between the tokens and what it predicts: a strip of colours for the state after each step, arrows for what
// goes where. On one canvas, under which the columns of the strip lie; a frame paints the strips alone.
//
// Takes of the strip's data `states`: values int8 [frame, step, unit], scale (a value is int8 / 127 * scale), limit (the
// end of the colour scale), directions, layers (the states are those of the last), starts (the steps at which networks
// begin), reads ([step, direction] of the states that the one answer is read from; null: each step has its own), height.
import { paintAll, themeOf } from "../plots/strips.js";
import { unpack } from "../shared/arrays.js";
import { css, mix } from "../shared/colors.js";
import { element } from "../shared/dom.js";
import { rgb } from "../shared/theme.js";

const ANSWER = 22; // pixels above the states, for the way to what is predicted
const INPUT = 16; // and below, for the way from a token
const LOWER = 12; // a layer of which no states are recorded
const BETWEEN = 14; // two layers
const BRIDGE = 34; // between the last step of one network and the first of the next
const WIDEST = 190; // a column
const [SLIMMEST, ENOUGH, AROUND] = [56, 118, 38]; // the same where there is little room; what stands around a token
const HEAD = 7; // of an arrow

// About how wide a text is, in pixels.
const lengthOf = (text) => [...text].reduce((sum, sign) => sum + (sign < "\u2e80" ? 8.5 : 15.5), 0);

export function buildNetwork(self) {
  self.canvas = element("canvas", "rl-states", null, { "aria-hidden": "true" });
  // Never asked of the page: that would lay it out anew.
  self.observer = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === self.width || !self.data.states) return;
    self.width = contentRect.width;
    layOutNetwork(self);
    drawNetwork(self);
  });
  self.observer.observe(self.columns);
}

export function updateNetwork(self) {
  const { states } = self.data;
  if (self.packed !== states.values) {
    self.packed = states.values;
    self.states = unpack(states.values);
  }
  layOutNetwork(self);
}

// ---- Where everything is, which a frame does not change ------------------------------------------------------------------
function layOutNetwork(self) {
  const { root, canvas, columns, data, width } = self;
  if (!width) return; // in a hidden tab
  const { states, tokens, glosses, inputs } = data;
  const { directions, layers, starts, height } = states;
  const needs = tokens.map((token, step) => Math.max(lengthOf(token), 0.7 * lengthOf(glosses[step] ?? "")));
  const widths = widthsOf(needs, width - BRIDGE * (starts.length - 1));
  const strip = Math.max(
    15,
    Math.min(directions === 2 ? 22 : 40, Math.round((0.3 * Math.min(...widths)) / directions)),
  );
  const middles = [];
  let total = 0;
  widths.forEach((column, step) => {
    if (step && starts.includes(step)) total += BRIDGE;
    middles.push(total + column / 2);
    total += column;
    self.cells[step].node.style.width = `${column}px`;
  });
  const rows = rowsOf(layers, height);
  const shift = directions === 2 ? [-(strip + 3) / 2, (strip + 3) / 2] : [0];
  self.place = { widths, total, strip, shift, rows, height, middles: middles.slice(0, inputs) };
  [...self.names.querySelectorAll(".rl-lower")].forEach((name, i) => {
    const [from, to] = rows[i + 1];
    name.style.top = `calc(var(--rl-head) + ${(from + to) / 2}px)`;
  });
  self.theme = themeOf(root);
  root.style.setProperty("--rl-bridge", `${BRIDGE}px`);
  root.style.setProperty("--rl-height", `${height}px`);
  const ratio = Math.min(devicePixelRatio || 1, 2);
  Object.assign(canvas, { width: Math.round(total * ratio), height: Math.round(height * ratio) });
  Object.assign(canvas.style, { width: `${total}px`, left: `${Math.max(0, (width - total) / 2)}px` });
  self.pen = canvas.getContext("2d");
  self.pen.scale(ratio, ratio);
  drawWires(self);
  // Where a source is so long that what is made of it lies beyond the edge, that comes first.
  const line = `${tokens.join(" ")} ${width}`;
  if (starts.length > 1 && self.line !== line) {
    self.scrolled = Math.max(0, Math.min(middles[starts.at(-1)] - 0.45 * width, total - width));
    columns.scrollLeft = self.scrolled;
  }
  self.line = line;
  markEnds(self);
}

// As wide as there is room for; else each as its token needs.
function widthsOf(lengths, room) {
  const needed = lengths.map((length) => Math.min(Math.max(length + AROUND, SLIMMEST), ENOUGH));
  const each = Math.floor(room / lengths.length);
  if (each >= Math.max(...needed)) return needed.map(() => Math.min(each, WIDEST));
  const more = Math.max(0, Math.floor((room - needed.reduce((sum, one) => sum + one, 0)) / lengths.length));
  return needed.map((one) => one + more);
}

// Top and bottom of each layer, the last one first: of those below it no states are recorded.
function rowsOf(layers, height) {
  const bottom = height - INPUT - (layers - 1) * (LOWER + BETWEEN);
  return Array.from({ length: layers }, (_, below) => {
    const from = below ? bottom + BETWEEN + (below - 1) * (LOWER + BETWEEN) : ANSWER;
    return [from, below ? from + LOWER : bottom];
  });
}

// At which ends the row of a long sentence goes on.
export function markEnds({ columns, place, width, scrolled = 0 }) {
  if (!place) return;
  columns.toggleAttribute("data-before", scrolled > 1);
  columns.toggleAttribute("data-after", scrolled < place.total - width - 1);
}

function drawWires({ pen, place, theme, data }) {
  const { directions, starts, reads } = data.states;
  const { widths, strip, shift, rows, middles, height } = place;
  const [top] = rows[0];
  const last = middles.length - 1;
  const half = strip / 2;
  pen.strokeStyle = pen.fillStyle = css(mix(rgb(theme.background), rgb(theme.text), 0.45));
  pen.lineWidth = 1.5;
  const wires = new Path2D();
  const beginnings = new Path2D();
  const bridges = new Path2D();
  const heads = new Path2D();
  const line = (path, ...points) => points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
  const head = (x, y, dx, dy) => {
    heads.moveTo(x, y);
    heads.lineTo(x - HEAD * dx - 4 * dy, y - HEAD * dy + 4 * dx);
    heads.lineTo(x - HEAD * dx + 4 * dy, y - HEAD * dy - 4 * dx);
    heads.closePath();
  };
  const upwards = (x, from, to) => {
    line(wires, [x, from], [x, to + HEAD]);
    head(x, to, 0, -1);
  };
  middles.forEach((middle, step) => {
    for (let direction = 0; direction < directions; direction++) {
      const x = middle + shift[direction];
      const way = direction ? -1 : 1;
      const first = direction ? step === last : starts.includes(step);
      rows.forEach(([from, to], below) => {
        if (below) pen.strokeRect(x - half + 0.5, from + 0.5, strip - 1, LOWER - 1);
        upwards(x, rows[below + 1]?.[0] ?? height, to + 1);
        const y = below ? (from + to) / 2 : from + (to - from) * (directions === 2 ? [0.35, 0.65][direction] : 0.5);
        const end = x - way * (half + 1);
        const before = first
          ? middle - way * (widths[step] / 2 - 3)
          : middles[step - way] + shift[direction] + way * half;
        const path = !first ? wires : step && !direction ? bridges : beginnings;
        const start = path === bridges ? middles[step - 1] + shift[direction] + half : before;
        line(path, [start, y], [end - way * HEAD, y]);
        head(end, y, way, 0);
      });
      if (!reads && step >= starts.at(-1)) line(wires, [x, top], [middle, top - 9]);
    }
    if (!reads && step >= starts.at(-1)) upwards(middle, top - 9, 2);
  });
  if (reads) {
    const [rail, answer] = [top - 10, middles[last]];
    const from = reads.map(([step, direction]) => middles[step] + shift[direction]);
    for (const x of from) line(wires, [x, top], [x, rail]);
    line(wires, [Math.min(...from, answer), rail], [Math.max(...from, answer), rail]);
    upwards(answer, rail, 2);
  }
  pen.stroke(wires);
  pen.setLineDash([2, 3]);
  pen.stroke(beginnings); // the state before the first step
  pen.setLineDash([]);
  pen.lineWidth = 4;
  pen.stroke(bridges);
  pen.fill(heads);
}

// ---- A frame -------------------------------------------------------------------------------------------------------------
// The states shown, [step, unit] as int8, and what 1 of them is worth.
function statesShown({ states, data, streamed, frame }) {
  if (streamed) return { values: streamed.hidden, worth: streamed.scale / 127 };
  const [, steps, units] = states.shape;
  const values = states.values.subarray(frame * steps * units, (frame + 1) * steps * units);
  return { values, worth: data.states.scale / 127 };
}

export function drawNetwork(self) {
  const { pen, place, theme, data, states } = self;
  if (!place || !states) return;
  const { directions, limit } = data.states;
  const { strip, shift, middles } = place;
  const [top, bottom] = place.rows[0];
  const { values, worth } = statesShown(self);
  const units = states.shape[2] / directions;
  self.value = (step, unit) => values[step * states.shape[2] + unit] * worth;
  const part = (step, direction) => {
    const start = (step * directions + direction) * units;
    return values.subarray(start, start + units);
  };
  for (let direction = 0; direction < directions; direction++) {
    paintAll(
      pen,
      middles.map((_, step) => part(step, direction)),
      {
        lefts: middles.map((middle) => middle + shift[direction] - strip / 2),
        top,
        width: strip,
        height: bottom - top,
        upright: true,
        theme,
        palette: "diverging",
        limit: limit / worth,
      },
    );
  }
}
