// Rows of a table as they stand: nothing in a cell is ever markup. Long cells wrap; wide tables scroll sideways.
import { element, styleSheet, tokenNode } from "../shared/dom.js";
import { component } from "../shared/lifecycle.js";

await styleSheet(import.meta.url);

export default component("rl-sheet", {
  build(self) {
    self.root.tabIndex = 0;
    self.root.setAttribute("role", "region");
  },

  update(self) {
    const { label, head, rows } = self.data;
    const source = JSON.stringify([label, head, rows]);
    if (self.source === source) return;
    self.source = source;
    self.root.setAttribute("aria-label", label);
    const table = element("table", "", null, { "aria-label": label });
    const top = element("thead"),
      line = element("tr"),
      body = element("tbody");
    line.append(...head.map(([name, kind]) => headNode(name, kind)));
    top.append(line);
    body.append(...rows.map(rowNode));
    table.append(top, body);
    self.root.replaceChildren(table);
  },
});

function headNode(name, kind) {
  const cell = element("th", kind ? `rl-${kind}` : "", null, { scope: "col" });
  cell.append(tokenNode(name));
  return cell;
}

// [text, kind, ...]: kind is "", number, chosen; bar, with its length from 0 to 1; pieces, whose text is a list of
// tokens, with the places of those that are unknown and whether there are more.
function rowNode(cells) {
  const row = element("tr");
  row.append(
    ...cells.map(([text, kind, ...more]) => {
      const cell = element("td", kind ? `rl-${kind}` : "");
      if (kind === "pieces") {
        cell.append(...text.map((token, place) => tokenNode(token, more[0].includes(place) ? "rl-unknown" : "")));
        if (more[1]) cell.append(element("span", "", "…"));
        return cell;
      }
      if (kind === "bar") cell.style.setProperty("--rl-share", more[0]);
      cell.append(tokenNode(text));
      return cell;
    }),
  );
  return row;
}
