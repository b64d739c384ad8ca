// Axes, lines and bands on a canvas. Needs no page.
import { DASHES } from "../plots/line_sample.js";
import { linearTicks, logarithmicTicks } from "./ticks.js";

export const DOTTED = [2, 5]; // as no curve is

// Pixels of a place along the axis and of a value; NaN where there is none on it. On a logarithmic axis zero stands at the
// very bottom.
export function scaleOf(box, [first, last], [low, high], logarithmic) {
  const place = logarithmic ? Math.log10 : Number;
  const [from, to] = [place(low), place(high)];
  const bottom = box.y + box.height;
  return {
    logarithmic,
    x: (at) => box.x + ((at - first) / (last - first)) * box.width,
    along: (x) => first + ((x - box.x) / box.width) * (last - first),
    y: (value) => (logarithmic && value === 0 ? bottom : bottom - ((place(value) - from) / (to - from)) * box.height),
  };
}

// What both axes are marked with.
export function ticksOf(kind, box, across, range, zero, least) {
  const most = Math.max(2, box.height / 45);
  const up = kind === "log" ? logarithmicTicks(...range) : linearTicks(...range, most);
  if (kind === "share") for (const tick of up) tick.text = `${Number((100 * tick.at).toPrecision(6))}%`;
  if (zero) up.push({ at: 0, text: "0" });
  return { up, along: linearTicks(...across, Math.max(2, box.width / 80), least) };
}

export function drawAxes(pen, { box, scale, ticks, titles, theme, size }) {
  pen.fillStyle = theme.grid;
  for (const { at } of ticks.up) pen.fillRect(box.x, Math.round(scale.y(at)), box.width, 1);
  for (const { at } of ticks.along) pen.fillRect(Math.round(scale.x(at)), box.y, 1, box.height);
  pen.fillStyle = theme.strong;
  pen.fillRect(box.x, box.y + box.height, box.width, 1);
  pen.fillRect(box.x, box.y, 1, box.height);
  pen.fillStyle = theme.text;
  pen.font = `${size}px ${theme.font}`;
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  for (const { at, text } of ticks.up) pen.fillText(text, box.x - 6, scale.y(at));
  const bottom = box.y + box.height;
  pen.textAlign = "center";
  for (const { at, text } of ticks.along) {
    const half = pen.measureText(text).width / 2;
    pen.fillText(text, Math.min(scale.x(at), box.x + box.width + box.right - half), bottom + 0.85 * size);
  }
  pen.fillText(titles.x, box.x + box.width / 2, bottom + 2.2 * size);
  pen.save();
  pen.translate(0.85 * size, box.y + box.height / 2);
  pen.rotate(-Math.PI / 2);
  pen.fillText(titles.y, 0, 0, box.height + box.y + 2 * size);
  pen.restore();
}

// Where something changed: an upright line, with what it became at its top, left of it where there is no room.
export function drawMarks(pen, { box, scale, marks, theme, size }) {
  pen.strokeStyle = pen.fillStyle = theme.text;
  pen.font = `${0.9 * size}px ${theme.font}`;
  pen.textBaseline = "top";
  pen.lineWidth = 1;
  pen.setLineDash(DOTTED);
  for (const { at, name } of marks) {
    const x = scale.x(at);
    if (x < box.x || x > box.x + box.width) continue;
    trace(pen, [x, x], [box.y, box.y + box.height]);
    const fits = x + 4 + pen.measureText(name).width <= box.x + box.width;
    pen.textAlign = fits ? "left" : "right";
    pen.fillText(name, fits ? x + 4 : x - 4, box.y);
  }
  pen.setLineDash([]);
}

// Everything inside the box: bands, levels, lines.
export function drawLines(pen, { box, scale, series, levels, theme, across }) {
  pen.save();
  pen.beginPath();
  pen.rect(box.x, box.y - 2, box.width + 2, box.height + 4);
  pen.clip();
  pen.lineJoin = "round";
  const colored = series.map((one) => ({ ...one, color: one.hue || theme.primary }));
  for (const one of colored) if (one.low) drawBand(pen, one, scale);
  for (const { share, hue, low, high } of levels) {
    pen.strokeStyle = hue || theme.text;
    if (low !== null) {
      const ends = { at: (i) => across[i], count: 2 };
      drawBand(pen, { ...ends, low: [low, low], high: [high, high], color: pen.strokeStyle }, scale);
    }
    pen.lineWidth = 1.5;
    pen.setLineDash(DOTTED);
    trace(pen, [scale.x(across[0]), scale.x(across[1])], [scale.y(share), scale.y(share)]);
  }
  for (const one of colored.reverse()) drawLine(pen, one, scale, box.width); // the first above the others
  pen.restore();
}

function trace(pen, xs, ys) {
  pen.beginPath();
  xs.forEach((x, i) => {
    pen.lineTo(x, ys[i]);
  });
  pen.stroke();
}

function drawBand(pen, { at, count, low, high, color }, scale) {
  pen.beginPath();
  for (let i = 0; i < count; i++) if (Number.isFinite(scale.y(high[i]))) pen.lineTo(scale.x(at(i)), scale.y(high[i]));
  for (let i = count - 1; i >= 0; i--)
    if (Number.isFinite(scale.y(low[i]))) pen.lineTo(scale.x(at(i)), scale.y(low[i]));
  pen.fillStyle = color;
  pen.globalAlpha = 0.18;
  pen.fill();
  pen.globalAlpha = 1;
}

// Of many values on one column of pixels the lowest and the highest: as dense as the screen, not as the run. No line leads
// to a value that the axis has no place for, nor to a zero on a logarithmic one.
function drawLine(pen, { at, count, y: values, color, dash }, scale, width) {
  pen.strokeStyle = pen.fillStyle = color;
  pen.lineWidth = 2;
  pen.setLineDash(DASHES[dash].split(" ").filter(Boolean).map(Number));
  pen.beginPath();
  const every = Math.max(1, Math.floor(count / (2 * width)));
  const alone = []; // places of values without a neighbour to be joined with
  let joined = 0;
  let before = null;
  for (let i = 0; i < count; i += every) {
    let [low, high] = [values[i], values[i]];
    for (let j = i + 1; j < Math.min(i + every, count); j++) {
      low = Math.min(low, values[j]);
      high = Math.max(high, values[j]);
    }
    const [x, top, bottom] = [scale.x(at(i)), scale.y(high), scale.y(low)];
    const zero = scale.logarithmic && high === 0;
    if (zero || !Number.isFinite(top) || !Number.isFinite(bottom)) {
      if (zero) alone.push([x, top]);
      if (joined === 1) alone.push(before);
      joined = 0;
      continue;
    }
    if (joined) pen.lineTo(x, top);
    else pen.moveTo(x, top);
    if (bottom !== top) pen.lineTo(x, bottom);
    joined += bottom === top ? 1 : 2;
    before = [x, top];
  }
  if (joined === 1) alone.push(before);
  pen.stroke();
  for (const [x, y] of alone) {
    pen.beginPath();
    pen.arc(x, y, 3, 0, 7);
    pen.fill();
  }
}

// A value as its axis writes its own.
export function written(value, kind) {
  if (!Number.isFinite(value)) return "";
  return kind === "share" ? `${Number((100 * value).toPrecision(4))}%` : String(Number(value.toPrecision(4)));
}
