// The units that are on over a phrase, and the other places of the text where most of them are on together. A place that
// is chosen is shown in the text above: both share a group.
//
// Takes units [number, sign], places {start, stop, line, before, inside, after, units}, chosen, labels. Gives `chosen`
// {unit}.
import { notify } from "../../components/shared/cursor_bus.js";
import { element, fill, styleSheet } from "../../components/shared/dom.js";
import { component } from "../../components/shared/lifecycle.js";
import { visible } from "../../components/shared/visible.js";

await styleSheet(import.meta.url);

export default component("rl-unitplaces", {
  build(self) {
    self.units = element("div", "rl-unitplaces-units", null, { role: "group" });
    self.places = element("div", "rl-unitplaces-places", null, { role: "group" });
    self.root.append(self.units, self.places);
  },

  update(self) {
    const { data } = self;
    const source = JSON.stringify([data.units, data.places, data.labels, data.chosen]);
    if (self.source === source) return;
    self.source = source;
    self.units.setAttribute("aria-label", data.labels.units ?? "");
    self.places.setAttribute("aria-label", data.labels.places ?? "");
    self.units.replaceChildren(...data.units.map(([unit, sign]) => chip(self, unit, sign)));
    self.places.replaceChildren(...data.places.map((place) => placeNode(self, place)));
  },

  rows: ({ data }, names) => [
    [names.line, names.place, names.token, names.unit],
    ...data.places.map(({ line, start, inside, units }) => [line, start + 1, inside.join(data.joiner), units]),
  ],
});

function chip(self, unit, sign) {
  const description = fill(self.data.labels[sign > 0 ? "high" : "low"], { unit });
  const node = element("button", "rl-unitplaces-unit", null, {
    type: "button",
    "aria-label": description,
    title: description,
    "aria-pressed": String(unit === self.data.chosen),
  });
  node.classList.toggle("rl-minus", sign < 0);
  node.append(String(unit), element("b", "", sign < 0 ? "↓" : "↑"));
  node.addEventListener("click", () => self.setTriggerValue("chosen", { unit }));
  return node;
}

function placeNode(self, place) {
  const { data } = self;
  const node = element("button", "rl-unitplaces-place", null, { type: "button", "data-start": place.start });
  const text = (tokens) => tokens.map((token) => (token === " " ? token : visible(token))).join(data.joiner);
  const snippet = element("span", "rl-unitplaces-snippet", null, { dir: "auto", translate: "no" });
  const gap = (before, after) => (before.length && after.length ? data.joiner : "");
  const { before, inside, after } = place;
  snippet.append(
    `${place.cut_before ? "…" : ""}${text(before)}${gap(before, inside)}`,
    element("mark", "", text(inside)),
    `${gap(inside, after)}${text(after)}${place.cut_after ? "…" : ""}`,
  );
  const share = element(
    "span",
    "rl-unitplaces-count",
    fill(data.labels.count, { on: place.units, all: data.units.length }),
  );
  share.style.setProperty("--rl-share", data.units.length ? place.units / data.units.length : 0);
  node.append(element("small", "", fill(data.labels.line, { line: place.line })), snippet, share);
  node.addEventListener("click", () => {
    self.group.pinned = { start: place.start, stop: place.stop };
    notify(self.group);
  });
  return node;
}
