// What can't be seen in a text gets a name. `rnnlab/i18n/characters.py` does the same, and says why; a test holds the two
// to each other.
const SIGNS = new Map([
  [" ", "␣"],
  ["\t", "⇥"],
  ["\n", "↵"],
]);
const MARKS = 8;

const numbered = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => `VS${from + i}`).join(" ");
const RUNS = [
  [0x00, "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI"],
  [0x10, "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"],
  [0x200b, "ZWSP ZWNJ ZWJ LRM RLM"],
  [0x2028, "LSEP PSEP LRE RLE PDF LRO RLO NNBSP"],
  [0x2066, "LRI RLI FSI PDI"],
  ...[0x7f, 0x85, 0xa0, 0xad, 0x34f, 0x61c, 0x180e].map((code, i) => [
    code,
    ["DEL", "NEL", "NBSP", "SHY", "CGJ", "ALM", "MVS"][i],
  ]),
  ...[0x205f, 0x2060, 0x3000, 0x3164, 0xfeff].map((code, i) => [code, ["MMSP", "WJ", "IDSP", "HF", "BOM"][i]]),
  [0xfe00, numbered(1, 16)],
  [0xe0100, numbered(17, 256)],
];
const NAMES = new Map(RUNS.flatMap(([start, names]) => names.split(" ").map((name, i) => [start + i, name])));

const JOINING =
  "Arabic Syriac Mongolian Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala"
    .split(" ")
    .map((script) => `\\p{Script=${script}}`)
    .join("");
const WORKING = [
  "(?<=\\S) (?=\\S)",
  "(?<=[\\p{Extended_Pictographic}\\uFE0F\\u{1F3FB}-\\u{1F3FF}])\\u200D(?=\\p{Extended_Pictographic})",
  "(?<=\\p{Extended_Pictographic})[\\uFE0E\\uFE0F]|(?<=[#*0-9])\\uFE0F(?=\\u20E3)",
  "(?<=\\u{1F3F4}[\\u{E0020}-\\u{E007E}]{0,30})[\\u{E0020}-\\u{E007F}]",
  `(?<=[${JOINING}])[\\u200C\\u200D](?=[${JOINING}])`,
  "[\\u0600-\\u0605\\u06DD\\u070F\\u0890\\u0891\\u08E2\\u{110BD}\\u{110CD}]",
].join("|");
const UNSEEN = "[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Cn}\\p{Zs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\u2800]";
const PIECE = new RegExp(
  `(?<working>${WORKING})|(?<unseen>${UNSEEN})|(?<bare>^\\p{M})|(?<pile>(?<=\\p{M}{${MARKS}})\\p{M}+)`,
  "gu",
);

// The name of a character without ink, or its sign.
function nameOf(character) {
  const code = character.codePointAt(0);
  return NAMES.get(code) ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

// A text in pieces: what is shown as it is, a string, and names, {name}. In a `running` text a space is a space.
export function pieces(text, running = false) {
  if (text === "") return ["∅"];
  const found = [];
  const add = (more) => {
    if (typeof more === "string" && typeof found.at(-1) === "string") found.push(found.pop() + more);
    else if (more !== "") found.push(more);
  };
  let end = 0;
  for (const match of text.matchAll(PIECE)) {
    const { working, unseen, bare, pile } = match.groups;
    add(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (working !== undefined || (running && unseen === " ")) add(match[0]);
    else if (unseen !== undefined) add(SIGNS.get(unseen) ?? { name: nameOf(unseen) });
    else if (bare !== undefined) add(`◌${bare}`);
    else add({ name: `+${[...pile].length}` });
  }
  add(text.slice(end));
  return found;
}

// The same as one text, for titles and for what is read aloud.
export const visible = (text) =>
  pieces(text)
    .map((piece) => (typeof piece === "string" ? piece : `‹${piece.name}›`))
    .join("");
