// The columns of the unrolled network: how they are laid out, wired, and painted.

import { paint } from "../../components/plots/strips.js";
import { element, fill, setText, svg } from "../../components/shared/dom.js";
import { percent } from "../../components/shared/numbers.js";
import { setToken, tokenNode } from "../../components/shared/token.js";
import { visible } from "../../components/shared/visible.js";
import { row, stepValues, tokenRead, traceShown } from "./arithmetic.js";

export const BODY = 316; // pixels from the predictions down to the tokens: room for an open cell

export function rowsOf({ layers, directions }) {
  const gap = 24,
    x = 44;
  const height = Math.max(46, Math.min(220, (BODY - x - gap * (layers + 1)) / layers));
  const tops = Array.from({ length: layers }, (_, layer) => gap + (layers - 1 - layer) * (height + gap));
  const body = gap * (layers + 1) + height * layers + x;
  const width = directions === 2 ? 15 : 26;
  const shift = directions === 2 ? [-9, 9] : [0];
  return { height, tops, body, width, shift, x: { top: body - x, height: x } };
}

export function buildColumns(self) {
  const { data, rows } = self;
  self.sheet.style.setProperty("--ru-body", `${rows.body}px`);
  self.items = data.tokens.map((token, step) => columnOf(self, token, step));
  self.columns.replaceChildren(...self.items.map(({ node }) => node));
  const names = [];
  for (let layer = 0; layer < data.layers; layer++) {
    for (let direction = 0; direction < data.directions; direction++) {
      const several = data.layers * data.directions > 1;
      const name = element(several ? "button" : "span", "ru-row", null, several ? { type: "button" } : {});
      name.append(
        element("i", "", "h"),
        element("sup", "", data.layers > 1 ? String(layer + 1) : ""),
        data.directions > 1 ? (direction ? " ←" : " →") : "",
      );
      Object.assign(name.dataset, { layer, direction });
      if (several)
        name.setAttribute("aria-label", fill(data.labels[direction ? "backward" : "forward"], { layer: layer + 1 }));
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
    const parts = { line, next: tokenNode(null, "ru-next"), chance: element("span", "ru-chance") };
    line.append(parts.next, parts.chance);
    out.append(line);
    return parts;
  });
  const body = element("div", "ru-body");
  const canvas = element("canvas", "ru-strips", null, { "aria-hidden": "true" });
  body.append(wiresOf(data, rows, step), canvas);
  const chip = element("span", "ru-chip");
  const word = tokenNode(token);
  const gloss = Object.keys(data.glosses).length ? element("span", "ru-gloss") : null;
  chip.append(
    word,
    ...(gloss ? [gloss] : []),
    element("small", "", String(data.offset + step + 1), { "aria-hidden": "true" }),
  );
  node.append(out, body, chip);
  return { node, guesses, canvas, chip, word, gloss };
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
      middle.append(
        svg("line", { x1: x, x2: x, y1: below, y2: top + rows.height + 4 }),
        svg("path", { d: `M${x},${top + rows.height + 1}l-4,7h8z` }),
      );
    }
  }
  const head = rows.tops[layers - 1];
  middle.append(svg("line", { x1: 0, x2: 0, y1: head, y2: 8 }), svg("path", { d: "M0,2l-4,7h8z" }));
  picture.append(middle);
  return picture;
}

