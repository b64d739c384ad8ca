// Says in the reader's language that the server is out of reach, and what becomes of his work. Streamlit says it in
// English, in a dialog that covers the page, or not at all: where its script never reaches the server, it leaves grey bars.
const FIRST = 10_000; // milliseconds until a page says that it has no connection yet
const AGAIN = 1_000; // until one says that it has lost it: what comes back at once is no news
const KNOCK = 4_000; // between two questions whether there is room: Streamlit itself tries again ever more rarely

const notices = document.querySelectorAll(".rl-connection");
const state = () => document.querySelector("[data-test-connection-state]")?.dataset.testConnectionState;
let timer;
let knocking;
let full = ""; // why the lab lets no tab of this browser in, see readers/door.py
let lost = false; // whether the page had a connection, or knows that there is no server to have one with

const absent = () => ("restarts" in document.documentElement.dataset ? "stopped" : "lost"); // see connections.js

function show(kind) {
  for (const notice of notices) {
    const hidden = notice.dataset.kind !== kind || notice.lang !== document.documentElement.lang;
    if (notice.hidden !== hidden) notice.hidden = hidden; // a write that changes nothing would be a change to the browser
  }
}

function look() {
  const now = state();
  if (now === "CONNECTED" || now === "DISCONNECTED_FOREVER") {
    clearTimeout(timer);
    clearTimeout(knocking);
    timer = knocking = undefined;
    full = "";
    lost = true;
    show(now === "CONNECTED" ? "" : "ended");
  } else {
    timer ??= setTimeout(() => show(full || (lost ? absent() : "never")), lost ? AGAIN : FIRST);
    knocking ??= setTimeout(knock, AGAIN);
  }
}

// A page that nothing stands on yet is loaded anew once there is room.
async function knock() {
  const answer = await fetch(new URL("./door", document.baseURI), { cache: "no-store" }).catch(() => undefined);
  const word = answer?.ok ? await answer.text() : full;
  if (!knocking) return; // it is connected meanwhile
  if (full && !word && !lost) location.reload();
  if (word !== full) show(word || absent());
  full = word;
  knocking = setTimeout(knock, KNOCK);
}

// Streamlit opens its dialog when no answer comes from the server. Closed once, it stays so until the connection is back.
function closeDialog() {
  const close = state() !== "CONNECTED" && document.querySelector(".stDialog section > button");
  if (!close) return;
  close.click();
  lost = true;
  if (state() !== "DISCONNECTED_FOREVER") show(full || absent());
}

new MutationObserver(look).observe(document.getElementById("root"), {
  attributeFilter: ["data-test-connection-state"],
  childList: true,
  subtree: true,
});
new MutationObserver(closeDialog).observe(document.body, { childList: true });
look();
