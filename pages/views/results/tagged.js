// Sentences whose tokens carry a class each: coloured by the predicted class, with ✓ or ✗, and where it is ✗ the
// right one behind it. All recorded frames are here.
//
// Takes lines {name, tokens, targets}, predicted [frame, token], tags with their meanings and hues, order of the legend,
// labels.
import { unpack } from "../../components/shared/arrays.js";
import { element, fill, setText, styleSheet } from "../../components/shared/dom.js";
import { component, shownFrame } from "../../components/shared/lifecycle.js";
import { setToken, tokenNode } from "../../components/shared/token.js";
import { visible } from "../../components/shared/visible.js";

await styleSheet(import.meta.url);

export default component("rl-tagged", {
  build(self) {
    self.lines = element("div", "rl-tagged-lines");
    self.legend = element("div", "rl-tagged-legend");
    self.root.append(self.legend, self.lines);
  },

  update(self) {
    const { data } = self;
    if (self.source !== data.predicted.b64) {
      self.source = data.predicted.b64;
      self.predicted = unpack(data.predicted);
    }
    const shape = JSON.stringify([data.lines, data.tags, data.meanings, data.labels, data.order]);
    if (self.shape !== shape) {
      self.shape = shape;
      self.sentences = data.lines.map((line) => sentence(line));
      self.lines.replaceChildren(...self.sentences.map(({ node }) => node));
      self.legend.replaceChildren(
        element("span", "", data.labels.legend ?? ""),
        ...data.order.map((tag) => key(data, tag)),
      );
    }
    draw(self);
  },

  cursor: draw,
  follows: () => true,

  rows,
});

function key(data, tag) {
  const node = element("span", "rl-tagged-key");
  node.append(paint(data, element("i", "", null, { "aria-hidden": "true" }), tag), tokenNode(data.tags[tag], "rl-tag"));
  if (data.meanings[tag]) node.append(element("span", "", data.meanings[tag]));
  return node;
}

function paint(data, node, tag) {
  const hue = data.hues[tag];
  if (hue) node.style.setProperty("--rl-hue", hue);
  else node.style.removeProperty("--rl-hue");
  return node;
}

function sentence({ name, tokens, targets }) {
  const node = element("section");
  const score = element("span");
  const head = element("div", "rl-tagged-name", name);
  head.append(" ", score);
  const row = element("div", "rl-tagged-words", null, { role: "list", "aria-label": name });
  const cells = tokens.map((token, place) => word(token, targets[place]));
  row.append(...cells.map((cell) => cell.node));
  node.append(head, row);
  return { node, score, cells };
}

function word(token, target) {
  const node = element("div", "rl-tagged-word", null, { role: "listitem" });
  const tag = element("small");
  const predicted = tokenNode(null, "rl-tag");
  const glyph = element("b");
  const truth = tokenNode(null, "rl-tagged-truth");
  tag.append(predicted, glyph, truth);
  node.append(tokenNode(token, "rl-token"), tag);
  return { node, predicted, glyph, truth, token, target };
}

const full = ({ tags, meanings }, tag) => [tags[tag] && visible(tags[tag]), meanings[tag]].filter(Boolean).join(" ");

function draw(self) {
  const { data, sentences, predicted } = self;
  const frame = shownFrame(self);
  let place = frame * predicted.shape[1];
  for (const { score, cells } of sentences) {
    let right = 0,
      known = 0;
    for (const cell of cells) {
      const tag = predicted.values[place++];
      const { node, target } = cell;
      const verdict = target < 0 ? "" : tag === target ? "right" : "wrong";
      known += verdict !== "";
      right += verdict === "right";
      paint(data, node, tag);
      setToken(cell.predicted, data.tags[tag] ?? null);
      setText(cell.glyph, { right: "✓", wrong: "✗" }[verdict] ?? "");
      setToken(cell.truth, verdict === "wrong" ? data.tags[target] : null);
      if (node.dataset.verdict !== verdict) node.dataset.verdict = verdict;
      const template = verdict ? data.labels.hover : data.labels.hover_unknown;
      const hint = fill(template, {
        token: visible(cell.token),
        predicted: full(data, tag),
        truth: full(data, target),
      });
      if (node.title !== hint) {
        node.title = hint;
        node.setAttribute("aria-label", hint);
      }
    }
    setText(score, known ? fill(data.labels.score, { right, count: known }) : "");
  }
}

function rows(self, names) {
  const { root, data, predicted } = self;
  let place = shownFrame(self) * predicted.shape[1];
  const words = data.lines.flatMap(({ name, tokens, targets }) =>
    tokens.map((token, step) => {
      const tag = predicted.values[place++];
      const known = targets[step] >= 0;
      return [
        ...[Number(root.dataset.epoch), name, step + 1, token, data.tags[tag] ?? ""],
        ...(known ? [data.tags[targets[step]], tag === targets[step]] : ["", null]),
      ];
    }),
  );
  return [["epoch", "line", "step", "token", "predicted", "target", "right"].map((name) => names[name]), ...words];
}
