// The network unrolled over a sentence: a column a token, states as colour strips, arrows between (see columns.js); the
// chosen step opens in its place (open_cell.js), and the value that is pointed at is written out (equation.js).

import { themeOf } from "../../components/plots/strips.js";
import { notify, pointAt } from "../../components/shared/cursor_bus.js";
import { calm, element, setText, styleSheet, svg } from "../../components/shared/dom.js";
import { component } from "../../components/shared/lifecycle.js";
import { tableSummary } from "../../components/shared/summary.js";
import { openTrace, row, tokenRead, traceShown } from "./arithmetic.js";
import { buildColumns, limitsOf, repaint, rowsOf } from "./columns.js";
import { unfolded } from "./open_cell.js";

await styleSheet(import.meta.url);

const SLIM = 44; // the narrowest column
const GUTTER = 48; // the names of the rows, at the left
const PACE = 900; // milliseconds a step while playing
const MANY = 24; // columns, of which a gliding one would have all others laid out and painted at every frame

export default component("rl-unrolled", {
  build(self) {
    self.root.dataset.corner = ""; // the open step has buttons of its own there
    self.bar = element("div", "ru-bar", null, { role: "toolbar" });
    self.scroller = element("div", "ru-scroller");
    self.sheet = element("div", "ru-sheet");
    self.names = element("div", "ru-names");
    self.columns = element("div", "ru-columns", null, { role: "listbox", "aria-orientation": "horizontal" });
    self.announcement = element("div", "ru-announcement", null, { role: "status", "aria-live": "polite" });
    self.inner = element("div", "ru-inside");
    self.cell = unfolded(self);
    self.equation = element("section", "ru-equation");
    self.sheet.append(self.names, self.columns, self.cell.root);
    self.scroller.append(self.sheet);
    self.root.append(self.bar, self.scroller, self.inner, self.equation, self.announcement);
    toolbar(self);
    listen(self);
    self.observer = new ResizeObserver(() => {
      self.width = self.scroller.clientWidth; // asked for here, where it costs no layout of the page
      if (layout(self)) draw(self);
    });
    self.observer.observe(self.root);
  },

  update(self) {
    const { data, root, columns } = self;
    const { labels } = data;
    columns.setAttribute("aria-label", labels.steps);
    self.bar.setAttribute("aria-label", labels.controls);
    for (const name of ["previous", "next", "close"]) self[name].setAttribute("aria-label", labels[name]);
    for (const choice of self.views.children) setText(choice, labels[choice.dataset.view]);
    if (self.version !== data.version) {
      self.version = data.version;
      self.original = openTrace(data.original);
      self.changed = data.changed && openTrace(data.changed, self.original);
      self.limits = limitsOf(self);
      self.dirty = true;
    }
    const shape = JSON.stringify([
      data.run,
      data.part,
      data.tokens,
      data.layers,
      data.directions,
      data.cell.name,
      labels,
    ]);
    if (self.shape !== shape) {
      self.shape = shape;
      if (self.tokens !== data.tokens.join("\n")) Object.assign(self, { closed: false, step: undefined });
      self.tokens = data.tokens.join("\n");
      self.rows = rowsOf(data);
      const { width, height, strip } = data.cell.drawing;
      for (const [name, size] of Object.entries({ cell: width, "cell-height": height, strip }))
        root.style.setProperty(`--ru-${name}`, `${size}px`);
      buildColumns(self);
      self.dirty = true;
    }
    const theme = themeOf(root);
    if (theme.name !== self.theme?.name) {
      self.theme = theme;
      root.toggleAttribute("data-dark", theme.dark);
      self.dirty = true;
    }
    root.dataset.epoch = data.epoch;
    self.views.hidden = !self.changed;
    layout(self);
    draw(self);
  },

  cursor(self) {
    // where a step of another part was chosen, what is open stays until the page has brought that part
    draw(self, elsewhere(self) ? self.step : undefined);
  },

  rows,
  summary: (self, says, names) => {
    const [head, ...values] = rows(self, names);
    return tableSummary(says, [head, ...values.filter(([, name]) => name === "h")], names.state);
  },

  leave(self) {
    pause(self);
    self.observer.disconnect();
  },
});

// ---- Drawing -----------------------------------------------------------------------------------------------------------
// The page counts steps along the whole chain, the picture those of its own part.
const within = ({ data }, step) => step >= data.offset && step < data.offset + data.tokens.length;
const elsewhere = ({ data, group }) =>
  Number.isInteger(group.pinned) && data.several && !within({ data }, group.pinned);

