// The race: a lane for each variant, in it a track for each seed. What is given is where all runs stand; between two
// such messages the style sheet moves them on.
//
// Takes lanes, each {place, name, size, loss, score, hue, dash, runs}, a run {state, seed, epochs, done, share, epoch,
// loss, score, note}; run (the id of the race, ""), live (whether it goes on), tested, labels {name, loss}.

import { lineSample } from "../../components/plots/line_sample.js";
import { element, setText, styleSheet } from "../../components/shared/dom.js";
import { component } from "../../components/shared/lifecycle.js";
import { raceSummary } from "./race_summary.js";

await styleSheet(import.meta.url);

export default component("rl-race", {
  build(self) {
    self.lanes = [];
    self.root.setAttribute("role", "list");
  },

  update(self) {
    const { data } = self;
    self.root.setAttribute("aria-label", data.labels.name ?? "");
    self.root.classList.toggle("rl-race-going", data.live);
    self.root.classList.toggle("rl-race-tested", data.tested);
    self.root.dataset.epoch = Math.max(0, ...data.lanes.flatMap(({ runs }) => runs.map(({ done }) => done)));
    const shape = JSON.stringify([data.run, data.lanes.map(({ hue, runs }) => [hue, runs.length])]);
    if (self.shape !== shape) {
      self.shape = shape;
      self.lanes = data.lanes.map(laneOf);
      self.root.replaceChildren(...self.lanes.map(({ node }) => node));
    }
    data.lanes.forEach((lane, index) => show(self.lanes[index], lane, data.labels));
  },

  rows: ({ data }, names) => [
    ["place", "name", "seed", "epoch", "loss", "score", "note"].map((name) => names[name]),
    ...data.lanes.flatMap(({ place, name, runs }) =>
      runs.map(({ seed, done, loss, score, note }) => [place, name, seed, done, loss, score, note]),
    ),
  ],
  summary: ({ data }, says) => raceSummary(data.lanes, says),
});

function laneOf(lane) {
  const node = element("div", "rl-lane", null, { role: "listitem" });
  node.style.setProperty("--rl-hue", lane.hue);
  const head = element("header");
  const [place, name, size, loss, score] = ["place", "name", "size", "loss", "score"].map((part) =>
    element("span", `rl-lane-${part}`),
  );
  head.append(place, lineSample(lane), name, size, loss, score);
  const runs = lane.runs.map(() => {
    const row = element("div", "rl-run");
    const track = element("div", "rl-track", null, { role: "progressbar", "aria-valuemin": "0" });
    const [done, runner, flag] = [element("i", "rl-done"), element("i", "rl-runner"), element("i", "rl-flag")];
    track.append(done, flag, runner);
    const [seed, epoch, loss, score, note] = ["seed", "epoch", "loss", "score", "note"].map((part) =>
      element("span", `rl-run-${part}`),
    );
    row.append(seed, track, epoch, loss, score, note);
    return { row, track, seed, epoch, loss, score, note };
  });
  node.append(head, ...runs.map(({ row }) => row));
  return { node, place, name, size, loss, score, runs };
}

function show(parts, lane, labels) {
  for (const name of ["place", "name", "size", "loss", "score"]) setText(parts[name], lane[name]);
  parts.node.dataset.place = lane.place;
  lane.runs.forEach((run, index) => {
    const { row, track, ...texts } = parts.runs[index];
    row.dataset.state = run.state;
    for (const name of ["seed", "epoch", "loss", "score", "note"]) setText(texts[name], run[name]);
    row.style.setProperty("--rl-share", run.share);
    track.setAttribute("aria-valuemax", run.epochs);
    track.setAttribute("aria-valuenow", run.done);
    track.setAttribute("aria-label", `${lane.name}, ${run.seed}`);
    track.setAttribute(
      "aria-valuetext",
      [run.epoch, run.loss && `${labels.loss} ${run.loss}`, run.note].filter(Boolean).join(", "),
    );
  });
}
