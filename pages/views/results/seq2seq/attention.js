// Where the decoder looks: target × source as a heatmap, joined to both sentences. A row is a target step and sums to 1.
// Steps are counted as on the strip: the source's first, behind them the decoder's; so pointing here points there too.
//
// Takes source, target, classes, specials; weights [frame, target, source] where the right tokens are given, and free,
// free_weights for what it writes by itself; labels.
import { notify, pointAt, stepOf } from "../../../components/shared/cursor_bus.js";
import { element, fill, setText, styleSheet } from "../../../components/shared/dom.js";
import { component, shownFrame } from "../../../components/shared/lifecycle.js";
import { tableSummary } from "../../../components/shared/summary.js";
import { tokenNode } from "../../../components/shared/token.js";
import { visible } from "../../../components/shared/visible.js";
import {
  bringIntoSight,
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

const CELL = { narrowest: 16, widest: 46, lowest: 19, highest: 28, numbered: 34 }; // pixels

export default component("rs rs-attention", {
  build(self) {
    self.mode = "forced";
    self.switch = element("div", "rs-switch", null, { role: "group" });
    for (const mode of ["forced", "free"]) {
      const choice = element("button", "", "", { type: "button", "data-mode": mode });
      choice.addEventListener("click", () => {
        self.mode = mode;
        draw(self);
      });
      self.switch.append(choice);
    }
    const side = (start) =>
      tokenRow({
        point: (i) => pointAt(self.group, { hovered: i === null ? null : start() + i }),
        choose: (i, again) => {
          self.cell = self.kept = null;
          const step = i === null ? null : start() + i;
          pointAt(self.group, { pinned: again && step === self.group.pinned ? null : step });
          notify(self.group);
        },
      });
    self.source = side(() => 0);
    self.target = side(() => self.data.source.length);
    self.status = element("div", "rs-status", null, { role: "status", "aria-live": "polite" });
    self.map = element("div", "rs-map", null, { role: "group", tabindex: "0" });
    self.top = element("div", "rs-top", null, { "aria-hidden": "true" });
    self.side = element("div", "rs-side", null, { "aria-hidden": "true" });
    self.field = element("div", "rs-field");
    self.canvas = element("canvas");
    self.canvas.repaint = (pen) => paintCells(self, pen);
    self.bands = ["rs-across", "rs-down"].map((name) => element("div", name, null, { hidden: "" }));
    self.tip = element("div", "rs-number", null, { hidden: "", "aria-hidden": "true" });
    self.field.append(self.canvas, ...self.bands, self.tip);
    const sheet = element("div", "rs-sheet");
    sheet.append(element("div", "rs-corner"), self.top, self.side, self.field);
    self.map.append(sheet);
    self.key = element("div", "rs-key", null, { "aria-hidden": "true" });
    self.key.append(element("span", "", "0"), element("i"), element("span", "", "1"));
    const bar = element("div", "rs-controls");
    bar.append(self.switch, self.key);
    self.root.append(bar, self.source.root, self.target.root, self.status, self.map);
    listen(self);
    self.observer = new ResizeObserver(() => self.packed && draw(self));
    self.observer.observe(self.root);
  },

  update(self) {
    const { data } = self;
    if (self.run !== data.run) self.most = 0;
    self.run = data.run;
    if (openPacked(self)) self.most = Math.max(self.most, self.packed.free.most);
    self.scale = shades(self.root);
    self.key.querySelector("i").style.background = `linear-gradient(to right, ${self.scale.theme.sequential})`;
    self.switch.setAttribute("aria-label", data.labels.mode);
    self.map.setAttribute("aria-label", data.labels.map);
    for (const choice of self.switch.children) setText(choice, data.labels[choice.dataset.mode]);
    draw(self);
  },

  cursor: draw,
  follows: () => true,

  rows,
  summary: (self, says, names) => tableSummary(says, rows(self, names)),
  leave(self) {
    self.observer.disconnect();
  },
});

// What the target side holds in this mode and frame: its tokens, and the weights [target, source].
function shown({ data, packed, mode }, frame) {
  const columns = data.source.length;
  if (mode === "forced") {
    const size = data.target.length * columns;
    return {
      tokens: classesAt(data, data.target),
      weights: packed.weights.values.subarray(frame * size, (frame + 1) * size),
    };
  }
  return { tokens: classesAt(data, packed.free.row(frame)), weights: packed.free_weights.row(frame) };
}

const share = (self, row, column) => self.weights[row * self.data.source.length + column] / 32767;

function draw(self) {
  const { data, root } = self;
  const width = root.clientWidth;
  if (!self.packed || !width) return;
  if (!data.target.length) self.mode = "free"; // nobody has said what is right
  for (const choice of self.switch.children) {
    choice.setAttribute("aria-pressed", String(choice.dataset.mode === self.mode));
    choice.disabled = choice.dataset.mode === "forced" && !data.target.length;
  }
  const frame = shownFrame(self);
  const picture = [data.version, frame, self.mode, width, self.scale.theme.text, data.labels.source].join();
  if (self.picture !== picture) {
    self.picture = picture;
    Object.assign(self, shown(self, frame));
    writeRow(
      self.source,
      data.labels.source,
      data.source.map((token) => ({ token })),
    );
    writeRow(self.target, data.labels[`target_${self.mode}`], self.tokens);
    labels(self, width);
    paint(self);
  }
  mark(self);
}

// ---- The heatmap ---------------------------------------------------------------------------------------------------
function labels(self, width) {
  const { data, top, side } = self;
  const long = data.source.some((token) => [...token].length > 2);
  top.classList.toggle("rs-tall", long);
  top.replaceChildren(...data.source.map((token) => tokenNode(token)));
  side.replaceChildren(...self.tokens.map(({ token, special }) => tokenNode(token, tokenClass(special))));
  const room = (width - side.offsetWidth - 4) / data.source.length;
  const across = Math.floor(Math.max(CELL.narrowest, Math.min(room, CELL.widest)));
  self.size = { across, down: Math.max(CELL.lowest, Math.min(across, CELL.highest)) };
  self.root.style.setProperty("--rs-across", `${self.size.across}px`);
  self.root.style.setProperty("--rs-down", `${self.size.down}px`);
  // What is written by itself is longer and shorter from epoch to epoch: what stands below must not dance.
  self.field.style.minHeight = self.mode === "free" ? `${self.most * self.size.down}px` : "";
}

function paint(self) {
  const { canvas, size, data, tokens } = self;
  const ratio = devicePixelRatio || 1;
  const [width, height] = [data.source.length * size.across, tokens.length * size.down];
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  paintCells(self, pen);
}

function paintCells(self, pen) {
  const { size, scale, data, tokens } = self;
  Object.assign(pen, { font: `11px ${scale.theme.font}`, textAlign: "center", textBaseline: "middle" });
  const numbered = size.across >= CELL.numbered;
  tokens.forEach((_, row) =>
    data.source.forEach((_, column) => {
      const value = share(self, row, column);
      const place = scale.at(value);
      pen.fillStyle = scale.fills[place];
      pen.fillRect(column * size.across, row * size.down, size.across - 1, size.down - 1);
      if (!numbered || value < 0.005) return;
      pen.fillStyle = scale.texts[place];
      pen.fillText(value.toFixed(2).replace(/^0/, ""), (column + 0.5) * size.across, (row + 0.5) * size.down);
    }),
  );
}

// ---- What is pointed at --------------------------------------------------------------------------------------------
// {row, column}, either null: a token of one side, or both for a cell.
function pointed({ group, data, tokens, cell }) {
  const step = stepOf(group);
  const columns = data.source.length;
  if (step === null) return { row: null, column: null };
  if (step < columns) return { row: null, column: step };
  const row = step - columns;
  if (row >= tokens.length) return { row: null, column: null };
  return { row, column: cell?.row === row ? Math.min(cell.column, columns - 1) : null };
}

function mark(self) {
  const { data, tokens, scale, size, tip } = self;
  const { row, column } = pointed(self);
  const [columns, rows] = [data.source.length, tokens.length];
  self.source.nodes.forEach((node, i) => shade(node, scale, row === null ? null : share(self, row, i)));
  self.target.nodes.forEach((node, i) =>
    shade(node, scale, row !== null || column === null ? null : share(self, i, column)),
  );
  for (const [line, chosen, strip] of [
    [self.source, column, self.top],
    [self.target, row, self.side],
  ]) {
    line.nodes.forEach((node, i) => {
      node.classList.toggle("rs-here", i === chosen);
      node.setAttribute("aria-selected", String(i === chosen));
    });
    [...strip.children].forEach((node, i) => node.classList.toggle("rs-here", i === chosen));
    if (chosen === null) continue;
    tabStop(line, chosen);
    bringIntoSight(line, chosen);
  }
  const [across, down] = self.bands;
  place(across, row === null ? null : [0, row * size.down, columns * size.across, size.down]);
  place(down, column === null ? null : [column * size.across, 0, size.across, rows * size.down]);
  const both = row !== null && column !== null;
  tip.hidden = !both;
  if (both) {
    setText(tip, digits(share(self, row, column)));
    tip.style.left = `${Math.min((column + 1) * size.across, columns * size.across - tip.offsetWidth)}px`;
    tip.style.top = `${row ? row * size.down - tip.offsetHeight : size.down}px`;
  }
  self.status.setAttribute("aria-live", self.data.live ? "off" : "polite"); // else it would speak without end
  setText(self.status, sentence(self, row, column));
}

function place(node, box) {
  node.hidden = box === null;
  box?.forEach((pixels, i) => {
    node.style[["left", "top", "width", "height"][i]] = `${pixels}px`;
  });
}

function sentence(self, row, column) {
  const { data, tokens } = self;
  const { labels } = data;
  const source = (i) => ({ source: visible(data.source[i]), place: i + 1 });
  if (row === null && column === null) return labels.hint;
  if (row === null) return fill(labels.column, source(column));
  const weights = data.source.map((_, i) => share(self, row, i));
  const values = {
    step: row + 1,
    target: visible(tokens[row].token),
    sum: digits(weights.reduce((sum, one) => sum + one, 0)),
  };
  if (column !== null) return fill(labels.cell, { ...values, ...source(column), share: digits(weights[column]) });
  const best = weights.indexOf(Math.max(...weights));
  return fill(labels.row, { ...values, ...source(best), share: digits(weights[best]) });
}

function listen(self) {
  const { field, map } = self;
  const cellAt = ({ clientX, clientY }) => {
    const corner = field.getBoundingClientRect();
    const [column, row] = [(clientX - corner.left) / self.size.across, (clientY - corner.top) / self.size.down].map(
      Math.floor,
    );
    return row >= 0 && row < self.tokens.length && column >= 0 && column < self.data.source.length
      ? { row, column }
      : null;
  };
  const go = (cell, name) => {
    if (name === "pinned") self.kept = cell;
    self.cell = cell ?? self.kept; // the pointer has left: the chosen one again
    pointAt(self.group, { [name]: cell && self.data.source.length + cell.row });
    notify(self.group); // another column of the same row is no other step
  };
  field.addEventListener("pointermove", (event) => {
    const cell = cellAt(event);
    if (cell?.row !== self.cell?.row || cell?.column !== self.cell?.column || !cell) go(cell, "hovered");
  });
  field.addEventListener("pointerleave", () => go(null, "hovered"));
  field.addEventListener("click", (event) => {
    const cell = cellAt(event);
    const again = cell && self.kept?.row === cell.row && self.kept.column === cell.column;
    go(again ? null : cell, "pinned");
  });
  map.addEventListener("keydown", (event) => {
    const [down, right] =
      { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [];
    if (event.key === "Escape") go(null, "pinned");
    if (down === undefined) return;
    event.preventDefault();
    const { row, column } = pointed(self);
    const next =
      row === null && column === null
        ? { row: 0, column: 0 }
        : { row: (row ?? 0) + down, column: (column ?? 0) + right };
    next.row = Math.max(0, Math.min(next.row, self.tokens.length - 1));
    next.column = Math.max(0, Math.min(next.column, self.data.source.length - 1));
    go(next, "pinned");
    reveal(self, next);
  });
}

// The labels stay in sight at the top and the left: a cell is not to be hidden behind them.
function reveal({ map, size, side, top }, { row, column }) {
  const [left, up] = [column * size.across, row * size.down];
  const [wide, high] = [map.clientWidth - side.offsetWidth, map.clientHeight - top.offsetHeight];
  if (left < map.scrollLeft) map.scrollLeft = left;
  if (left + size.across > map.scrollLeft + wide) map.scrollLeft = left + size.across - wide;
  if (up < map.scrollTop) map.scrollTop = up;
  if (up + size.down > map.scrollTop + high) map.scrollTop = up + size.down - high;
}

function rows(self, names) {
  const { root, data, tokens } = self;
  const weights = tokens.flatMap(({ token }, row) =>
    data.source.map((source, column) => [
      ...[Number(root.dataset.epoch), row + 1, token, column + 1, source, share(self, row, column)],
    ]),
  );
  const [from, to] = [names.source, names.target];
  const head = [names.epoch, `${to}: ${names.step}`, to, `${from}: ${names.step}`, from, names.weight];
  return [head, ...weights];
}