// Where the picture is: open at the chosen step, or at the second where none of its steps was chosen; closed on request.
function stepShown(self) {
  const { data, group, closed } = self;
  if (Number.isInteger(group.pinned)) {
    if (within(self, group.pinned)) return group.pinned - data.offset;
    if (!data.several) return null; // a last token that is only a target
  }
  return closed ? null : Math.min(1, data.tokens.length - 1);
}

function layout(self) {
  const { width } = self;
  if (!self.items || !width) return false;
  const step = stepShown(self);
  const { drawing } = self.data.cell;
  const wide = width >= drawing.width + GUTTER + 16;
  const others = self.items.length - (wide && step !== null ? 1 : 0);
  const room = width - GUTTER - (wide && step !== null ? drawing.width : 0);
  self.slim = Math.max(SLIM, Math.min(132, Math.floor(room / Math.max(others, 1))));
  self.wide = wide;
  self.sheet.style.setProperty("--ru-slim", `${self.slim}px`);
  self.root.toggleAttribute("data-narrow", !wide);
  self.root.toggleAttribute("data-tight", self.slim < 72);
  self.root.toggleAttribute("data-many", self.items.length > MANY);
  const home = wide ? self.sheet : self.inner;
  if (self.cell.root.parentElement !== home) home.append(self.cell.root);
  return true;
}

function draw(self, step = stepShown(self)) {
  const { root, data, group, items } = self;
  if (!items || !self.width) return;
  if (step !== self.step) layout(self);
  const moved = step !== self.step || self.dirty;
  root.toggleAttribute("data-stale", !data.live && group.epoch !== null && group.epoch !== data.epoch);
  items.forEach(({ node }, index) => {
    node.classList.toggle("ru-active", index + data.offset === group.hovered);
    node.setAttribute("aria-selected", String(index === step));
    node.tabIndex = index === (step ?? 0) ? 0 : -1;
  });
  if (self.dirty) repaint(self);
  self.dirty = false; // what is heard: the step that was chosen, and the numbers that changed under it, but no run
  if (!moved) return;
  const before = self.step;
  self.step = step;
  root.toggleAttribute("data-open", step !== null);
  self.close.disabled = self.previous.disabled = self.next.disabled = step === null;
  self.cell.root.hidden = self.equation.hidden = step === null;
  if (step === null) return;
  root.dataset.step = step;
  self.cell.root.style.setProperty("--ru-left", `${GUTTER + step * self.slim}px`);
  self.cell.show(step);
  if (!data.live || before !== step) setText(self.announcement, items[step].announcement);
  if (before !== step) scrollTo(self, step, before !== undefined && before !== null);
}

function scrollTo(self, step, gently) {
  const { scroller, slim, wide } = self;
  const open = wide ? self.data.cell.drawing.width : slim;
  const left = GUTTER + step * slim + open / 2 - (self.width + GUTTER) / 2;
  const still = calm() || !gently || wide; // the cell moves by itself
  scroller.scrollTo({ left, behavior: still ? "instant" : "smooth" });
}

// ---- Hands -------------------------------------------------------------------------------------------------------------
function toolbar(self) {
  const button = (name, path) => {
    const node = element("button", `ru-${name}`, null, { type: "button" });
    node.append(svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: path })));
    self.bar.append(node);
    self[name] = node;
    return node;
  };
  button("previous", "M15 5 8 12l7 7").addEventListener("click", () => walkTo(self, -1));
  button("play", "M8 5v14l11-7z").addEventListener("click", () => (self.timer ? pause(self) : play(self)));
  button("next", "m9 5 7 7-7 7").addEventListener("click", () => walkTo(self, 1));
  self.views = element("div", "ru-views", null, { role: "group" });
  self.view = "beside";
  for (const view of ["original", "beside", "difference"]) {
    const choice = element("button", "", "", { type: "button", "data-view": view });
    choice.addEventListener("click", () => {
      Object.assign(self, { view, dirty: true });
      draw(self);
    });
    self.views.append(choice);
  }
  self.bar.append(self.views);
  self.legend = element("div", "ru-legend", null, { "aria-hidden": "true" });
  self.bar.append(self.legend);
  button("close", "M6 6l12 12M18 6 6 18").addEventListener("click", () => choose(self, null));
  pause(self);
}

function choose(self, step, focus = false) {
  if (step === null) pause(self);
  self.closed = step === null;
  const pinned = step === null ? null : step + self.data.offset;
  if (pinned === self.group.pinned) notify(self.group); // closing what was open by itself
  pointAt(self.group, { pinned, hovered: null });
  notify(self.group);
  if (focus) self.items[step ?? self.step ?? 0].node.focus({ preventScroll: true });
}

