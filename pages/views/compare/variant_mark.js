// The sign of a variant: a piece of its line, in its colour and with its dashes, as the curves have it.
const DASHED = { solid: "", dash: "7 4", dot: "2 3", dashdot: "7 3 2 3", longdash: "11 4", longdashdot: "11 3 2 3" };

function markOf({ hue, dash }) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  svg.setAttribute("class", "rl-mark");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("viewBox", "0 0 34 10");
  const stroke = { x1: 1, x2: 33, y1: 5, y2: 5, stroke: hue, "stroke-width": 4, "stroke-dasharray": DASHED[dash] };
  for (const [name, value] of Object.entries(stroke)) line.setAttribute(name, value);
  svg.append(line);
  return svg;
}
