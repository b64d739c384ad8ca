// A text that is too long for a link, kept for the reader's own reload.
const DRAFT = "rnnlab-draft";

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
