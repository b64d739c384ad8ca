// The sign of a variant: a piece of its line, in its colour and with its dashes, as the curves have it.
import { styleSheet, svg } from "../shared/dom.js";

await styleSheet(import.meta.url);

export const DASHES = {
  solid: "",
  dash: "7 4",
  dot: "2 3",
  dashdot: "7 3 2 3",
  longdash: "11 4",
  longdashdot: "11 3 2 3",
  level: "2 5",
};

export function lineSample({ hue, dash }) {
  const stroke = { x1: 1, x2: 33, y1: 5, y2: 5, stroke: hue, "stroke-width": 4, "stroke-dasharray": DASHES[dash] };
  return svg("svg", { class: "rl-line-sample", "aria-hidden": "true", viewBox: "0 0 34 10" }, svg("line", stroke));
}
