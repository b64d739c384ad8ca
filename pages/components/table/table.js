// Tables, whatever stands in them. A screen reader reads them cell by cell, and nothing in a cell is ever markup.
//
// Takes `style` (tokens, framed, lines) and `tables`, each {label, head, rows, named_rows, titled, note}: see table.py. A cell
// is {kind, text, note, tone} and what its kind needs besides. With `answers` {given [frame, row], expected, names, labels}
// the cells of the kinds answer and verdict follow the cursor of the group, and rows with a wrong answer come first. With
// `row_epochs` the rows of the first table are of these epochs: the one at the cursor is marked, a click moves it.

import { lineSample } from "../plots/line_sample.js";
import { nearest, unpack } from "../shared/arrays.js";
import { moveTo } from "../shared/cursor_bus.js";
import { element, setText, styleSheet } from "../shared/dom.js";
import { component, shownFrame } from "../shared/lifecycle.js";
import { setToken, textNode, tokenNode } from "../shared/token.js";

await styleSheet(import.meta.url);

export default component("rl-tables", {
  build(self) {
    self.frames = [];
    self.root.addEventListener("click", ({ target }) => {
      const at = self.data.row_epochs?.[self.rows.indexOf(target.closest("tr"))];
      if (at !== undefined) moveTo(self.group, at);
    });
  },

  update(self) {
    const { root, data } = self;
    if (self.packed !== data.answers?.given.b64) {
      self.packed = data.answers?.given.b64;
      self.given = data.answers && unpack(data.answers.given);
    }
    const source = JSON.stringify([data.style, data.tables, data.answers?.names]);
    if (self.source !== source) {
      self.source = source;
      root.dataset.style = data.style;
      // What scrolls stays, so that new rows do not take the reader back to the first.
      while (self.frames.length > data.tables.length) self.frames.pop().node.remove();
      while (self.frames.length < data.tables.length) self.frames.push(frame());
      self.frames.forEach((one, index) => write(one, data.tables[index]));
      root.append(...self.frames.map(({ node }) => node));
      self.order = null;
      self.rows = self.frames[0]?.rows ?? [];
    }
    draw(self);
  },

  cursor: draw,
  follows: ({ data }) => Boolean(data.answers), // rows of epochs show them all at once

  rows,
});

function frame() {
  const node = element("div", "rl-table");
  const title = element("div", "rl-table-title", "", { "aria-hidden": "true" });
  const scroller = element("div", "rl-table-scroller", null, { tabindex: "0", role: "region" });
  const table = element("table");
  const note = element("p", "rl-table-note");
  scroller.append(table);
  node.append(title, scroller, note);
  return { node, title, scroller, table, note, rows: [] };
}

function write(parts, { label, head, rows, named_rows: named, titled, note }) {
  for (const node of [parts.scroller, parts.table]) node.setAttribute("aria-label", label);
  setText(parts.title, titled ? label : "");
  setText(parts.note, note);
  parts.title.hidden = !titled;
  parts.note.hidden = !note;
  parts.rows = rows.map((cells) => {
    const row = element("tr");
    row.append(...cells.map((cell, index) => cellNode(cell, named && index === 0 ? "row" : "")));
    if (cells[0]?.place !== undefined) row.dataset.place = cells[0].place;
    return row;
  });
  const body = element("tbody");
  body.append(...parts.rows);
  parts.table.replaceChildren(...(head.length ? [headNode(head)] : []), body);
}

function headNode(cells) {
  const head = element("thead");
  const row = element("tr");
  row.append(...cells.map((cell) => cellNode(cell, "col")));
  head.append(row);
  return head;
}

// What stands in a cell, by its kind.
const KINDS = {
  token: ({ text }) => (text === "" ? [] : [tokenNode(text)]),
  text: ({ text }) => [textNode(text)],
  number: ({ text }) => [text],
  bar: ({ text }) => [text],
  epoch: ({ text }) => [element("button", "rl-table-epoch", text, { type: "button" })],
  pieces: ({ tokens, unknown, cut }) => [
    ...tokens.map((token, place) => tokenNode(token, unknown.includes(place) ? "rl-unknown" : "")),
    ...(cut ? [element("span", "", "…")] : []),
  ],
  variant: ({ place, text, hue, dash }) => {
    const line = element("div");
    if (place !== undefined) line.append(element("b", "", place));
    line.append(lineSample({ hue, dash }), element("span", "", text));
    return [line];
  },
  answer: () => [tokenNode()],
  verdict: () => [],
};

