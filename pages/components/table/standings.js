// Where the race stands, as a table: a row for each variant, the best first.
import { element, styleSheet } from "../shared/dom.js";
import { component } from "../shared/lifecycle.js";
import { lineSample } from "../shared/line_sample.js";

await styleSheet(import.meta.url);

export default component("rl-standings", {
  build(self) {
    self.scroller = element("div", "rl-standings-scroller", null, { tabindex: "0", role: "region" });
    self.table = element("table");
    self.scroller.append(self.table);
    self.root.append(self.scroller);
  },

  update(self) {
    const { data } = self;
    const said = JSON.stringify([data.columns, data.rows, data.labels]);
    if (self.said === said) return;
    self.said = said;
    for (const node of [self.scroller, self.table]) node.setAttribute("aria-label", data.labels.name ?? "");
    const head = element("tr");
    head.append(...data.columns.map((text) => element("th", "", text, { scope: "col" })));
    const [top, body] = [element("thead"), element("tbody")];
    top.append(head);
    body.append(...data.rows.map(row));
    self.table.replaceChildren(top, body);
  },
});

function row({ place, name, cells, ...mark }) {
  const node = element("tr", "", null, { "data-place": place });
  const first = element("th", "", null, { scope: "row" });
  const inner = element("div");
  inner.append(element("b", "", place), lineSample(mark), element("span", "", name));
  first.append(inner);
  node.append(
    first,
    ...cells.map(([text, small]) => {
      const cell = element("td", "", text);
      if (small) cell.append(element("small", "", small));
      return cell;
    }),
  );
  return node;
}
