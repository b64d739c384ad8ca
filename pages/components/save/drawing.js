// What a part of the page shows, written as SVG that any program opens: boxes, borders, texts where the browser has put
// them, the SVG that is in it, and its canvases, drawn again as lines and texts by their own `repaint(pen)` where they
// have one.
import { attributes, escaped, rounded, SvgPen } from "./svg_pen.js";

const NOT_SHOWN = "[role=toolbar], input, .rl-tools, .rl-save, .rl-tip, .rl-unsaved, datalist, script, style";
const SVG_LOOK = [
  ...["fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linejoin"],
  ...["stroke-linecap", "opacity", "font-family", "font-size", "font-weight", "font-style", "text-anchor"],
  ...["dominant-baseline", "visibility", "display", "shape-rendering", "vector-effect", "letter-spacing"],
];
const SIDES = ["Top", "Right", "Bottom", "Left"];

const pencil = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const known = new Map();

// Any CSS colour, color-mix() too, as every program knows it: {color: "#rrggbb", alpha}.
export function solid(color) {
  if (!known.has(color)) {
    pencil.clearRect(0, 0, 1, 1);
    pencil.fillStyle = color;
    pencil.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pencil.getImageData(0, 0, 1, 1).data;
    const hex = [r, g, b].map((part) => part.toString(16).padStart(2, "0")).join("");
    known.set(color, { color: `#${hex}`, alpha: rounded(a / 255) });
  }
  return known.get(color);
}

export function measure(text, font) {
  pencil.font = font;
  return pencil.measureText(text).width;
}

export const svgPen = () => new SvgPen(measure, solid);

// {width, height, body}: as large as everything that is drawn, also what the page scrolls.
export function drawing(root) {
  const undo = [];
  const set = (node, name, value) => {
    const before = [node.style.getPropertyValue(name), node.style.getPropertyPriority(name)];
    node.style.setProperty(name, value, "important");
    undo.push(() => node.style.setProperty(name, ...before));
  };
  root.setAttribute("data-saving", "");
  try {
    const scrollers = [root, ...root.querySelectorAll("*")].filter(scrolls);
    for (const node of scrollers) {
      const { scrollLeft, scrollTop } = node;
      undo.push(() => Object.assign(node, { scrollLeft, scrollTop }));
      for (const [name, value] of [
        ["overflow", "visible"],
        ["max-height", "none"],
      ])
        set(node, name, value);
    }
    const origin = root.getBoundingClientRect();
    const sheet = { parts: [], origin, set, undo, right: origin.width, top: Infinity, bottom: 0, ids: 0 };
    walk(root, sheet);
    const top = Math.floor(Math.min(sheet.top, sheet.bottom)); // what is left out, such as a toolbar, leaves no gap
    const body = `<g${attributes({ transform: `translate(0 ${-top})` })}>${sheet.parts.join("")}</g>`;
    return { width: Math.ceil(sheet.right), height: Math.ceil(sheet.bottom) - top, body };
  } finally {
    for (const step of undo.reverse()) step();
    root.removeAttribute("data-saving");
  }
}

function scrolls(node) {
  if (node.scrollHeight <= node.clientHeight + 1 && node.scrollWidth <= node.clientWidth + 1) return false;
  const { overflowX, overflowY } = getComputedStyle(node);
  return [overflowX, overflowY].some((value) => value === "auto" || value === "scroll");
}

const boxOf = (rect, { origin }) => ({
  ...{ x: rect.left - origin.left, y: rect.top - origin.top, width: rect.width, height: rect.height },
});

function walk(node, sheet) {
  if (node.nodeType === Node.TEXT_NODE) {
    writeText(node, sheet);
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches(NOT_SHOWN)) return;
  const style = getComputedStyle(node);
  if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0" || forEars(node, style))
    return;
  const open = { opacity: style.opacity === "1" ? null : style.opacity };
  if (style.transform !== "none" && !(node instanceof SVGElement)) open.transform = straighten(node, style, sheet);
  const box = boxOf(node.getBoundingClientRect(), sheet);
  const start = sheet.parts.length;
  if (node instanceof SVGElement) {
    sheet.parts.push(svgCopy(node, box));
    grow(sheet, box);
  } else if (node instanceof HTMLCanvasElement) {
    if (!box.width || !node.width) return;
    sheet.parts.push(canvasCopy(node, box, style));
    grow(sheet, box);
  } else {
    if (box.width && box.height && style.display !== "contents") paintBox(box, style, sheet);
    const clip = /hidden|clip/.test(style.overflowX) && box.width ? clipTo(box, sheet) : null;
    for (const child of [pseudo(node, "::before", sheet), ...node.childNodes, pseudo(node, "::after", sheet)])
      if (child) walk(child, sheet);
    if (clip) sheet.parts.push("</g>");
  }
  if (open.opacity === null && !open.transform) return;
  sheet.parts.splice(start, 0, `<g${attributes(open)}>`);
  sheet.parts.push("</g>");
}

