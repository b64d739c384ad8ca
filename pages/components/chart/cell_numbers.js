// The numbers on the cells of a heatmap, as a trace of text above it. Plotly's own are white or #444, and in the middle
// of a scale neither can be read.
import { along, css, ink } from "../shared/colors.js";

// `text` as the figure has it, or else each value without decimals; `stops` are the colours from zmin to zmax.
export function cellNumbers({ z, text, zmin, zmax }, stops) {
  const cells = z.flatMap((row, y) =>
    Array.from(row, (value, x) => ({
      x,
      y,
      text: text?.[y][x] ?? value.toFixed(0),
      color: css(ink(along(stops, (value - zmin) / (zmax - zmin)))),
    })),
  );
  const all = (name) => cells.map((cell) => cell[name]);
  return {
    type: "scatter",
    mode: "text",
    x: all("x"),
    y: all("y"),
    text: all("text"),
    textfont: { color: all("color") },
    hoverinfo: "skip",
    meta: { numbers: true },
    showlegend: false,
  };
}
