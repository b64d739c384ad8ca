// The address bar, kept at the link of the experiment (Streamlit's own query parameters cannot: it reserves `embed`), and
// what the entries of the browser's history are of. To open a preset is an entry of its own, so that Back brings the former
// one with its page and settings; whatever else the reader changes is written into the entry that is there. Each entry
// knows which opening it belongs to. Streamlit asks the server for a page by the address of the entry that was gone to:
// where that is of another opening, the address says so for that one question.
import { forgetSteps } from "../shared/cursor_bus.js";

const OF = "rnnlab"; // in the state of an entry: its opening
const PATIENCE = 5000; // milliseconds within which the page shows what was gone to

const push = history.pushState.bind(history);

let here = null; // the opening that the page shows
let awaited = null; // the one that was gone to: {opening, until}

export function listenForBack() {
  addEventListener("rl-popstate", wentTo); // before Streamlit hears of it, see shell/server/browser/back.js
  // On its way to another page Streamlit makes an entry of the page that it leaves, of which it has forgotten the query.
  history.pushState = (state, unused, address) => {
    if (new URL(address, location.href).pathname !== location.pathname) push(state, unused, address);
  };
}

function wentTo({ state }) {
  const opening = state?.[OF];
  if (opening === undefined || here === null || opening === here) {
    awaited = null;
    return;
  }
  awaited = { opening, until: performance.now() + PATIENCE };
  const mark = `back=${opening}~${Date.now()}`; // never the same, so that it is met once
  history.replaceState(state, "", `${location.pathname}${location.search ? `${location.search}&` : "?"}${mark}`);
}

// The page shows this query, of this opening; null: the entry is to stay as it is.
export function keepEntry(query, opening) {
  if (awaited && opening !== awaited.opening && performance.now() < awaited.until) return; // drawn before
  awaited = null;
  const known = here !== null; // else this document has just been loaded
  if (known && here !== opening) forgetSteps();
  here = opening;
  if (query === null) return;
  const of = history.state?.[OF];
  const says = location.search === `?${query}`;
  if (says && of === opening) return;
  const address = `${location.pathname}?${query}${location.hash}`;
  const state = { ...history.state, [OF]: opening };
  if (known && of !== undefined && of !== opening && !says) push(state, "", address);
  else history.replaceState(state, "", address);
}
