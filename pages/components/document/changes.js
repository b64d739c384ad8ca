// Tells when Streamlit has changed the page, once it has done so; what our own parts do inside themselves, many times a
// second, is no change.
const REST = 50; // milliseconds
const PATIENCE = 2000; // and how long a page that is being drawn is waited for
const listeners = new Set();
let pending = 0;

export function onChange(listener) {
  listeners.add(listener);
}

const drawing = () => document.querySelector("[data-test-script-state]")?.dataset.testScriptState !== "notRunning";

export function changed() {
  if (!pending) tell();
}

// Who asks for a node's size or style while the page is being drawn has it laid out once more.
function tell(since = performance.now()) {
  pending = setTimeout(() => {
    if (drawing() && performance.now() - since < PATIENCE) return tell(since);
    pending = 0;
    for (const listener of listeners) listener();
  }, REST);
}

addEventListener("resize", changed);
new MutationObserver((changes) => {
  if (changes.some(({ target }) => !target.closest?.("[data-mounts]"))) changed();
}).observe(document.body, {
  childList: true,
  subtree: true,
  attributes: true,
  attributeFilter: ["disabled", "aria-label"],
});
