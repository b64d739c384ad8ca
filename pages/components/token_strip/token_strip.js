// The row of tokens, and at each what the network expects next. Built once a sentence; a frame only changes texts, and
// where `states` are given the picture of the network between the two (network.js).
//
// Takes tokens, of which the first `inputs` are read; glosses (what each of them means to the reader, or none at all); top and probability [frame, step, rank]; targets (below 0:
// nothing is asked for), target_ids (theirs in the stream), vocabulary, specials (ids below are drawn apart), joiner, written, labels {steps, predicted,
// target, target_only, open, choose, rows, lower}, opens (whether a step can be opened elsewhere). Gives the step that is pointed at or
// chosen to its group, and `opened`, {run, epoch, step}.
import { unpack } from "../shared/arrays.js";
import { notify, pointAt, stepOf } from "../shared/cursor_bus.js";
import { element, fill, setText, styleSheet } from "../shared/dom.js";
import { component, shownFrame, streamedFrame } from "../shared/lifecycle.js";
import { percent } from "../shared/numbers.js";
import { brief } from "../shared/summary.js";
import { setToken, tokenNode } from "../shared/token.js";
import { visible } from "../shared/visible.js";
import { buildNetwork, drawNetwork, markEnds, updateNetwork } from "./network.js";

await styleSheet(import.meta.url);

