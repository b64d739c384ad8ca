// A sentence, each token shaded by a signed number: blue below zero, orange above. All recorded frames are here.
import { unpack } from "../shared/arrays.js";
import { pointAt, stepOf } from "../shared/cursor_bus.js";
import { element, fill, setText, styleSheet, tokenNode, visible } from "../shared/dom.js";
import { component, shownFrame } from "../shared/lifecycle.js";
import { signed } from "../shared/numbers.js";

await styleSheet(import.meta.url);

export default component("rl-saliency", {
  build(self) {
    self.title = element("p", "rl-saliency-title");
    self.words = element("div", "rl-saliency-words", null, { role: "list" });
    self.legend = element("div", "rl-saliency-legend");
    self.low = element("span");
    self.high = element("span");
    self.legend.append(self.low, element("i", "", null, { "aria-hidden": "true" }), self.high);
    self.root.append(self.title, self.words, self.legend);
  },

  update(self) {
    const { data } = self;
    if (self.source !== data.values.b64) {
      self.source = data.values.b64;
      self.values = unpack(data.values);
    }
    const tokens = JSON.stringify(data.tokens);
    if (self.tokens !== tokens) {
      self.tokens = tokens;
      self.cells = data.tokens.map((token, step) => word(self, token, step));
      self.words.replaceChildren(...self.cells.map(({ node }) => node));
    }
    self.words.setAttribute("aria-label", data.labels.name ?? "");
    setText(self.low, `${signed(-data.limit, 2)} ${data.labels.against ?? ""}`);
    setText(self.high, `${data.labels.towards ?? ""} ${signed(data.limit, 2)}`);
    draw(self);
  },

  cursor: draw,
});

function word(self, token, step) {
  const node = element("div", "rl-saliency-word", null, { role: "listitem", "data-step": step });
  const value = element("small");
  node.append(tokenNode(visible(token)), value);
  node.addEventListener("pointerenter", () => pointAt(self.group, { hovered: step }));
  node.addEventListener("pointerleave", () => pointAt(self.group, { hovered: null }));
  node.addEventListener("click", () => pointAt(self.group, { pinned: self.group.pinned === step ? null : step }));
  return { node, value };
}

function draw(self) {
  const { data, cells, values } = self;
  const frame = shownFrame(self);
  const steps = values.shape[1];
  const at = stepOf(self.group);
  setText(self.title, fill(data.labels.title, { answer: data.names[frame] ?? "" }));
  cells.forEach(({ node, value }, step) => {
    const number = values.values[frame * steps + step];
    const share = data.limit > 0 && Number.isFinite(number) ? Math.sqrt(Math.min(Math.abs(number) / data.limit, 1)) : 0;
    node.style.setProperty("--rl-share", share.toFixed(3));
    node.classList.toggle("rl-minus", number < 0);
    node.classList.toggle("rl-active", step === at);
    setText(value, signed(number, 2));
    const whole = `${data.tokens[step]}: ${signed(number, 6)}`;
    if (node.title !== whole) node.title = whole;
  });
}
