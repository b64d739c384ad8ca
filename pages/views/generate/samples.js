// The same prompt and the same draws at several epochs of a run, a row each. The row that the epoch scrubber is at, or
// has passed last, is marked; clicking a row moves it there.
//
// Takes rows {epoch, text, bits, copied} (without a text it is being written), most (bits), labels. Moves the cursor of
// its group.
import { moveTo } from "../../components/shared/cursor_bus.js";
import { element, fill, setText, styleSheet } from "../../components/shared/dom.js";
import { component } from "../../components/shared/lifecycle.js";
import { setToken, tokenNode } from "../../components/shared/token.js";
import { samplesSummary } from "./samples_summary.js";

await styleSheet(import.meta.url);

export default component("rl-samples", {
  build(self) {
    self.rows = new Map(); // by epoch: a text that is asked for anew stays to be seen until it comes
    self.table = element("table");
    self.head = element("tr");
    self.body = element("tbody");
    const top = element("thead");
    top.append(self.head);
    self.table.append(top, self.body);
    self.root.append(self.table);
  },

  update(self) {
    const { data, rows } = self;
    if (self.run !== data.run) {
      self.run = data.run;
      rows.clear();
    }
    self.table.setAttribute("aria-label", data.labels.name ?? "");
    self.head.replaceChildren(
      ...["epoch", "text", "bits", "copied"].map((name) =>
        element("th", `rl-samples-${name}`, data.labels[name], { scope: "col" }),
      ),
    );
    const kept = new Map(data.rows.map((row) => [row.epoch, rows.get(row.epoch) ?? build(self, row.epoch)]));
    self.rows = kept;
    for (const row of data.rows) write(kept.get(row.epoch), row, data);
    const nodes = [...kept.values()].map(({ node }) => node);
    if (nodes.length !== self.body.children.length || nodes.some((node, i) => node !== self.body.children[i]))
      self.body.replaceChildren(...nodes);
    draw(self);
  },

  cursor: draw,

  rows,
  summary: ({ data, marked }, says) => samplesSummary(data.rows, marked, data.labels, says),
});

function build(self, epoch) {
  const { data } = self;
  const node = element("tr", "", null, { "data-row": epoch });
  const go = element("button", "", epoch === 0 ? data.labels.start : String(epoch), { type: "button" });
  go.title = fill(data.labels.go, { epoch });
  go.addEventListener("click", () => moveTo(self.group, epoch));
  const cells = Object.fromEntries(
    ["epoch", "text", "bits", "copied"].map((name) => [name, element("td", `rl-samples-${name}`)]),
  );
  cells.epoch.append(go);
  const text = tokenNode();
  cells.text.append(text);
  const [number, bar] = [element("span"), element("i", "", null, { "aria-hidden": "true" })];
  cells.bits.append(number, bar);
  node.append(...Object.values(cells));
  return { node, go, text, number, bar, copied: cells.copied };
}

function write({ node, go, text, number, bar, copied }, row, { labels, most, live }) {
  const waits = row.text === undefined;
  node.classList.toggle("rl-samples-waits", waits);
  node.setAttribute("aria-busy", String(waits));
  bar.hidden = waits && !number.textContent;
  setText(go, row.epoch === 0 ? (labels.start ?? "") : String(row.epoch));
  go.disabled = live;
  if (waits) {
    if (!text.textContent) setToken(text, labels.waiting ?? null, true);
    return;
  }
  setToken(text, row.text, true);
  if (node.title !== row.text) node.title = row.text;
  setText(number, row.bits === null ? "–" : row.bits.toFixed(2));
  bar.style.setProperty("--rl-share", row.bits && most ? Math.min(row.bits / most, 1).toFixed(3) : 0);
  setText(copied, String(row.copied));
}

function draw(self) {
  const { root, group, rows, data } = self;
  const epochs = [...rows.keys()];
  const at = data.live ? epochs.at(-1) : (epochs.findLast((epoch) => epoch <= group.epoch) ?? epochs[0]);
  self.marked = at;
  root.dataset.epoch = (data.live ? at : group.epoch) ?? "";
  for (const [epoch, { node }] of rows) {
    if (epoch === at) node.setAttribute("aria-current", "true");
    else node.removeAttribute("aria-current");
  }
}

function rows({ data }) {
  const columns = ["epoch", "text", "bits", "copied"];
  const lines = data.rows.filter(({ text }) => text !== undefined);
  return [columns.map((name) => data.labels[name]), ...lines.map((line) => columns.map((name) => line[name]))];
}