export default component("rl-strip", {
  build(self) {
    self.columns = element("div", "rl-columns", null, { role: "listbox", "aria-orientation": "horizontal" });
    self.names = element("div", "rl-names", null, { "aria-hidden": "true" });
    self.sheet = element("div", "rl-sheet");
    self.sheet.append(self.names, self.columns);
    self.predicted = sentence("rl-predicted");
    self.target = sentence("rl-target");
    self.open = element("button", "rl-open", null, { type: "button" });
    self.foot = element("div", "rl-foot");
    const sentences = element("div", "rl-sentences");
    sentences.append(self.predicted.row, self.target.row);
    self.foot.append(sentences, self.open);
    self.tip = element("div", "rl-tip", null, { role: "tooltip", hidden: "" });
    self.tip.id = `rl-tip-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    self.root.append(self.sheet, self.foot, self.tip);
    buildNetwork(self);
    listen(self);
  },

  update(self) {
    const { data } = self;
    self.columns.setAttribute("aria-label", data.labels.steps ?? "");
    setText(self.predicted.label, data.labels.predicted ?? "");
    setText(self.target.label, data.labels.target ?? "");
    if (self.source !== data.top.b64) {
      self.source = data.top.b64;
      self.top = unpack(data.top);
    }
    if (self.chances?.source !== data.probability.b64) {
      self.chances = { source: data.probability.b64, ...unpack(data.probability) };
    }
    const { states } = data;
    self.root.toggleAttribute("data-network", states !== null);
    self.root.toggleAttribute("data-glossed", data.glosses.length > 0);
    const shape = JSON.stringify([data.tokens, data.glosses, data.inputs, data.labels, states?.starts, states?.reads]);
    if (self.shape !== shape) {
      self.shape = shape;
      self.cells = data.tokens.map((token, step) => column(self, token, step));
      self.columns.replaceChildren(...self.cells.map(({ node }) => node), ...(states ? [self.canvas] : []));
      const { rows, lower } = data.labels;
      const named = (className) => (name) => element("span", className, name);
      self.names.replaceChildren(...(states ? [...rows.map(named("")), ...lower.map(named("rl-lower"))] : []));
      // Where the one answer is read from all of the sentence, those for its beginnings are beside the point.
      if (states?.reads) for (const { node } of self.cells.slice(0, data.inputs - 1)) node.classList.add("rl-beside");
    }
    if (states) updateNetwork(self);
    draw(self);
  },

  cursor: draw,
  follows: () => true,

  rows,
  summary,

  leave(self) {
    self.observer.disconnect();
  },
});

function sentence(className) {
  const row = element("div", `rl-sentence ${className}`);
  const label = element("span", "rl-label");
  const text = element("span", "rl-text");
  row.append(label, text);
  return { row, label, text };
}

// One column: chip, next token, bar, percentage, glyph. A token past the inputs is a target only: nothing under it.
function column({ data, tip }, token, step) {
  const node = element("div", "rl-column", null, { role: "option", tabindex: step ? "-1" : "0", "data-step": step });
  const gloss = data.glosses[step] ?? "";
  const chip = element("span", "rl-chip", null, { title: visible(token) + (gloss && `: ${gloss}`) });
  chip.append(tokenNode(token), element("small", "", String(step + 1), { "aria-hidden": "true" }));
  if (data.glosses.length) chip.append(element("span", "rl-gloss", gloss));
  node.append(chip);
  node.classList.toggle("rl-start", step > 0 && Boolean(data.states?.starts.includes(step)));
  if (step >= data.inputs) {
    node.classList.add("rl-unread");
    node.append(element("span", "rl-note", data.labels.target_only ?? ""));
    return { node };
  }
  node.setAttribute("aria-describedby", tip.id);
  const next = tokenNode(null, "rl-next");
  const bar = element("span", "rl-bar");
  const chance = element("span", "rl-percent");
  const glyph = element("span", "rl-glyph");
  const line = element("span", "rl-chance");
  line.append(chance, glyph);
  node.append(next, bar, line);
  return { node, next, bar, chance, glyph };
}

// The guesses at one step of one frame, likeliest first.
function guesses({ data, stream, top, chances, streamed }, frame, step) {
  const [frames, steps, ranks] = top.shape;
  if (streamed) {
    const { names, specials } = stream;
    return Array.from({ length: ranks }, (_, rank) => {
      const at = step * ranks + rank;
      const id = streamed.top[at];
      return { id, token: names[id] ?? "?", special: id < specials, chance: streamed.probability[at] / 65535 };
    });
  }
  const start = (Math.min(frame, frames - 1) * steps + step) * ranks;
  return Array.from({ length: ranks }, (_, rank) => {
    const id = top.values[start + rank];
    return { id, token: data.vocabulary[id] ?? "?", special: id < data.specials, chance: chances.values[start + rank] };
  });
}

// Whether answers have a probability, and runners-up: a number that is predicted has none.
const sure = ({ chances }) => !Number.isNaN(chances.values[0]);

function draw(self) {
  const { data, cells, top } = self;
  self.streamed = streamedFrame(self);
  self.frame = self.streamed ? 0 : shownFrame(self);
  const steps = Math.min(data.inputs, cells.length, top.shape[1]);
  const rows = { predicted: [], target: [] };
  for (let step = 0; step < steps; step++) {
    const [best] = guesses(self, self.frame, step);
    const target = data.targets[step] ?? -1; // below zero: nothing is asked for at this step
    const verdict = target < 0 ? "" : best.id === (self.streamed ? data.target_ids[step] : target) ? "right" : "wrong";
    const { node, next, bar, chance, glyph } = cells[step];
    node.classList.toggle("rl-silent", best.id < 0);
    if (best.id < 0) continue;
    setToken(next, best.token);
    next.classList.toggle("rl-special", best.special);
    if (next.title !== visible(best.token)) next.title = visible(best.token);
    if (node.dataset.verdict !== verdict) node.dataset.verdict = verdict;
    const known = sure(self);
    bar.style.setProperty("--rl-share", known ? best.chance.toFixed(3) : 0);
    setText(chance, known ? percent(best.chance) : "");
    setText(glyph, { right: "✓", wrong: "✗" }[verdict] ?? "");
    rows.predicted.push({ ...best, verdict });
    if (target >= 0) {
      rows.target.push({ token: data.vocabulary[target] ?? "?", special: target < data.specials, verdict });
    }
  }
  for (const name of ["predicted", "target"]) write(self[name], data.written ? rows[name] : [], data.joiner);
  if (data.states) drawNetwork(self);
  mark(self);
}

// Reuses the nodes of the row: at four updates a second a rebuilt row could not be selected or copied.
function write({ row, text }, tokens, joiner) {
  row.hidden = tokens.length === 0;
  if (text.dataset.joiner !== joiner || text.children.length !== tokens.length) {
    text.dataset.joiner = joiner;
    text.replaceChildren(...tokens.flatMap((_, i) => (i && joiner ? [joiner, tokenNode()] : [tokenNode()])));
  }
  tokens.forEach(({ token, special, verdict }, i) => {
    const node = text.children[i];
    setToken(node, token, true);
    node.className = `rl-token${special ? " rl-special" : ""}${verdict === "wrong" ? " rl-wrong" : ""}`;
  });
}

// ---- Choosing a step -----------------------------------------------------------------------------------------------
function mark(self) {
  const { cells, group, columns, tip, data, open } = self;
  const chosen = stepOf(group);
  cells.forEach(({ node }, step) => {
    node.classList.toggle("rl-active", step === chosen);
    node.setAttribute("aria-selected", String(step === group.pinned));
  });
  open.hidden = !data.opens;
  open.disabled = group.pinned === null || group.pinned >= data.inputs;
  const { labels, tokens } = data;
  const { pinned } = group;
  setText(
    open,
    open.disabled ? labels.choose : fill(labels.open, { step: pinned + 1, token: visible(tokens[pinned]) }),
  );
  // The runners-up are shown for the column one is at, not for a chosen one that was left.
  const at = columns.querySelector(".rl-column:hover") ?? columns.querySelector(".rl-column:focus-visible");
  const step = at ? Number(at.dataset.step) : -1;
  tip.hidden = !cells[step]?.next || !sure(self) || at.classList.contains("rl-silent");
  if (!tip.hidden) showTip(self, at, step);
}

function showTip(self, at, step) {
  const { root, tip } = self;
  tip.replaceChildren(
    ...guesses(self, self.frame, step).map(({ token, special, chance }) => {
      const line = element("div", "rl-guess");
      const bar = element("span", "rl-bar");
      bar.style.setProperty("--rl-share", chance.toFixed(3));
      line.append(
        tokenNode(token, special ? "rl-token rl-special" : "rl-token"),
        bar,
        element("span", "rl-percent", percent(chance, 1)),
      );
      return line;
    }),
  );
  const [outer, inner] = [root.getBoundingClientRect(), at.getBoundingClientRect()];
  const middle = inner.left - outer.left + inner.width / 2 - tip.offsetWidth / 2;
  tip.style.left = `${Math.max(0, Math.min(middle, outer.width - tip.offsetWidth))}px`;
  tip.style.top = `${inner.bottom - outer.top + 4}px`;
}

function listen(self) {
  const { columns } = self;
  const stepAt = ({ target }) => {
    const node = target.closest?.(".rl-column");
    return node ? Number(node.dataset.step) : null;
  };
  const hover = (hovered) => {
    pointAt(self.group, { hovered });
    notify(self.group); // the tip follows the pointer even when the step is the chosen one
  };
  columns.addEventListener("pointerover", (event) => hover(stepAt(event)));
  columns.addEventListener("pointerleave", () => hover(null));
  columns.addEventListener("focusin", () => notify(self.group));
  columns.addEventListener("focusout", () => notify(self.group));
  columns.addEventListener("scroll", () => {
    self.tip.hidden = true;
    self.scrolled = columns.scrollLeft;
    markEnds(self);
  });
  columns.addEventListener("click", (event) => {
    const step = stepAt(event);
    if (step === null || openStep(self, step)) return;
    choose(self, step === self.group.pinned ? null : step);
  });
  self.open.addEventListener("click", () => openStep(self, self.group.pinned));
  columns.addEventListener("keydown", (event) => {
    const step = stepAt(event) ?? 0;
    if (event.key === "Enter" && openStep(self, step)) return;
    const last = self.cells.length - 1;
    const to = {
      ArrowRight: step + 1,
      ArrowLeft: step - 1,
      ArrowDown: step + 1,
      ArrowUp: step - 1,
      Home: 0,
      End: last,
      Enter: step,
      " ": step,
    }[event.key];
    if (event.key === "Escape") choose(self, null);
    if (to === undefined) return;
    event.preventDefault();
    choose(self, Math.max(0, Math.min(to, last)));
  });
}

// One tab stop for the whole row; arrows walk inside it.
function choose(self, step) {
  pointAt(self.group, { pinned: step });
  notify(self.group);
  if (step === null) return;
  self.cells.forEach(({ node }, i) => {
    node.tabIndex = i === step ? 0 : -1;
  });
  self.cells[step].node.focus();
}

// The page shows it elsewhere. Whether there is anything to show.
function openStep({ data, group, setTriggerValue }, step) {
  if (!data.opens || step >= data.inputs) return false;
  pointAt(group, { pinned: step });
  notify(group);
  setTriggerValue("opened", { run: data.run, epoch: group.epoch, step });
  return true;
}

// How much is right, and what the picture of the network is of.
function summary(self, says) {
  const { data, cells, root, value } = self;
  const verdicts = cells.map(({ node }) => node.dataset.verdict).filter(Boolean);
  const right = verdicts.filter((verdict) => verdict === "right").length;
  const epoch = root.dataset.epoch;
  const score = verdicts.length ? fill(says.right, { epoch, right, asked: verdicts.length }) : "";
  if (!data.states || !value) return score;
  const [, steps, units] = self.states.shape;
  const states = Array.from({ length: steps * units }, (_, i) => value(Math.floor(i / units), i % units));
  const [low, high] = [Math.min(...states), Math.max(...states)].map((number) => brief(number, 2));
  return `${score} ${fill(says.network, { steps, units, low, high })}`;
}

// ---- What is saved ---------------------------------------------------------------------------------------------------
function rows(self, names) {
  const { root, data, cells, top } = self;
  const ranks = top.shape[2];
  const steps = Math.min(data.inputs, cells.length, top.shape[1]);
  const number = (name, rank) => (rank ? `${name} #${rank + 1}` : name);
  const lines = Array.from({ length: steps }, (_, step) => {
    const found = guesses(self, self.frame, step);
    const target = data.targets[step] ?? -1;
    const right = found[0].id === (self.streamed ? data.target_ids[step] : target);
    return [
      ...[Number(root.dataset.epoch), step + 1, data.tokens[step]],
      ...(target < 0 ? ["", null] : [data.vocabulary[target], right]),
      ...found.flatMap(({ id, token, chance }) => (id < 0 ? ["", null] : [token, chance])),
    ];
  });
  const guessed = Array.from({ length: ranks }, (_, rank) => [
    number(names.predicted, rank),
    number(names.probability, rank),
  ]);
  return [[names.epoch, names.step, names.token, names.target, names.right, ...guessed.flat()], ...lines];
}
