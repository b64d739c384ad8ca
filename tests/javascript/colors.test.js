// What is written on a colour can be read, by WCAG's own formula, over the whole of every scale of the theme.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { cellNumbers } from "../../pages/components/chart/cell_numbers.js";
import { along, ink } from "../../pages/components/shared/colors.js";

// https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio, written out
function ratio(a, b) {
  const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  return (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
}

const source = readFileSync(new URL("../../pages/components/shared/theme.js", import.meta.url), "utf8");
const parts = (hex) => [1, 3, 5].map((place) => Number.parseInt(hex.slice(place, place + 2), 16));
const numbers = (color) => color.match(/\d+/g).slice(0, 3).map(Number);
// Every list of colours in the theme; `neutral` in it is next to the page's background, light or dark.
const scales = [...source.matchAll(/\[([^\]]*"#[^\]]*)\]/g)].flatMap(([, list]) =>
  ["#f4f4f4", "#1a2027"].map((neutral) =>
    list
      .split(",")
      .map((one) => one.trim().replaceAll('"', ""))
      .map((one) => parts(one === "neutral" ? neutral : one)),
  ),
);

test("over every scale", () => {
  assert.equal(scales.length, 8);
  for (const stops of scales) {
    for (let i = 0; i <= 1000; i++) {
      const fill = along(stops, i / 1000);
      assert.ok(ratio(fill, ink(fill)) >= 4.5, `${ink(fill)} on ${fill}`);
    }
  }
});

test("on any colour at all", () => {
  for (let r = 0; r < 256; r += 5)
    for (let g = 0; g < 256; g += 5)
      for (let b = 0; b < 256; b += 5) assert.ok(ratio([r, g, b], ink([r, g, b])) >= 4.5);
});

test("a scale goes from its first colour to its last, and no further", () => {
  const stops = [
    [0, 0, 0],
    [100, 100, 100],
    [200, 0, 50],
  ];
  const found = [-1, 0, 0.25, 0.5, 0.75, 1, 2].map((share) => along(stops, share));
  const wanted = [stops[0], stops[0], [50, 50, 50], stops[1], [150, 50, 75], stops[2], stops[2]];
  assert.deepEqual(found, wanted);
});

test("each cell of a heatmap has its number, in what can be read there", () => {
  const stops = [
    [255, 255, 255],
    [0, 0, 0],
  ];
  const z = [
    [0, 4],
    [10, 7],
  ];
  const found = cellNumbers({ z, zmin: 0, zmax: 10 }, stops);
  assert.deepEqual(
    [found.x, found.y, found.text],
    [
      [0, 1, 0, 1],
      [0, 0, 1, 1],
      ["0", "4", "10", "7"],
    ],
  );
  found.textfont.color.forEach((color, at) => {
    assert.ok(ratio(numbers(color), along(stops, z.flat()[at] / 10)) >= 4.5);
  });
  assert.deepEqual(
    cellNumbers(
      {
        z,
        text: [
          ["a", "b"],
          ["c", "d"],
        ],
        zmin: 0,
        zmax: 10,
      },
      stops,
    ).text,
    ["a", "b", "c", "d"],
  );
});
