// From a padded batch to a packed one: the rows by length, and column after column of them laid end to end.
//
// Takes rows {index, tokens} by length, chunks of {index, token}, one a step, labels.
import { element, fill, setText, styleSheet } from "../../components/shared/dom.js";
import { component } from "../../components/shared/lifecycle.js";
import { tokenNode } from "../../components/shared/token.js";
import "../../components/table/table.js"; // for its boxes

await styleSheet(import.meta.url);

export default component("rl-packed", {
  build(self) {
    self.range = element("input", "", null, { type: "range", min: 0, step: 1, value: 0 });
    self.previous = element("button", "rl-tool", "‹", { type: "button" });
    self.next = element("button", "rl-tool", "›", { type: "button" });
    self.status = element("output", "rl-status", "", { "aria-live": "polite" });
    self.grid = element("div", "rl-table-scroller", null, { tabindex: "0", role: "region" });
    self.strip = element("ol", "rl-chunks", null, { tabindex: "0" });
    const bar = element("div", "rl-controls");
    bar.append(self.previous, self.range, self.next, self.status);
    self.title = element("div", "rl-table-title", "", { "aria-hidden": "true" });
    self.name = element("div", "rl-table-title", "", { "aria-hidden": "true" });
    self.root.append(bar, self.title, self.grid, self.name, self.strip);
    self.previous.addEventListener("click", () => goTo(self, self.step - 1));
    self.next.addEventListener("click", () => goTo(self, self.step + 1));
    self.range.addEventListener("input", () => goTo(self, self.range.valueAsNumber));
    for (const type of ["pointerover", "pointerout"]) {
      self.root.addEventListener(type, ({ target }) => {
        const id = type === "pointerover" ? target.closest("[data-cell]")?.dataset.cell : undefined;
        for (const node of self.root.querySelectorAll("[data-cell]"))
          node.classList.toggle("rl-same", node.dataset.cell === id);
      });
    }
  },

  update(self) {
    const { data } = self;
    const source = JSON.stringify([data.rows, data.chunks, data.labels]);
    if (self.source !== source) {
      self.source = source;
      self.step = Math.min(self.step ?? 1, data.chunks.length);
      build(self);
    }
    show(self);
  },

  rows: ({ data }, names) => [
    [names.step, names.line, names.token],
    ...data.chunks.flatMap((chunk, step) => chunk.map(({ index, token }) => [step + 1, index + 1, token])),
  ],
});

function build(self) {
  const { data, grid, strip, range, previous, next } = self;
  const { labels } = data;
  range.max = data.chunks.length;
  range.setAttribute("aria-label", labels.step);
  previous.setAttribute("aria-label", labels.previous);
  next.setAttribute("aria-label", labels.next);
  grid.setAttribute("aria-label", labels.sorted);
  strip.setAttribute("aria-label", labels.data);
  const table = element("table", "", null, { "aria-label": labels.sorted });
  setText(self.title, labels.sorted);
  setText(self.name, labels.data);
  const steps = data.chunks.map((_, step) => step);
  const line = (name, cells) => {
    const row = element("tr");
    row.append(element("th", "", name, { scope: "row" }), ...cells);
    return row;
  };
  table.append(
    line(
      labels.index,
      steps.map((step) => element("th", "", String(step + 1), { scope: "col", "data-step": step })),
    ),
  );
  for (const { index, tokens } of data.rows) {
    table.append(
      line(
        String(index),
        steps.map((step) => cell(tokens[step], index, step, "td")),
      ),
    );
  }
  table.append(
    line(
      labels.sizes,
      data.chunks.map((chunk, step) => element("td", "rl-size", String(chunk.length), { "data-step": step })),
    ),
  );
  grid.replaceChildren(table);
  strip.replaceChildren(
    ...data.chunks.map((chunk, step) => {
      const item = element("li", "rl-chunk", null, { "data-step": step });
      const cells = element("span", "rl-cells");
      cells.append(...chunk.map(({ index, token }) => cell(token, index, step, "span")));
      item.append(cells, element("small", "", String(step + 1)));
      return item;
    }),
  );
}

// A token of row `index` at a step; null is padding, which no packed sequence holds.
function cell(token, index, step, tag) {
  const node = element(tag, token === null || token === undefined ? "rl-tone-padding" : "rl-unit", null, {
    "data-step": step,
  });
  if (token === null || token === undefined) return node;
  node.dataset.cell = `${index}-${step}`;
  node.append(tokenNode(token));
  return node;
}

function goTo(self, step) {
  self.step = Math.max(0, Math.min(step, self.data.chunks.length));
  show(self);
}

// Step 0: nothing has been taken yet. Step t: columns 1 to t lie in `data`, the t-th is the one just taken.
function show(self) {
  const { data, root, range, previous, next, step } = self;
  range.valueAsNumber = step;
  previous.disabled = step === 0;
  next.disabled = step === data.chunks.length;
  root.dataset.step = step;
  for (const node of root.querySelectorAll("[data-step]")) {
    const at = Number(node.dataset.step);
    node.classList.toggle("rl-now", at === step - 1);
    node.classList.toggle("rl-done", at < step - 1);
    node.classList.toggle("rl-later", at > step - 1);
  }
  const taken = data.chunks.slice(0, step).reduce((sum, chunk) => sum + chunk.length, 0);
  const text = step
    ? fill(data.labels.taken, { step, size: data.chunks[step - 1].length, count: taken })
    : data.labels.start;
  setText(self.status, text);
  range.setAttribute("aria-valuetext", text);
  const now = self.strip.querySelector(".rl-now");
  if (now) self.strip.scrollLeft = now.offsetLeft - self.strip.clientWidth / 2;
}
