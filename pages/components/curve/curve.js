// A number by epoch, drawn on a canvas, with a line that marks the epoch shown and can be moved.
//
// Takes values (float64, of epoch 1 and on; nan is a gap), name (of the stream's numbers that are these), epochs_planned
// (the end of the axis), logarithmic, height, label, labels {x, y, at, reset}. While the run goes on it shows what the
// stream brings. A click brings the line there, a drag across the plot shows the epochs between its ends alone.
import { nearest, unpack } from "../shared/arrays.js";
import { moveTo } from "../shared/cursor_bus.js";
import { element, fill, setText, styleSheet } from "../shared/dom.js";
import { component, shownFrame } from "../shared/lifecycle.js";
import { readTheme } from "../shared/theme.js";
import { linearTicks, logarithmicTicks, span } from "./ticks.js";

await styleSheet(import.meta.url);

const MARGIN = { left: 58, right: 12, top: 10, bottom: 40 };

export default component("rl-curve", {
  build(self) {
    self.canvas = element("canvas", "", null, { "aria-hidden": "true" });
    self.ticks = element("div", "rl-ticks", null, { "aria-hidden": "true" });
    self.line = element("div", "rl-cursor", null, { "aria-hidden": "true", hidden: "" });
    self.dot = element("i", "rl-dot");
    self.value = element("span", "rl-value");
    self.line.append(self.dot, self.value);
    self.tip = element("output", "rl-tip", null, { hidden: "" });
    self.chosen = element("div", "rl-chosen", null, { "aria-hidden": "true", hidden: "" });
    self.reset = element("button", "rl-reset", "⤢", { type: "button", hidden: "" });
    self.reset.addEventListener("click", () => zoom(self, null));
    self.root.append(self.canvas, self.ticks, self.chosen, self.line, self.tip, self.reset);
    self.root.setAttribute("role", "figure");
    self.observer = new ResizeObserver(() => self.root.clientWidth !== self.width && draw(self));
    self.observer.observe(self.root);
    listen(self);
  },

  update(self) {
    const { root, data } = self;
    root.style.height = `${data.height}px`;
    root.setAttribute("aria-label", data.label);
    root.toggleAttribute("data-live", data.live);
    self.reset.title = data.labels.reset;
    self.reset.setAttribute("aria-label", data.labels.reset);
    if (self.run !== data.run) Object.assign(self, { run: data.run, zoomed: null });
    if (self.source !== data.values.b64) {
      self.source = data.values.b64;
      self.values = unpack(data.values).values;
    }
    self.theme = readTheme(root);
    draw(self);
  },

  cursor: draw,

  leave(self) {
    self.observer.disconnect();
  },
});

const numbers = ({ data, group, values }) => {
  const streamed = data.live ? group.stream?.[data.name] : null;
  return streamed && streamed.length > values.length ? streamed : values;
};

function draw(self) {
  const { root, canvas, data } = self;
  self.width = root.clientWidth;
  if (!self.width || !self.theme) return;
  self.frame = shownFrame(self);
  self.numbers = numbers(self);
  const ratio = devicePixelRatio;
  const size = [Math.round(self.width * ratio), Math.round(data.height * ratio)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  const { left, right, top, bottom } = MARGIN;
  self.box = { x: left, y: top, width: self.width - left - right, height: data.height - top - bottom };
  self.reset.hidden = !self.zoomed;
  self.across = self.zoomed ?? [0, Math.max(data.epochs_planned, 2)];
  const [from, to] = self.across;
  const seen = self.zoomed ? self.numbers.slice(Math.max(Math.ceil(from) - 1, 0), Math.ceil(to)) : self.numbers;
  self.range = span(seen, data.logarithmic, !self.zoomed);
  self.scale = scaleOf(self);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, self.width, data.height);
  drawAxes(self, pen);
  drawCurve(self, pen);
  placeCursor(self);
}

// Pixels of an epoch, and of a value; NaN where there is none on this axis.
function scaleOf({ data, box, across: [first, last], range: [low, high] }) {
  const place = data.logarithmic ? Math.log10 : Number;
  const [from, to] = [place(low), place(high)];
  return {
    x: (epoch) => box.x + ((epoch - first) / (last - first)) * box.width,
    epoch: (x) => first + ((x - box.x) / box.width) * (last - first),
    y: (value) => box.y + box.height * (1 - (place(value) - from) / (to - from)),
  };
}

function drawAxes(self, pen) {
  const { data, box, theme, across, range, scale, ticks } = self;
  const up = data.logarithmic ? logarithmicTicks(...range) : linearTicks(...range, Math.max(2, box.height / 45));
  const along = linearTicks(...across, Math.max(2, box.width / 80), 1);
  pen.fillStyle = theme.grid;
  for (const { at } of up) pen.fillRect(box.x, Math.round(scale.y(at)), box.width, 1);
  for (const { at } of along) pen.fillRect(Math.round(scale.x(at)), box.y, 1, box.height);
  pen.fillStyle = theme.strong;
  pen.fillRect(box.x, box.y + box.height, box.width, 1);
  pen.fillRect(box.x, box.y, 1, box.height);
  const labels = JSON.stringify([up, along, self.width, data.height, data.labels]);
  if (labels === self.labelled) return;
  self.labelled = labels;
  ticks.replaceChildren(
    ...up.map(({ at, text }) => {
      const node = element("span", "rl-up", text);
      Object.assign(node.style, { top: `${scale.y(at)}px`, width: `${box.x - 6}px` });
      return node;
    }),
    ...along.map(({ at, text }) => {
      const node = element("span", "rl-along", text);
      Object.assign(node.style, { left: `${scale.x(at)}px`, top: `${box.y + box.height + 3}px` });
      return node;
    }),
    element("span", "rl-x", data.labels.x),
    element("span", "rl-y", data.labels.y),
  );
}