function cellNode(cell, scope) {
  const { kind = "token", note, tone, share, hue } = cell;
  const classes = `rl-cell-${kind}${tone ? ` rl-tone-${tone}` : ""}`;
  const node = element(scope ? "th" : "td", classes, null, scope ? { scope } : {});
  node.append(...KINDS[kind](cell));
  if (note) node.append(element("small", "", note));
  if (share !== undefined) node.style.setProperty("--rl-share", share);
  if (hue) node.style.setProperty("--rl-hue", hue);
  return node;
}

// ---- What follows the cursor ----------------------------------------------------------------------------------------
function draw(self) {
  const { data, given, rows, frames } = self;
  if (data.row_epochs) markRow(self);
  if (!given) return;
  const { expected, names, labels } = data.answers;
  const start = shownFrame(self) * rows.length;
  const wrong = rows.map((_, index) => given.values[start + index] !== expected[index]);
  rows.forEach((row, index) => {
    setToken(row.querySelector(".rl-cell-answer bdi"), names[given.values[start + index]] ?? null);
    const verdict = wrong[index] ? "wrong" : "right";
    if (row.dataset.verdict === verdict) return;
    row.dataset.verdict = verdict;
    const glyph = row.querySelector(".rl-cell-verdict");
    setText(glyph, wrong[index] ? "✗" : "✓");
    glyph.setAttribute("aria-label", labels[verdict]);
  });
  const order = [...rows.keys()].sort((a, b) => wrong[b] - wrong[a] || a - b);
  if (self.order?.join() === order.join()) return;
  self.order = order;
  frames[0].table.tBodies[0].replaceChildren(...order.map((index) => rows[index]));
}

// The row of the epoch at the cursor; what scrolls is this table alone, and only where the row is out of sight.
function markRow({ root, data, group, rows, frames }) {
  const at = data.live ? rows.length - 1 : nearest(data.row_epochs, group.epoch);
  const row = rows[at];
  root.dataset.epoch = data.row_epochs[at];
  for (const other of rows) {
    if (other === row) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  const { scroller, table } = frames[0];
  const top = row.offsetTop - (table.tHead?.offsetHeight ?? 0);
  const below = row.offsetTop + row.offsetHeight - scroller.clientHeight;
  if (scroller.scrollTop > top) scroller.scrollTop = top;
  else if (scroller.scrollTop < below) scroller.scrollTop = below;
}

// ---- What is saved ---------------------------------------------------------------------------------------------------
// Wide, a column for each of the table's, and one for what stands small below a cell. Several tables stand one below the
// other; so do tables of boxes, whose columns are no quantities: there a row is a box.
function rows(self, names) {
  const { tables, style } = self.data;
  const several = tables.length > 1;
  const parts = tables.map((table, index) =>
    style === "tokens" && !table.head.length ? boxes(table, names) : columns(self, table, index, names),
  );
  const [head] = parts.reduce((widest, part) => (part[0].length > widest[0].length ? part : widest));
  const label = (index) => (several ? [tables[index].label] : []);
  return [
    [...(several ? [names.table] : []), ...head],
    ...parts.flatMap((part, index) => part.slice(1).map((row) => [...label(index), ...row])),
  ];
}

function boxes({ rows: lines }, names) {
  const cells = lines.flatMap((line, row) =>
    line.map((cell, column) => [row + 1, column + 1, written(cell), cell.note ?? ""]),
  );
  return [[names.row, names.column, names.token, names.note], ...cells];
}

function columns(self, { head, rows: lines }, index, names) {
  const width = Math.max(head.length, ...lines.map((line) => line.length));
  const noted = Array.from({ length: width }, (_, column) => lines.some((line) => line[column]?.note));
  const spread = (each) => noted.flatMap((one, column) => (one ? each(column) : each(column).slice(0, 1)));
  return [
    spread((column) => {
      const name = (head[column] && String(written(head[column]))) || `${names.column} ${column + 1}`;
      return [name, `${name}: ${names.note}`];
    }),
    ...lines.map((line, row) =>
      spread((column) => [index ? written(line[column]) : followed(self, line[column], row), line[column]?.note ?? ""]),
    ),
  ];
}

const NUMBER = /^[-−+]?[\d,]*\.?\d+(e[-+]?\d+)?$/i;

function written({ text, tokens, kind } = {}) {
  if (tokens) return tokens.join(" ");
  const number = ["number", "bar", "epoch"].includes(kind) && NUMBER.test(text);
  return number ? Number(text.replaceAll(",", "").replace("−", "-")) : (text ?? "");
}

// A cell that follows the cursor as it is now.
function followed(self, cell, row) {
  if (cell?.kind !== "answer" && cell?.kind !== "verdict") return written(cell);
  const { expected, names } = self.data.answers;
  const given = self.given.values[shownFrame(self) * self.rows.length + row];
  return cell.kind === "answer" ? (names[given] ?? "") : given === expected[row];
}
