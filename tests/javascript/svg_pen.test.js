import assert from "node:assert/strict";
import { test } from "node:test";
import { figureRows, plain } from "../../pages/components/chart/figure_rows.js";
import { byEpoch } from "../../pages/components/curves/record.js";
import { SvgPen } from "../../pages/components/save/svg_pen.js";

// Its dashes come from a module with a style sheet, which a page would load.
globalThis.document = {
  createElement: () => ({ setAttribute() {} }),
  head: { append: (link) => queueMicrotask(() => link.onload()) },
};
const { drawAxes, drawLines, scaleOf, ticksOf } = await import("../../pages/components/curves/plot.js");

const pen = () =>
  new SvgPen(
    (text, font) => text.length * 0.5 * Number.parseFloat(/([\d.]+)px/.exec(font)[1]),
    (color) => ({ color, alpha: 1 }),
  );

// Every element closed in its order: no reader of XML would take less.
function nested(svg) {
  const open = [];
  for (const [, end, name, whole] of svg.matchAll(/<(\/?)([\w]+)[^>]*?(\/?)>/g)) {
    if (end) assert.equal(open.pop(), name);
    else if (!whole) open.push(name);
  }
  return open;
}

test("a curve is a path through its points, and its words are text", () => {
  const box = { x: 50, y: 10, width: 300, height: 200, right: 14 };
  const theme = { grid: "#eee", strong: "#999", text: "#111", primary: "#00f", font: "Noto" };
  const scale = scaleOf(box, [0, 4], [0, 2], false);
  const ticks = ticksOf("linear", box, [0, 4], [0, 2], false, 1);
  const series = [{ at: (i) => i + 1, count: 4, y: [2, 1, 0.5, 0], hue: "", dash: "solid" }];
  const drawn = pen();
  drawAxes(drawn, { box, scale, ticks, theme, size: 12, titles: { x: "轮次 <1>", y: "损失 & 更多" } });
  drawLines(drawn, { box, scale, series, levels: [], theme, across: [0, 4] });
  const { svg } = drawn;
  assert.deepEqual(nested(svg), []);
  assert.match(svg, />轮次 &lt;1&gt;<\/text>/);
  assert.match(svg, /<text[^>]*rotate|<text[^>]*matrix\(0,-1,1,0,/); // the upright title is turned
  const [, path] = /<path d="(M[^"]*)" fill="none" stroke="#00f"/.exec(svg);
  const points = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
  assert.deepEqual(points, [
    [125, 10],
    [200, 110],
    [275, 160],
    [350, 210],
  ]);
});

test("what is saved is restored, and no clip is left open", () => {
  const drawn = pen();
  drawn.fillStyle = "#123";
  drawn.save();
  drawn.fillStyle = "#456";
  drawn.translate(3, 4);
  drawn.scale(2, 2);
  drawn.rect(0, 0, 5, 5);
  drawn.clip();
  drawn.fillRect(1, 1, 2, 2);
  drawn.restore();
  drawn.fillRect(0, 0, 1, 1);
  assert.deepEqual(nested(drawn.svg), []);
  const rects = [...drawn.svg.matchAll(/<rect[^>]*>/g)].map(([text]) => text);
  assert.match(rects[0], /fill="#456" transform="matrix\(2,0,0,2,3,4\)"/);
  assert.match(rects[1], /fill="#123"\/>/);
});

test("nothing that XML has no place for gets into a text", () => {
  const drawn = pen();
  drawn.fillText('<script>&"\u0000\ufffe', 0, 0);
  assert.match(drawn.svg, />&lt;script&gt;&amp;&quot;<\/text>/);
});

test("lines of unequal length share their epochs", () => {
  const names = { epoch: "epoch", seconds: "s", low: "low", high: "high" };
  const table = byEpoch(
    [
      { head: "loss", y: [3, 2, 1] },
      { head: "held", y: [5], x: [2], low: [4], high: [6] },
    ],
    names,
  );
  assert.deepEqual(table, [
    ["epoch", "loss", "held", "held, low", "held, high"],
    [1, 3, null, null, null],
    [2, 2, 5, 4, 6],
    [3, 1, null, null, null],
  ]);
});

test("a label of Plotly's is written without its markup", () => {
  assert.equal(plain("a&lt;b&gt; <b>c</b><br>d &#36;"), "a<b> c d $");
});

test("a map of logarithms is written as the numbers that it is of, with the names of its ticks", () => {
  const names = { row: "row", column: "column", value: "value", name: "name", label: "label" };
  const data = [{ colorbar: {} }];
  const layout = { yaxis: { tickvals: [0], ticktext: ["<b>h_n</b>"] }, xaxis: { title: { text: "token" } } };
  const trace = { z: [[-2, -9]], meta: { log10: true }, text: [["0.01", "0"]], colorbar: { title: { text: "Click" } } };
  const table = figureRows([trace, { meta: { numbers: true } }], { data, layout }, names);
  assert.deepEqual(table, [
    ["row", "token", "value"],
    ["h_n", 0, 0.01],
    ["h_n", 1, 0],
  ]);
});