// Of many epochs on one column of pixels the lowest and the highest: as dense as the screen, not as the run.
function drawCurve({ box, theme, scale, numbers: values }, pen) {
  pen.save();
  pen.beginPath();
  pen.rect(box.x, box.y - 2, box.width + 2, box.height + 4);
  pen.clip();
  pen.strokeStyle = pen.fillStyle = theme.primary;
  pen.lineWidth = 2;
  pen.lineJoin = "round";
  pen.beginPath();
  const every = Math.max(1, Math.floor(values.length / (2 * box.width)));
  let drawing = false;
  for (let i = 0; i < values.length; i += every) {
    let [low, high] = [values[i], values[i]];
    for (let j = i + 1; j < Math.min(i + every, values.length); j++) {
      low = Math.min(low, values[j]);
      high = Math.max(high, values[j]);
    }
    const x = scale.x(i + 1);
    const [top, bottom] = [scale.y(high), scale.y(low)];
    if (!Number.isFinite(top) || !Number.isFinite(bottom)) {
      drawing = false;
      continue;
    }
    if (drawing) pen.lineTo(x, top);
    else pen.moveTo(x, top);
    if (bottom !== top) pen.lineTo(x, bottom);
    drawing = true;
  }
  pen.stroke();
  if (values.length === 1 && Number.isFinite(scale.y(values[0]))) {
    pen.beginPath();
    pen.arc(scale.x(1), scale.y(values[0]), 4, 0, 7);
    pen.fill();
  }
  pen.restore();
}

function placeCursor(self) {
  const { root, data, group, box, scale, line, dot, value, numbers: values } = self;
  const epoch = data.live ? (group.stream?.shown?.epoch ?? values.length) : data.epochs[self.frame];
  root.dataset.epoch = epoch ?? "";
  const x = scale.x(epoch);
  line.hidden = !(x >= box.x - 1 && x <= box.x + box.width + 1);
  if (line.hidden) return;
  Object.assign(line.style, { left: `${x}px`, top: `${box.y}px`, height: `${box.height}px` });
  const number = values[epoch - 1]; // before training nothing was measured
  const y = scale.y(number) - box.y;
  dot.hidden = value.hidden = !(y >= -1 && y <= box.height + 1);
  dot.style.top = `${y}px`;
  setText(value, Number.isFinite(number) ? String(Number(number.toPrecision(4))) : "");
  line.classList.toggle("rl-flipped", x > box.x + box.width - 72);
  value.style.top = `${Math.min(Math.max(y - 14, 10), box.height - 10)}px`;
}

// ---- The pointer ---------------------------------------------------------------------------------------------------
function zoom(self, across) {
  self.zoomed = across;
  draw(self);
}

function listen(self) {
  const { root, canvas, line, tip, chosen } = self;
  const left = () => root.getBoundingClientRect().left;
  const epochAt = (x) => self.scale.epoch(x - left());
  const move = (x) => moveTo(self.group, self.data.epochs[nearest(self.data.epochs, epochAt(x))]);
  line.addEventListener("pointerdown", (event) => {
    line.setPointerCapture(event.pointerId);
    event.preventDefault(); // no text is marked
  });
  line.addEventListener("pointermove", (event) => {
    if (line.hasPointerCapture(event.pointerId)) move(event.clientX);
  });
  line.addEventListener("click", (event) => move(event.clientX)); // its handle may be what lies there
  let from = null; // where a drag began
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || event.pointerType === "touch") return; // a finger scrolls the page
    from = event.clientX;
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (from !== null && Math.abs(event.clientX - from) > 4) {
      const ends = [from, event.clientX].sort((a, b) => a - b).map((x) => clamp(x - left(), self.box));
      chosen.hidden = false;
      Object.assign(chosen.style, { left: `${ends[0]}px`, width: `${ends[1] - ends[0]}px` });
    }
    say(self, Math.round(epochAt(event.clientX)));
  });
  canvas.addEventListener("pointerup", (event) => {
    const [began, to] = [from, event.clientX];
    from = null;
    chosen.hidden = true;
    if (began === null || Math.abs(to - began) <= 4) return;
    const ends = [began, to].sort((a, b) => a - b).map((x) => self.scale.epoch(clamp(x - left(), self.box)));
    if (ends[1] - ends[0] >= 1) zoom(self, ends);
    self.dragged = true;
  });
  canvas.addEventListener("click", (event) => {
    if (!self.dragged) move(event.clientX);
    self.dragged = false;
  });
  canvas.addEventListener("dblclick", () => zoom(self, null));
  canvas.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });
}

const clamp = (x, box) => Math.min(Math.max(x, box.x), box.x + box.width);

function say(self, epoch) {
  const { tip, scale, box, data } = self;
  const value = self.numbers[epoch - 1];
  tip.hidden = value === undefined;
  if (tip.hidden) return;
  const number = Number.isFinite(value) ? String(Number(value.toPrecision(4))) : "–";
  setText(tip, fill(data.labels.at, { epoch, value: number }));
  tip.style.left = `${scale.x(epoch)}px`;
  tip.style.top = `${box.y + 4}px`;
  tip.classList.toggle("rl-flipped", scale.x(epoch) > self.width / 2);
}
