// A text that a network wrote, each token tinted by its probability; beside it what could have been written at the
// step that is pointed at. Writes it again, token by token, on request.
//
// Takes prompt, vocabulary, specials, joiner; for every token that was written its id and the probabilities in the
// network (model) and among what could be drawn (left), entropy [step, 2] of both, kept (how many could be drawn); top,
// top_model and top_left [step, rank] for the alternatives; stale, remarks (sentences), labels.
import { unpack } from "../../components/shared/arrays.js";
import { element, fill, setText, styleSheet } from "../../components/shared/dom.js";
import { component } from "../../components/shared/lifecycle.js";
import { percent } from "../../components/shared/numbers.js";
import { textNode, tokenNode } from "../../components/shared/token.js";
import { visible } from "../../components/shared/visible.js";

await styleSheet(import.meta.url);

const WHOLE = 9000; // milliseconds that playing takes, whatever the length; but no step is quicker or slower than
const PACES = [25, 400];
const RARE = 0.1; // probability below which a token is underlined: the network was surprised by its own choice

export default component("rl-generated", {
  build(self) {
    self.hovered = null;
    self.pinned = null;
    self.shown = Infinity; // how many tokens are to be seen while it is played
    self.play = element("button", "rl-gen-play", "", { type: "button" });
    self.count = element("span", "rl-gen-count");
    self.legend = element("div", "rl-gen-legend");
    const bar = element("div", "rl-gen-bar");
    bar.append(self.play, self.count, self.legend);
    self.text = element("div", "rl-gen-text", null, {
      role: "listbox",
      tabindex: "-1",
      "aria-orientation": "horizontal",
    });
    self.title = element("p", "rl-gen-title");
    self.table = element("table");
    self.notes = element("div", "rl-gen-notes");
    const side = element("div", "rl-gen-side", null, { "aria-live": "off" });
    side.append(self.title, self.table, self.notes);
    const both = element("div", "rl-gen-both");
    both.append(self.text, side);
    self.remarks = element("div", "rl-gen-notes");
    self.root.append(bar, both, self.remarks);
    self.play.addEventListener("click", () => (self.playing ? stop(self) : start(self)));
    listen(self);
  },

  update(self) {
    const { data, root } = self;
    root.dataset.epoch = data.epoch;
    root.classList.toggle("rl-gen-stale", data.stale);
    root.setAttribute("aria-busy", String(data.stale));
    const source = JSON.stringify([
      data.run,
      data.epoch,
      data.prompt,
      data.vocabulary,
      data.ids.b64,
      data.model.b64,
      data.top_left.b64,
    ]);
    if (self.source !== source) {
      halt(self); // and draws nothing yet: what is written belongs to other data
      self.source = source;
      for (const name of ["ids", "model", "left", "entropy", "kept", "top", "top_model", "top_left"])
        self[name] = unpack(data[name]).values;
      self.ranks = data.top.shape[1];
      self.hovered = null;
      if (self.pinned !== null && self.pinned >= self.ids.length) self.pinned = null;
      build(self);
    }
    self.text.setAttribute("aria-label", data.labels.name ?? "");
    self.remarks.replaceChildren(...data.remarks.map((remark) => element("p", "", remark)));
    drawLegend(self);
    draw(self);
  },

  leave: halt,

  rows,
});

// ---- The text ------------------------------------------------------------------------------------------------------
function build(self) {
  const { data, ids, model } = self;
  const prompt = element("span", "rl-gen-prompt", null, {
    role: "option",
    "aria-selected": "false",
    "aria-disabled": "true",
  });
  prompt.append(textNode(data.prompt.join(data.joiner)));
  prompt.title = data.labels.prompt ?? "";
  prompt.setAttribute("aria-label", `${data.labels.prompt ?? ""}: ${visible(data.prompt.join(data.joiner))}`);
  // Characters flow as text does; a longer token stays whole.
  self.text.classList.toggle(
    "rl-gen-words",
    data.vocabulary.some((token) => [...token].length > 1),
  );
  self.cells = Array.from(ids, (id, step) => {
    const node = element("span", "rl-gen-token", null, { role: "option", tabindex: "-1", "data-step": step });
    const token = data.vocabulary[id];
    node.append(textNode(token, id < data.specials ? "rl-token rl-special" : "rl-token"));
    node.style.setProperty("--rl-share", model[step].toFixed(3));
    node.classList.toggle("rl-gen-rare", model[step] < RARE);
    node.setAttribute("aria-label", `${visible(token)} ${percentage(model[step])}`);
    return node;
  });
  const parts = [prompt];
  for (const node of self.cells) parts.push(data.joiner, node);
  self.text.replaceChildren(...parts);
}

