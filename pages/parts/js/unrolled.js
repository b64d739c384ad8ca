// The network unrolled over a sentence: a column a token, states as colour strips, arrows between; the chosen step
// opens in its place (see unfolded.js), and the value that is pointed at is written out (see equation.js).

const BODY = 316; // pixels from the predictions down to the tokens: room for an open cell
const SLIM = 44; // the narrowest column
const GUTTER = 48; // the names of the rows, at the left
const PACE = 900; // milliseconds a step while playing

export default component("rl-unrolled", {
  build(self) {
    self.bar = element("div", "ru-bar", null, { role: "toolbar" });
    self.scroller = element("div", "ru-scroller");
    self.sheet = element("div", "ru-sheet");
    self.names = element("div", "ru-names");
    self.columns = element("div", "ru-columns", null, { role: "listbox", "aria-orientation": "horizontal" });
    self.said = element("div", "ru-said", null, { role: "status", "aria-live": "polite" });
    self.inner = element("div", "ru-inside");
    self.cell = unfolded(self);
    self.equation = element("section", "ru-equation");
    self.sheet.append(self.names, self.columns, self.cell.root);
    self.scroller.append(self.sheet);
    self.root.append(self.bar, self.scroller, self.inner, self.equation, self.said);
    toolbar(self);
    listen(self);
    self.observer = new ResizeObserver(() => layout(self) && draw(self));
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
      self.original = open(data.original);
      self.changed = data.changed && open(data.changed, self.original);
      self.dirty = true;
    }
    const shape = JSON.stringify([data.run, data.tokens, data.layers, data.directions, data.cell, labels]);
    if (self.shape !== shape) {
      self.shape = shape;
      if (self.tokens !== data.tokens.join("\n")) self.closed = false;
      self.tokens = data.tokens.join("\n");
      self.rows = rowsOf(data);
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

  cursor: draw,
  leave(self) {
    pause(self);
    self.observer.disconnect();
  },
});

// ---- Data: typed arrays, and what the colours mean -------------------------------------------------------------------
// What an edit left as it was is not sent twice.
function open(walk, other = null) {
  const all = (group, name) => Object.fromEntries(Object.entries(walk[group]).map(([key, one]) => [key, unpack(one)]));
  return {
    x: unpack(walk.x), features: unpack(walk.features), initial: all("initial"), values: all("values"), weights: { ...other?.weights, ...all("weights") },
    hidden: unpack(walk.hidden), top: unpack(walk.top), probability: unpack(walk.probability),
  };
}

const walkShown = (self) => (self.changed && self.view !== "original" ? self.changed : self.original);
const row = ({ values, shape }, index) => values.subarray(index * shape.at(-1), (index + 1) * shape.at(-1));

function rowsOf({ layers, directions }) {
  const gap = 24, x = 44;
  const height = Math.max(46, Math.min(220, (BODY - x - gap * (layers + 1)) / layers));
  const tops = Array.from({ length: layers }, (_, layer) => gap + (layers - 1 - layer) * (height + gap));
  const body = gap * (layers + 1) + height * layers + x;
  const width = directions === 2 ? 15 : 26;
  const shift = directions === 2 ? [-9, 9] : [0];
  return { height, tops, body, width, shift, x: { top: body - x, height: x } };
}

// ---- Columns -----------------------------------------------------------------------------------------------------------
function buildColumns(self) {
  const { data, rows } = self;
  self.sheet.style.setProperty("--ru-body", `${rows.body}px`);
  self.items = data.tokens.map((token, step) => columnOf(self, token, step));
  self.columns.replaceChildren(...self.items.map(({ node }) => node));
  const names = [];
  for (let layer = 0; layer < data.layers; layer++) {
    for (let direction = 0; direction < data.directions; direction++) {
      const several = data.layers * data.directions > 1;
      const name = element(several ? "button" : "span", "ru-row", null, several ? { type: "button" } : {});
      name.append(element("i", "", "h"), element("sup", "", data.layers > 1 ? String(layer + 1) : ""),
        data.directions > 1 ? (direction ? " ←" : " →") : "");
      Object.assign(name.dataset, { layer, direction });
      if (several) name.setAttribute("aria-label", fill(data.labels[direction ? "backward" : "forward"], { layer: layer + 1 }));
      const share = data.directions > 1 ? (direction ? 0.7 : 0.3) : 0.5;
      name.style.top = `calc(var(--ru-top) + ${rows.tops[layer] + rows.height * share - 12}px)`;
      names.push(name);
    }
  }
  const below = element("span", "ru-row ru-x");
  below.append(element("i", "", "x"));
  below.style.top = `calc(var(--ru-top) + ${rows.x.top + 10}px)`;
  self.names.replaceChildren(...names, below);
}

function columnOf({ data, rows }, token, step) {
  const node = element("div", "ru-column", null, { role: "option", tabindex: "-1", "data-step": step });
  const out = element("div", "ru-out");
  const guesses = [0, 1].map(() => {
    const line = element("div", "ru-guess");
    const parts = { line, next: tokenNode("", "ru-next"), chance: element("span", "ru-chance") };
    line.append(parts.next, parts.chance);
    out.append(line);
    return parts;
  });
  const body = element("div", "ru-body");
  const canvas = element("canvas", "ru-strips", null, { "aria-hidden": "true" });
  body.append(wiresOf(data, rows, step), canvas);
  const chip = element("span", "ru-chip", null, { title: token });
  chip.append(tokenNode(visible(token)), element("small", "", String(step + 1), { "aria-hidden": "true" }));
  node.append(out, body, chip);
  return { node, guesses, canvas };
}

const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Lines run under the strips in percent of the column, so that a column may change its width; heads keep to its middle.
function wiresOf({ tokens, layers, directions }, rows, step) {
  const picture = svg("svg", { class: "ru-wires", "aria-hidden": "true", width: "100%", height: rows.body });
  const middle = svg("svg", { x: "50%", overflow: "visible" });
  for (let layer = 0; layer < layers; layer++) {
    const top = rows.tops[layer];
    const below = layer ? rows.tops[layer - 1] : rows.x.top;
    for (let direction = 0; direction < directions; direction++) {
      const mine = { "data-layer": layer, "data-direction": direction };
      const y = top + rows.height * (directions > 1 ? (direction ? 0.7 : 0.3) : 0.5);
      const half = rows.shift[direction] + (direction ? 1 : -1) * (rows.width / 2 + 1);
      const [from, to] = direction ? ["50%", "100%"] : ["0%", "50%"];
      const first = direction ? tokens.length - 1 : 0;
      picture.append(svg("line", { ...mine, x1: from, x2: to, y1: y, y2: y, class: step === first ? "ru-zero" : "" }));
      middle.append(svg("path", { ...mine, d: direction ? `M${half},${y}l7,-4v8z` : `M${half},${y}l-7,-4v8z` }));
      if (step !== (direction ? 0 : tokens.length - 1)) {
        const [start, end] = direction ? ["0%", "50%"] : ["50%", "100%"];
        picture.append(svg("line", { ...mine, x1: start, x2: end, y1: y, y2: y }));
      }
      const x = rows.shift[direction];
      middle.append(svg("line", { x1: x, x2: x, y1: below, y2: top + rows.height + 4 }),
        svg("path", { d: `M${x},${top + rows.height + 1}l-4,7h8z` }));
    }
  }
  const head = rows.tops[layers - 1];
  middle.append(svg("line", { x1: 0, x2: 0, y1: head, y2: 8 }), svg("path", { d: "M0,2l-4,7h8z" }));
  picture.append(middle);
  return picture;
}

// ---- Drawing -----------------------------------------------------------------------------------------------------------
// Where the picture is: open at the chosen step, or at the second before anything was chosen; closed on request.
function stepShown({ data, group, closed }) {
  if (group.pinned !== null && group.pinned !== undefined) return group.pinned < data.tokens.length ? group.pinned : null;
  return closed ? null : Math.min(1, data.tokens.length - 1);
}

function layout(self) {
  if (!self.items) return false;
  const width = self.scroller.clientWidth;
  if (!width) return false;
  const step = stepShown(self);
  const wide = width >= CELL_WIDTH + GUTTER + 16;
  const others = self.items.length - (wide && step !== null ? 1 : 0);
  const room = width - GUTTER - (wide && step !== null ? CELL_WIDTH : 0);
  self.slim = Math.max(SLIM, Math.min(132, Math.floor(room / Math.max(others, 1))));
  self.wide = wide;
  self.sheet.style.setProperty("--ru-slim", `${self.slim}px`);
  self.root.toggleAttribute("data-narrow", !wide);
  const home = wide ? self.sheet : self.inner;
  if (self.cell.root.parentElement !== home) home.append(self.cell.root);
  return true;
}

function draw(self) {
  const { root, data, group, items } = self;
  if (!items) return;
  const step = stepShown(self);
  if (step !== self.step) layout(self);
  const moved = step !== self.step || self.dirty;
  root.toggleAttribute("data-stale", !data.live && group.epoch !== null && group.epoch !== data.epoch);
  items.forEach(({ node }, index) => {
    node.classList.toggle("ru-active", index === group.hovered);
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
  if (!data.live || before !== step) setText(self.said, items[step].told);
  if (before !== step) scrollTo(self, step, before !== undefined && before !== null);
}

function scrollTo(self, step, gently) {
  const { scroller, slim, wide } = self;
  const open = wide ? CELL_WIDTH : slim;
  const left = GUTTER + step * slim + open / 2 - (scroller.clientWidth + GUTTER) / 2;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || !gently || wide; // the cell moves by itself
  scroller.scrollTo({ left, behavior: calm ? "instant" : "smooth" });
}

// What changes with the numbers and not with the step.
function repaint(self) {
  const { data, items, rows, theme, view, names } = self;
  const walk = walkShown(self);
  const other = self.changed && view !== "original" ? self.original : null;
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const [width, height] = [36, rows.body];
  const limits = (self.limits = limitsOf(self));
  items.forEach(({ canvas, node }, step) => {
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.cssText = `width:${width}px;height:${height}px`;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const strip = (mine, theirs, center, top, tall, wide, limit) => {
      const left = width / 2 + center - wide / 2;
      const place = { left, top, width: wide, height: tall, upright: true, theme, palette: "diverging", limit };
      if (theirs && view === "difference") paint(pen, mine.map((value, i) => value - theirs[i]), place);
      else if (theirs) { // side by side with the original
        paint(pen, theirs, { ...place, width: wide * 0.36 });
        paint(pen, mine, { ...place, left: left + wide * 0.44, width: wide * 0.56 });
      } else paint(pen, mine, place);
    };
    for (let layer = 0; layer < data.layers; layer++) {
      for (let direction = 0; direction < data.directions; direction++) {
        const index = (layer * data.directions + direction) * items.length + step;
        strip(row(walk.hidden, index), other && row(other.hidden, index), rows.shift[direction], rows.tops[layer],
          rows.height, rows.width, limits.hidden);
      }
    }
    strip(row(walk.features, step), other && row(other.features, step), 0, rows.x.top, rows.x.height, 26, limits.features);
    predict(self, step, node);
  });
  for (const mark of [...names.children, ...self.columns.querySelectorAll("[data-layer]")]) {
    const { layer, direction } = mark.dataset;
    if (layer === undefined) continue;
    const on = Number(layer) === data.layer && Number(direction) === data.direction;
    mark.classList.toggle("ru-on", on);
    if (mark.tagName === "BUTTON") mark.setAttribute("aria-pressed", String(on));
  }
  for (const choice of self.views.children) choice.setAttribute("aria-pressed", String(choice.dataset.view === view));
  const ends = { h: ["diverging", -limits.hidden, limits.hidden], ...(data.cell === "rnn" ? {} : { [data.cell === "lstm" ? "i f o" : "r z"]: ["sequential", 0, 1] }) };
  self.legend.replaceChildren(...Object.entries(ends).map(([name, [palette, low, high]]) => {
    const scale = element("span", "ru-scale");
    const ramp = element("canvas", "", null, { width: 64, height: 8 });
    const values = Float32Array.from({ length: 32 }, (_, i) => low + ((high - low) * i) / 31);
    paint(ramp.getContext("2d"), values, { left: 0, top: 0, width: 64, height: 8, theme, palette, limit: high });
    scale.append(element("i", "", name), tick(low), ramp, tick(high));
    return scale;
  }));
}

const tick = (value) => element("span", "", String(Number(value.toPrecision(2))).replace("-", "−"));

// The ends of the colour scales: 1 where tanh bounds a value, else the largest there is, the same at every step.
function limitsOf(self) {
  const { data, original, changed } = self;
  const bounded = data.cell !== "rnn" || data.nonlinearity === "tanh";
  const largest = (read) => [original, changed].reduce(
    (most, walk) => (walk ? read(walk).values.reduce((m, v) => Math.max(m, Number.isFinite(v) ? Math.abs(v) : 0), most) : most), 1e-6);
  const hidden = bounded ? 1 : Math.max(1, largest((walk) => walk.hidden));
  const features = largest((walk) => walk.features);
  return { hidden, features, x: data.layer ? hidden : features, c: data.cell === "lstm" ? Math.max(1, largest((walk) => walk.values.c)) : 1 };
}

// ---- What is expected next --------------------------------------------------------------------------------------------
function guess({ data }, walk, step) {
  const at = step * walk.top.shape[1];
  const id = walk.top.values[at];
  const target = data.targets[step];
  const verdict = target < 0 ? "" : id === target ? "right" : "wrong";
  return { token: data.vocabulary[id] ?? "?", special: id < data.specials, chance: walk.probability.values[at], verdict };
}

const percent = (chance) => (Number.isFinite(chance) ? `${Math.round(chance * 100)}%` : "–");
const GLYPHS = { right: "✓", wrong: "✗" };

function predict(self, step, node) {
  const { items, original, changed, data } = self;
  const [first, second] = items[step].guesses;
  const write = ({ line, next, chance }, { token, special, chance: p, verdict }) => {
    setText(next, visible(token));
    next.title = token;
    next.classList.toggle("ru-special", special);
    setText(chance, `${percent(p)} ${GLYPHS[verdict] ?? ""}`);
    line.dataset.verdict = verdict;
  };
  const now = guess(self, original, step);
  write(first, now);
  second.line.hidden = !changed;
  first.line.classList.toggle("ru-before", Boolean(changed));
  const told = { step: step + 1, token: visible(data.tokens[step]), predicted: visible(now.token), chance: percent(now.chance) };
  if (changed) {
    const then = guess(self, changed, step);
    write(second, then);
    second.line.classList.toggle("ru-other", then.token !== now.token);
    Object.assign(told, { now: visible(then.token), now_chance: percent(then.chance) });
  }
  items[step].told = [fill(data.labels[changed ? "said_changed" : "said"], told), data.labels[now.verdict] ?? ""].join(" ");
  node.setAttribute("aria-label", items[step].told);
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
  if (step === self.group.pinned) notify(self.group); // closing what was open by itself
  pointAt(self.group, { pinned: step, hovered: null });
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
    pointAt(self.group, { hovered: stepAt(event) });
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
  if (layer !== data.layer || direction !== data.direction) self.setTriggerValue("chosen", { layer, direction });
}
