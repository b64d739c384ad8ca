// Numbers by epoch as lines on a canvas, with a line that marks the epoch shown and can be moved.
//
// Takes series, each {name, y, x, seconds, low, high (packed float64; x null: of epoch 1 and on; nan is a gap), hue, dash,
// streamed (the name of the stream's numbers that are these)}; along ("x" or "seconds"); levels, each {share, name, hue};
// marks, each {at, name}, where something changed; kind ("linear", "log" or "share") of the upright axis; span (the end of the other one, or null); cursor (whether the
// line is there); legend (whether the names stand above); height; label; labels {x, y, at, epoch, band, reset}; unit of the numbers; record, more series, which are
// saved with those drawn. While the run goes on it shows what the stream brings. A click brings the line there, a drag across the plot shows the part between its ends alone.

import { clearedPen } from "../plots/canvas.js";
import { fillLegend } from "../plots/legend.js";
import { nearest, unpack } from "../shared/arrays.js";
import { element, fill, setText, styleSheet } from "../shared/dom.js";
import { component, shownFrame } from "../shared/lifecycle.js";
import "../plots/marks.js";
import { lineSummary } from "../shared/summary.js";
import { pixel, readTheme } from "../shared/theme.js";
import { drawAxes, drawLines, drawMarks, scaleOf, ticksOf, written } from "./plot.js";
import { listen } from "./pointer.js";
import { byEpoch } from "./record.js";
import { span } from "./ticks.js";

await styleSheet(import.meta.url);

const MARGIN = { left: 58, right: 14, top: 10 };
const PARTS = ["y", "x", "seconds", "low", "high"];

export default component("rl-curves", {
  build(self) {
    self.legend = element("div", "rl-line-legend");
    self.plot = element("div", "rl-plot");
    self.canvas = element("canvas", "", null, { "aria-hidden": "true" });
    self.line = element("div", "rl-cursor", null, { "aria-hidden": "true", hidden: "" });
    self.dot = element("i", "rl-dot");
    self.value = element("span", "rl-value");
    self.line.append(self.dot, self.value);
    self.tip = element("div", "rl-tip", null, { hidden: "" });
    self.chosen = element("div", "rl-chosen", null, { "aria-hidden": "true", hidden: "" });
    self.tools = element("div", "rl-tools");
    self.reset = element("button", "", "⤢", { type: "button", hidden: "" });
    self.reset.addEventListener("click", () => zoom(self, null));
    self.tools.append(self.reset);
    self.canvas.repaint = (pen) => paint(self, pen);
    self.plot.append(self.canvas, self.chosen, self.line, self.tip, self.tools);
    self.root.append(self.legend, self.plot);
    self.root.setAttribute("role", "figure");
    self.hidden = new Set(); // names of lines that the reader has put away
    // Never asked of the page: that would lay it out anew for each frame.
    self.observer = new ResizeObserver(([{ contentRect }]) => {
      self.width = contentRect.width;
      draw(self);
      self.describe();
    });
    self.observer.observe(self.plot);
    listen(self, zoom);
  },

  update(self) {
    const { root, plot, data } = self;
    self.pixel = pixel();
    self.height = Math.round(data.height * self.pixel);
    plot.style.height = `${self.height}px`;
    root.setAttribute("aria-label", data.label);
    root.toggleAttribute("data-live", data.live);
    self.reset.title = data.labels.reset;
    self.reset.setAttribute("aria-label", data.labels.reset);
    const axis = `${data.run} ${data.along}`;
    if (self.axis !== axis) Object.assign(self, { axis, zoomed: null });
    if (self.source !== data.series) {
      self.source = data.series;
      self.given = data.series.map(unpacked);
    }
    self.theme = readTheme(root);
    self.size = 0.8 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    fillLegendOf(self);
    draw(self);
  },

  cursor: draw,
  follows: ({ data }) => data.cursor,

  rows,
  summary,

  leave(self) {
    self.observer.disconnect();
  },
});

function unpacked(series) {
  return Object.fromEntries(PARTS.map((part) => [part, series[part] ? unpack(series[part]).values : null]));
}

// The lines as they are now.
function seriesOf({ data, stream, given, hidden }) {
  return data.series.flatMap((one, index) => {
    if (hidden.has(one.name)) return [];
    const known = newest(stream, one, given[index]);
    const along = known[data.along];
    return [{ ...one, ...known, count: known.y.length, at: along ? (i) => along[i] : (i) => i + 1 }];
  });
}

// What the page has given of a line, or where it knows more, the stream.
function newest(stream, { streamed }, given) {
  const known = stream?.lines[streamed];
  return known && lastOf(known) >= lastOf(given) ? known : given;
}

const lastOf = ({ x, y }) => (x ? (x.at(-1) ?? -1) : y.length);

function draw(self) {
  const { root, canvas, data } = self;
  if (!self.width || !self.theme) return;
  self.frame = shownFrame(self);
  self.series = seriesOf(self);
  self.reset.hidden = !self.zoomed;
  paint(self, clearedPen(canvas, self.width, self.height));
  if (data.cursor) placeCursor(self);
  else root.dataset.epoch = Math.max(0, ...self.series.map(lastOf));
}

