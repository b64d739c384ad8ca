// What has to be done before a page is printed, and undone afterwards. A print has no animation frame, and asks no script
// for its size: our parts are told the light colours of paper while the screen still is what it was.
import { drawAgain } from "../shared/lifecycle.js";
import { forgetTheme } from "../shared/theme.js";

const [PAPER, SHEET] = [700, 1030]; // CSS pixels between the margins of A4, across and down
const LEFT_OUT = ".st-key-top, .st-key-controls, .st-key-presets, .st-key-data-own"; // by print.css
const SHEETS = 2; // on which a page is to find room

export function listenForPrint() {
  addEventListener("beforeprint", () => {
    const main = document.querySelector('[data-testid="stMainBlockContainer"]');
    if (!main) return;
    const { paddingLeft, paddingRight } = getComputedStyle(main);
    const width = main.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
    const { style } = document.documentElement;
    style.setProperty("--rl-paper-width", `${width}px`);
    const left = [...main.querySelectorAll(LEFT_OUT)].reduce((sum, node) => sum + node.offsetHeight, 0);
    const room = (SHEETS * SHEET) / (main.scrollHeight - left + tallest(main));
    style.setProperty("--rl-paper-zoom", Math.min(1, PAPER / width, room));
    turn(true);
  });
  addEventListener("afterprint", () => turn(false));
}

// The tallest panel, in pixels: none is cut, so as much may stay empty at the foot of a sheet.
function tallest(main) {
  const panels = [...main.querySelectorAll('[class*="st-key-about_"]')].map((about) =>
    about.parentElement.closest('[data-testid="stVerticalBlock"][class*="st-key-"]'),
  );
  return Math.max(0, ...panels.map((panel) => panel?.offsetHeight ?? 0));
}

function turn(printing) {
  document.documentElement.toggleAttribute("data-printing", printing);
  forgetTheme();
  drawAgain();
}