function walkTo(self, by) {
  pause(self);
  choose(self, Math.max(0, Math.min((stepShown(self) ?? -1) + by, self.items.length - 1)));
}

function play(self) {
  const last = self.items.length - 1;
  const at = stepShown(self);
  const focused = self.columns.contains(document.activeElement);
  choose(self, at === null || at === last ? 0 : at, focused);
  self.timer = setInterval(() => {
    const next = (stepShown(self) ?? -1) + 1;
    if (next >= last) pause(self);
    choose(self, Math.min(next, last), self.columns.contains(document.activeElement));
  }, PACE);
  showPlay(self);
}

function pause(self) {
  clearInterval(self.timer);
  self.timer = 0;
  showPlay(self);
}

function showPlay(self) {
  self.play.querySelector("path").setAttribute("d", self.timer ? "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z" : "M8 5v14l11-7z");
  self.play.setAttribute("aria-label", self.data.labels[self.timer ? "pause" : "play"]);
  self.root.toggleAttribute("data-playing", Boolean(self.timer));
}

function listen(self) {
  const { columns, names } = self;
  const stepAt = ({ target }) => {
    const node = target.closest?.(".ru-column");
    return node ? Number(node.dataset.step) : null;
  };
  columns.addEventListener("pointerover", (event) => {
    const step = stepAt(event);
    pointAt(self.group, { hovered: step === null ? null : step + self.data.offset });
    draw(self);
  });
  columns.addEventListener("pointerleave", () => {
    pointAt(self.group, { hovered: null });
    draw(self);
  });
  columns.addEventListener("click", (event) => {
    const step = stepAt(event);
    if (step === null) return;
    pause(self);
    lookAtRow(self, event);
    choose(self, step, true);
  });
  names.addEventListener("click", ({ target }) => {
    const name = target.closest("button");
    if (name) look(self, Number(name.dataset.layer), Number(name.dataset.direction));
  });
  columns.addEventListener("keydown", (event) => {
    const step = stepAt(event) ?? 0;
    const last = self.items.length - 1;
    const to = { ArrowRight: step + 1, ArrowLeft: step - 1, Home: 0, End: last, Enter: step }[event.key];
    if (event.key === " ") (self.timer ? pause : play)(self);
    else if (event.key === "Escape") choose(self, null, true);
    else if (event.key === "ArrowDown" && stepShown(self) !== null) self.cell.focus();
    else if (to !== undefined) {
      pause(self);
      choose(self, Math.max(0, Math.min(to, last)), true);
    } else return;
    event.preventDefault();
  });
}

// A click on a strip also says which layer is meant.
function lookAtRow(self, event) {
  const { data, rows } = self;
  const body = event.target.closest(".ru-body");
  if (!body) return;
  const corner = body.getBoundingClientRect();
  const [x, y] = [event.clientX - corner.left - corner.width / 2, event.clientY - corner.top];
  const layer = rows.tops.findIndex((top) => y >= top - 4 && y <= top + rows.height + 4);
  if (layer >= 0) look(self, layer, data.directions > 1 && x > 0 ? 1 : 0);
}

function look(self, layer, direction) {
  const { data } = self;
  const { part } = data;
  if (layer !== data.layer || direction !== data.direction) self.setTriggerValue("chosen", { part, layer, direction });
}

// ---- What is saved ---------------------------------------------------------------------------------------------------
// Of every step what is read and the states of all layers, and the values of the layer that is looked into.
function rows(self, names) {
  const { data } = self;
  const trace = traceShown(self);
  const long = (name, layer, direction, array, first = 0) =>
    data.tokens.flatMap((_, step) =>
      Array.from(row(array, first + step), (value, unit) => [
        ...[data.epoch, name, layer, direction, step + 1, tokenRead(self, step), unit, value],
      ]),
    );
  const ways = ["→", "←"];
  const steps = data.tokens.length;
  const states = Array.from({ length: data.layers * data.directions }, (_, at) =>
    long("h", Math.floor(at / data.directions) + 1, ways[at % data.directions], trace.hidden, at * steps),
  );
  const inside = Object.entries(trace.values)
    .filter(([name]) => name !== "h")
    .map(([name, array]) => long(name, data.layer + 1, ways[data.direction], array));
  return [
    ["epoch", "name", "layer", "direction", "step", "token", "unit", "value"].map((name) => names[name]),
    ...long("x", 0, "", trace.features),
    ...states.flat(),
    ...inside.flat(),
  ];
}
