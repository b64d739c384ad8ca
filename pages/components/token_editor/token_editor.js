// A text as its tokens, line by line. Where it may be edited, two neighbours clicked one after the other become one, and
// a token that is chosen comes apart between any two of its characters.
//
// Takes lines of tokens, each a list of its characters; first (the number of the first line), numbered, editable,
// labels. Gives `edit` {kind: merge or part, line, place, after}.
import { element, fill, styleSheet } from "../shared/dom.js";
import { component } from "../shared/lifecycle.js";
import { tokenNode } from "../shared/token.js";
import { visible } from "../shared/visible.js";

await styleSheet(import.meta.url);

// Where each text was edited last. The focus returns there for a while, also when an edit, of which the whole page hears,
// has the component built anew.
const lastEdits = new Map();

export default component("rl-tokens", {
  build(self) {
    self.lines = element("div", "rl-lines");
    self.tools = element("div", "rl-tools");
    self.root.append(self.lines, self.tools);
    listen(self);
  },

  update(self) {
    const { data } = self;
    const source = JSON.stringify([data.lines, data.first, data.editable]);
    if (self.source !== source) {
      self.source = source;
      self.chosen = null;
      self.waiting = false;
      self.lines.replaceChildren(...data.lines.map((line, row) => lineNode(self, line, row)));
      const last = lastEdits.get(data.key);
      const back = last && performance.now() < last.until ? chipAt(self, last) : null;
      tabStop(self, back ?? self.lines.querySelector(".rl-piece"));
      // In the next frame: a part that was just built is not in the page yet.
      if (back) requestAnimationFrame(() => back.focus({ preventScroll: true }));
    }
    self.lines.setAttribute("aria-label", data.labels.name);
    self.lines.setAttribute("role", "group");
    // A long text scrolls: without buttons inside, the keyboard needs a way in.
    if (data.editable) self.lines.removeAttribute("tabindex");
    else self.lines.setAttribute("tabindex", "0");
    show(self);
  },

  rows: ({ data }, names) => [
    [names.line, names.place, names.token],
    ...data.lines.flatMap((line, row) => line.map((pieces, place) => [data.first + row, place + 1, pieces.join("")])),
  ],
});

function lineNode({ data }, line, row) {
  const node = element("div", "rl-line");
  if (data.numbered) node.append(element("small", "rl-number", String(data.first + row)));
  node.append(
    ...line.map((pieces, place) => {
      const chip = element(
        data.editable ? "button" : "span",
        "rl-piece",
        null,
        data.editable ? { type: "button", tabindex: "-1", "data-row": row, "data-place": place } : {},
      );
      chip.append(tokenNode(pieces.join("")));
      return chip;
    }),
  );
  return node;
}

const chipAt = ({ lines }, { row, place }) => lines.querySelector(`[data-row="${row}"][data-place="${place}"]`);
const placeOf = ({ dataset }) => ({ row: Number(dataset.row), place: Number(dataset.place) });

// One tab stop for all tokens; arrows walk from one to the next.
function tabStop(self, chip) {
  if (!self.data.editable || !chip) return;
  self.lines.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
  chip.setAttribute("tabindex", "0");
}

function show(self) {
  const { data, lines, tools, chosen } = self;
  for (const chip of lines.querySelectorAll("button.rl-piece")) {
    const { row, place } = placeOf(chip);
    const here = chosen?.row === row && chosen.place === place;
    chip.setAttribute("aria-pressed", String(here));
    chip.classList.toggle("rl-neighbour", chosen?.row === row && Math.abs(chosen.place - place) === 1);
  }
  tools.hidden = !data.editable;
  if (tools.hidden) return;
  if (!chosen) {
    tools.replaceChildren(element("span", "rl-hint", data.labels.hint));
    return;
  }
  const line = data.lines[chosen.row];
  const pieces = line[chosen.place];
  const merge = (place, label) => tool(self, label, { kind: "merge", row: chosen.row, place });
  const parts = pieces.flatMap((piece, i) => (i ? [cut(self, pieces, i), tokenNode(piece)] : [tokenNode(piece)]));
  const whole = element("span", "rl-whole", null, { role: "group", "aria-label": data.labels.parts });
  whole.append(...parts);
  tools.replaceChildren(
    ...(chosen.place ? [merge(chosen.place - 1, data.labels.previous)] : []),
    whole,
    ...(chosen.place + 1 < line.length ? [merge(chosen.place, data.labels.next)] : []),
    element("span", "rl-hint", pieces.length > 1 ? data.labels.part_hint : data.labels.single_hint),
  );
}

function cut(self, pieces, after) {
  const { row, place } = self.chosen;
  const node = tool(self, "✂", { kind: "part", row, place, after });
  node.classList.add("rl-cut");
  node.setAttribute(
    "aria-label",
    fill(self.data.labels.part, {
      left: visible(pieces.slice(0, after).join("")),
      right: visible(pieces.slice(after).join("")),
    }),
  );
  return node;
}

function tool(self, label, edit) {
  const node = element("button", "rl-tool", label, { type: "button" });
  node.addEventListener("click", () => send(self, edit));
  return node;
}

// One edit at a time: the next counts places of what this one has made.
function send(self, { kind, row, place, after = 0 }) {
  if (self.waiting) return;
  self.waiting = true;
  setTimeout(() => {
    self.waiting = false;
  }, 3000); // an edit that was refused changes nothing
  lastEdits.set(self.data.key, { row, place, until: performance.now() + 5000 });
  self.setTriggerValue("edit", { kind, line: self.data.first - 1 + row, place, after });
}

function listen(self) {
  const { lines } = self;
  lines.addEventListener("click", ({ target }) => {
    const chip = target.closest("button.rl-piece");
    if (!chip) return;
    const at = placeOf(chip);
    const before = self.chosen;
    tabStop(self, chip);
    if (before?.row === at.row && Math.abs(before.place - at.place) === 1) {
      send(self, { kind: "merge", row: at.row, place: Math.min(before.place, at.place) });
    } else {
      self.chosen = before?.row === at.row && before.place === at.place ? null : at;
      show(self);
    }
  });
  lines.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && self.chosen) {
      self.chosen = null;
      show(self);
    }
    if (!step || !event.target.closest("button.rl-piece")) return;
    lastEdits.delete(self.data.key); // the reader has gone on
    event.preventDefault();
    const chips = [...lines.querySelectorAll("button.rl-piece")];
    const next = chips[chips.indexOf(event.target.closest("button.rl-piece")) + step];
    if (!next) return;
    tabStop(self, next);
    next.focus();
  });
}
