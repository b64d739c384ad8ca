// A text, each token coloured by the value of one unit there, and beside it all units by how far they follow a property
// of the tokens. In the text a phrase is marked by drawing over it, or by the arrows with the shift key.
//
// Takes lines, joiner, unknown; values and have (the property) of each token, limit, beyond; unit, order, r, chance, on
// for the list; phrase [start, stop]; finding, notes, labels. Gives `marked` {start, stop} and `chosen` {unit}.
import { unpack } from "../../components/shared/arrays.js";
import { element, setText, styleSheet } from "../../components/shared/dom.js";
import { component } from "../../components/shared/lifecycle.js";
import { signed } from "../../components/shared/numbers.js";
import { tableSummary } from "../../components/shared/summary.js";
import { setToken } from "../../components/shared/token.js";
import { visible } from "../../components/shared/visible.js";
import { drawUnits, unitList } from "./unit_list.js";

await styleSheet(import.meta.url);

export default component("rl-unitmap", {
  build(self) {
    self.text = element("div", "rl-unitmap-text", null, { role: "listbox", "aria-multiselectable": "true" });
    self.pointed = element("div", "rl-unitmap-pointed", null, { "aria-hidden": "true" });
    self.legend = element("div", "rl-unitmap-legend", null, { "aria-hidden": "true" });
    self.low = element("span");
    self.high = element("span");
    self.have = element("span");
    self.legend.append(
      self.low,
      element("i", "rl-unitmap-scale"),
      self.high,
      element("i", "rl-unitmap-have"),
      self.have,
      self.pointed,
    );
    const left = element("div", "rl-unitmap-left");
    left.append(self.text, self.legend);
    self.finding = element("div", "rl-unitmap-finding", null, { role: "status" });
    self.notes = element("div", "rl-unitmap-notes");
    self.root.append(self.finding, self.notes, left, unitList(self));
    listen(self);
  },

  rows,
  summary: (self, says, names) =>
    tableSummary(
      says,
      rows(self, names).map((row) => row.slice(0, -1)),
    ),

  update(self) {
    const { data } = self;
    const source = JSON.stringify([data.lines, data.joiner, data.first]);
    if (self.source !== source) {
      self.source = source;
      self.tokens = [];
      self.focused = null;
      self.dragged = null;
      self.text.replaceChildren(...data.lines.map((line, row) => lineNode(self, line, row)));
      self.text.scrollTop = 0;
    }
    self.text.setAttribute("aria-label", data.labels.text ?? "");
    self.values = unpack(data.values).values;
    self.share = unpack(data.have).values;
    self.finding.setAttribute("aria-live", data.live ? "off" : "polite"); // else it would speak without end
    setText(self.finding, data.finding);
    setText(self.notes, data.notes);
    setText(self.low, `${data.beyond ? "≤ " : ""}${signed(-data.limit, 2)}`);
    setText(self.high, `${data.beyond ? "≥ " : ""}${signed(data.limit, 2)}`);
    setText(self.have, data.labels.have ?? "");
    const marked = data.phrase?.join();
    if (self.phrase !== marked) {
      // another one than the page knew: the reader's own is drawn already
      self.phrase = marked;
      self.marked = data.phrase;
      if (data.phrase && !self.dragged) tabStop(self, data.phrase[0], false);
    }
    if (self.tokens.length && !self.focused) tabStop(self, data.phrase?.[0] ?? 0, false);
    colour(self);
    mark(self);
    drawUnits(self);
    self.root.dataset.unit = data.unit;
    self.root.dataset.epoch = data.epoch;
  },

  // A place that was chosen below the text is scrolled to.
  cursor(self) {
    const place = self.group.pinned;
    if (!place || place === self.shownPlace || !self.tokens?.[place.start]) return;
    self.shownPlace = place;
    self.text.querySelectorAll(".rl-shown").forEach((node) => node.classList.remove("rl-shown"));
    self.tokens.slice(place.start, place.stop).forEach((node) => node.classList.add("rl-shown"));
    self.root.scrollIntoView({ block: "nearest" });
    showToken(self, place.start);
    tabStop(self, place.start, false);
  },

  leave(self) {
    self.gone.abort();
    clearTimeout(self.sending);
    clearTimeout(self.choosing);
  },
});

function lineNode(self, line, row) {
  const node = element("div", "rl-unitmap-line", null, { role: "group", "aria-label": String(row + 1) });
  node.append(element("small", "rl-unitmap-number", String(row + 1), { "aria-hidden": "true" }));
  const words = element("div", "rl-unitmap-words", null, { role: "presentation" });
  line.forEach((token, place) => {
    if (place && self.data.joiner) words.append(self.data.joiner);
    const cell = element("span", "rl-unitmap-token", null, {
      role: "option",
      tabindex: "-1",
      dir: "auto",
      translate: "no",
      "data-token": self.tokens.length,
      "data-row": row,
    });
    setToken(cell, token, true);
    cell.token = token;
    self.tokens.push(cell);
    words.append(cell);
  });
  node.append(words);
  return node;
}

function colour(self) {
  const { data, values, share } = self;
  const unknown = new Set(data.unknown);
  self.tokens.forEach((node, i) => {
    const value = values[i];
    const strength = data.limit > 0 && Number.isFinite(value) ? Math.min(Math.abs(value) / data.limit, 1) : 0;
    node.style.setProperty("--rl-share", strength.toFixed(3));
    node.style.setProperty("--rl-have", share[i].toFixed(3));
    node.classList.toggle("rl-minus", value < 0);
    node.classList.toggle("rl-unknown", unknown.has(i));
    const description = `${visible(node.token)}: ${signed(value)}`;
    if (node.title !== description) {
      node.title = description;
      node.setAttribute("aria-label", description);
    }
  });
}

