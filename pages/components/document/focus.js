// Streamlit disables and exchanges nodes under the reader's hands: Train, once it was pressed, can't be pressed. Had such a
// node the focus, that would be nowhere, and the next key would begin at the top of the page. So it goes to what is
// nearest: the same control drawn anew, another one of its group, or the page.
//
// And it draws popovers at the end of the document: who opens one by a key would have to go through the whole page to what
// is in it.
import { onChange } from "./changes.js";

const STOPS = "button, a[href], input, textarea, select, [tabindex]";

let held = null; // what has had the focus last: {node, name, homes: classes of what it is in, innermost first, opener}
let entered = null; // the button of a popover that a key has opened

export function keepFocus() {
  addEventListener("focusin", ({ target }) => hold(target));
  addEventListener("pointerdown", ({ target }) => {
    if (!target.closest(STOPS)) held = null; // a click beside everything is meant to leave
  });
  addEventListener("click", ({ target, detail }) => {
    entered = detail === 0 ? target.closest('[data-testid="stPopoverButton"]') : null;
  });
  onChange(check);
}

function hold(node) {
  const homes = [];
  for (let at = node; at; at = at.parentElement) {
    homes.push(...(at.classList?.value.match(/st-key-\S+/g) ?? []));
  }
  const opener =
    node.closest('[data-testid="stPopoverBody"]') &&
    document.querySelector('[aria-haspopup="dialog"][aria-expanded="true"]');
  held = { node, name: nameOf(node), homes, opener };
}

const nameOf = (node) => node.getAttribute("aria-label") || node.textContent;
const usable = (node) => node.isConnected && !node.disabled && node.checkVisibility();
const lost = () => {
  const { activeElement: at } = document;
  return held && (at === held.node || at === document.body) && !usable(held.node);
};

function check() {
  if (entered) enter();
  if (lost()) place(held);
}

function enter() {
  const body = document.querySelector('[data-testid="stPopoverBody"]');
  if (!body) return;
  if (document.activeElement === entered) {
    const [first] = stops(body); // of what is drawn once it was opened there is none yet
    if (!first) return;
    first.focus();
  }
  entered = null;
}

function place({ name, homes, opener }) {
  const found = homes
    .map((home) => stops(document.querySelector(`.${CSS.escape(home)}`)))
    .filter(({ length }) => length);
  const same = found.flat().find((node) => nameOf(node) === name);
  const next = same ?? (opener && usable(opener) ? opener : found[0]?.[0]);
  (next ?? document.getElementById("stMain"))?.focus({ preventScroll: !next });
}

const stops = (home) => [...(home?.querySelectorAll(STOPS) ?? [])].filter((node) => usable(node) && node.tabIndex >= 0);
