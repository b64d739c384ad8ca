// Tensors as blocks, all to one scale: three axes as a box (the first into the depth), two as a rectangle, one as a bar.
// Small ones are coloured by their values, and a click shows the numbers. "sheets" are matrices with a cell a number.
//
// Takes groups {title, note, items, chain}, an item {kind: block or sheet, name, role, shape, axes, values, parts,
// note} (see tensor_blocks.py), labels.
import { unpack } from "../../components/shared/arrays.js";
import { element, fill, styleSheet, svg } from "../../components/shared/dom.js";
import { component } from "../../components/shared/lifecycle.js";
import { fixed } from "../../components/shared/numbers.js";
import { readTheme } from "../../components/shared/theme.js";
import { blocksSummary } from "./blocks_summary.js";

await styleSheet(import.meta.url);

const LEAST = 6; // pixels: a shorter side could not be seen, and is drawn this long
const CELL = 34; // pixels an element has at most
const HEIGHT = 220; // pixels a block has at most
const SLANT = 0.36; // of a length that goes into the depth
const GRID = 4; // pixels an element needs for its own cell
const DIGITS = 3;
const SHADES = 25; // of a colour, in a block: the next is 4 % away

export default component("rl-blocks", {
  build(self) {
    self.open = null; // the tensor whose numbers are shown
    self.root.addEventListener("click", ({ target }) => {
      const button = target.closest("button[data-item]");
      if (!button) return;
      self.open = self.open === button.dataset.item ? null : button.dataset.item;
      draw(self);
      self.root.querySelector(`button[data-item="${CSS.escape(button.dataset.item)}"]`)?.focus();
    });
    self.observer = new ResizeObserver(() => {
      const { clientWidth } = self.root; // asked for here, where it costs no layout of the page
      if (clientWidth === self.width) return;
      self.width = clientWidth;
      draw(self);
    });
    self.observer.observe(self.root);
  },
  update: draw,
  leave: (self) => self.observer.disconnect(),

  rows,
  summary: (self, says, names) => blocksSummary(itemsOf(self.data), rows(self, names).slice(1), says, names),
});

function draw(self) {
  const { root, data, width } = self;
  if (!width) return; // not laid out yet, or mounted in a hidden place: the observer calls again
  root.classList.toggle("rl-dark", readTheme(root).dark);
  const items = itemsOf(data);
  for (const item of items) item.array ??= item.values && unpack(item.values).values;
  const scene = {
    scale: scaleFor(
      items.filter((item) => item.kind === "block"),
      width,
    ),
    pixel: pixelFor(
      items.filter((item) => item.kind === "sheet" && item.array),
      width,
    ),
    limits: limitsOf(items),
    colours: coloursOf(root),
    labels: data.labels,
    open: self.open,
    width,
  };
  const nodes = data.groups.map((group, index) => groupNode(group, index, scene));
  if (items.some((item) => item.kind === "block")) nodes.push(legend(scene));
  root.replaceChildren(...nodes);
}

// ---- One scale -----------------------------------------------------------------------------------------------------
// The longest side fits; where one side would shrink all others to nothing, that one is drawn broken.
function scaleFor(items, width) {
  const sizes = [...new Set(items.flatMap(({ shape }) => shape))].filter(Boolean).sort((a, b) => a - b);
  const room = Math.min(320, width * 0.5);
  let last = sizes.length - 1;
  while (last > 0 && sizes[last] >= 64 && (sizes[last - 1] * room) / sizes[last] < 20) last--;
  const longest = sizes[last] ?? 1;
  const tallest = Math.max(
    1,
    ...items
      .map(({ shape, role }) => (shape.length > 1 ? shape.at(-2) : role === "bias" ? shape[0] : 1))
      .filter((size) => size <= longest),
  );
  const unit = Math.min(CELL, room / longest, HEIGHT / tallest);
  const short = sizes.filter((size) => size * unit < LEAST);
  return {
    unit,
    longest,
    broken: last < sizes.length - 1,
    short: short.at(-1) ?? 0,
    length: (size) => (size > longest ? longest * unit * 1.1 + 24 : Math.max(LEAST, size * unit)),
  };
}

