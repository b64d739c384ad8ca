// The numbers of a Plotly figure as a table. Needs no page.
import { lineSummary, tableSummary, valuesSummary } from "../shared/summary.js";

// `traces` as Plotly has them, arrays decoded; the figure itself has the names of all ticks, and no title that Plotly made
// up. A map of logarithms (meta.log10) is written as the numbers that it is of.
export function figureRows(traces, { data, layout = {} }, names) {
  const shown = traces.filter(({ visible, meta }) => visible !== false && !meta?.numbers);
  const maps = shown.filter(({ z }) => z);
  const { xaxis = {}, yaxis = {} } = layout;
  const [x, y] = [heading(xaxis, names.column), heading(yaxis, names.row)];
  if (maps.length) {
    const cells = maps.flatMap(({ z, x: xs, y: ys, meta, text }) =>
      z.flatMap((line, row) =>
        Array.from(line, (value, column) => [
          nameAt(yaxis, ys?.[row] ?? row),
          nameAt(xaxis, xs?.[column] ?? column),
          meta?.log10 ? number(value, text[row][column]) : value,
        ]),
      ),
    );
    return [[y, x, plain(data[0].colorbar?.title?.text) || names.value], ...cells];
  }
  const several = shown.length > 1;
  const points = shown.flatMap(({ name, x: xs = [], y: ys = [], text }) =>
    Array.from(ys, (value, i) => [
      ...(several ? [plain(name)] : []),
      nameAt(xaxis, xs[i] ?? i),
      nameAt(yaxis, value),
      ...(labelled(shown) ? [plain(Array.isArray(text) ? text[i] : "")] : []),
    ]),
  );
  return [[...(several ? [names.name] : []), x, y, ...(labelled(shown) ? [names.label] : [])], ...points];
}

// What it shows, in a sentence a line; see shared/summary.js. A map whose colours have no name of their own shows what the
// figure is called, its `label`.
export function figureSummary(traces, figure, names, says, label = "") {
  const [head, ...rows] = figureRows(traces, figure, names);
  if (traces.some(({ z }) => z)) {
    const named = head.at(-1) !== names.value;
    return tableSummary(says, [head, ...rows], (!named && label) || head.at(-1));
  }
  const several = head[0] === names.name;
  const [x, y] = several ? [1, 2] : [0, 1];
  const lines = several ? [...new Set(rows.map(([name]) => name))] : [""];
  return lines
    .map((name) => {
      const line = several ? rows.filter((row) => row[0] === name) : rows;
      const [of, at] = line.every((row) => typeof row[y] === "number") ? [y, x] : [x, y];
      const place = (index) => `${head[at]} ${line[index][at]}`;
      const values = line.map((row) => (typeof row[of] === "number" ? row[of] : Number.NaN));
      const named = [name, head[of]].filter(Boolean).join(", ");
      return of === y ? lineSummary(says, named, values, place) : valuesSummary(says, named, values, place);
    })
    .join(" ");
}

// A zero has no logarithm: it stands below all others, and is written as what it is.
const number = (logarithm, written) => (written === "0" ? 0 : 10 ** logarithm);

const labelled = (traces) => traces.some(({ text }) => Array.isArray(text));
const heading = ({ title }, otherwise) => plain(title?.text ?? title) || otherwise;

// What a tick says there, or the number.
function nameAt({ tickvals, ticktext, type }, at) {
  const index = tickvals && ticktext ? Array.from(tickvals).indexOf(at) : -1;
  if (type === "log") return ticktext?.[index] === "0" ? 0 : at;
  return index < 0 ? at : plain(ticktext[index]);
}

// Plotly's labels are a little HTML.
export function plain(text) {
  const signs = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&#36;": "$", "&quot;": '"' };
  return String(text ?? "")
    .replace(/<br\s*\/?>/g, " ")
    .replace(/<[^>]*>/g, "")
    .replace(/&(lt|gt|amp|quot|#36);/g, (sign) => signs[sign]);
}
