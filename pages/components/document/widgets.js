// What Streamlit's own widgets lack for those who are read to, and for a keyboard: what is behind a field's "?" is the
// field's description, so that the "?" itself is no stop on the way to the next (F1 leads to it); what scrolls can be
// scrolled by keys; and names that Streamlit has in English alone are in the page's language.
import { element, fill, setText } from "../shared/dom.js";
import { changed, onChange } from "./changes.js";

const said = { skip: "", help: "", remove: "", names: {}, fields: {} }; // names: by Streamlit's own; fields: the help of each, by its key
const HELP = '[data-testid="stWidgetLabel"] [data-testid="stTooltipIcon"] button';
const FIELDS = "input, textarea, [role='radiogroup']";
const SCROLLS =
  ".katex-display, [data-testid='stCode'] pre, [data-testid='stMarkdownContainer']:has(> table, > div > table)";
const NAMED = ["aria-label", "placeholder"];
const REMOVE = "Remove ";
const MAIN = "Skip to main content";
const TRAIN = ".st-key-train, .st-key-race_start";

// Past the navigation and the form.
const skip = element("button", "rl-skip", "", { type: "button" });
skip.addEventListener("click", () => {
  const bar = document.querySelector(TRAIN)?.parentElement;
  bar?.querySelector("button:enabled")?.focus();
});

export function assist(words) {
  Object.assign(said, words);
  setText(skip, said.skip);
  if (!skip.isConnected) {
    document.body.prepend(skip);
    onChange(mend);
    addEventListener("keydown", toHelp);
  }
  changed();
}

function mend() {
  skip.hidden = !document.querySelector(TRAIN);
  document.querySelectorAll(HELP).forEach(nameHelp);
  for (const attribute of NAMED) {
    for (const node of document.querySelectorAll(`[${attribute}]:not([data-mounts] *)`)) rename(node, attribute);
  }
  const main = document.querySelector('[data-testid="stSkipToContent"]');
  if (main && said.names[MAIN]) setText(main, said.names[MAIN]);
  const boxes = [...document.querySelectorAll(SCROLLS)];
  const scrolling = boxes.filter((box) => box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight);
  for (const box of boxes) {
    if (scrolling.includes(box)) set(box, "tabindex", "0");
    else box.removeAttribute("tabindex");
  }
}

function nameHelp(button) {
  const label = button.closest('label, [data-testid="stWidgetLabel"]');
  const title = label?.querySelector('[data-testid="stMarkdownContainer"]')?.textContent ?? "";
  set(button, "aria-label", fill(said.help, { title }));
  const description = said.fields[keyOf(button)];
  const field = description && fieldOf(button);
  if (!field) return;
  set(field, "aria-description", description);
  set(field, "aria-keyshortcuts", "F1");
  set(button, "tabindex", "-1");
}

const home = (node) => node.closest('[data-testid="stElementContainer"]');
const fieldOf = (button) => home(button)?.querySelector(FIELDS);
const keyOf = (button) => /st-key-(\S+)/.exec(home(button)?.className)?.[1];

// Streamlit writes a name again only where it becomes another one.
function rename(node, attribute) {
  const kept = `${attribute.replace("-", "_")}_before`;
  const now = node.getAttribute(attribute);
  const before = node[kept]?.now === now ? node[kept].before : now;
  const name = before.startsWith(REMOVE)
    ? fill(said.remove, { title: before.slice(REMOVE.length) })
    : said.names[before];
  if (!name || name === now) return;
  node[kept] = { before, now: name };
  node.setAttribute(attribute, name);
}

function set(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

// From a field to its "?", which shows its text while it has the focus, and back.
function toHelp(event) {
  const at = document.activeElement;
  const button = home(at)?.querySelector(HELP);
  if (!button) return;
  if (event.key === "F1" && at !== button) button.focus();
  else if (["F1", "Escape"].includes(event.key) && at === button) reach(fieldOf(button));
  else return;
  event.preventDefault();
}

// A group of choices is reached by the one that is chosen.
const reach = (field) => (field?.querySelector("[aria-checked='true'], button") ?? field)?.focus();
