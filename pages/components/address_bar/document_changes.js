// Tells when Streamlit has changed the page; what our own parts do inside themselves, many times a second, is no change.
const listeners = new Set();
let pending = 0;

export function onChange(listener) {
  listeners.add(listener);
}

function tell() {
  pending ||= setTimeout(() => {
    pending = 0;
    for (const listener of listeners) listener();
  }, 50);
}

addEventListener("resize", tell);
new MutationObserver((changes) => {
  if (!pending && changes.some(({ target }) => !target.closest?.("[data-mounts]"))) tell();
}).observe(document.body, {
  childList: true,
  subtree: true,
  attributes: true,
  attributeFilter: ["disabled", "aria-label"],
});