function legend({ scale, labels }) {
  const line = element("p", "rl-legend");
  let count = 1;
  for (const step of [2, 5, 10, 20, 50, 100, 200, 500, 1000]) if (step * scale.unit <= 120) count = step;
  const bar = element("i", "rl-scale", null, { "aria-hidden": "true" });
  bar.style.width = `${count * scale.unit}px`;
  const notes = [fill(labels.scale, { count })];
  if (scale.short) notes.push(fill(labels.short, { size: scale.short }));
  if (scale.broken) notes.push(fill(labels.broken, { size: scale.longest }));
  line.append(bar, element("span", "", notes.join(" ")));
  return line;
}

// Where the colours end: one value for all tensors of a role; 1 for states, which tanh bounds.
function limitsOf(items) {
  const limits = { state: 1, output: 1 };
  for (const { role, array } of items) {
    for (const value of array ?? [])
      if (Number.isFinite(value)) limits[role] = Math.max(limits[role] ?? 0.01, Math.abs(value));
  }
  return limits;
}

// ---- Groups and items ------------------------------------------------------------------------------------------------
function groupNode(group, index, scene) {
  const node = element("section", "rl-group");
  const head = element("div", "rl-head");
  head.append(element("span", "rl-title", group.title));
  if (group.note) head.append(element("span", "rl-note", group.note));
  if (group.title) node.append(head);
  const list = element(
    "ul",
    group.chain ? "rl-items rl-chain" : group.items[0]?.kind === "sheet" ? "rl-items rl-sheets" : "rl-items",
    null,
    { role: "list" },
  );
  let opened = null;
  group.items.forEach((item, place) => {
    const id = `${index}.${place}`;
    if (id === scene.open && item.array) opened = item;
    list.append(itemNode(item, id, scene));
  });
  node.append(list);
  if (opened) node.append(numbers(opened));
  return node;
}

function itemNode(item, id, scene) {
  const node = element(
    "li",
    `rl-item rl-${item.role}${item.beside ? " rl-beside" : ""}${item.comes ? " rl-comes" : ""}`,
  );
  const opens = item.kind === "block" && item.array;
  const box = opens
    ? element("button", "rl-box", null, { type: "button", "data-item": id, "aria-expanded": String(id === scene.open) })
    : element("div", "rl-box", null, { role: "group", tabindex: "0" }); // a wide one scrolls
  box.setAttribute("aria-label", spoken(item));
  if (opens) box.title = scene.labels.values;
  const name = element("span", "rl-name");
  name.append(element("b", "", item.name), ` [${item.shape.join(", ")}]`);
  box.append(name, item.kind === "block" ? block(item, scene) : sheet(item, scene));
  if (item.note) box.append(element("span", "rl-note", item.note));
  node.append(box);
  return node;
}

const axesOf = ({ shape, axes }) => shape.map((size, axis) => `${axes[axis]} ${size}`).join(" × ");

function spoken(item) {
  return [item.name, axesOf(item), item.note, ...(item.marks ?? []).map(({ label }) => label)]
    .filter(Boolean)
    .join(", ");
}

// The numbers of a tensor: a table for each of the first axis's slices.
function numbers({ name, shape, array }) {
  const [rows, columns] = [shape.length > 1 ? shape.at(-2) : 1, shape.at(-1)];
  const holder = element("div", "rl-numbers", null, { tabindex: "0", role: "region", "aria-label": name });
  for (let start = 0, slice = 0; start < array.length; start += rows * columns, slice++) {
    const table = element("table");
    table.append(element("caption", "", shape.length > 2 ? `${name}[${slice}]` : name));
    for (let row = 0; row < rows; row++) {
      const line = element("tr");
      const from = start + row * columns;
      for (const value of array.subarray(from, from + columns)) line.append(element("td", "", fixed(value, 4)));
      table.append(line);
    }
    holder.append(table);
  }
  return holder;
}

