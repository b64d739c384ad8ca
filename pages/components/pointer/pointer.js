// Points at a panel: frames it as long as it is spoken of, and brings it into view when the reader asks where it is. Where
// the strip that speaks is out of view, a button leads back to it, on which it is said whether the step is done.
//
// Takes panel (the key of a container, "" for none), asked (grows with each time that the reader asks), veil (words behind which it
// is hidden, "" for none), strip (the key of the container that speaks of it), back (what the button says).
import { onChange } from "../document/changes.js";
import { calm, element, setText, styleSheet } from "../shared/dom.js";
import { component } from "../shared/lifecycle.js";

await styleSheet(import.meta.url);

const FRAME = "rl-pointed";
let current = null;
onChange(() => current && frame(current));

export default component("rl-pointer", {
  build(self) {
    self.root.hidden = true;
    self.back = element("button", "rl-back");
    self.back.type = "button";
    self.back.addEventListener("click", () => goBack(self));
    self.root.append(self.back);
    const hide = (seen) => {
      self.root.hidden = seen.at(-1).isIntersecting;
    };
    self.seen = new IntersectionObserver(hide, { rootMargin: "-64px 0px 0px" }); // less the names of the pages
  },
  update(self) {
    current = self;
    const { asked } = self.data;
    self.waiting ||= self.asked !== undefined && asked > self.asked;
    self.asked = asked;
    setText(self.back, self.data.back);
    frame(self);
  },
  leave(self) {
    if (current === self) current = null;
    self.seen.disconnect();
    for (const node of document.querySelectorAll(`.${FRAME}`)) release(node);
  },
});

// Streamlit may build the panel later than this, and anew whenever it draws the page.
function frame(self) {
  const node = container(self.data.panel);
  watchStrip(self, container(self.data.strip));
  for (const other of document.querySelectorAll(`.${FRAME}`)) if (other !== node) release(other);
  if (!node) return;
  node.classList.add(FRAME);
  veil(node, self.data.veil);
  if (!self.waiting) return;
  self.waiting = false;
  bringIntoView(node);
}

const container = (key) => key && document.querySelector(`.stMain .st-key-${CSS.escape(key)}`);

const bringIntoView = (node) => node.scrollIntoView({ block: "start", behavior: calm() ? "instant" : "smooth" });

function watchStrip(self, strip) {
  if (!strip || strip === self.strip) return;
  self.seen.disconnect();
  self.strip = strip;
  self.seen.observe(strip);
}

// The keys go on from the strip: the button is about to be hidden.
function goBack({ strip }) {
  bringIntoView(strip);
  strip.tabIndex = -1;
  strip.focus({ preventScroll: true });
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
