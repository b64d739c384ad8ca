// Units down, steps across, one colour a value: drawn on a canvas, for it changes many times a second.
//
// Takes tokens (a label for each step), units, frames {values int16 [frame, unit, step], scale}, limit (the end of the
// colour scale), across and down (lines: before which unit, before which step), height, label, labels {unit, cell}. While
// the run goes on it shows what the stream brings. The step under the pointer is told to the group.
import { unpack } from "../shared/arrays.js";
import { pointAt, stepOf } from "../shared/cursor_bus.js";
import { element, fill, setText, styleSheet } from "../shared/dom.js";
import "../plots/marks.js";
import { component, shownFrame, streamedFrame } from "../shared/lifecycle.js";
import { signed } from "../shared/numbers.js";
import { tableSummary } from "../shared/summary.js";
import { readTheme, rgb } from "../shared/theme.js";

await styleSheet(import.meta.url);

const SHADES = 255;
const LEFT = 52; // pixels for the numbers of the units
const RIGHT = 46; // for the colour scale
const TOP = 8;
const GAP = 5; // pixels of a cell from which on there is a line between cells

export default component("rl-heatmap", {
  build(self) {
    self.canvas = element("canvas", "rl-cells", null, { "aria-hidden": "true" });
    self.ticks = element("div", "rl-ticks", null, { "aria-hidden": "true", translate: "no" });
    self.band = element("div", "rl-band", null, { "aria-hidden": "true", hidden: "" });
    self.tip = element("div", "rl-tip", null, { "aria-hidden": "true", hidden: "" });
    self.root.append(self.canvas, self.ticks, self.band, self.tip);
    self.root.setAttribute("role", "figure");
    self.cells = element("canvas");
    self.scale = element("canvas", "", null, { width: 1, height: SHADES });
    self.canvas.repaint = (pen) => paint(self, pen);
    // Never asked of the page: that would lay it out anew.
    self.observer = new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width === self.width) return;
      self.width = contentRect.width;
      layOut(self);
      self.describe();
    });
    self.observer.observe(self.root);
    self.canvas.addEventListener("pointermove", (event) => hover(self, event));
    self.canvas.addEventListener("pointerleave", () => hover(self, null));
  },

  update(self) {
    const { root, data } = self;
    root.style.height = `${data.height}px`;
    root.setAttribute("aria-label", data.label);
    if (self.source !== data.frames) {
      self.source = data.frames;
      self.frames = data.frames && unpack(data.frames.values);
    }
    layOut(self);
  },

  cursor: draw,
  follows: () => true,

  rows,
  summary: (self, says, names) => (self.value ? tableSummary(says, rows(self, names)) : ""),

  leave(self) {
    self.observer.disconnect();
  },
});

// ---- Where everything is, which a frame does not change ---------------------------------------------------------------
function layOut(self) {
  const { root, canvas, data } = self;
  if (!self.width) return; // in a hidden tab
  self.theme = readTheme(root);
  self.palette = shades(self.theme.diverging);
  drawScale(self);
  const room = (self.width - LEFT - RIGHT) / data.tokens.length;
  const slanted = Math.max(...data.tokens.map(lengthOf)) > room;
  const bottom = slanted ? Math.min(20 + 0.87 * Math.max(...data.tokens.map(lengthOf)), data.height / 3) : 26;
  self.box = { x: LEFT, y: TOP, width: self.width - LEFT - RIGHT, height: data.height - TOP - bottom };
  const ratio = devicePixelRatio;
  Object.assign(canvas, { width: Math.round(self.width * ratio), height: Math.round(data.height * ratio) });
  Object.assign(self.cells, { width: data.tokens.length, height: data.units });
  labelAxes(self, room, slanted);
  draw(self);
}

// The largest value on top.
function drawScale({ scale, palette }) {
  const pen = scale.getContext("2d");
  const image = pen.createImageData(1, SHADES);
  for (let i = 0; i < SHADES; i++) image.data.set(palette.subarray(4 * i, 4 * i + 4), 4 * (SHADES - 1 - i));
  pen.putImageData(image, 0, 0);
}

// About how wide a label is, in pixels.
const lengthOf = (text) => [...text].reduce((sum, sign) => sum + (sign < "\u2e80" ? 7.5 : 14), 0);

function shades(colors) {
  const stops = colors.map(rgb);
  const palette = new Uint8ClampedArray(4 * SHADES);
  for (let i = 0; i < SHADES; i++) {
    const place = (i / (SHADES - 1)) * (stops.length - 1);
    const [low, share] = [
      Math.min(Math.floor(place), stops.length - 2),
      place - Math.min(Math.floor(place), stops.length - 2),
    ];
    for (let c = 0; c < 3; c++) palette[4 * i + c] = stops[low][c] + (stops[low + 1][c] - stops[low][c]) * share;
    palette[4 * i + 3] = 255;
  }
  return palette;
}

