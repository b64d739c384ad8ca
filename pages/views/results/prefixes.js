// The classes' shares after each beginning of a sentence: a bar for every token, and below it the likeliest class.
// All recorded frames are here, so the epoch scrubber moves it without the server.
//
// Takes tokens; names and hues of the classes that are shown, rest (there are more), chances [frame, step, class];
// classes and best [frame, step], settled (the step from which on the answer stays), labels.
import { unpack } from "../../components/shared/arrays.js";
import { pointAt, stepOf } from "../../components/shared/cursor_bus.js";
import { element, fill, setText, styleSheet } from "../../components/shared/dom.js";
import { component, shownFrame } from "../../components/shared/lifecycle.js";
import { percent } from "../../components/shared/numbers.js";
import { tableSummary } from "../../components/shared/summary.js";
import { setToken, tokenNode } from "../../components/shared/token.js";
import { visible } from "../../components/shared/visible.js";

await styleSheet(import.meta.url);

export default component("rl-prefixes", {
  build(self) {
    self.title = element("p", "rl-prefix-title");
    self.steps = element("div", "rl-prefix-steps", null, { role: "list" });
    self.legend = element("div", "rl-prefix-legend");
    self.root.append(self.title, self.steps, self.legend);
  },

  update(self) {
    const { data } = self;
    if (self.source !== data.chances.b64) {
      self.source = data.chances.b64;
      self.chances = unpack(data.chances);
    }
    self.best = unpack(data.best);
    const shape = JSON.stringify([data.tokens, data.names, data.rest]);
    if (self.shape !== shape) {
      self.shape = shape;
      self.cells = data.tokens.map((token, step) => bar(self, token, step));
      self.steps.replaceChildren(...self.cells.map(({ node }) => node));
    }
    self.steps.setAttribute("aria-label", data.labels.name ?? "");
    const names = data.names.map((name, i) => key(name, data.hues[i]));
    self.legend.replaceChildren(...names, ...(data.rest ? [key(data.labels.rest ?? "", null)] : []));
    draw(self);
  },

  cursor: draw,
  follows: () => true,

  rows,
  summary: (self, says, names) => tableSummary(says, rows(self, names)),
});

function key(name, hue) {
  const node = element("span", "rl-prefix-key");
  const swatch = element("i", hue ? "" : "rl-prefix-rest");
  if (hue) swatch.style.setProperty("--rl-hue", hue);
  node.append(swatch, tokenNode(name));
  return node;
}

function bar(self, token, step) {
  const { data } = self;
  const node = element("div", "rl-prefix", null, { role: "listitem", "data-step": step });
  const stack = element("span", "rl-prefix-bar", null, { "aria-hidden": "true" });
  const parts = data.names.map((_, i) => {
    const part = element("i");
    part.style.setProperty("--rl-hue", data.hues[i]);
    return part;
  });
  stack.append(...parts.toReversed(), element("b")); // the first class at the bottom; the line at a half
  const word = tokenNode(token, "rl-prefix-token");
  word.title = visible(token);
  const best = tokenNode(null, "rl-prefix-best");
  const chance = element("small");
  node.append(stack, word, best, chance);
  node.addEventListener("pointerenter", () => pointAt(self.group, { hovered: step }));
  node.addEventListener("pointerleave", () => pointAt(self.group, { hovered: null }));
  node.addEventListener("click", () => pointAt(self.group, { pinned: self.group.pinned === step ? null : step }));
  return { node, parts, best, chance };
}

function draw(self) {
  const { data, cells, chances, best } = self;
  const frame = shownFrame(self);
  const [, steps, classes] = chances.shape;
  const at = stepOf(self.group);
  cells.forEach(({ node, parts, best: name, chance: written }, step) => {
    const shares = chances.values.subarray((frame * steps + step) * classes, (frame * steps + step + 1) * classes);
    parts.forEach((part, i) => {
      part.style.height = `${(shares[i] * 100).toFixed(2)}%`;
    });
    const likeliest = data.classes[best.values[frame * steps + step]] ?? "";
    const chance = shares[data.names.indexOf(likeliest)];
    setToken(name, likeliest);
    setText(written, chance === undefined ? "" : percent(chance));
    const list = data.names.map((one, i) => `${visible(one)} ${percent(shares[i], 1)}`).join("\n");
    if (node.title !== list) node.title = list;
    node.classList.toggle("rl-active", step === at);
    node.classList.toggle("rl-prefix-settled", step >= data.settled[frame]);
  });
  const since = data.settled[frame];
  const answer = data.classes[best.values[frame * steps + steps - 1]] ?? "";
  const sentence = since ? data.labels.settled : data.labels.first;
  setText(self.title, fill(sentence, { step: since + 1, token: visible(data.tokens[since]), answer: visible(answer) }));
}

function rows(self, names) {
  const { root, data, chances } = self;
  const [, steps, classes] = chances.shape;
  const start = shownFrame(self) * steps * classes;
  const shares = data.tokens.flatMap((token, step) =>
    data.names.map((name, i) => [
      ...[Number(root.dataset.epoch), step + 1, token, name, chances.values[start + step * classes + i]],
    ]),
  );
  return [[names.epoch, names.step, names.token, names.label, names.probability], ...shares];
}
