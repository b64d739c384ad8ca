// What has to be done before a page is printed, and undone afterwards. A print has no animation frame, and asks no script
// for its size: our parts are told the light colours of paper while the screen still is what it was.
import { drawAgain } from "../shared/lifecycle.js";
import { forgetTheme } from "../shared/theme.js";

const PAPER = 700; // CSS pixels between the margins of A4

export function listenForPrint() {
  addEventListener("beforeprint", () => {
    const main = document.querySelector('[data-testid="stMainBlockContainer"]');
    if (!main) return;
    const { paddingLeft, paddingRight } = getComputedStyle(main);
    const width = main.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
    const { style } = document.documentElement;
    style.setProperty("--rl-paper-width", `${width}px`);
    style.setProperty("--rl-paper-zoom", Math.min(1, PAPER / width));
    turn(true);
  });
  addEventListener("afterprint", () => turn(false));
}

function turn(printing) {
  document.documentElement.toggleAttribute("data-printing", printing);
  forgetTheme();
  drawAgain();
}