// What is there to be heard alone.
function forEars(node, { clipPath, clip, position }) {
  return clipPath.startsWith("inset(50%") || (position === "absolute" && clip !== "auto" && node.offsetWidth <= 1);
}

function grow(sheet, { x, y, width, height }) {
  sheet.right = Math.max(sheet.right, x + width);
  sheet.top = Math.min(sheet.top, y);
  sheet.bottom = Math.max(sheet.bottom, y + height);
}

// Turned or moved by CSS: measured as if it were not, and turned in the drawing.
function straighten(node, { transform, transformOrigin }, sheet) {
  sheet.set(node, "transition", "none");
  sheet.set(node, "transform", "none");
  const { x, y } = boxOf(node.getBoundingClientRect(), sheet);
  const [left, top] = transformOrigin.split(" ").map(Number.parseFloat);
  const { a, b, c, d, e, f } = new DOMMatrix(transform);
  const [ox, oy] = [x + left, y + top];
  const moved = [ox + e - a * ox - c * oy, oy + f - b * ox - d * oy];
  return `matrix(${[a, b, c, d, ...moved].map((value) => Number(value.toFixed(4)))})`;
}

// What a style sheet writes before or behind a node becomes a node of its own, which can be measured.
function pseudo(node, which, { undo }) {
  const style = getComputedStyle(node, which);
  if (style.content === "none" || style.content === "normal" || style.display === "none") return null;
  const copy = document.createElement("span");
  for (const name of style) copy.style.setProperty(name, style.getPropertyValue(name));
  copy.textContent = /^"(.*)"/.exec(style.content)?.[1].replace(/\\(.)/g, "$1") ?? "";
  const mark = which === "::before" ? "data-without-before" : "data-without-after";
  node.setAttribute(mark, "");
  if (which === "::before") node.prepend(copy);
  else node.append(copy);
  undo.push(() => {
    copy.remove();
    node.removeAttribute(mark);
  });
  return copy;
}

function clipTo({ x, y, width, height }, sheet) {
  const id = idOf(sheet, "clip");
  sheet.parts.push(
    `<clipPath id="${id}"><rect${attributes({ x, y, width, height })}/></clipPath><g clip-path="url(#${id})">`,
  );
  return id;
}

const idOf = (sheet, kind) => `${kind}-${++sheet.ids}`;

// ---- Boxes -----------------------------------------------------------------------------------------------------------
function paintBox(box, style, sheet) {
  const before = sheet.parts.length;
  const radius = Math.min(Number.parseFloat(style.borderTopLeftRadius) || 0, box.width / 2, box.height / 2);
  const round = style.borderTopLeftRadius.endsWith("%") ? Math.min(box.width, box.height) / 2 : radius;
  const put = (shape, rx, looks) => sheet.parts.push(`<rect${attributes({ ...shape, rx: rx || null, ...looks })}/>`);
  for (const { spread, color } of rings(style.boxShadow)) put(inset(box, -spread), round + spread, filled(color));
  if (solid(style.backgroundColor).alpha) put(box, round, filled(style.backgroundColor));
  layers(style, box).forEach(({ shape, gradient }) => {
    const id = idOf(sheet, "shade");
    const fill = gradientOf(gradient, shape, id);
    if (!fill) return;
    sheet.parts.push(fill);
    put(shape, round, { fill: `url(#${id})` });
  });
  const sides = SIDES.map((side) => ({
    width: style[`border${side}Style`] === "none" ? 0 : Number.parseFloat(style[`border${side}Width`]),
    line: style[`border${side}Style`],
    color: style[`border${side}Color`],
  }));
  if (sides.every(({ width, color }) => width === sides[0].width && color === sides[0].color)) {
    if (sides[0].width) put(inset(box, sides[0].width / 2), Math.max(round - sides[0].width / 2, 0), lined(sides[0]));
  } else sides.forEach((side, index) => side.width && sheet.parts.push(edge(box, side, index)));
  const outline = Number.parseFloat(style.outlineWidth);
  if (style.outlineStyle !== "none" && outline) {
    const line = { width: outline, line: style.outlineStyle, color: style.outlineColor };
    put(inset(box, -Number.parseFloat(style.outlineOffset) - outline / 2), round, lined(line));
  }
  if (sheet.parts.length > before) grow(sheet, box);
}

const inset = ({ x, y, width, height }, by) => ({
  ...{ x: x + by, y: y + by, width: Math.max(width - 2 * by, 0), height: Math.max(height - 2 * by, 0) },
});

function filled(css) {
  const { color, alpha } = solid(css);
  return { fill: color, "fill-opacity": alpha < 1 ? alpha : null };
}

