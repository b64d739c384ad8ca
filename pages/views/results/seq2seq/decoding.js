// Writing step by step: what was written so far, where attention was, what could have been written next.
//
// Takes source, free (what was written in each frame), options and option_chances [step, rank] of each, free_weights
// where there is attention, never (what cannot be written), classes_all, labels.
import { notify, pointAt, stepOf } from "../../../components/shared/cursor_bus.js";
import { element, fill, setText, styleSheet } from "../../../components/shared/dom.js";
import { component, shownFrame } from "../../../components/shared/lifecycle.js";
import { percent } from "../../../components/shared/numbers.js";
import { tokenNode } from "../../../components/shared/token.js";
import { visible } from "../../../components/shared/visible.js";
import { decodingSummary } from "./decoding_summary.js";
import {
  bringIntoSight,
  classAt,
  classesAt,
  digits,
  openPacked,
  shade,
  shades,
  tabStop,
  tokenClass,
  tokenRow,
  writeRow,
} from "./sequences.js";

await styleSheet(import.meta.url);

const PACE = 900; // milliseconds a step while playing
const SIGNS_OF = { previous: "‹", play: "▶", pause: "❚❚", next: "›" };

export default component("rs rs-decoding", {
  build(self) {
    self.step = 0;
    const bar = element("div", "rs-bar");
    for (const name of ["previous", "play", "next"]) {
      self[name] = element("button", `rs-${name}`, SIGNS_OF[name], { type: "button" });
      bar.append(self[name]);
    }
    self.count = element("span", "rs-count");
    bar.append(self.count);
    self.previous.addEventListener("click", () => go(self, self.step - 1));
    self.next.addEventListener("click", () => go(self, self.step + 1));
    self.play.addEventListener("click", () => (self.playing ? stop(self) : start(self)));
    self.source = tokenRow({ point() {}, choose() {} });
    self.written = tokenRow({ point() {}, choose: (i) => i !== null && go(self, i) });
    const sentences = element("div", "rs-sentences");
    sentences.append(self.source.root, self.written.root);
    self.options = element("table", "rs-options");
    const both = element("div", "rs-both");
    both.append(sentences, self.options);
    self.root.append(bar, both);
  },

  update(self) {
    const { data } = self;
    if (self.run !== data.run) Object.assign(self, { run: data.run, step: 0 });
    openPacked(self);
    self.scale = shades(self.root);
    for (const name of ["previous", "next"]) self[name].setAttribute("aria-label", data.labels[name]);
    draw(self);
  },

  cursor: draw,
  follows: () => true,

  rows,
  summary,
  leave: stop,
});

function draw(self) {
  const { data, packed, group, previous, next } = self;
  if (!packed) return;
  const frame = shownFrame(self);
  const free = packed.free.row(frame);
  const wanted = (stepOf(group) ?? -1) - data.source.length; // behind the source stand the decoder's steps
  if (wanted >= 0 && wanted < free.length) self.step = wanted;
  self.step = Math.max(0, Math.min(self.step, free.length - 1));
  const { step, scale } = self;
  self.root.dataset.step = step;
  self.length = free.length;
  previous.disabled = step === 0;
  next.disabled = step === free.length - 1;
  setText(self.count, fill(data.labels.count, { step: step + 1, steps: free.length }));

  const columns = data.source.length;
  const weights = packed.free_weights?.row(frame).subarray(step * columns, (step + 1) * columns);
  writeRow(
    self.source,
    weights ? data.labels.source_seen : data.labels.source,
    data.source.map((token) => ({ token })),
  );
  self.source.nodes.forEach((node, i) => {
    shade(node, scale, weights ? weights[i] / 32767 : null);
    node.title = weights ? `${visible(data.source[i])}  ${digits(weights[i] / 32767)}` : visible(data.source[i]);
  });
  writeRow(self.written, data.labels.written, classesAt(data, free));
  self.written.nodes.forEach((node, i) => {
    node.classList.toggle("rs-here", i === step);
    node.classList.toggle("rs-later", i > step);
    node.setAttribute("aria-selected", String(i === step));
  });
  tabStop(self.written, step);
  bringIntoSight(self.written, step);
  alternatives(self, frame, free[step]);
  showPlay(self);
}

