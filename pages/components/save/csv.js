// Rows as a file that spreadsheet programs and data frames read alike. Needs no browser.

const BYTE_ORDER_MARK = "\ufeff"; // without it spreadsheet programs take Chinese for another encoding

// `rows` are lists of numbers, texts, truth values and null, the first of them the names of the columns. `remarks` stand
// below, each behind a #, for nothing may stand before the names.
export function csv(rows, remarks = []) {
  const lines = rows.map((row) => row.map(cell).join(","));
  const below = remarks.map((remark) => quoted(`# ${remark}`.replace(/\s*\n\s*/g, " ")));
  return `${BYTE_ORDER_MARK}${[...lines, ...below].join("\r\n")}\r\n`;
}

// A number has all its digits; what is none (a gap, a divergence) leaves its cell empty.
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  if (typeof value === "boolean") return value ? "1" : "0";
  return quoted(harmless(value));
}

// A text that a spreadsheet program would take for a formula, and run, is made one that it shows.
const harmless = (text) => (/^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text);

const quoted = (text) => (/[",\r\n\t;']|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
