// Outputs beside one another, as a table that follows the epoch: the hypotheses of a beam search, the output told the
// truth and not, held-out pairs. Each is a function from a frame to rows; all are drawn alike.
//
// Takes kind (beams, forcing, pairs), classes, specials, labels, and what its kind needs.
import { element, fill, setText, styleSheet } from "../../../components/shared/dom.js";
import { component, shownFrame } from "../../../components/shared/lifecycle.js";
import { fixed, percent } from "../../../components/shared/numbers.js";
import { textNode } from "../../../components/shared/token.js";
import { classAt, openPacked, tokenClass } from "./sequences.js";

await styleSheet(import.meta.url);

export default component("rs rs-outputs", {
  build(self) {
    self.scroller = element("div", "rs-scroller", null, { tabindex: "0", role: "region" });
    self.table = element("table");
    self.summary = element("p", "rs-status", "");
    self.scroller.append(self.table);
    self.root.append(self.scroller, self.summary);
  },

  update(self) {
    openPacked(self);
    self.root.dataset.kind = self.data.kind;
    self.scroller.setAttribute("aria-label", self.data.labels.table);
    draw(self);
  },

  cursor: draw,
  follows: () => true,

  rows,
});

const KINDS = { beams, forcing, pairs };

function draw(self) {
  const { data, packed, table } = self;
  if (!packed) return;
  const { head, rows, summary } = KINDS[data.kind](self, shownFrame(self));
  setText(self.summary, summary);
  const source = JSON.stringify([head, rows]);
  if (self.source === source) return; // what did not change can be selected and copied while a run goes on
  self.source = source;
  const [top, body] = [element("thead"), element("tbody")];
  const line = element("tr");
  line.append(...head.map((name) => element("th", "", name, { scope: "col" })));
  top.append(line);
  body.append(...rows.map((row) => rowNode(row, head)));
  table.replaceChildren(top, body);
}

function rowNode({ kind, cells }, head) {
  const row = element("tr", kind ? `rs-${kind}` : "");
  row.append(...cells.map((cell, i) => cellNode(cell, i === 0, head[i])));
  return row;
}

// A cell is a text, or {tokens, joiner, note} for a sequence, or {share} for a bar; `name` is its column's, for narrow pages.
function cellNode(cell, first, name) {
  const node = element(first ? "th" : "td", cell.kind ? `rs-${cell.kind}` : "", null, first ? { scope: "row" } : {});
  node.dataset.name = name;
  if (cell.tokens) node.append(textOf(cell), ...(cell.note ? [element("small", "", cell.note)] : []));
  else if (cell.share !== undefined) {
    const bar = element("span", "rs-chance");
    bar.style.setProperty("--rs-share", cell.share.toFixed(4));
    node.append(bar, element("span", "rs-percent", percent(cell.share, 1)));
  } else setText(node, cell.text ?? cell);
  return node;
}

// Tokens as one text; wrong ones are marked.
function textOf({ tokens, joiner }) {
  const text = element("span", "rs-text");
  text.append(
    ...tokens.flatMap(({ token, special, wrong }, i) => [
      ...(i && joiner ? [joiner] : []),
      textNode(token, tokenClass(special, wrong ? "rs-wrong" : "")),
    ]),
  );
  return text;
}

// Classes as tokens; those marked that stand where another stands in `right`.
const compared = (data, places, right) =>
  Array.from(places, (place, i) => ({
    ...classAt(data, place),
    wrong: right !== null && place !== right[i],
  }));

