// How a run stands: a line of text and a bar, which follow the stream while it goes on. It also tells the page when to
// draw again: when the run has come to rest, every `looks` seconds where the page computes what it shows, and every
// second where there is no stream, or where that knows nothing of the run (then the page says what has become of it).
//
// Takes text, share (0 to 1), held_up, opening (whether nothing is known of the run yet), looks (seconds, or null), needs
// (when the stream says another one, the page is to be drawn), page_parts (see live_stream.js), provenance (see provenance.js, or null). Gives `draw_again`, a number
// that is never the same.
import { forget, tell } from "../save/provenance.js";
import { element, setText, styleSheet } from "../shared/dom.js";
import { component } from "../shared/lifecycle.js";

await styleSheet(import.meta.url);

const WITHOUT_STREAM = 1; // seconds between two looks
const CHECK = 200; // milliseconds
const NARROW = matchMedia("(max-width: 50rem)"); // where the line goes on to the side, see run_head.css
const ANSWER = 5000; // milliseconds after which a look that nothing came of is asked for again

// A live region speaks of what changes in it only if it was there before: there is one, and it stays.
const spoken = element("p", "rl-aloud rl-spoken", null, { role: "status" });

export default component("rl-progress", {
  build(self) {
    self.why = element("p", "rl-why");
    self.text = element("p", "rl-text");
    self.bar = element("div", "rl-way", null, { role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 });
    self.bar.append(element("i"));
    self.root.append(self.why, self.text, self.bar);
    document.body.append(spoken);
    self.timer = setInterval(() => look(self), CHECK);
  },

  update(self) {
    const { key, provenance } = self.pageData;
    if (provenance) tell(key, provenance);
    if (self.data === self.pageData) Object.assign(self, { drawn: performance.now(), asked: false });
    draw(self);
    speak(self);
  },

  cursor(self) {
    draw(self);
    speak(self);
  },

  leave(self) {
    clearInterval(self.timer);
    forget(self.pageData.key);
  },
});

function draw({ root, data, stream, why, text, bar }) {
  const told = stream && stream.epoch >= (data.epochs.at(-1) ?? 0) && stream.status ? stream : null;
  if (NARROW.matches)
    text.tabIndex = 0; // so that keys can scroll it
  else text.removeAttribute("tabindex");
  const reason = told ? told.held_up : data.held_up;
  why.hidden = !reason;
  setText(why, reason);
  setText(text, told ? told.status : data.text);
  const share = told ? told.share : data.share;
  bar.firstChild.style.width = `${(100 * share).toFixed(2)}%`;
  bar.setAttribute("aria-valuenow", Math.round(100 * share));
  bar.setAttribute("aria-label", text.textContent);
  root.dataset.epoch = stream?.shown?.epoch ?? data.epochs.at(-1) ?? "";
}

// To those who are read to it says how the run stands when that begins, pauses, or ends; not with every epoch. Some run is
// so short that nothing is seen of it but its end.
function speak(self) {
  const { pageData, stream, data, text } = self;
  const going = Boolean(stream ? stream.going : data.live) && !pageData.opening;
  const epoch = data.epochs.at(-1) ?? 0;
  const stands = going ? "going" : epoch ? `${data.run} ${epoch}` : "";
  if (stands && self.stands !== undefined && self.stands !== stands) setText(spoken, text.textContent);
  self.stands = stands;
}

// Whether the page is being drawn: what was asked for now would speak of the page before. Or has no server to ask.
function busy() {
  const { testScriptState, testConnectionState } = document.querySelector("[data-test-script-state]")?.dataset ?? {};
  return testScriptState !== "notRunning" || testConnectionState !== "CONNECTED";
}

function look(self) {
  const { data, pageData, stream } = self;
  const now = performance.now();
  if (!stream || (self.asked && now - self.askedAt < ANSWER) || busy()) return;
  const more = (data.opening && stream.opened) || data.needs !== pageData.needs; // there is something else to draw
  const rests = !stream.going && !stream.gone && (!stream.waiting.length || document.hidden); // a hidden tab plays nothing
  const every = 1000 * (data.looks ?? (stream.connected ? Infinity : WITHOUT_STREAM));
  if (!more && !rests && now - self.drawn < every) return;
  Object.assign(self, { asked: true, askedAt: now });
  self.setTriggerValue("draw_again", now);
}
