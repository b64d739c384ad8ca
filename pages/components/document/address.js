// The address bar, kept at the link of the experiment. Streamlit's own query parameters cannot: it reserves `embed`. And a
// text that is too long for a link, kept for the reader's own reload.
const DRAFT = "rnnlab-draft";

export function showQuery(query) {
  // Replaced, not pushed: Back must leave the page, not undo one slider after the other.
  if (location.search !== `?${query}`)
    history.replaceState(history.state, "", `${location.pathname}?${query}${location.hash}`);
}

// Storage may be forbidden (private windows, embedded frames): then there is no draft, and nothing else breaks.
export function storedText() {
  try {
    return sessionStorage.getItem(DRAFT);
  } catch {
    return null;
  }
}

export function storeText(draft) {
  try {
    if (draft === null) sessionStorage.removeItem(DRAFT);
    else sessionStorage.setItem(DRAFT, draft);
  } catch {
    /* see above */
  }
}