// ---- The hypotheses of a beam search, likeliest first; the greedy one is among them or stands below -----------------
function beams({ data, packed }, frame) {
  const { labels, joiner, width } = data;
  const counts = packed.counts.values;
  const before = counts.subarray(0, frame).reduce((sum, one) => sum + one, 0);
  const greedy = Array.from(packed.free.row(frame));
  const found = Array.from({ length: counts[frame] }, (_, i) => ({
    ids: Array.from(packed.beams.row(before + i)),
    score: packed.scores.values[before + i],
  }));
  const place = found.findIndex(({ ids }) => ids.join() === greedy.join());
  const row = ({ ids, score }, number, same) => ({
    kind: same ? "chosen" : "",
    cells: [
      number,
      { tokens: compared(data, ids, same ? null : greedy), joiner, note: same ? labels.greedy : "" },
      fixed(score, 3),
      { share: Math.exp(score) },
    ],
  });
  const rows = found.map((one, i) => row(one, String(i + 1), i === place));
  if (place < 0) rows.push(row({ ids: greedy, score: packed.greedy_scores.values[frame] }, "–", true));
  const gain = Math.exp(found[0].score - packed.greedy_scores.values[frame]);
  const template = width === 1 ? labels.one : place === 0 ? labels.same : labels.better;
  return {
    head: [labels.rank, labels.output, labels.score, labels.chance],
    rows,
    summary: fill(template, { gain: gain.toPrecision(gain < 1.1 ? 4 : 3) }),
  };
}

// ---- Told the right token at each step, and writing by itself: step under step ---------------------------------------
function forcing({ data, packed }, frame) {
  const { labels, target } = data;
  const forced = packed.forced.values.subarray(frame * target.length, (frame + 1) * target.length);
  const free = packed.free.row(frame);
  const steps = Math.max(target.length, free.length);
  const line = (name, places, right) => ({
    cells: [
      name,
      ...Array.from({ length: steps }, (_, i) => {
        if (i >= places.length) return { text: "", kind: "gap" };
        const wrong = right && places[i] !== right[i];
        return {
          tokens: [{ ...classAt(data, places[i]), wrong }],
          joiner: "",
          kind: !right ? "" : wrong ? "miss" : "hit",
        };
      }),
    ],
  });
  const count = (places) => Array.from(places).filter((place, i) => place === target[i]).length;
  return {
    head: [labels.step, ...Array.from({ length: steps }, (_, i) => String(i + 1))],
    rows: [line(labels.target, target), line(labels.forced, forced, target), line(labels.free, free, target)],
    summary: fill(labels.right, { forced: count(forced), free: count(free), steps: target.length }),
  };
}

// ---- Held-out pairs, wrong ones first ------------------------------------------------------------------------------
function pairs({ data, packed }, frame) {
  const { labels, lines, joiners, most } = data;
  const judged = lines.map(({ source, target }, i) => {
    const output = Array.from(packed.predicted.row(frame * lines.length + i));
    return { source, target, output, right: output.join() === target.join() };
  });
  const wrong = judged.filter(({ right }) => !right);
  const shown = [...wrong, ...judged.filter(({ right }) => right)].slice(0, most);
  const ending = (output, target) => {
    if (output.at(-1) !== data.end) return [{ token: "…", special: true }]; // not finished
    return output.length < target.length ? [{ token: "‸", wrong: true }] : []; // something is missing
  };
  const rows = shown.map(({ source, target, output, right }) => ({
    kind: right ? "right" : "fault",
    cells: [
      { tokens: source.map((token) => ({ token })), joiner: joiners.source },
      { tokens: compared(data, target.slice(0, -1), null), joiner: joiners.target },
      {
        tokens: [
          ...compared(
            data,
            output.filter((place) => place !== data.end),
            right ? null : target,
          ),
          ...ending(output, target),
        ],
        joiner: joiners.target,
      },
      right ? "✓" : "✗",
    ],
  }));
  return {
    head: [labels.source, labels.target, labels.predicted, labels.verdict],
    rows,
    summary: fill(labels.count, {
      right: judged.length - wrong.length,
      all: judged.length,
      share: percent(packed.score.values[frame], 1),
      shown: rows.length,
    }),
  };
}

// What the table says, a share as a number, tokens as a text.
function rows(self) {
  const { head, rows: lines } = KINDS[self.data.kind](self, shownFrame(self));
  const text = ({ tokens, joiner }) => tokens.map(({ token }) => token).join(joiner);
  const number = (written) => (/^−?[\d.]+$/.test(written) ? Number(written.replace("−", "-")) : written);
  const value = (cell) => (cell.tokens ? text(cell) : (cell.share ?? cell.text ?? number(cell)));
  return [head, ...lines.map(({ cells }) => cells.map(value))];
}
