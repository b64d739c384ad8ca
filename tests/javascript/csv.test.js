import assert from "node:assert/strict";
import { test } from "node:test";
import { csv } from "../../pages/components/save/csv.js";

// A reader of its own, by RFC 4180.
function read(text) {
  const rows = [[]];
  for (const [, quoted, bare, end] of text.slice(1).matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

test("a file begins with the mark by which spreadsheet programs know Chinese, and the names of columns", () => {
  const text = csv([["词元", "概率（0–1）"]]);
  assert.deepEqual([...new TextEncoder().encode(text).slice(0, 3)], [0xef, 0xbb, 0xbf]);
  assert.equal(text, "\ufeff词元,概率（0–1）\r\n");
});

test("numbers keep all their digits and their sign, and what is none leaves its cell empty", () => {
  const numbers = [0.1 + 0.2, -1.5e-300, 5e-324, -0.25, 12345678901234, 1 / 3];
  const [cells] = read(csv([numbers]));
  assert.deepEqual(cells.map(Number), numbers);
  assert.equal(csv([[Number.NaN, Number.POSITIVE_INFINITY, null, undefined, true, false]]), "\ufeff,,,,1,0\r\n");
});

test("a text that a spreadsheet program would run is shown by it", () => {
  for (const sign of ["=", "+", "-", "@", "\t", "\r", "\uff1d"]) {
    const text = `${sign}cmd|' /C calc'!A0`;
    const [[cell]] = read(csv([[text]]));
    assert.equal(cell, `'${text}`);
  }
  assert.deepEqual(read(csv([["a=b", "1-2", "我"]])), [["a=b", "1-2", "我"]]);
});

test("what separates cells and lines may stand in a cell", () => {
  const cells = ['say "hi"', "a,b", "two\nlines", " spaces ", "\u2028"];
  assert.deepEqual(read(csv([cells])), [cells]);
});

test("remarks stand below, one a line", () => {
  assert.equal(csv([["x"], [1]], ["loss", "a\nb"]), "\ufeffx\r\n1\r\n# loss\r\n# a b\r\n");
});
