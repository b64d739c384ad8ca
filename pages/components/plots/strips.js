// States as strips of colour: where a value lies on its scale, and every unit a rectangle of its own.
import { readTheme } from "../shared/theme.js";

export const ACROSS = 32; // units in one line of a strip that is read across

// ---- Colours -------------------------------------------------------------------------------------------------------------
const brush = new OffscreenCanvas(256, 1).getContext("2d", { willReadFrequently: true });

// The theme with its scales as tables of 256 colours.
export function themeOf(node) {
  const theme = readTheme(node);
  const table = (colors) => {
    const ramp = brush.createLinearGradient(0, 0, 256, 0);
    colors.forEach((color, i) => ramp.addColorStop(i / (colors.length - 1), color));
    brush.fillStyle = ramp;
    brush.fillRect(0, 0, 256, 1);
    return new Uint32Array(brush.getImageData(0, 0, 256, 1).data.buffer);
  };
  const { background, text, diverging, sequential } = theme;
  return { ...theme, name: `${background} ${text}`, diverging: table(diverging), sequential: table(sequential) };
}

// Where a value lies on its scale: diverging from -limit to limit, sequential from 0 to 1.
export function shade(theme, palette, limit, value) {
  const share = palette === "sequential" ? value : (value / limit + 1) / 2;
  if (Number.isNaN(share)) return 0x80808080; // no number, no colour of a number
  return theme[palette][Math.max(0, Math.min(255, Math.round(share * 255)))];
}

export function cssShade(...given) {
  const packed = shade(...given);
  return `rgb(${packed & 255} ${(packed >> 8) & 255} ${(packed >> 16) & 255})`;
}

// ---- Strips --------------------------------------------------------------------------------------------------------------
// How many units lie side by side, and how many lines that makes: upright strips are read down, the others across.
export function grid(count, upright, height) {
  if (!upright) return { columns: Math.min(count, ACROSS), lines: Math.ceil(count / ACROSS) };
  const columns = Math.ceil(count / Math.max(1, Math.floor(height / 2.5)));
  return { columns, lines: Math.ceil(count / columns) };
}

const sketch = new OffscreenCanvas(1, 1);
const flat = sketch.getContext("2d");

// Every unit is a rectangle of its own: nothing is averaged away.
export function paint(pen, values, { left, ...place }) {
  paintAll(pen, [values], { lefts: [left], ...place });
}

// The same of several strips side by side, sent to the canvas in one piece: a picture that moves has little time.
export function paintAll(pen, strips, { lefts, top, width, height, upright = false, theme, palette, limit }) {
  const units = strips[0].length;
  const { columns, lines } = grid(units, upright, height);
  const across = columns * strips.length;
  if (sketch.width !== across) sketch.width = across;
  if (sketch.height !== lines) sketch.height = lines;
  const image = new ImageData(across, lines);
  const dots = new Uint32Array(image.data.buffer);
  strips.forEach((values, index) => {
    for (let unit = 0; unit < units; unit++) {
      const [line, column] = upright
        ? [unit % lines, Math.floor(unit / lines)]
        : [Math.floor(unit / columns), unit % columns];
      dots[line * across + index * columns + column] = shade(theme, palette, limit, values[unit]) | 0xff000000;
    }
  });
  flat.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.fillStyle = theme.background;
  const [wide, tall] = [width / columns, height / lines];
  lefts.forEach((left, index) => {
    pen.fillRect(left, top, width, height); // what lies under the strip must not show where a line is not full
    pen.drawImage(sketch, index * columns, 0, columns, lines, left, top, width, height);
    if (wide >= 4) for (let i = 1; i < columns; i++) pen.fillRect(left + i * wide - 0.25, top, 0.5, height);
    if (tall >= 4) for (let i = 1; i < lines; i++) pen.fillRect(left, top + i * tall - 0.25, width, 0.5);
  });
}