// ---- Painting ----------------------------------------------------------------------------------------------------------
// What changes with the numbers and not with the step.
export function repaint(self) {
  const { data, items, rows, theme, view, names } = self;
  const trace = traceShown(self);
  const other = self.changed && view !== "original" ? self.original : null;
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const [width, height] = [36, rows.body];
  const { limits } = self;
  items.forEach(({ canvas, node, chip, word, gloss }, step) => {
    const read = tokenRead(self, step);
    const meaning = data.glosses[read] ?? "";
    setToken(word, read);
    if (gloss) setText(gloss, meaning);
    chip.title = visible(read) + (meaning && `: ${meaning}`);
    node.classList.toggle("ru-replaced", read !== data.tokens[step]);
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.cssText = `width:${width}px;height:${height}px`;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const strip = (mine, theirs, center, top, tall, wide, limit) => {
      const left = width / 2 + center - wide / 2;
      const place = { left, top, width: wide, height: tall, upright: true, theme, palette: "diverging", limit };
      if (theirs && view === "difference")
        paint(
          pen,
          mine.map((value, i) => value - theirs[i]),
          place,
        );
      else if (theirs) {
        // side by side with the original
        paint(pen, theirs, { ...place, width: wide * 0.36 });
        paint(pen, mine, { ...place, left: left + wide * 0.44, width: wide * 0.56 });
      } else paint(pen, mine, place);
    };
    for (let layer = 0; layer < data.layers; layer++) {
      for (let direction = 0; direction < data.directions; direction++) {
        const index = (layer * data.directions + direction) * items.length + step;
        strip(
          row(trace.hidden, index),
          other && row(other.hidden, index),
          rows.shift[direction],
          rows.tops[layer],
          rows.height,
          rows.width,
          limits.hidden,
        );
      }
    }
    strip(
      row(trace.features, step),
      other && row(other.features, step),
      0,
      rows.x.top,
      rows.x.height,
      26,
      limits.features,
    );
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
  const ends = { x: ["diverging", -limits.features, limits.features], h: ["diverging", -limits.hidden, limits.hidden] };
  if (limits.c) ends.c = ["diverging", -limits.c, limits.c];
  if (data.cell.gates.length) ends[data.cell.gates.join(" ")] = ["sequential", 0, 1];
  self.legend.replaceChildren(
    ...Object.entries(ends).map(([name, [palette, low, high]]) => {
      const scale = element("span", "ru-scale");
      const ramp = element("canvas", "", null, { width: 64, height: 8 });
      const values = Float32Array.from({ length: 32 }, (_, i) => low + ((high - low) * i) / 31);
      paint(ramp.getContext("2d"), values, { left: 0, top: 0, width: 64, height: 8, theme, palette, limit: high });
      scale.append(element("i", "", name), tick(low), ramp, tick(high));
      return scale;
    }),
  );
}

const tick = (value) => element("span", "", String(Number(value.toPrecision(2))).replace("-", "−"));

// The ends of the colour scales: 1 where tanh bounds a value, else the largest there is, the same at every step.
export function limitsOf(self) {
  const { data, original, changed } = self;
  const largest = (read) =>
    [original, changed].reduce(
      (most, trace) =>
        trace ? read(trace).values.reduce((m, v) => Math.max(m, Number.isFinite(v) ? Math.abs(v) : 0), most) : most,
      1e-6,
    );
  const hidden = data.bounded
    ? 1
    : Math.max(
        1,
        largest((trace) => trace.hidden),
      );
  const features = largest((trace) => trace.features);
  const limits = { hidden, features, x: data.layer ? hidden : features };
  if (data.cell.states.includes("c"))
    limits.c = Math.max(
      1,
      largest((trace) => trace.values.c),
    );
  const sums = Object.keys(data.cell.parts).filter((name) => data.cell.parts[name].op === "affine");
  if (sums.length) {
    const steps = data.tokens.flatMap((_, step) =>
      [original, changed].map((trace) => trace && stepValues(data, trace, step)),
    );
    limits.sums = largest(() => ({
      values: steps.filter(Boolean).flatMap((now) => sums.flatMap((name) => [...now[name]])),
    }));
  }
  return limits;
}

// ---- What is expected next --------------------------------------------------------------------------------------------
function guess({ data }, trace, step) {
  const at = step * trace.top.shape[1];
  const id = trace.top.values[at];
  const target = data.targets[step];
  const verdict = target < 0 ? "" : id === target ? "right" : "wrong";
  return {
    token: data.vocabulary[id] ?? "?",
    special: id < data.specials,
    chance: trace.probability.values[at],
    verdict,
  };
}

const GLYPHS = { right: "✓", wrong: "✗" };

function predict(self, step, node) {
  const { items, original, changed, data } = self;
  const [first, second] = items[step].guesses;
  const place = { step: data.offset + step + 1, token: visible(data.tokens[step]) };
  node.classList.toggle("ru-silent", original.top.values[step * original.top.shape[1]] < 0);
  if (node.classList.contains("ru-silent")) {
    items[step].announcement = fill(data.labels.announcement_nothing, place);
    node.setAttribute("aria-label", items[step].announcement);
    return;
  }
  const write = ({ line, next, chance }, { token, special, chance: p, verdict }) => {
    setToken(next, token);
    next.title = visible(token);
    next.classList.toggle("ru-special", special);
    setText(chance, Number.isFinite(p) ? `${percent(p)} ${GLYPHS[verdict] ?? ""}` : "");
    line.dataset.verdict = verdict;
  };
  const now = guess(self, original, step);
  write(first, now);
  second.line.hidden = !changed;
  first.line.classList.toggle("ru-before", Boolean(changed));
  const values = { ...place, predicted: visible(now.token), chance: percent(now.chance) };
  if (changed) {
    const then = guess(self, changed, step);
    write(second, then);
    second.line.classList.toggle("ru-other", then.token !== now.token);
    Object.assign(values, { now: visible(then.token), now_chance: percent(then.chance) });
  }
  const kind = Number.isFinite(now.chance) ? "announcement" : "announcement_number"; // which has no probability
  items[step].announcement = [
    fill(data.labels[changed ? `${kind}_changed` : kind], values),
    data.labels[now.verdict] ?? "",
  ].join(" ");
  node.setAttribute("aria-label", items[step].announcement);
}
