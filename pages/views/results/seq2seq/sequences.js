// Sequences of tokens, as the views of an encoder–decoder draw them.
import { unpack } from "../../../components/shared/arrays.js";
import { along, css, ink } from "../../../components/shared/colors.js";
import { element, setText, styleSheet } from "../../../components/shared/dom.js";
import { readTheme, rgb } from "../../../components/shared/theme.js";
import { setToken, tokenNode } from "../../../components/shared/token.js";
import { visible } from "../../../components/shared/visible.js";

await styleSheet(import.meta.url);

// Everything packed in a component's data, unpacked once a version of it. Rows of unequal length come end to end:
// {values, lengths, width} gives `row(i)`, of lengths[i] tokens, each `width` numbers long.
export function openPacked(self) {
  const { data } = self;
  if (self.version === data.version) return false;
  self.version = data.version;
  self.packed = {};
  for (const [name, given] of Object.entries(data)) {
    if (given?.b64) self.packed[name] = unpack(given);
    else if (given?.lengths?.b64) self.packed[name] = ragged(given);
  }
  return true;
}

function ragged({ values, lengths, width }) {
  const flat = unpack(values).values;
  const starts = [0];
  for (const length of unpack(lengths).values) starts.push(starts.at(-1) + length * width);
  const row = (i) => flat.subarray(starts[i], starts[i + 1]);
  return { row, most: Math.max(0, ...starts.slice(1).map((end, i) => (end - starts[i]) / width)) };
}

// A class by its place among those that were sent.
export const classAt = ({ classes, specials }, place) => ({ token: classes[place] ?? "?", special: place < specials });
export const classesAt = (data, places) => Array.from(places, (place) => classAt(data, place));

export const tokenClass = (special, more = "") => `rl-token${special ? " rs-special" : ""}${more && ` ${more}`}`;

// ---- A row of tokens, of which one can be chosen -------------------------------------------------------------------
// One tab stop; arrows, Home and End walk inside. `point` hears of the pointer (null when it leaves), `choose` of
// keys and clicks (its second argument: a click, which may be one on what is chosen already).
export function tokenRow({ point, choose }) {
  const root = element("div", "rs-row");
  const label = element("span", "rs-label");
  const list = element("div", "rs-tokens-line", null, { role: "listbox", "aria-orientation": "horizontal" });
  root.append(label, list);
  const row = { root, label, list, nodes: [], stop: 0 };
  const at = ({ target }) => {
    const node = target.closest?.("[role=option]");
    return node ? row.nodes.indexOf(node) : -1;
  };
  list.addEventListener("pointerover", (event) => point(at(event) < 0 ? null : at(event)));
  list.addEventListener("pointerleave", () => point(null));
  list.addEventListener("click", (event) => at(event) >= 0 && choose(at(event), true));
  list.addEventListener("keydown", (event) => {
    const here = at(event);
    const last = row.nodes.length - 1;
    const to = {
      ArrowRight: here + 1,
      ArrowDown: here + 1,
      ArrowLeft: here - 1,
      ArrowUp: here - 1,
      Home: 0,
      End: last,
      Enter: here,
      " ": here,
    }[event.key];
    if (event.key === "Escape") choose(null);
    if (to === undefined || here < 0) return;
    event.preventDefault();
    const found = Math.max(0, Math.min(to, last));
    choose(found);
    row.nodes[found].focus();
  });
  return row;
}

// Nodes are kept where they can be: a row that is built anew at every frame loses the focus.
export function writeRow(row, name, tokens) {
  setText(row.label, name);
  row.list.setAttribute("aria-label", name);
  while (row.nodes.length > tokens.length) row.nodes.pop().remove();
  while (row.nodes.length < tokens.length) {
    const node = element("span", "rs-unit", null, { role: "option", tabindex: "-1", "aria-selected": "false" });
    node.append(tokenNode());
    row.nodes.push(node);
    row.list.append(node);
  }
  tokens.forEach(({ token, special }, i) => {
    const [text] = row.nodes[i].children;
    setToken(text, token);
    text.className = tokenClass(special);
    row.nodes[i].title = visible(token);
  });
  tabStop(row, row.stop);
}

export function tabStop(row, index) {
  row.stop = Math.max(0, Math.min(index, row.nodes.length - 1));
  row.nodes.forEach((node, i) => {
    node.tabIndex = i === row.stop ? 0 : -1;
  });
}

// A long sentence scrolls inside its row: what is chosen elsewhere is brought into sight there, and nothing else moves.
export function bringIntoSight({ list, nodes }, index) {
  const top = nodes[index].offsetTop - list.offsetTop;
  const bottom = top + nodes[index].offsetHeight;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
}

// ---- Shares of one, in colour --------------------------------------------------------------------------------------
// The sequential scale of the theme as 256 colours, each with the text colour that can be read on it.
export function shades(root) {
  const theme = readTheme(root);
  const stops = theme.sequential.map(rgb);
  const colors = Array.from({ length: 256 }, (_, i) => along(stops, i / 255));
  const [fills, texts] = [colors.map((color) => css(color)), colors.map((color) => css(ink(color)))];
  return { theme, fills, texts, at: (share) => Math.max(0, Math.min(255, Math.round(share * 255))) };
}

export function shade(node, scale, share) {
  const place = share === null ? -1 : scale.at(share);
  node.style.background = place < 0 ? "" : scale.fills[place];
  node.style.color = place < 0 ? "" : scale.texts[place];
}

// A share as people read it, its digits always three.
export const digits = (share) => share.toFixed(3);