// The likeliest tokens at this step, best first, and all the rest in one line.
function alternatives({ data, packed, options, step }, frame, chosen) {
  const { ranks, labels } = data;
  const ids = packed.options.row(frame).subarray(step * ranks, (step + 1) * ranks);
  const chances = packed.option_chances.row(frame).subarray(step * ranks, (step + 1) * ranks);
  const rows = Array.from(ids, (id, rank) => {
    const one = classAt(data, id);
    const note = id === chosen ? labels.chosen : data.never.includes(id) ? labels.never : "";
    return optionRow(tokenNode(one.token, tokenClass(one.special)), chances[rank], note, id === chosen);
  });
  const rest = 1 - chances.reduce((sum, one) => sum + one, 0);
  if (data.classes_all > ranks)
    rows.push(optionRow(element("span", "rs-rest", labels.rest), Math.max(rest, 0), "", false));
  options.setAttribute("aria-label", labels.options);
  options.replaceChildren(element("caption", "", labels.options), ...rows);
}

function optionRow(name, chance, note, chosen) {
  const row = element("tr", chosen ? "rs-chosen" : "");
  const cells = ["rs-mark", "rs-name", "rs-bar-cell", "rs-percent", "rs-note"].map((className) =>
    element("td", className),
  );
  const [sign, token, length, number, remark] = cells;
  setText(sign, chosen ? "✓" : "");
  token.append(name);
  const bar = element("span", "rs-chance");
  bar.style.setProperty("--rs-share", chance.toFixed(4));
  length.append(bar);
  setText(number, percent(chance, 1));
  setText(remark, note);
  row.append(...cells);
  return row;
}

// ---- Going through the steps ---------------------------------------------------------------------------------------
// Any move by hand ends the playing.
function go(self, step) {
  stop(self);
  move(self, step);
}

function move(self, step) {
  self.step = Math.max(0, Math.min(step, self.length - 1));
  pointAt(self.group, { pinned: self.data.source.length + self.step, hovered: null });
  notify(self.group);
}

function start(self) {
  if (self.step >= self.length - 1) move(self, 0); // at the end: start over
  self.playing = setInterval(() => {
    if (self.step < self.length - 1) move(self, self.step + 1);
    if (self.step >= self.length - 1) stop(self);
  }, PACE);
  showPlay(self);
}

function stop(self) {
  clearInterval(self.playing);
  self.playing = 0;
  showPlay(self);
}

function showPlay({ play, playing, data }) {
  setText(play, playing ? SIGNS_OF.pause : SIGNS_OF.play);
  play.setAttribute("aria-label", playing ? data.labels.pause : data.labels.play);
}

function rows(self, names) {
  const { root, data, packed } = self;
  const frame = shownFrame(self);
  const [ids, chances] = [packed.options.row(frame), packed.option_chances.row(frame)];
  const written = packed.free.row(frame);
  const options = Array.from(ids, (id, i) => {
    const step = Math.floor(i / data.ranks);
    return [
      ...[Number(root.dataset.epoch), step + 1, (i % data.ranks) + 1, classAt(data, id).token, chances[i]],
      written[step] === id,
    ];
  });
  return [["epoch", "step", "place", "token", "probability", "chosen"].map((name) => names[name]), ...options];
}

function summary({ root, data, packed, step, group }, says) {
  if (!packed) return "";
  const frame = shownFrame({ root, data, group });
  const at = (values, width) => Array.from(values.subarray(step * width, (step + 1) * width));
  const chances = at(packed.option_chances.row(frame), data.ranks);
  const seen = packed.free_weights && at(packed.free_weights.row(frame), data.source.length);
  return decodingSummary(
    {
      epoch: root.dataset.epoch,
      step: step + 1,
      written: classesAt(data, packed.free.row(frame)).map(({ token }) => token),
      options: at(packed.options.row(frame), data.ranks).map((id, rank) => [classAt(data, id).token, chances[rank]]),
      source: data.source,
      weights: seen?.map((weight) => weight / 32767),
    },
    says,
  );
}