function lined({ width, line, color: css }) {
  const { color, alpha } = solid(css);
  return {
    ...{ fill: "none", stroke: color, "stroke-width": width, "stroke-opacity": alpha < 1 ? alpha : null },
    "stroke-dasharray": { dashed: `${3 * width} ${2 * width}`, dotted: `${width} ${width}` }[line],
  };
}

function edge({ x, y, width, height }, side, index) {
  const half = side.width / 2;
  const [x1, y1, x2, y2] = [
    [x, y + half, x + width, y + half],
    [x + width - half, y, x + width - half, y + height],
    [x, y + height - half, x + width, y + height - half],
    [x + half, y, x + half, y + height],
  ][index];
  return `<line${attributes({ x1, y1, x2, y2, ...lined(side) })}/>`;
}

// Shadows without blur, which are lines around a box.
const rings = (shadow) =>
  shadow === "none"
    ? []
    : split(shadow).flatMap((one) => {
        const found = /^(.*?) 0px 0px 0px ([\d.]+)px$/.exec(one);
        return found ? [{ color: found[1], spread: Number(found[2]) }] : [];
      });

// At the commas that are in no brackets.
const split = (list) => list.split(/,(?![^()]*(?:\([^()]*\)[^()]*)*\))/).map((part) => part.trim());

// The images behind a box and where they lie, the lowest first.
function layers(style, box) {
  if (style.backgroundImage === "none") return [];
  const [sizes, places] = [split(style.backgroundSize), split(style.backgroundPosition)];
  return split(style.backgroundImage)
    .map((gradient, index) => {
      const [across, down = "auto"] = words(sizes[index % sizes.length]);
      const [left, top = "50%"] = words(places[index % places.length]);
      const width = across === "auto" ? box.width : lengthOf(across, box.width);
      const height = down === "auto" ? box.height : lengthOf(down, box.height);
      const [x, y] = [box.x + lengthOf(left, box.width - width), box.y + lengthOf(top, box.height - height)];
      return { gradient, shape: { x, y, width, height } };
    })
    .reverse();
}

const words = (text) => text.match(/calc\((?:[^()]|\([^()]*\))*\)|\S+/g);

// `calc(12.5% - 3px)`, resolved: a sum of shares and pixels.
function lengthOf(text, whole) {
  const terms = text.replace(/^calc|[()]/g, "").matchAll(/([+-]?)\s*([\d.e-]+)(%|px)/g);
  return [...terms].reduce(
    (sum, [, sign, size, unit]) => sum + (sign === "-" ? -1 : 1) * Number(size) * (unit === "%" ? whole / 100 : 1),
    0,
  );
}

function gradientOf(text, { x, y, width, height }, id) {
  const [, repeating, inner] = /^(repeating-)?linear-gradient\((.*)\)$/.exec(text) ?? [];
  if (!inner) return null;
  const parts = split(inner);
  const named = { "to right": 90, "to left": 270, "to top": 0, "to bottom": 180 };
  const direction = named[parts[0]] ?? (parts[0].endsWith("deg") ? Number.parseFloat(parts[0]) : null);
  const angle = ((direction ?? 180) * Math.PI) / 180;
  const [dx, dy] = [Math.sin(angle), -Math.cos(angle)];
  const length = Math.abs(width * dx) + Math.abs(height * dy);
  const stops = (direction === null ? parts : parts.slice(1)).flatMap((stop) => {
    const [, color, places] = /^(.*?)((?:\s+(?:-?[\d.]+(?:%|px)|calc\([^)]*\)))*)$/.exec(stop);
    return places.trim()
      ? words(places).map((place) => ({ color, at: lengthOf(place, length) }))
      : [{ color, at: null }];
  });
  stops.forEach((stop, index) => {
    stop.at ??= (index / Math.max(stops.length - 1, 1)) * length;
    stop.at = Math.max(stop.at, stops[index - 1]?.at ?? 0); // a stop never lies before the last
  });
  const end = repeating ? stops.at(-1).at : length;
  const [cx, cy] = [x + width / 2 - (dx * length) / 2, y + height / 2 - (dy * length) / 2];
  const ends = { gradientUnits: "userSpaceOnUse", x1: cx, y1: cy, x2: cx + dx * end, y2: cy + dy * end };
  const inside = stops.map(({ color: css, at }, index) => {
    const { alpha } = solid(css);
    // What is transparent has no colour of its own to fade to.
    const { color } = solid(alpha ? css : (stops[index - 1] ?? stops[index + 1] ?? stops[index]).color);
    return `<stop${attributes({ offset: Number((at / end).toFixed(4)), "stop-color": color, "stop-opacity": alpha < 1 ? alpha : null })}/>`;
  });
  const spread = repeating ? "repeat" : null;
  return `<linearGradient${attributes({ id, ...ends, spreadMethod: spread })}>${inside.join("")}</linearGradient>`;
}

