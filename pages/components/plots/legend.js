// The names of a plot's lines, each with a piece of its line. One that can be put away is a button that does so, and
// brings it back.
import { element, styleSheet } from "../shared/dom.js";
import { lineSample } from "./line_sample.js";

await styleSheet(import.meta.url);

const shown = new WeakMap(); // by legend: what its lines are called and look like

// lines: each {id, name, hue, dash, fixed}; hidden: the ids of those that are put away; redraw is called when that has changed.
export function fillLegend(legend, lines, hidden, redraw) {
  const look = JSON.stringify(lines);
  if (shown.get(legend) === look) return;
  shown.set(legend, look);
  legend.replaceChildren(...lines.map((line) => lineName(line, hidden, redraw)));
}

function lineName({ id, name, hue, dash, fixed }, hidden, redraw) {
  const node = element(fixed ? "span" : "button", "rl-line-name", null, fixed ? {} : { type: "button" });
  node.append(lineSample({ hue, dash }), element("span", "", name));
  if (fixed) return node;
  node.setAttribute("aria-pressed", !hidden.has(id));
  node.addEventListener("click", () => {
    if (!hidden.delete(id)) hidden.add(id);
    node.setAttribute("aria-pressed", !hidden.has(id));
    redraw();
  });
  return node;
}
