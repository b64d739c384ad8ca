// Moves the cursor of its group through the recorded epochs: by hand, by key, or playing.
//
// Takes epochs, total, labels, and known {epoch, step}: what the page was drawn for. Gives `moved` {run, epoch, step}
// where the reader looks elsewhere.
import { nearest } from "../shared/arrays.js";
import { moveTo } from "../shared/cursor_bus.js";
import { element, fill, setText, styleSheet, svg } from "../shared/dom.js";
import { component, shownFrame, streamedFrame } from "../shared/lifecycle.js";

await styleSheet(import.meta.url);

const PLAY_ALL = 6000; // milliseconds for all frames at 1×, whatever their number
const ICONS = {
  previous: "M15 5 8 12l7 7",
  next: "m9 5 7 7-7 7",
  play: "M8 5v14l11-7z",
  pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
};

export default component("rl-scrubber", {
  build(self) {
    self.speed = 1;
    self.previous = button("rl-previous", ICONS.previous);
    self.play = button("rl-play", ICONS.play);
    self.next = button("rl-step", ICONS.next);
    self.range = element("input", "", null, { type: "range", min: 0, step: 1 });
    self.text = element("span", "rl-epoch");
    self.speeds = element("div", "rl-speed", null, { role: "group" });
    for (const speed of [0.5, 1, 2]) {
      const choice = element("button", "", `${speed}×`, { type: "button", "data-speed": speed });
      choice.addEventListener("click", () => setSpeed(self, speed));
      self.speeds.append(choice);
    }
    const buttons = element("div", "rl-buttons");
    buttons.append(self.previous, self.play, self.next);
    self.root.append(buttons, self.range, self.text, self.speeds);
    self.previous.addEventListener("click", () => goTo(self, at(self) - 1));
    self.next.addEventListener("click", () => goTo(self, at(self) + 1));
    self.play.addEventListener("click", () => (self.playing ? stop(self) : start(self)));
    self.range.addEventListener("input", () => goTo(self, self.range.valueAsNumber));
    // The browser moves a focused range by arrows, Home and End; playing by space is ours, from anywhere that has no
    // use of its own for the key.
    self.space = (event) => {
      if (event.key !== " " || !(event.target === self.range || event.target === document.body)) return;
      event.preventDefault();
      self.play.click();
    };
    document.addEventListener("keydown", self.space);
    setSpeed(self, 1);
  },

  update(self) {
    const { labels } = self.data;
    self.previous.setAttribute("aria-label", labels.previous ?? "");
    self.next.setAttribute("aria-label", labels.next ?? "");
    self.speeds.setAttribute("aria-label", labels.speed ?? "");
    self.range.setAttribute("aria-label", labels.name ?? "");
    draw(self);
  },

  cursor: draw,
  leave(self) {
    stop(self);
    document.removeEventListener("keydown", self.space);
  },
});

function button(className, path) {
  const node = element("button", className, null, { type: "button" });
  node.append(svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: path })));
  return node;
}

const at = ({ data, group }) => nearest(data.epochs, group.epoch);

// Any move by hand ends the playing.
function goTo(self, index) {
  stop(self);
  const { epochs } = self.data;
  moveTo(self.group, epochs[Math.max(0, Math.min(index, epochs.length - 1))]);
}

function draw(self) {
  const { root, data, range } = self;
  const { labels } = data;
  const frame = shownFrame(self);
  const last = data.epochs.length - 1;
  const idle = data.live || last < 1;
  if (idle) stop(self);
  // While a run goes on there is nothing to choose, and the newest is at the right end.
  range.max = Math.max(last, 1);
  range.valueAsNumber = idle ? range.max : frame;
  range.style.setProperty("--rl-fill", `${(100 * range.value) / range.max}%`);
  root.toggleAttribute("data-idle", idle);
  root.toggleAttribute("data-following", data.live);
  for (const control of [range, self.play, ...self.speeds.children]) control.disabled = idle;
  self.previous.disabled = idle || frame === 0;
  self.next.disabled = idle || frame === last;
  const epoch = streamedFrame(self)?.epoch ?? data.epochs[frame];
  const place = epoch === 0 ? labels.start : fill(labels.epoch, { epoch, total: data.total });
  const text = epoch === undefined ? "" : data.live ? [place, labels.following].filter(Boolean).join(" · ") : place;
  setText(self.text, text ?? "");
  range.setAttribute("aria-valuetext", text ?? "");
  showPlay(self);
  reportPosition(self);
}

// A page that computes for one epoch and step is told where the reader looks: one message at a time, the next when it
// has been drawn for, so that a drag or a playing run goes as fast as the page can follow and queues nothing.
function reportPosition(self) {
  const {
    data: { known, live, run, epochs },
    group,
  } = self;
  if (!known || live || !epochs.length) return;
  const place = { run, epoch: epochs[at(self)], step: group.pinned };
  const [here, there] = [place, { run, ...known }].map((one) => JSON.stringify([one.run, one.epoch, one.step]));
  const now = performance.now();
  if (self.reported === there || now - self.reportedAt > 2000) self.reported = null; // answered, or never to be
  if (here === there || self.reported) return;
  Object.assign(self, { reported: here, reportedAt: now });
  self.setTriggerValue("moved", place);
}

function showPlay(self) {
  const playing = Boolean(self.playing);
  self.play.setAttribute("aria-label", (playing ? self.data.labels.pause : self.data.labels.play) ?? "");
  self.play.querySelector("path").setAttribute("d", playing ? ICONS.pause : ICONS.play);
  self.root.toggleAttribute("data-playing", playing);
}

// ---- Playing: the clock decides which frame is due, so a slow machine skips frames instead of slowing down ------------
function start(self) {
  const last = self.data.epochs.length - 1;
  if (at(self) >= last) moveTo(self.group, self.data.epochs[0]); // at the end: start over
  let position = at(self);
  let before = performance.now();
  const tick = (now) => {
    const end = self.data.epochs.length - 1;
    position += (Math.max(now - before, 0) * self.speed * end) / PLAY_ALL;
    before = now;
    moveTo(self.group, self.data.epochs[Math.min(Math.floor(position), end)]);
    if (position >= end) stop(self);
    else self.playing = requestAnimationFrame(tick);
  };
  self.playing = requestAnimationFrame(tick);
  showPlay(self);
}

function stop(self) {
  if (!self.playing) return;
  cancelAnimationFrame(self.playing);
  self.playing = 0;
  showPlay(self);
}

function setSpeed(self, speed) {
  self.speed = speed;
  for (const choice of self.speeds.children) {
    choice.setAttribute("aria-pressed", String(Number(choice.dataset.speed) === speed));
  }
}
