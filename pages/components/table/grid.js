// Tokens in rows and columns, as a table: read cell by cell by a screen reader, scrolled sideways where it is long.
import { element, styleSheet, tokenNode, visible } from "../shared/dom.js";
import { component } from "../shared/lifecycle.js";

await styleSheet(import.meta.url);

export default component("rl-grids", {
  build() {},

  update(self) {
    const source = JSON.stringify(self.data.tables);
    if (self.source === source) return;
    self.source = source;
    self.root.replaceChildren(...self.data.tables.map(tableNode));
  },
});

function tableNode({ title, note, head, rows }) {
  const figure = element("div", "rl-grid");
  const scroller = element("div", "rl-scroller", null, { tabindex: "0", role: "region", "aria-label": title });
  const table = element("table", "", null, { "aria-label": title });
  if (head.length) {
    const line = element("tr");
    line.append(...head.map((name) => element("th", "", name, { scope: "col" })));
    const top = element("thead");
    top.append(line);
    table.append(top);
  }
  const body = element("tbody");
  body.append(...rows.map(rowNode));
  table.append(body);
  scroller.append(table);
  figure.append(element("div", "rl-title", title, { "aria-hidden": "true" }), scroller);
  if (note) figure.append(element("p", "rl-note", note));
  return figure;
}

function rowNode({ label, cells, kind }) {
  const row = element("tr", kind ? `rl-row-${kind}` : "");
  row.append(element("th", "", label, { scope: "row" }), ...cells.map(cellNode));
  return row;
}

// [text, note below it, kind]: a token, its id, and how it is drawn.
function cellNode([text, note, kind]) {
  const cell = element("td", kind ? `rl-${kind}` : "");
  if (text !== "") cell.append(tokenNode(visible(text)));
  if (note !== "") cell.append(element("small", "", note));
  return cell;
}
