// Lines with what they are and what was said of them, in a table; those that are wrong come first.
import { unpack } from "../shared/arrays.js";
import { element, setText, styleSheet, tokenNode, visible } from "../shared/dom.js";
import { component, shownFrame } from "../shared/lifecycle.js";

await styleSheet(import.meta.url);

export default component("rl-judged", {
  build(self) {
    self.scroller = element("div", "rl-judged-scroller", null, { tabindex: "0", role: "region" });
    self.table = element("table");
    self.head = element("tr");
    self.body = element("tbody");
    const top = element("thead");
    top.append(self.head);
    self.table.append(top, self.body);
    self.scroller.append(self.table);
    self.root.append(self.scroller);
  },

  update(self) {
    const { data } = self;
    if (self.source !== data.said.b64) {
      self.source = data.said.b64;
      self.said = unpack(data.said);
    }
    const { name, verdict, said, truth, line } = data.labels;
    self.scroller.setAttribute("aria-label", name ?? "");
    self.table.setAttribute("aria-label", name ?? "");
    self.head.replaceChildren(
      ...[verdict, said, truth, line].map((text) => element("th", "", text ?? "", { scope: "col" })),
    );
    const lines = JSON.stringify([data.lines, data.targets, data.classes]);
    if (self.lines !== lines) {
      self.lines = lines;
      self.order = null;
      self.rows = data.lines.map((text, index) => row(data, text, index));
    }
    draw(self);
  },

  cursor: draw,
});

function row({ classes, targets }, text, index) {
  const node = element("tr", "", null, { "data-line": index });
  const glyph = element("td", "rl-judged-glyph");
  const said = element("td");
  const answer = tokenNode("");
  said.append(answer);
  const truth = element("td");
  truth.append(tokenNode(visible(classes[targets[index]] ?? "")));
  const line = element("td", "rl-judged-line");
  line.append(tokenNode(text));
  node.append(glyph, said, truth, line);
  return { node, glyph, answer };
}

function draw(self) {
  const { data, rows, said } = self;
  const frame = shownFrame(self);
  const answers = said.values.subarray(frame * rows.length, (frame + 1) * rows.length);
  const wrong = rows.map((_, index) => answers[index] !== data.targets[index]);
  rows.forEach(({ node, glyph, answer }, index) => {
    setText(answer, visible(data.classes[answers[index]] ?? ""));
    setText(glyph, wrong[index] ? "✗" : "✓");
    const verdict = wrong[index] ? "wrong" : "right";
    if (node.dataset.verdict !== verdict) {
      node.dataset.verdict = verdict;
      glyph.setAttribute("aria-label", data.labels[verdict] ?? "");
    }
  });
  const order = [...rows.keys()].sort((a, b) => wrong[b] - wrong[a] || a - b);
  if (self.order?.join() === order.join()) return;
  self.order = order;
  self.body.replaceChildren(...order.map((index) => rows[index].node));
}
