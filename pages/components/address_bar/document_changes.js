// Tells when Streamlit has changed the page; what our own parts do inside themselves, many times a second, is no change.
const listeners = new Set();
let pending = 0;

export function onChange(listener) {
  listeners.add(listener);
}

new MutationObserver((changes) => {
  if (pending || changes.every(({ target }) => target.closest?.("[data-mounts]"))) return;
  pending = setTimeout(() => {
    pending = 0;
    for (const listener of listeners) listener();
  }, 50);
}).observe(document.body, {
  childList: true,
  subtree: true,
  attributes: true,
  attributeFilter: ["disabled", "aria-label"],
});
