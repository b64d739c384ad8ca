// What the tab keeps for its reader's own reload, by name: a text too long for a link, and how far he is in the lessons.
// Storage may be forbidden (private windows, embedded frames): then there is nothing kept, and nothing else breaks.
const PREFIX = "rnnlab-";

export function stored(name) {
  try {
    return sessionStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function store(name, text) {
  try {
    if (text === null) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, text);
  } catch {
    /* see above */
  }
}
