// The menu in the corner of every figure and table, from which it is saved: as an image, as a drawing, as numbers. Or the
// numbers are looked at.
import { element, fill, setText, styleSheet } from "../shared/dom.js";
import { csv } from "./csv.js";
import { canFilm, film } from "./film.js";
import { picture, png } from "./picture.js";
import { provenanceOf, words } from "./provenance.js";
import { openTable } from "./table_view.js";

await styleSheet(import.meta.url);

// For a part whose numbers are rows(self, names of columns), or that has none: then the picture alone is saved.
export function saveMenu(self, rows) {
  const { root } = self;
  const home = root.parentElement;
  home.classList.add("rl-savable");
  const button = element("button", "rl-save", "⤓", {
    type: "button",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
  });
  const menu = element("div", "rl-save-menu", null, { role: "menu", popover: "auto" });
  const add = (kind, act) => {
    const item = element("button", "", null, { type: "button", role: "menuitem", tabindex: "-1", "data-kind": kind });
    item.append(element("span", "rl-save-kind", kind.toUpperCase()), element("small"));
    item.addEventListener("click", () => {
      menu.hidePopover();
      button.focus();
      act();
    });
    menu.append(item);
  };
  const kinds = { png: toPng, svg: toSvg, webm: toFilm, ...(rows ? { csv: (self) => toCsv(self, rows) } : {}) };
  for (const [kind, make] of Object.entries(kinds)) {
    add(kind, () =>
      busy(button, async () => {
        const name = `${nameOf(self)}.${kind}`;
        const blob = await make(self);
        if (blob) keep(blob, name);
      }),
    );
  }
  if (rows) add("table", () => openTable(titleOf(self), epochOf(self), rows(self, words.columns), words));
  button.addEventListener("click", () => {
    label(self, button, menu);
    menu.togglePopover();
  });
  button.addEventListener("pointerenter", () => label(self, button, menu));
  button.addEventListener("focus", () => label(self, button, menu));
  menu.addEventListener("toggle", ({ newState }) => {
    button.setAttribute("aria-expanded", String(newState === "open"));
    if (newState !== "open") return;
    placeAt(menu, button);
    menu.firstChild.focus();
  });
  menu.addEventListener("keydown", (event) => walk(event, menu));
  home.append(button, menu);
  label(self, button, menu);
  return () => label(self, button, menu);
}

function label(self, button, menu) {
  const name = fill(words.save ?? "", { title: titleOf(self) });
  button.setAttribute("aria-label", name);
  button.title = name;
  menu.setAttribute("aria-label", name);
  for (const item of menu.children) setText(item.lastChild, words[item.dataset.kind] ?? "");
  menu.querySelector("[data-kind='webm']").hidden = !canFilm(self);
  setText(menu.querySelector("[data-kind='table'] .rl-save-kind") ?? element("i"), words.as_table ?? "");
}

// A film takes seconds.
async function busy(button, act) {
  button.setAttribute("aria-busy", "true");
  try {
    await act();
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function placeAt(menu, button) {
  const { bottom, top, right } = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = bottom + height + 8 < innerHeight;
  menu.style.left = `${Math.max(8, right - width)}px`;
  menu.style.top = `${below ? bottom + 2 : Math.max(8, top - height - 2)}px`;
}

function walk(event, menu) {
  const items = [...menu.children].filter(({ hidden }) => !hidden);
  const at = items.indexOf(document.activeElement);
  const last = items.length - 1;
  const to = { ArrowDown: at < last ? at + 1 : 0, ArrowUp: at > 0 ? at - 1 : last, Home: 0, End: last }[event.key];
  if (event.key === "Tab") menu.hidePopover();
  if (to === undefined) return;
  items[to].focus();
  event.preventDefault();
  event.stopPropagation();
}

// ---- What is saved ---------------------------------------------------------------------------------------------------
// What a part calls itself, or the panel that it stands in.
function titleOf({ root, data }) {
  const [table] = data.tables ?? [];
  return data.label || table?.label || panelOf(root) || document.title;
}

function panelOf(root) {
  for (let at = root.parentElement; at; at = at.parentElement) {
    if (!/st-key-/.test(at.className)) continue;
    const head = at.querySelector("h2, h3, h4, strong");
    if (head && !root.contains(head)) return head.textContent;
  }
  return "";
}

// The lab, the preset, the figure, and the epoch that it shows.
function nameOf({ root, data }) {
  const { preset } = provenanceOf(data) ?? {};
  const { epoch } = root.dataset;
  return ["rnnlab", preset, data.key, epoch && `epoch${epoch}`].filter(Boolean).join("-");
}

function remarksOf({ root, data }) {
  const { settings, query } = provenanceOf(data) ?? {};
  if (!settings) return [];
  return [[settings, epochOf({ root })].filter(Boolean).join(" · "), `${location.origin}${location.pathname}?${query}`];
}

const epochOf = ({ root: { dataset } }) => (dataset.epoch ? fill(words.epoch, { epoch: dataset.epoch }) : "");
const pictureOf = (self) => picture(self.root, titleOf(self), remarksOf(self));
const toPng = (self) => png(pictureOf(self), getComputedStyle(self.root).fontFamily);
const toFilm = (self) => film(self, pictureOf);
const toSvg = (self) => new Blob([pictureOf(self).svg], { type: "image/svg+xml" });
const toCsv = (self, rows) =>
  new Blob([csv(rows(self, words.columns), [titleOf(self), ...remarksOf(self)])], { type: "text/csv" });

function keep(blob, name) {
  const link = element("a", "", null, { download: name });
  link.href = URL.createObjectURL(blob);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
