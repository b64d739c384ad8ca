// The plot as a picture to be kept, with its legend.
import { DASHES } from "../plots/line_sample.js";
import { DOTTED } from "./plot.js";

const TWICE = 2; // as sharp as print wants it
const GAP = 14; // pixels between two names

export function download(self, paint) {
  const { width, data, theme, size } = self;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  pen.font = `${size}px ${theme.font}`;
  const rows = legendRows(pen, self);
  const top = rows.length ? rows.length * 1.6 * size + 8 : 0;
  [canvas.width, canvas.height] = [TWICE * width, TWICE * (data.height + top)];
  pen.scale(TWICE, TWICE);
  pen.fillStyle = theme.background;
  pen.fillRect(0, 0, width, data.height + top);
  pen.font = `${size}px ${theme.font}`;
  pen.textBaseline = "middle";
  rows.forEach((row, index) => {
    for (const { x, name, color, dash } of row) {
      const y = (index + 0.5) * 1.6 * size + 4;
      pen.strokeStyle = color;
      pen.lineWidth = 2;
      pen.setLineDash(dash);
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(x + 24, y);
      pen.stroke();
      pen.fillStyle = theme.text;
      pen.fillText(name, x + 30, y);
    }
  });
  pen.setLineDash([]);
  pen.translate(0, top);
  paint(self, pen);
  canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${data.key}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href));
  });
}

// The names of lines and levels, in as many rows as they need: {x, name, color, dash} each.
function legendRows(pen, { data, series, theme, width }) {
  const lines = series.map(({ name, hue, dash }) => ({ name, color: hue || theme.primary, dash: dashes(dash) }));
  const levels = data.levels.map(({ name, hue }) => ({ name, color: hue || theme.text, dash: DOTTED }));
  const rows = [];
  let x = Infinity;
  for (const one of [...lines, ...levels].filter(({ name }) => name)) {
    const needed = 30 + pen.measureText(one.name).width;
    if (x + needed > width) {
      rows.push([]);
      x = 8;
    }
    rows.at(-1).push({ ...one, x });
    x += needed + GAP;
  }
  return rows;
}

const dashes = (dash) => DASHES[dash].split(" ").filter(Boolean).map(Number);
