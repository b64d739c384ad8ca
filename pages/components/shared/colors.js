// Arithmetic of colours, each [red, green, blue] from 0 to 255. Needs no browser.

const BLACK = [0, 0, 0];
const WHITE = [255, 255, 255];

export const css = ([r, g, b], alpha = 1) => `rgba(${r},${g},${b},${alpha})`;
export const mix = (from, to, share) => from.map((value, i) => Math.round(value + (to[i] - value) * share));

// A place on a scale of evenly spaced colours, from 0 to 1.
export function along(stops, share) {
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const below = Math.min(Math.floor(place), stops.length - 2);
  return mix(stops[below], stops[below + 1], place - below);
}

// How light a colour is, 0 to 1, and how far two are apart, 1 to 21, as WCAG 2 defines it.
export function luminance(color) {
  const [r, g, b] = color.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

// What is written on a colour: black or white, of which one is always 4.58 apart from it or more. A theme's own text and
// background need not be, in the middle of a scale.
export const ink = (fill) => (contrast(fill, BLACK) >= contrast(fill, WHITE) ? BLACK : WHITE);