// The whole plot, into a box that it leaves in `self.box` with the scale of both axes.
function paint(self, pen) {
  const { data, series, size } = self;
  const { right, top } = MARGIN;
  const left = MARGIN.left * self.pixel;
  const foot = 3.1 * size;
  self.box = { x: left, y: top, width: self.width - left - right, height: self.height - top - foot, right };
  self.across = self.zoomed ?? [0, data.span ?? Math.max(0, ...series.map(({ at, count }) => at(count - 1) || 0))];
  if (!self.across[1]) self.across = [0, 1];
  const logarithmic = data.kind === "log";
  self.range = data.kind === "share" && !self.zoomed ? [0, 1] : span(values(self), logarithmic, !self.zoomed);
  const zero = logarithmic && series.some(({ y }) => y.includes(0));
  if (zero) self.range[0] /= (self.range[1] / self.range[0]) ** 0.08;
  self.scale = scaleOf(self.box, self.across, self.range, logarithmic);
  self.ticks = ticksOf(data.kind, self.box, self.across, self.range, zero, data.along === "x" ? 1 : 0);
  drawAxes(pen, { ...self, titles: data.labels });
  drawMarks(pen, { ...self, marks: data.marks });
  drawLines(pen, { ...self, levels: data.levels });
}

// All that lies between the ends of the plot.
function* values({ data, series, across: [from, to] }) {
  yield* data.levels.map(({ share }) => share);
  for (const { at, count, y, low, high } of series) {
    for (let i = 0; i < count; i++) {
      if (at(i) < from || at(i) > to) continue;
      yield y[i];
      if (low) yield* [low[i], high[i]];
    }
  }
}

function placeCursor(self) {
  const { root, data, stream, box, scale, line, dot, value, series } = self;
  const newest = Math.max(0, ...series.map(lastOf));
  const epoch = data.live ? (stream?.shown?.epoch ?? newest) : data.epochs[self.frame];
  root.dataset.epoch = epoch ?? "";
  const x = scale.x(epoch);
  line.hidden = !(x >= box.x - 1 && x <= box.x + box.width + 1);
  if (line.hidden) return;
  Object.assign(line.style, { left: `${x}px`, top: `${box.y}px`, height: `${box.height}px` });
  const number = series.length ? valueAt(series[0], epoch) : NaN; // before training nothing was measured
  const y = scale.y(number) - box.y;
  dot.hidden = value.hidden = !(y >= -1 && y <= box.height + 1);
  dot.style.top = `${y}px`;
  setText(value, written(number, data.kind));
  line.classList.toggle("rl-flipped", x > box.x + box.width - 72);
  value.style.top = `${Math.min(Math.max(y - 14, 10), box.height - 10)}px`;
}

function valueAt({ x, y }, epoch) {
  if (!x) return y[epoch - 1] ?? NaN;
  const index = nearest(x, epoch);
  return x[index] === epoch ? y[index] : NaN;
}

function zoom(self, across) {
  self.zoomed = across;
  self.tip.hidden = true;
  draw(self);
}

function fillLegendOf(self) {
  const { data, legend, hidden, theme } = self;
  const named = [
    ...(data.legend ? data.series : []),
    ...data.levels.map((one) => ({ ...one, dash: "level", fixed: true })),
  ];
  const lines = named
    .filter(({ name }) => name)
    .map(({ name, hue, dash, fixed }) => {
      return { id: name, name, dash, fixed, hue: hue || (fixed ? "currentColor" : theme.primary) };
    });
  fillLegend(legend, lines, hidden, () => draw(self));
}

// A sentence a line, of those that are not put away.
function summary({ data, series = [] }, says) {
  const marks = data.marks.map(({ at, name }) => `${fill(data.labels.at, { epoch: at })}: ${name}.`);
  const lines = series.map(({ name, x, y, seconds }) => {
    const epoch = (index) => (x ? x[index] : index + 1);
    const second = (index) => Number((seconds?.[index] ?? 0).toPrecision(3));
    const place = (index) => fill(data.labels.at, { epoch: epoch(index), seconds: second(index) });
    return lineSummary(says, [data.labels.y, name].filter(Boolean).join(", "), y, place);
  });
  return [...lines, ...marks].join(" ");
}

// ---- What is saved ---------------------------------------------------------------------------------------------------
// A row an epoch: all lines, also those put away, and what else was recorded.
function rows({ data, stream, given }, names) {
  const unit = data.kind === "share" ? "0–1" : data.unit;
  const drawn = data.series.map((one, index) => ({
    head: `${[data.labels.y, one.name].filter(Boolean).join(": ")}${unit ? ` (${unit})` : ""}`,
    ...newest(stream, one, given[index]),
  }));
  const shown = new Set(data.series.map(({ streamed }) => streamed));
  const others = data.record
    .filter(({ streamed }) => !shown.has(streamed))
    .map((one) => ({ head: one.name, ...newest(stream, one, unpacked(one)) }));
  return byEpoch([...drawn, ...others], names);
}
