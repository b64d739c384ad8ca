// A network over the first words of its preset, as small as a card: tokens, the states after them, what it should answer.
import { paintAll, themeOf } from "../plots/strips.js";
import { unpack } from "../shared/arrays.js";
import { css, mix } from "../shared/colors.js";
import { rgb } from "../shared/theme.js";

const HEIGHT = 92;
const [TOP, BOTTOM] = [24, 62]; // of the states
const LOWER = 5; // a layer below the last
const WORDS = [13, 84]; // the lines on which answers and tokens stand
const FULL = 127; // the largest of the states

export function drawPicture(canvas, { columns, states, directions, layers, starts }, root) {
  const width = canvas.clientWidth;
  if (!width) return;
  const ratio = Math.min(devicePixelRatio || 1, 2);
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(HEIGHT * ratio) });
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const theme = themeOf(root);
  const { values, shape } = unpack(states);
  const column = Math.min(width / columns.length, 64);
  const strip = Math.max(4, Math.min(18, Math.floor((column * 0.5) / directions)));
  const middle = (index) => (width - column * columns.length) / 2 + column * (index + 0.5);
  const shift = directions === 2 ? [-strip / 2 - 1, strip / 2 + 1] : [0];
  const last = BOTTOM - (layers - 1) * (LOWER + 3);
  const faint = css(mix(rgb(theme.background), rgb(theme.text), 0.45));

  pen.strokeStyle = faint;
  pen.beginPath();
  columns.forEach(({ answer, follows }, index) => {
    const x = middle(index);
    pen.moveTo(x, BOTTOM);
    pen.lineTo(x, BOTTOM + 6);
    if (answer) {
      pen.moveTo(x, TOP);
      pen.lineTo(x, TOP - 6);
    }
    if (!index) return;
    const y = (TOP + last) / 2;
    const [from, to] = [middle(index - 1) + (strip * directions) / 2 + 1, x - (strip * directions) / 2 - 1];
    if (follows) {
      pen.moveTo(from, y);
      pen.lineTo(to, y);
    } else {
      for (const share of [0.25, 0.5, 0.75]) {
        pen.moveTo(from + (to - from) * share + 1, y);
        pen.arc(from + (to - from) * share, y, 1, 0, 7);
      }
    }
  });
  for (let layer = 1; layer < layers; layer++) {
    const y = BOTTOM - layer * (LOWER + 3) + 3;
    columns.forEach((_, index) => {
      for (const aside of shift) pen.rect(middle(index) + aside - strip / 2, y, strip, LOWER);
    });
  }
  pen.stroke();
  if (starts.length > 1) {
    pen.lineWidth = 3; // from one network to the next
    pen.beginPath();
    for (const start of starts.slice(1)) {
      pen.moveTo(middle(start - 1) + strip / 2 + 1, (TOP + last) / 2);
      pen.lineTo(middle(start) - strip / 2 - 1, (TOP + last) / 2);
    }
    pen.stroke();
    pen.lineWidth = 1;
  }

  const units = shape[1] / directions;
  for (let direction = 0; direction < directions; direction++) {
    const from = (index) => (index * directions + direction) * units;
    paintAll(
      pen,
      columns.map((_, index) => values.subarray(from(index), from(index) + units)),
      {
        lefts: columns.map((_, index) => middle(index) + shift[direction] - strip / 2),
        top: TOP,
        width: strip,
        height: last - TOP,
        upright: true,
        theme,
        palette: "diverging",
        limit: FULL,
      },
    );
  }

  pen.textAlign = "center";
  pen.font = `11px ${theme.font}`;
  const write = (text, x, y) => {
    let shown = text;
    for (let signs = [...text]; signs.length > 1 && pen.measureText(shown).width > column - 2; ) {
      signs = signs.slice(0, -1);
      shown = `${signs.join("")}…`;
    }
    pen.fillText(shown, x, y);
  };
  columns.forEach(({ token, answer }, index) => {
    pen.fillStyle = theme.primary;
    write(answer, middle(index), WORDS[0]);
    pen.fillStyle = theme.text;
    write(token, middle(index), WORDS[1]);
  });
}
