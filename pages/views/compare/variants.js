// The variants that are to take part: the sign of each, what it changes, and a button that takes it out.
//
// Takes variants {name, key, hue, dash}, labels {name, remove}. Gives `removed` {index, of}.

import { lineSample } from "../../components/plots/line_sample.js";
import { element, fill, styleSheet } from "../../components/shared/dom.js";
import { component } from "../../components/shared/lifecycle.js";

await styleSheet(import.meta.url);

export default component("rl-variants", {
  build(self) {
    self.root.setAttribute("role", "list");
  },

  update(self) {
    const { data } = self;
    self.root.setAttribute("aria-label", data.labels.name ?? "");
    const source = JSON.stringify([data.variants, data.labels]);
    if (self.source === source) return;
    self.source = source;
    self.root.replaceChildren(...data.variants.map((variant, index) => row(self, variant, index)));
  },
});

function row(self, variant, index) {
  const node = element("div", "rl-variant", null, { role: "listitem" });
  const remove = element("button", "", "✕", {
    type: "button",
    title: fill(self.data.labels.remove, { name: variant.name }),
  });
  remove.setAttribute("aria-label", remove.title);
  remove.addEventListener("click", () => self.setTriggerValue("removed", { index, of: variant.key }));
  node.append(lineSample(variant), element("span", "", variant.name), remove);
  return node;
}