function mark(self) {
  const [start, stop] = self.marked ?? [0, 0];
  self.tokens.forEach((node, i) => {
    const inside = i >= start && i < stop;
    if ((node.getAttribute("aria-selected") === "true") !== inside || !node.hasAttribute("aria-selected")) {
      node.setAttribute("aria-selected", String(inside));
    }
    node.classList.toggle("rl-first", i === start && inside);
    node.classList.toggle("rl-last", i === stop - 1 && inside);
  });
}

function tabStop(self, place, focus = true) {
  const node = self.tokens[place];
  if (!node) return;
  self.focused?.setAttribute("tabindex", "-1");
  node.setAttribute("tabindex", "0");
  self.focused = node;
  if (focus) {
    node.focus({ preventScroll: true });
    showToken(self, place);
  }
}

// Scrolls the text, and only the text.
function showToken({ text, tokens }, place) {
  const box = text.getBoundingClientRect(),
    at = tokens[place].getBoundingClientRect();
  if (at.top < box.top + 4) text.scrollTop -= box.top - at.top + box.height / 3;
  else if (at.bottom > box.bottom - 4) text.scrollTop += at.bottom - box.bottom + box.height / 3;
}

const placeOf = (node) => Number(node.dataset.token);
const rowOf = (node) => node.dataset.row;

// From one token to another, within the line of the first.
function between(self, from, to) {
  const row = rowOf(self.tokens[from]);
  const step = to < from ? 1 : -1;
  while (rowOf(self.tokens[to]) !== row) to += step;
  return [Math.min(from, to), Math.max(from, to) + 1];
}

// Of a quick succession only the last phrase is asked for.
function send(self, wait) {
  clearTimeout(self.sending);
  self.sending = setTimeout(() => {
    const [start, stop] = self.marked;
    self.phrase = self.marked.join();
    self.setTriggerValue("marked", { start, stop });
  }, wait);
}

function listen(self) {
  const { text } = self;
  const tokenAt = (x, y) => document.elementFromPoint(x, y)?.closest?.(".rl-unitmap-token");
  text.addEventListener("pointerdown", (event) => {
    const node = event.target.closest(".rl-unitmap-token");
    if (!node || event.button) return;
    if (event.pointerType === "mouse") event.preventDefault(); // the browser's own selection
    const place = placeOf(node);
    self.dragged = event.shiftKey && self.anchor != null ? self.anchor : place;
    self.anchor = self.dragged;
    self.marked = between(self, self.dragged, place);
    tabStop(self, place);
    mark(self);
  });
  text.addEventListener("pointermove", (event) => {
    const node = event.target.closest?.(".rl-unitmap-token");
    if (node) setText(self.pointed, node.title);
    if (self.dragged == null) return;
    const over = tokenAt(event.clientX, event.clientY);
    if (!over || !text.contains(over)) return;
    self.marked = between(self, self.dragged, placeOf(over));
    mark(self);
  });
  text.addEventListener("pointerleave", () => setText(self.pointed, ""));
  const release = () => {
    if (self.dragged == null) return;
    self.dragged = null;
    send(self, 0);
  };
  self.gone = new AbortController();
  document.addEventListener("pointerup", release, { signal: self.gone.signal }); // let go outside the text
  text.addEventListener("pointercancel", () => {
    // a finger that scrolls
    self.dragged = null;
    self.marked = self.data.phrase;
    mark(self);
  });
  text.addEventListener("focusin", ({ target }) => setText(self.pointed, target.title ?? ""));
  text.addEventListener("keydown", (event) => {
    const node = event.target.closest?.(".rl-unitmap-token");
    if (!node) return;
    const from = placeOf(node);
    const row = self.data.lines.slice(0, Number(rowOf(node))).reduce((sum, line) => sum + line.length, 0);
    const length = self.data.lines[Number(rowOf(node))].length;
    const wanted = {
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      Home: row,
      End: row + length - 1,
      ArrowUp: above(self, node, -1),
      ArrowDown: above(self, node, 1),
      Enter: from,
      " ": from,
    }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    const to = Math.min(Math.max(wanted, 0), self.tokens.length - 1);
    const alone = event.key === "Enter" || event.key === " ";
    if (event.shiftKey && !alone) {
      self.anchor ??= from;
      self.marked = between(self, self.anchor, to);
      tabStop(self, self.marked[0] === self.anchor ? self.marked[1] - 1 : self.marked[0]);
    } else {
      self.anchor = to;
      tabStop(self, to);
      if (!alone) return;
      self.marked = [to, to + 1];
    }
    mark(self);
    send(self, 250);
  });
}

// The token nearest to this one in the row of text below it, or above.
function above(self, node, way) {
  const here = node.getBoundingClientRect(),
    middle = here.left + here.width / 2;
  let found = placeOf(node),
    top = null,
    best = Infinity;
  for (let i = found + way; self.tokens[i]; i += way) {
    const box = self.tokens[i].getBoundingClientRect();
    if (Math.abs(box.top - here.top) < 4) continue;
    top ??= box.top;
    if (Math.abs(box.top - top) > 4) break;
    const away = Math.abs(box.left + box.width / 2 - middle);
    if (away < best) [best, found] = [away, i];
  }
  return found;
}

function rows({ data, values, share }, names) {
  const words = data.lines.flatMap((line, row) => line.map((token) => [row + 1, token]));
  return [
    [names.line, names.place, names.token, `${names.unit} ${data.unit}`, data.labels.have || names.label],
    ...words.map(([line, token], place) => [line, place + 1, token, values[place], share[place]]),
  ];
}