function labelAxes({ ticks, data, box }, room, slanted) {
  const nodes = [];
  const every = Math.ceil(15 / room);
  data.tokens.forEach((token, step) => {
    if (step % every) return;
    const node = element("span", slanted ? "rl-tick rl-slanted" : "rl-tick", token);
    node.style.left = `${box.x + (step + 0.5) * room}px`;
    node.style.top = `${box.y + box.height + 4}px`;
    nodes.push(node);
  });
  for (const unit of marked(data.units, Math.max(2, Math.floor(box.height / 32)))) {
    const node = element("span", "rl-unit", String(unit));
    node.style.top = `${box.y + ((unit + 0.5) * box.height) / data.units}px`;
    node.style.width = `${box.x - 6}px`;
    nodes.push(node);
  }
  nodes.push(element("span", "rl-axis", data.labels.unit));
  [data.limit, 0, -data.limit].forEach((value, i) => {
    const node = element("span", "rl-end", signed(value).replace("+", ""));
    node.style.top = `${box.y + (i * box.height) / 2}px`;
    nodes.push(node);
  });
  ticks.replaceChildren(...nodes);
}

// Round numbers below `count`, from 0 on, as units are counted everywhere: h[0] is the first.
function marked(count, most) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((size) => count / size <= most) ?? count;
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

// ---- A frame -------------------------------------------------------------------------------------------------------
// The value of a unit at a step, from -1 to 1 of the colour scale and beyond.
function reader(self) {
  const { data, frames } = self;
  const shown = streamedFrame(self);
  if (shown) {
    const factor = shown.scale / 127;
    return (unit, step) => shown.hidden[step * data.units + unit] * factor;
  }
  const index = shownFrame(self);
  const [, units, steps] = frames.shape;
  const [start, factor] = [index * units * steps, data.frames.scale / 32767];
  return (unit, step) => frames.values[start + unit * steps + step] * factor;
}

function draw(self) {
  const { canvas, cells, data, palette } = self;
  if (!self.width || !self.frames) return;
  self.value = reader(self);
  const [columns, rows] = [data.tokens.length, data.units];
  const small = cells.getContext("2d");
  const image = small.createImageData(columns, rows);
  for (let unit = 0, at = 0; unit < rows; unit++) {
    for (let step = 0; step < columns; step++, at += 4) {
      const place = Math.min(Math.max(self.value(unit, step) / data.limit, -1), 1);
      const shade = 4 * Math.round(((place + 1) / 2) * (SHADES - 1));
      for (let c = 0; c < 4; c++) image.data[at + c] = palette[shade + c];
    }
  }
  small.putImageData(image, 0, 0);
  const pen = canvas.getContext("2d");
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  pen.clearRect(0, 0, self.width, data.height);
  paint(self, pen);
  markStep(self);
}

function paint({ data, cells, scale, box, theme }, pen) {
  const [columns, rows] = [data.tokens.length, data.units];
  pen.imageSmoothingEnabled = false;
  pen.drawImage(cells, box.x, box.y, box.width, box.height);
  pen.fillStyle = theme.background;
  for (let step = 1; step < columns && box.width / columns >= GAP; step++) {
    pen.fillRect(box.x + (step * box.width) / columns - 0.5, box.y, 1, box.height);
  }
  pen.fillStyle = theme.text;
  for (const unit of data.across) pen.fillRect(box.x, box.y + (unit * box.height) / rows - 1, box.width, 2);
  for (const step of data.down) pen.fillRect(box.x + (step * box.width) / columns - 1, box.y, 2, box.height);
  pen.drawImage(scale, box.x + box.width + 8, box.y, 8, box.height);
}

function markStep({ band, box, data, group, tip, pointed, value }) {
  const step = stepOf(group);
  band.hidden = step === null || step >= data.tokens.length;
  if (!band.hidden) {
    const width = box.width / data.tokens.length;
    Object.assign(band.style, {
      left: `${box.x + step * width}px`,
      width: `${width}px`,
      top: `${box.y}px`,
      height: `${box.height}px`,
    });
  }
  tip.hidden = !pointed;
  if (pointed) {
    const { unit, step: at } = pointed;
    const cell = { step: at + 1, token: data.tokens[at], unit, value: signed(value(unit, at)) };
    setText(tip, fill(data.labels.cell, cell));
    tip.classList.toggle("rl-flipped", at > data.tokens.length / 2);
    tip.style.left = `${box.x + ((at + 0.5) * box.width) / data.tokens.length}px`;
    tip.style.top = `${box.y + ((unit + 0.5) * box.height) / data.units}px`;
  }
}

function hover(self, event) {
  const { box, data } = self;
  const step = event && Math.floor(((event.offsetX - box.x) / box.width) * data.tokens.length);
  const unit = event && Math.floor(((event.offsetY - box.y) / box.height) * data.units);
  const inside = event && step >= 0 && step < data.tokens.length && unit >= 0 && unit < data.units;
  self.pointed = inside ? { unit, step } : null;
  pointAt(self.group, { hovered: inside ? step : null });
  markStep(self);
}

function rows({ root, data, value }, names) {
  const epoch = Number(root.dataset.epoch);
  const cells = data.tokens.flatMap((token, step) =>
    Array.from({ length: data.units }, (_, unit) => [epoch, step + 1, token, unit, value(unit, step)]),
  );
  return [[names.epoch, names.step, names.token, names.unit, names.state], ...cells];
}
