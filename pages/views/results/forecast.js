// A column of numbers as a curve; over it what the network says after each number, and how it goes on by itself, if from
// the end of training on it reads its own predictions. All recorded frames are here, so the epoch scrubber moves it without
// the server.
//
// Takes numbers [place]; trained (so many from the beginning are trained on); predicted [frame, place] (what is said after
// each number, of the next one), alone [frame, place] (from the first number on that is not trained on); hues; labels
// {label, x, y, numbers, predicted, alone, trained, held, beyond}.

import { drawAxes, drawLines, scaleOf, ticksOf } from "../../components/curves/plot.js";
import { span } from "../../components/curves/ticks.js";
import { clearedPen } from "../../components/plots/canvas.js";
import { fillLegend } from "../../components/plots/legend.js";
import { unpack } from "../../components/shared/arrays.js";
import { element, styleSheet } from "../../components/shared/dom.js";
import { component, shownFrame } from "../../components/shared/lifecycle.js";
import { lineSummary } from "../../components/shared/summary.js";
import { pixel, readTheme } from "../../components/shared/theme.js";

await styleSheet(import.meta.url);

const MARGIN = { left: 58, right: 14, top: 20 };
const HEIGHT = 320;
const LINES = ["numbers", "predicted", "alone"];
const DASHES = { numbers: "solid", predicted: "solid", alone: "dash" };

export default component("rl-forecast", {
  build(self) {
    self.legend = element("div", "rl-line-legend");
    self.plot = element("div", "rl-forecast-plot");
    self.canvas = element("canvas", "", null, { "aria-hidden": "true" });
    self.canvas.repaint = (pen) => paint(self, pen);
    self.plot.append(self.canvas);
    self.root.append(self.legend, self.plot);
    self.root.setAttribute("role", "figure");
    self.hidden = new Set(); // names of lines that the reader has put away
    self.observer = new ResizeObserver(([{ contentRect }]) => {
      self.width = contentRect.width;
      draw(self);
      self.describe();
    });
    self.observer.observe(self.plot);
  },

  update(self) {
    const { data, root, plot } = self;
    self.pixel = pixel();
    self.height = Math.round(HEIGHT * self.pixel);
    plot.style.height = `${self.height}px`;
    root.setAttribute("aria-label", data.labels.label);
    if (self.source !== data.predicted.b64) {
      self.source = data.predicted.b64;
      for (const name of LINES) self[name] = unpack(data[name]);
    }
    self.theme = readTheme(root);
    self.size = 0.8 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    fillLegendOf(self);
    draw(self);
  },

  cursor: draw,
  follows: () => true,

  rows,
  summary,

  leave(self) {
    self.observer.disconnect();
  },
});

// Each line: the place of its first number, counted from 1, and its numbers at the epoch shown.
function linesOf(self) {
  const { data, numbers } = self;
  const frame = shownFrame(self);
  const row = ({ values, shape: [frames, count] }) => {
    const start = Math.min(frame, frames - 1) * count;
    return values.subarray(start, start + count);
  };
  return {
    numbers: { first: 1, y: numbers.values },
    predicted: { first: 2, y: row(self.predicted) },
    alone: { first: data.trained + 1, y: row(self.alone) },
  };
}

function draw(self) {
  const { canvas } = self;
  if (!self.width || !self.theme) return;
  self.lines = linesOf(self);
  paint(self, clearedPen(canvas, self.width, self.height));
}

const hueOf = ({ data, theme }, name) => data.hues[name] ?? theme.text;

// The upright axis is that of the column, with room above and below, at every epoch: what leaves it is cut off.
function paint(self, pen) {
  const { data, lines, numbers, size, theme, hidden } = self;
  const { right, top } = MARGIN;
  const left = MARGIN.left * self.pixel;
  const box = { x: left, y: top, width: self.width - left - right, height: self.height - top - 3.1 * size, right };
  const across = [1, data.trained + lines.alone.y.length];
  const [low, high] = span(numbers.values, false, false);
  const range = [low - 0.1 * (high - low), high + 0.1 * (high - low)];
  const scale = scaleOf(box, across, range, false);
  const ticks = ticksOf("linear", box, across, range, false, 1);
  parts(self, pen, box, scale, across[1]);
  drawAxes(pen, { box, scale, ticks, titles: data.labels, theme, size });
  const series = LINES.filter((name) => !hidden.has(name)).map((name) => {
    const { first, y } = lines[name];
    return { y, count: y.length, at: (i) => first + i, hue: hueOf(self, name), dash: DASHES[name] };
  });
  drawLines(pen, { box, scale, series: series.reverse(), levels: [], theme, across });
}

// What is trained on, what is only tested on, and what lies beyond the end, by their names and the lines between them.
function parts({ data, numbers, theme, size }, pen, box, scale, end) {
  const known = numbers.values.length;
  const ends = { trained: [1, data.trained], held: [data.trained, known], beyond: [known, end] };
  pen.font = `${size}px ${theme.font}`;
  pen.textAlign = "left";
  pen.textBaseline = "bottom";
  for (const [name, [from, to]] of Object.entries(ends)) {
    if (to <= from) continue;
    const [x, width] = [scale.x(from), scale.x(to) - scale.x(from)];
    pen.fillStyle = theme.grid;
    if (name === "held") pen.fillRect(x, box.y, width, box.height);
    pen.fillStyle = theme.strong;
    if (from > 1) pen.fillRect(Math.round(x), box.y, 1, box.height);
    pen.fillStyle = theme.text;
    if (pen.measureText(data.labels[name]).width < width) pen.fillText(data.labels[name], x + 2, box.y - 3);
  }
}

function fillLegendOf(self) {
  const { data, legend, hidden } = self;
  const lines = LINES.map((id) => ({ id, name: data.labels[id], hue: hueOf(self, id), dash: DASHES[id] }));
  fillLegend(legend, lines, hidden, () => draw(self));
}

function summary({ data, lines }, says) {
  if (!lines) return "";
  return LINES.map((name) => {
    const { first, y } = lines[name];
    return lineSummary(says, data.labels[name], Array.from(y), (index) => `${data.labels.x} ${first + index}`);
  }).join(" ");
}

// A row a place: the number, what was said of it before, and what is said of it without having read it.
function rows({ root, data, lines }, names) {
  const count = data.trained + lines.alone.y.length;
  const at = (name, place) => lines[name].y[place - lines[name].first] ?? null;
  const head = [names.epoch, data.labels.x, ...LINES.map((name) => data.labels[name])];
  const places = Array.from({ length: count }, (_, index) => index + 1);
  return [head, ...places.map((place) => [Number(root.dataset.epoch), place, ...LINES.map((name) => at(name, place))])];
}