// Where nothing was chosen yet: the first step at which the network was least sure.
function defaultStep({ entropy, cells }) {
  let best = 0;
  for (let step = 1; step < Math.min(cells.length, 60); step += 1)
    if (entropy[2 * step] > entropy[2 * best]) best = step;
  return best;
}

function stepShown(self) {
  if (self.playing) return Math.max(0, Math.min(self.shown, self.cells.length) - 1);
  return self.hovered ?? self.pinned ?? defaultStep(self);
}

function draw(self) {
  const { data, cells, root } = self;
  const step = stepShown(self);
  root.dataset.step = cells.length ? step : "";
  cells.forEach((node, i) => {
    node.classList.toggle("rl-gen-later", i >= self.shown);
    node.classList.toggle("rl-active", i === step);
    node.setAttribute("aria-selected", String(i === step));
    node.tabIndex = i === step ? 0 : -1;
  });
  const playing = Boolean(self.playing);
  root.dataset.playing = playing;
  self.play.dataset.icon = playing ? "pause" : "play";
  self.play.setAttribute("aria-label", (playing ? data.labels.pause : data.labels.play) ?? "");
  self.play.disabled = cells.length === 0;
  const written = Math.min(self.shown, cells.length);
  setText(
    self.count,
    data.stale
      ? (data.labels.stale ?? "")
      : fill(data.labels.count, { written, count: cells.length, epoch: data.epoch }),
  );
  if (cells.length) drawStep(self, step);
  else for (const node of [self.title, self.table, self.notes]) node.replaceChildren();
}

function drawLegend({ legend, data }) {
  legend.replaceChildren(
    element("span", "rl-gen-prompt", data.labels.prompt),
    element("span", "", data.labels.unsure),
    element("i", "", null, { "aria-hidden": "true" }),
    element("span", "", data.labels.sure),
    element("span", "rl-gen-rare", fill(data.labels.rare, { share: `${RARE * 100}%` })),
  );
}

// ---- One step ------------------------------------------------------------------------------------------------------
function drawStep(self, step) {
  const { data, ids, model, left, top, top_model, top_left, entropy, kept, ranks, table } = self;
  const before = [...data.prompt, ...Array.from(ids.subarray(0, step), (id) => data.vocabulary[id])];
  const end = []; // as many of the last tokens as fit a line
  for (let i = before.length - 1; i >= 0 && end.join(data.joiner).length < 14; i -= 1) end.unshift(before[i]);
  const tail = [...end.slice(0, -1), visible(end.at(-1) ?? "")].join(data.joiner);
  self.title.replaceChildren(
    element("span", "", fill(data.labels.step, { step: step + 1 })),
    " ",
    textNode(`${before.length > end.length ? "…" : ""}${tail}`),
  );
  const rows = [];
  let [restModel, restLeft, found, others] = [1, 1, false, kept[step]]; // others: that could be drawn and have no row
  for (let rank = 0; rank < ranks; rank += 1) {
    const place = step * ranks + rank;
    rows.push(option(self, top[place], top_model[place], top_left[place], top[place] === ids[step]));
    restModel -= top_model[place];
    restLeft -= top_left[place];
    if (top_left[place] > 0) others -= 1;
    found ||= top[place] === ids[step];
  }
  if (!found) {
    rows.push(option(self, ids[step], model[step], left[step], true));
    restModel -= model[step];
    restLeft -= left[step];
    others -= 1;
  }
  const named = ranks + (found ? 0 : 1);
  if (data.classes > named)
    rows.push(rest(self, data.classes - named, Math.max(restModel, 0), others ? Math.max(restLeft, 0) : 0));
  const head = element("tr");
  head.append(
    element("td"),
    element("td"),
    element("td"),
    ...["network", "drawn"].map((name) => element("th", "", data.labels[name], { scope: "col" })),
  );
  table.replaceChildren(head, ...rows);
  const notes = [
    [data.labels.entropy, { bits: entropy[2 * step].toFixed(2), most: Math.log2(data.classes).toFixed(2) }],
    [data.labels.kept, { bits: entropy[2 * step + 1].toFixed(2), kept: kept[step], count: data.classes }],
  ];
  self.notes.replaceChildren(...notes.map(([sentence, values]) => element("p", "", fill(sentence, values))));
}

