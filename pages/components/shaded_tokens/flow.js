// The words of a sentence, shaded by how much of a gradient arrives at each: for the step that is pointed at, or chosen.
// The page sends the gradients of all targets, so that another one is shown without asking it.
import { unpack } from "../shared/arrays.js";
import { pointAt, stepOf } from "../shared/cursor_bus.js";
import { element, fill, setText, styleSheet, tokenNode, visible } from "../shared/dom.js";
import { component } from "../shared/lifecycle.js";
import { powerOfTen, short } from "../shared/numbers.js";

await styleSheet(import.meta.url);

export default component("rl-flow", {
  build(self) {
    self.title = element("div", "rl-flow-title");
    self.words = element("div", "rl-flow-words", null, { role: "list" });
    self.legend = element("div", "rl-flow-legend", null, { "aria-hidden": "true" });
    self.low = element("span");
    self.high = element("span");
    self.zero = element("span");
    self.legend.append(self.low, element("i", "rl-flow-scale"), self.high, element("i", "rl-flow-none"), self.zero);
    self.root.append(self.title, self.words, self.legend);
  },

  update(self) {
    const { data } = self;
    if (self.source !== data.norms.b64) {
      self.source = data.norms.b64;
      self.norms = unpack(data.norms);
    }
    const tokens = JSON.stringify([data.tokens, data.parts]);
    if (self.tokens !== tokens) {
      self.tokens = tokens;
      self.cells = data.tokens.map((token, step) => word(self, token, step));
      const named = new Map(data.parts); // where a part of the chain begins its name stands
      const name = (step) =>
        named.has(step) ? [element("div", "rl-flow-part", named.get(step), { role: "presentation" })] : [];
      self.words.replaceChildren(...self.cells.flatMap(({ node }, step) => [...name(step), node]));
    }
    self.words.setAttribute("aria-label", data.labels.name ?? "");
    setText(self.low, `≤ ${powerOfTen(data.top - data.span)}`);
    setText(self.high, powerOfTen(data.top));
    setText(self.zero, data.labels.zero ?? "");
    draw(self);
  },

  cursor: draw,
});

function word(self, token, step) {
  const node = element("div", "rl-flow-word", null, { role: "listitem", "data-step": step });
  const value = element("small");
  node.append(tokenNode(visible(token)), value);
  node.title = token;
  node.addEventListener("pointerenter", () => pointAt(self.group, { hovered: step }));
  node.addEventListener("pointerleave", () => pointAt(self.group, { hovered: null }));
  node.addEventListener("click", () => pointAt(self.group, { pinned: step }));
  return { node, value };
}

function draw(self) {
  const { data, cells, norms } = self;
  const [, steps] = norms.shape;
  const wanted = Math.min(stepOf(self.group) ?? data.target, steps - 1);
  const target = wanted < data.asked ? data.target : wanted; // after what is only read nothing is predicted
  self.root.dataset.target = target;
  setText(self.title, fill(data.labels.title, { step: target + 1 }));
  cells.forEach(({ node, value }, step) => {
    const norm = norms.values[target * steps + step];
    const outside = norm < 0; // not yet read when it predicts
    const share = 1 - (data.top - Math.log10(norm)) / data.span;
    node.style.setProperty("--rl-share", norm > 0 ? Math.min(Math.max(share, 0), 1).toFixed(3) : 0);
    node.classList.toggle("rl-flow-zero", norm === 0 && !outside);
    node.classList.toggle("rl-flow-outside", outside);
    node.classList.toggle("rl-flow-target", step === target);
    setText(value, outside ? "" : short(norm));
  });
}
