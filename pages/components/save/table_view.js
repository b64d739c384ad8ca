// The numbers of a figure as a table, over the page. Whoever opened it is led back there.
import { element, fill } from "../shared/dom.js";
import { brief } from "../shared/summary.js";

const MOST = 200; // rows; a file has all of them

export function openTable(title, remark, [head, ...rows], says) {
  const dialog = element("dialog", "rl-figures");
  const heading = element("h2", "", title);
  const close = element("button", "", says.close, { type: "button" });
  const scroller = element("div", "rl-figures-scroller", null, { tabindex: "0", role: "region", "aria-label": title });
  const table = element("table", "", null, { "aria-label": title });
  table.append(row(head, "th"), ...shortened(rows, head.length, says));
  [...table.rows[0].cells].forEach((node, column) => {
    node.classList.toggle("rl-number", typeof rows[0]?.[column] === "number");
  });
  scroller.append(table);
  dialog.append(heading, close);
  if (remark && head[0] !== says.columns.epoch) dialog.append(element("p", "", remark));
  if (rows.length > MOST) dialog.append(element("p", "", fill(says.shortened, { most: MOST, count: rows.length })));
  dialog.append(scroller);
  dialog.setAttribute("aria-label", title);
  dialog.translate = false; // tokens are no language
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close(); // beside it
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

// The first and the last of many.
function shortened(rows, columns, says) {
  const nodes = (some) => some.map((one) => row(one, "td"));
  if (rows.length <= MOST) return nodes(rows);
  const gap = element("tr");
  const left = fill(says.left_out, { count: rows.length - MOST });
  gap.append(element("td", "", left, { colspan: columns }));
  return [...nodes(rows.slice(0, MOST / 2)), gap, ...nodes(rows.slice(-MOST / 2))];
}

function row(cells, tag) {
  const node = element("tr");
  node.append(
    ...cells.map((cell) => element(tag, typeof cell === "number" ? "rl-number" : "", written(cell), scope(tag))),
  );
  return node;
}

const scope = (tag) => (tag === "th" ? { scope: "col" } : {});

function written(cell) {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return "–";
  if (typeof cell === "boolean") return cell ? "✓" : "✗";
  return typeof cell === "number" && !Number.isInteger(cell) ? brief(cell, 6) : String(cell);
}