// ---- Values as colours: how far towards blue or orange is left to the style sheet, which knows the theme -----------------
function tint(node, value, limit) {
  node.setAttribute("class", `${node.getAttribute("class") ?? ""} ${value < 0 ? "rl-minus" : "rl-plus"}`.trim());
  const share = Number.isFinite(value) ? Math.min(1, Math.abs(value) / limit) : 1;
  node.style.setProperty("--rl-share", `${Math.round(share * 100)}%`);
}

// ---- Blocks ------------------------------------------------------------------------------------------------------------
const path = (...points) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`;

const ruler = new OffscreenCanvas(1, 1).getContext("2d");

function widthOf(text) {
  ruler.font = "12px sans-serif";
  return ruler.measureText(text).width * 1.08;
}

function block(item, scene) {
  const { shape, axes } = item;
  const { scale } = scene;
  // A bias stands upright beside its weight: both have the same first axis.
  const [deep, high, wide] =
    item.role === "bias" ? [null, 0, null] : [...Array(3 - shape.length).fill(null), ...shape.keys()];
  const length = (axis) => (axis === null ? 0 : scale.length(shape[axis]));
  const label = (axis) => (axis === null ? "" : `${axes[axis]} ${shape[axis]}`);
  const thin = Math.max(8, Math.min(14, scale.unit)); // of a bar
  const [w, h, d] = [wide === null ? thin : length(wide), high === null ? thin : length(high), length(deep) * SLANT];
  const left = high === null ? 0 : widthOf(label(high)) + 6;
  const under = Math.max(0, (widthOf(label(wide)) - w) / 2 - left);
  const right = Math.max(
    item.parts.length ? 16 : 0,
    d + (deep === null ? 0 : widthOf(label(deep)) + 8),
    (widthOf(label(wide)) - w) / 2,
  );
  const [x, y] = [left + under + 1, d + 9];
  const whole = { width: x + w + right + 2, height: y + h + (wide === null ? 6 : 22) };
  const image = svg("svg", { ...whole, viewBox: `0 0 ${whole.width} ${whole.height}`, "aria-hidden": "true" });
  const faces = [path([x, y], [x + w, y], [x + w, y + h], [x, y + h])];
  if (d) {
    faces.push(path([x, y], [x + d, y - d], [x + w + d, y - d], [x + w, y]));
    faces.push(path([x + w, y], [x + w + d, y - d], [x + w + d, y + h - d], [x + w, y + h]));
  }
  const cellsFit = [deep, high, wide].every((axis) => axis === null || shape[axis] * GRID <= length(axis));
  if (item.array && cellsFit) {
    colour(image, item, { x, y, w, h, d, deep, high, wide, limit: scene.limits[item.role] });
  } else {
    faces.forEach((face, side) => image.append(svg("path", { d: face, class: `rl-face rl-side${side}` })));
  }
  faces.forEach((face) => image.append(svg("path", { d: face, class: "rl-edge" })));
  parts(image, item, { x, y, w, h });
  for (const [axis, at] of [
    [wide, [x + w / 2, y]],
    [high, [x, y + h / 2]],
  ]) {
    if (axis !== null && shape[axis] > scale.longest) tear(image, { x, y, w, h, d }, axis === wide, at);
  }
  if (high !== null) image.append(svg("text", { x: x - 5, y: y + h / 2 + 4, "text-anchor": "end" }, label(high)));
  if (wide !== null) image.append(svg("text", { x: x + w / 2, y: y + h + 17, "text-anchor": "middle" }, label(wide)));
  if (deep !== null) image.append(svg("text", { x: x + w + d / 2 + 5, y: y + h - d / 2 + 6 }, label(deep)));
  return image;
}

// The cells of the faces one sees: index 0 of the first axis in front, row 0 on top, the last column at the side.
function colour(image, { shape, array }, { x, y, w, h, d, deep, high, wide, limit }) {
  const size = (axis) => (axis === null ? 1 : shape[axis]);
  const [D, R, C] = [size(deep), size(high), size(wide)];
  const [cw, rh, sd] = [w / C, h / R, d / D];
  const shades = new Map(); // cells of one shade are one node: thousands would take the browser a tenth of a second
  const cell = (points, depth, row, column) => {
    const value = array[(depth * R + row) * C + column];
    const share = Math.max(-1, Math.min(1, value / limit));
    const shade = Math.round(share * SHADES) / SHADES;
    if (!shades.has(shade)) shades.set(shade, []);
    shades.get(shade).push(path(...points));
  };
  for (let row = 0; row < R; row++) {
    for (let column = 0; column < C; column++) {
      const [left, top] = [x + column * cw, y + row * rh];
      cell(
        [
          [left, top],
          [left + cw, top],
          [left + cw, top + rh],
          [left, top + rh],
        ],
        0,
        row,
        column,
      );
    }
  }
  for (let depth = 0; d && depth < D; depth++) {
    const [near, far] = [depth * sd, (depth + 1) * sd];
    for (let column = 0; column < C; column++) {
      const [from, to] = [x + column * cw, x + (column + 1) * cw];
      cell(
        [
          [from + near, y - near],
          [to + near, y - near],
          [to + far, y - far],
          [from + far, y - far],
        ],
        depth,
        0,
        column,
      );
    }
    for (let row = 0; row < R; row++) {
      const [from, to] = [y + row * rh, y + (row + 1) * rh];
      const edge = x + w;
      cell(
        [
          [edge + near, from - near],
          [edge + far, from - far],
          [edge + far, to - far],
          [edge + near, to - near],
        ],
        depth,
        row,
        C - 1,
      );
    }
  }
  for (const [shade, paths] of shades) {
    const node = svg("path", { d: paths.join(""), class: "rl-cell" });
    tint(node, shade, 1);
    image.append(node);
  }
}

// Gates stacked along the first axis of a weight: lines between them, and their letters where there is room.
function parts(image, { parts: names }, { x, y, w, h }) {
  const share = h / names.length;
  names.forEach((name, index) => {
    const from = y + index * share;
    if (index) image.append(svg("line", { x1: x, y1: from, x2: x + w, y2: from, class: "rl-divide" }));
    if (share < 13) return;
    image.append(
      svg("text", { x: x + w + 9, y: from + share / 2 + 4, "text-anchor": "middle", class: "rl-gate" }, name),
    );
  });
}

// A side that is longer than drawn.
function tear(image, { x, y, w, h, d }, upright, [atX, atY]) {
  const points = upright
    ? [
        [atX - 3, y + h + 1],
        [atX + 3, y + h * 0.67],
        [atX - 3, y + h * 0.33],
        [atX + 3, y],
        [atX + d, y - d - 1],
      ]
    : [
        [x - 1, atY + 3],
        [x + w * 0.33, atY - 3],
        [x + w * 0.67, atY + 3],
        [x + w, atY - 3],
        [x + w + d + 1, atY - d],
      ];
  const d0 = `M${points.map((point) => point.join(" ")).join("L")}`;
  image.append(svg("path", { d: d0, class: "rl-tear" }));
}

// ---- Sheets ------------------------------------------------------------------------------------------------------------
function sheet(item, { limits, colours, pixel, width }) {
  const columns = item.shape.at(-1);
  const rows = item.shape.length > 1 ? item.shape[0] : 1;
  const numbered = item.array && columns <= 10 && rows <= 8 && columns * 42 < width;
  const cells = item.array && columns <= 128 && rows <= 64;
  const marks = item.marks ?? [];
  const grid = element("div", numbered ? "rl-sheet rl-numbered" : "rl-sheet");
  const across = numbered ? columns : item.halves;
  const whole = cells ? columns * pixel.across : 80; // where no number must fit into a cell
  grid.style.gridTemplateColumns = `repeat(${across}, ${numbered ? Math.max(42, 84 / columns) : Math.max(cells ? 3 : 40, whole / across)}px)`;
  grid.style.gridTemplateRows = numbered ? `repeat(${rows}, 24px)` : `${cells ? rows * pixel.down : 36}px`;
  if (numbered) {
    item.array.forEach((value, index) => {
      const node = element("span", "rl-cell", fixed(value, DIGITS));
      node.style.gridArea = `${Math.floor(index / columns) + 1} / ${(index % columns) + 1}`;
      tint(node, value, limits[item.role]);
      grid.append(node);
    });
  } else {
    if (cells) grid.append(picture(item.array, rows, columns, limits[item.role], colours));
    for (let half = 1; half <= item.halves; half++) {
      const part = element("span", cells ? "rl-half" : "rl-face rl-half");
      part.style.gridArea = `1 / ${half}`;
      grid.append(part);
    }
  }
  const holder = element("div", "rl-marked");
  holder.append(grid);
  for (const { part, tone, label } of marks) {
    const share = across / item.halves;
    const mark = element("i", `rl-mark rl-tone${tone}`, null, { "aria-hidden": "true" });
    mark.style.gridArea = `1 / ${part * share + 1} / -1 / ${(part + 1) * share + 1}`;
    grid.append(mark);
    holder.append(element("span", `rl-mark-label rl-tone${tone}`, label));
  }
  return holder;
}

// How large a cell without a number is: the same on all sheets, so that equal parts look equal.
function pixelFor(items, width) {
  const largest = (axis) => Math.max(1, ...items.map(({ shape }) => shape.at(axis) ?? 1));
  return {
    across: Math.min(12, Math.min(300, width * 0.8) / largest(-1)),
    down: Math.max(2, Math.min(12, 180 / largest(-2))),
  };
}

// Many values as one picture, a pixel each: a node each would be too many.
function picture(array, rows, columns, limit, { minus, plus, zero }) {
  const canvas = element("canvas", "rl-picture", null, { width: columns, height: rows, "aria-hidden": "true" });
  const pen = canvas.getContext("2d");
  array.forEach((value, index) => {
    const share = Math.round(100 * (Number.isFinite(value) ? Math.min(1, Math.abs(value) / limit) : 1));
    pen.fillStyle = `color-mix(in srgb, ${value < 0 ? minus : plus} ${share}%, ${zero})`;
    pen.fillRect(index % columns, Math.floor(index / columns), 1, 1);
  });
  return canvas;
}

function coloursOf(node) {
  const style = getComputedStyle(node);
  const [minus, plus, zero] = ["minus", "plus", "zero"].map((name) => style.getPropertyValue(`--rl-${name}`).trim());
  return { minus, plus, zero };
}

// A row a number, with its place along each axis from 0; of a tensor of which only the shape is known a single row.
const itemsOf = ({ groups }) => groups.flatMap(({ items }) => items);

function rows({ data }, names) {
  const numbers = itemsOf(data).flatMap(({ name, shape, axes, array }) => {
    const about = [name, shape.join("×"), axes.join(" × ")];
    if (!array) return [[...about, "", null]];
    return Array.from(array, (value, at) => [...about, placeOf(at, shape).join(" "), value]);
  });
  return [[names.name, names.size, names.axes, names.place, names.value], ...numbers];
}

function placeOf(at, shape) {
  const place = [];
  for (const size of shape.toReversed()) {
    place.unshift(at % size);
    at = Math.floor(at / size);
  }
  return place;
}
