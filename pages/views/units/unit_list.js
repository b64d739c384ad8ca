// All units by |r|, a bar each: to the right where a unit goes up with the property, to the left where it goes down.
//
// Part of unit_map.js, whose data it takes.
import { unpack } from "../../components/shared/arrays.js";
import { element, fill, setText } from "../../components/shared/dom.js";
import { fixed } from "../../components/shared/numbers.js";

export function unitList(self) {
  const list = element("div", "rl-unitlist");
  self.heading = element("div", "rl-unitlist-heading", null, { "aria-hidden": "true" });
  self.units = element("div", "rl-unitlist-units", null, { role: "listbox", tabindex: "0" });
  list.append(self.heading, self.units);
  self.on = element("div", "rl-unitlist-heading", null, { "aria-hidden": "true" });
  list.append(self.on);
  self.units.addEventListener("click", ({ target }) => {
    const row = target.closest(".rl-unitlist-unit");
    if (row) choose(self, Number(row.dataset.unit), 0);
  });
  self.units.addEventListener("keydown", (event) => {
    const at = self.data.order.indexOf(self.chosen);
    const last = self.data.order.length - 1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last, PageDown: at + 10, PageUp: at - 10 }[
      event.key
    ];
    if (to === undefined) return;
    event.preventDefault();
    choose(self, self.data.order[Math.min(Math.max(to, 0), last)], 150);
  });
  return list;
}

// The row is marked at once; of a quick succession the page hears the last.
function choose(self, unit, wait) {
  self.chosen = unit;
  markUnit(self);
  clearTimeout(self.choosing);
  self.choosing = setTimeout(() => {
    self.choosing = null;
    self.setTriggerValue("chosen", { unit });
  }, wait);
}

export function drawUnits(self) {
  const { data } = self;
  setText(self.heading, data.labels.units ?? "");
  setText(self.on, data.labels.on ? `● ${data.labels.on}` : "");
  self.units.setAttribute("aria-label", data.labels.units ?? "");
  const r = unpack(data.r).values;
  const rows = new Map([...self.units.children].map((row) => [Number(row.dataset.unit), row]));
  const wanted = data.order.map((unit) => {
    const row = rows.get(unit) ?? unitRow(self, unit);
    const known = Number.isFinite(r[unit]);
    row.classList.toggle("rl-minus", r[unit] < 0);
    row.style.setProperty("--rl-r", known ? Math.abs(r[unit]).toFixed(3) : 0);
    row.style.setProperty("--rl-chance", data.chance === null ? 0 : data.chance.toFixed(3));
    const rounded = fixed(r[unit], 2);
    const written = known ? (Number(rounded) > 0 ? `+${rounded}` : rounded) : "–";
    setText(row.lastChild, written);
    const on = data.on.includes(unit);
    row.classList.toggle("rl-on", on);
    row.setAttribute(
      "aria-label",
      `${fill(data.labels.unit_r, { unit, r: written })}${on ? `, ${data.labels.on}` : ""}`,
    );
    return row;
  });
  if (wanted.some((row, i) => row !== self.units.children[i]) || wanted.length !== self.units.children.length) {
    self.units.replaceChildren(...wanted);
  }
  if (!self.choosing) self.chosen = data.unit;
  markUnit(self);
}

function unitRow(self, unit) {
  const row = element("div", "rl-unitlist-unit", null, {
    role: "option",
    id: `${self.data.key}-unit-${unit}`,
    "data-unit": unit,
  });
  const bar = element("i", "", null, { "aria-hidden": "true" });
  bar.append(element("b"));
  row.append(element("span", "", String(unit)), bar, element("small"));
  return row;
}

function markUnit(self) {
  for (const row of self.units.children) {
    const here = Number(row.dataset.unit) === self.chosen;
    row.setAttribute("aria-selected", String(here));
    if (!here) continue;
    self.units.setAttribute("aria-activedescendant", row.id);
    const box = self.units.getBoundingClientRect(),
      at = row.getBoundingClientRect();
    if (at.top < box.top) self.units.scrollTop -= box.top - at.top + 4;
    else if (at.bottom > box.bottom) self.units.scrollTop += at.bottom - box.bottom + 4;
  }
}
