// Points at a panel: frames it as long as it is spoken of, and brings it into view when the reader asks where it is.
//
// Takes panel (the key of a container, "" for none), asked (grows with each time that the reader asks), veil (words behind which it
// is hidden, "" for none).
import { onChange } from "../document/changes.js";
import { calm, styleSheet } from "../shared/dom.js";
import { component } from "../shared/lifecycle.js";

await styleSheet(import.meta.url);

const FRAME = "rl-pointed";
let current = null;
onChange(() => current && frame(current));

export default component("rl-pointer", {
  build(self) {
    self.root.hidden = true;
  },
  update(self) {
    current = self;
    const { asked } = self.data;
    self.waiting ||= self.asked !== undefined && asked > self.asked;
    self.asked = asked;
    frame(self);
  },
  leave(self) {
    if (current === self) current = null;
    for (const node of document.querySelectorAll(`.${FRAME}`)) release(node);
  },
});

// Streamlit may build the panel later than this, and anew whenever it draws the page.
function frame(self) {
  const { panel } = self.data;
  const node = panel && document.querySelector(`.stMain .st-key-${CSS.escape(panel)}`);
  for (const other of document.querySelectorAll(`.${FRAME}`)) if (other !== node) release(other);
  if (!node) return;
  node.classList.add(FRAME);
  veil(node, self.data.veil);
  if (!self.waiting) return;
  self.waiting = false;
  node.scrollIntoView({ block: "start", behavior: calm() ? "instant" : "smooth" });
}

function release(node) {
  node.classList.remove(FRAME);
  veil(node, "");
}

// Neither seen, nor reached by keys, nor read aloud.
function veil(node, words) {
  if (words) node.dataset.veil = words;
  else delete node.dataset.veil;
  const hidden = words ? [...node.children, ...below(node)] : [];
  for (const one of document.querySelectorAll("[data-veiled]")) if (!hidden.includes(one)) show(one, true);
  for (const one of hidden) show(one, false);
}

function below(node) {
  const found = [];
  for (let next = node.parentElement?.nextElementSibling; next; next = next.nextElementSibling) found.push(next);
  return found;
}

function show(node, seen) {
  node.toggleAttribute("data-veiled", !seen); // no class: React writes those anew
  node.inert = !seen;
}
