// Colours, read from the theme when something is drawn: a dark-mode flip does not reach Python.
import { css, luminance, mix } from "./colors.js";

// The theme's variables may hold any CSS colour: a canvas knows them all.
const pencil = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

// Where the system forces its colours, names such as Canvas stand for them in the page, but not on a canvas.
const forced = matchMedia("(forced-colors: active)");

function known(color) {
  if (!forced.matches) return color;
  const probe = document.createElement("i");
  probe.style.forcedColorAdjust = "none";
  probe.style.color = color;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

export function rgb(color) {
  pencil.clearRect(0, 0, 1, 1);
  pencil.fillStyle = color;
  pencil.fillRect(0, 0, 1, 1);
  return [...pencil.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

const USUAL = 15; // pixels of a letter, as in config.toml

// Read once for all parts that are drawn in one go: what each has written since would be styled anew for the next.
let theme = null;

export function readTheme(node) {
  if (!theme)
    setTimeout(() => {
      theme = null;
    });
  theme ??= themeOf(node);
  return theme;
}

// How many pixels one of the page's is where letters are larger than usual: on a wall of pixels (shell/run/panels.css).
let pixels = null;
addEventListener("resize", () => {
  pixels = null;
});

export function pixel() {
  pixels ??= Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL;
  return pixels;
}

// Something else than Streamlit has changed it, or the size of the letters.
export function forgetTheme() {
  theme = pixels = null;
}

function themeOf(node) {
  const style = getComputedStyle(node);
  const read = (name) => known(style.getPropertyValue(`--st-${name}`).trim());
  const [background, text] = [rgb(read("background-color")), rgb(read("text-color"))];
  const stark = forced.matches || document.documentElement.hasAttribute("data-present");
  const dark = luminance(background) < luminance(text);
  const neutral = css(mix(background, text, 0.04));
  return {
    dark,
    font: style.getPropertyValue("--st-font").trim() || "sans-serif",
    background: css(background),
    text: css(text),
    primary: read("primary-color"),
    raised: read("secondary-background-color"),
    grid: css(text, stark ? 0.25 : 0.1),
    strong: css(text, stark ? 1 : 0.25),
    colorway: style
      .getPropertyValue("--st-chart-categorical-colors")
      .split(/,(?![^(]*\))/)
      .filter(Boolean),
    // Scales of evenly spaced colours. Blue against orange is told apart by all common kinds of colour vision. The
    // centre nearly vanishes in the page, so that in both themes "far from the background" means "far from zero".
    diverging: dark
      ? ["#8ccbff", "#2f78bd", neutral, "#b9651f", "#ffb774"]
      : ["#08519c", "#6aa8dc", neutral, "#f2a661", "#b34700"],
    sequential: dark ? [neutral, "#6a55b8", "#cfc2ff"] : [neutral, "#9a86dd", "#3d1f8f"],
  };
}