function option({ data }, id, model, left, chosen) {
  const special = id < data.specials;
  const row = tableRow(tokenNode(data.vocabulary[id], special ? "rl-token rl-special" : "rl-token"), model, left);
  row.dataset.token = data.vocabulary[id];
  row.classList.toggle("rl-gen-chosen", chosen);
  row.classList.toggle("rl-gen-cut", left === 0);
  if (chosen) setSign(row, "✓", data.labels.chosen);
  else if (left === 0) setSign(row, "✂", special ? data.labels.never : data.labels.cut);
  return row;
}

function rest({ data }, count, model, left) {
  const row = tableRow(element("span", "", fill(data.labels.rest, { count })), model, left);
  row.classList.add("rl-gen-rest");
  return row;
}

function tableRow(name, model, left) {
  const row = element("tr", "", null, { "data-model": model, "data-left": left });
  const cells = ["rl-gen-sign", "rl-gen-name", "rl-gen-bars", "rl-gen-number", "rl-gen-number"].map((one) =>
    element("td", one),
  );
  const bars = [
    ["rl-gen-model", model],
    ["rl-gen-left", left],
  ].map(([className, share]) => {
    const bar = element("span", className);
    bar.style.width = `${(share * 100).toFixed(2)}%`;
    return bar;
  });
  cells[1].append(name);
  cells[2].append(...bars);
  setText(cells[3], percentage(model));
  setText(cells[4], percentage(left));
  row.append(...cells);
  return row;
}

function setSign(row, sign, meaning) {
  const mark = element("span", "", sign, { role: "img", "aria-label": meaning ?? "" });
  mark.title = meaning ?? "";
  row.firstChild.append(mark);
}

const percentage = (share) => percent(share, share < 0.1 ? 1 : 0);

// ---- Pointing and playing ------------------------------------------------------------------------------------------
function listen(self) {
  const stepAt = ({ target }) => {
    const node = target.closest?.(".rl-gen-token");
    return node ? Number(node.dataset.step) : null;
  };
  const point = (change) => {
    Object.assign(self, change);
    draw(self);
  };
  self.text.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "touch") point({ hovered: stepAt(event) });
  });
  self.text.addEventListener("pointerleave", () => point({ hovered: null }));
  self.text.addEventListener("click", (event) => {
    const step = stepAt(event);
    if (step === null) return;
    stop(self);
    point({ pinned: step === self.pinned && event.detail ? null : step });
  });
  self.text.addEventListener("keydown", (event) => {
    const at = stepAt(event) ?? stepShown(self);
    const last = self.cells.length - 1;
    const to = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at + 10,
      ArrowUp: at - 10,
      Home: 0,
      End: last,
      Enter: at,
      " ": at,
    }[event.key];
    if (event.key === "Escape") point({ pinned: null });
    if (to === undefined) return;
    event.preventDefault();
    stop(self);
    point({ pinned: Math.max(0, Math.min(to, last)), hovered: null });
    self.cells[self.pinned]?.focus();
  });
}

function start(self) {
  self.shown = 0;
  const pace = Math.max(PACES[0], Math.min(PACES[1], WHOLE / self.cells.length));
  self.playing = setInterval(() => {
    self.shown += 1;
    if (self.shown >= self.cells.length) stop(self);
    else draw(self);
  }, pace);
  draw(self);
}

function halt(self) {
  clearInterval(self.playing);
  self.playing = 0;
  self.shown = Infinity;
}

function stop(self) {
  halt(self);
  draw(self);
}

function rows({ data, ids, model, left, entropy, kept }, names) {
  const tokens = Array.from(ids, (id, step) => [
    ...[data.epoch, step + 1, data.vocabulary[id], model[step], left[step], kept[step]],
    ...[entropy[2 * step], entropy[2 * step + 1]],
  ]);
  const heads = ["epoch", "step", "token", "probability", "left", "kept", "entropy", "entropy_left"];
  return [heads.map((name) => names[name]), ...tokens];
}