// ---- Texts -----------------------------------------------------------------------------------------------------------
function writeText(node, sheet) {
  if (!node.data.trim() || !node.parentElement) return;
  const style = getComputedStyle(node.parentElement);
  const size = Number.parseFloat(style.fontSize);
  const font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  pencil.font = font;
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = pencil.measureText("x");
  for (const { text, rect } of linesOf(node)) {
    const box = boxOf(rect, sheet);
    if (!box.width || !text.trim()) continue;
    grow(sheet, box);
    const leftwards = style.direction === "rtl";
    const written = style.textTransform === "uppercase" ? text.toUpperCase() : text;
    const look = {
      ...{ x: leftwards ? box.x + box.width : box.x, y: box.y + (box.height * up) / (up + down) },
      ...(written.trim().length > 1 ? { textLength: box.width, lengthAdjust: "spacingAndGlyphs" } : {}),
      ...{ "font-family": style.fontFamily, "font-size": size, ...filled(style.color) },
      "font-weight": style.fontWeight === "400" ? null : style.fontWeight,
      "font-style": style.fontStyle === "normal" ? null : style.fontStyle,
      direction: leftwards ? "rtl" : null,
      "text-decoration": style.textDecorationLine === "none" ? null : style.textDecorationLine,
    };
    sheet.parts.push(`<text xml:space="preserve"${attributes(look)}>${escaped(written)}</text>`);
  }
}

// A text node's lines as the browser has broken them, each with its place.
function linesOf(node) {
  const range = document.createRange();
  range.selectNodeContents(node);
  const keeps = /pre|break-spaces/.test(getComputedStyle(node.parentElement).whiteSpace);
  const clean = (text) => (keeps ? text.replace(/\n/g, "") : text.replace(/\s+/g, " "));
  if (range.getClientRects().length === 1) {
    const text = clean(node.data);
    return [{ text: keeps ? text : text.trim(), rect: range.getBoundingClientRect() }];
  }
  const lines = [];
  let at = 0;
  for (const sign of node.data) {
    range.setStart(node, at);
    at += sign.length;
    range.setEnd(node, at);
    const [rect] = range.getClientRects();
    if (!rect?.width) continue;
    const line = lines.at(-1);
    if (line && rect.top < line.bottom - rect.height / 2 && rect.bottom > line.top) {
      line.text += sign;
      line.left = Math.min(line.left, rect.left);
      line.right = Math.max(line.right, rect.right);
    } else lines.push({ text: sign, left: rect.left, right: rect.right, top: rect.top, bottom: rect.bottom });
  }
  return lines.map(({ text, left, right, top, bottom }) => ({
    text: clean(text),
    rect: { left, top, width: right - left, height: bottom - top },
  }));
}

// ---- Pictures in it ----------------------------------------------------------------------------------------------------
function svgCopy(node, { x, y, width, height }) {
  const copy = node.cloneNode(true);
  const [from, to] = [
    [node, ...node.querySelectorAll("*")],
    [copy, ...copy.querySelectorAll("*")],
  ];
  from.forEach((one, index) => look(one, to[index]));
  const color = solid(getComputedStyle(node).color).color;
  for (const [name, value] of Object.entries({ x, y, width, height, color })) copy.setAttribute(name, value);
  if (getComputedStyle(node).overflow === "visible") copy.setAttribute("overflow", "visible");
  return new XMLSerializer().serializeToString(copy);
}

function look(node, copy) {
  const style = getComputedStyle(node);
  copy.removeAttribute("class");
  copy.removeAttribute("style");
  for (const name of SVG_LOOK) {
    const value = style.getPropertyValue(name);
    if (!value || (value === "none" && name !== "fill" && name !== "display")) continue;
    if (/^(fill|stroke)$/.test(name) && value !== "none" && !value.startsWith("url(")) {
      const { color, alpha } = solid(value);
      copy.setAttribute(name, color);
      if (alpha < 1) copy.setAttribute(`${name}-opacity`, rounded(alpha * style.getPropertyValue(`${name}-opacity`)));
    } else if (!copy.hasAttribute(name) || !name.endsWith("-opacity")) copy.setAttribute(name, value);
  }
  if (style.transform !== "none" && !node.hasAttribute("transform"))
    copy.setAttribute("style", `transform:${style.transform}`);
}

function canvasCopy(node, { x, y, width, height }, { imageRendering }) {
  if (node.repaint) {
    const pen = svgPen();
    pen.translate(x, y);
    node.repaint(pen);
    return pen.svg;
  }
  const style = imageRendering === "pixelated" ? "image-rendering:pixelated" : null;
  const href = node.toDataURL();
  return `<image${attributes({ x, y, width, height, preserveAspectRatio: "none", style, href })}/>`;
}
