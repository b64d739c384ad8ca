// What a pointer does on the plot: it moves the epoch shown, zooms, and is told the values where it is.

import { lineSample } from "../plots/line_sample.js";
import { nearest } from "../shared/arrays.js";
import { moveTo } from "../shared/cursor_bus.js";
import { element, fill } from "../shared/dom.js";
import { written } from "./plot.js";

const STILL = 4; // pixels that a click may move

export function listen(self, zoom) {
  const { plot, canvas, line, tip, chosen } = self;
  const left = () => plot.getBoundingClientRect().left;
  const alongAt = (x) => self.scale.along(x - left());
  const move = (x) => {
    const { epochs, cursor } = self.data;
    if (cursor) moveTo(self.group, epochs[nearest(epochs, alongAt(x))]);
  };
  line.addEventListener("pointerdown", (event) => {
    line.setPointerCapture(event.pointerId);
    event.preventDefault(); // no text is marked
  });
  line.addEventListener("pointermove", (event) => {
    if (line.hasPointerCapture(event.pointerId)) move(event.clientX);
  });
  line.addEventListener("click", (event) => move(event.clientX)); // its handle may be what lies there
  let from = null; // where a drag began
  const ends = (x) => [from, x].sort((a, b) => a - b).map((one) => inside(one - left(), self.box));
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || event.pointerType === "touch") return; // a finger scrolls the page
    from = event.clientX;
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (from !== null && Math.abs(clientX - from) > STILL) {
      const [start, end] = ends(clientX);
      const { y, height } = self.box;
      chosen.hidden = false;
      const place = { left: start, width: end - start, top: y, height };
      for (const [name, pixels] of Object.entries(place)) chosen.style[name] = `${pixels}px`;
    }
    say(self, alongAt(clientX), clientY - plot.getBoundingClientRect().top);
  });
  canvas.addEventListener("pointerup", ({ clientX }) => {
    const moved = from !== null && Math.abs(clientX - from) > STILL;
    const across = moved ? ends(clientX).map((x) => self.scale.along(x)) : null;
    from = null;
    chosen.hidden = true;
    if (!moved) return;
    if (self.data.along !== "x" || across[1] - across[0] >= 1) zoom(self, across);
    self.dragged = true;
  });
  canvas.addEventListener("click", ({ clientX }) => {
    if (!self.dragged) move(clientX);
    self.dragged = false;
  });
  canvas.addEventListener("dblclick", () => zoom(self, null));
  canvas.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });
}

const inside = (x, box) => Math.min(Math.max(x, box.x), box.x + box.width);

// What each line says nearest to this place, and of which epoch where that is another than the nearest line's; where the
// lines are too many for a legend, what that one says which is nearest to the pointer, `down` from the top.
function say(self, place, down) {
  const { tip, scale, box, data, series } = self;
  const at = (one) => one.at(one.index);
  const epochOf = ({ x, index }) => (x ? x[index] : index + 1);
  let found = series.filter(({ count }) => count).map((one) => ({ ...one, index: nearestIndex(one, place) }));
  if (!data.legend) {
    const away = ({ index, y }) => distance(scale.y(y[index]), down) || 0;
    found = found.sort((one, other) => away(one) - away(other)).slice(0, 1);
  }
  const near = found.reduce(
    (best, one) => (!best || distance(at(one), place) < distance(at(best), place) ? one : best),
    null,
  );
  tip.hidden = !near || place < 0;
  if (tip.hidden) return;
  const epoch = epochOf(near);
  const values = found.map((one) => {
    const { index, y, low, high, name, hue, dash } = one;
    const row = element("div");
    if (name) row.append(lineSample({ hue: hue || self.theme.primary, dash }), element("span", "", name));
    const number = written(y[index], data.kind) || "–";
    const [least, most] = low ? [written(low[index], data.kind), written(high[index], data.kind)] : [];
    const text = low ? fill(data.labels.band, { value: number, low: least, high: most }) : number;
    const own = epochOf(one) === epoch ? "" : ` · ${fill(data.labels.epoch, { epoch: epochOf(one) })}`;
    row.append(element("span", "rl-tip-value", text + own));
    return row;
  });
  const head = fill(data.labels.at, { epoch, seconds: Number(at(near).toPrecision(3)) });
  tip.replaceChildren(element("div", "", head), ...values);
  tip.style.left = `${scale.x(at(near))}px`;
  tip.style.top = `${box.y + 4}px`;
  tip.classList.toggle("rl-flipped", scale.x(at(near)) > self.width / 2);
}

const distance = (one, other) => Math.abs(one - other);

// Places ascend: halve.
function nearestIndex({ at, count }, place) {
  let [low, high] = [0, count - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at(middle) <= place) low = middle;
    else high = middle;
  }
  return distance(at(high), place) < distance(at(low), place) ? high : low;
}
