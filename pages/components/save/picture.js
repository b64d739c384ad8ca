// A drawing with its title above it, and below it what it is a drawing of; as SVG, and as an image twice as sharp as the
// page.
import { drawing, measure, solid } from "./drawing.js";
import { attributes, escaped } from "./svg_pen.js";

const MARGIN = 16; // pixels
const LEAST = 420; // of width, so that what stands below has room
const TITLE = 17;
const SMALL = 11.5;
const LEADING = 1.45;
const TWICE = 2;
const MOST = 16_000; // pixels of a side that browsers still draw

// `remarks` stand below the drawing, a line or more each. {svg, width, height}
export function picture(root, title, remarks) {
  const style = getComputedStyle(root);
  const font = style.fontFamily;
  const inside = drawing(root);
  const width = Math.max(inside.width, LEAST);
  const ground = solid(style.getPropertyValue("--st-background-color").trim() || "#fff").color;
  const ink = solid(style.color).color;
  const text = (lines, size, top, looks) =>
    lines
      .map((line, index) => {
        const place = { x: MARGIN, y: top + (index * LEADING + 1) * size, "font-size": size, fill: ink, ...looks };
        return `<text xml:space="preserve"${attributes({ "font-family": font, ...place })}>${escaped(line)}</text>`;
      })
      .join("");
  const head = broken(title, `600 ${TITLE}px ${font}`, width);
  const foot = remarks.flatMap((remark) => broken(remark, `${SMALL}px ${font}`, width));
  const top = MARGIN + head.length * TITLE * LEADING + 6;
  const below = top + inside.height + 10;
  const height = Math.ceil(below + foot.length * SMALL * LEADING + MARGIN);
  const whole = width + 2 * MARGIN;
  const size = { width: whole, height, viewBox: `0 0 ${whole} ${height}` };
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg"${attributes(size)}>`,
    `<title>${escaped(title)}</title><desc>${escaped(remarks.join("\n"))}</desc>`,
    `<rect width="100%" height="100%" fill="${ground}"/>`,
    text(head, TITLE, MARGIN - 3, { "font-weight": 600 }),
    `<g${attributes({ transform: `translate(${MARGIN} ${top})`, color: ink })}>${inside.body}</g>`,
    text(foot, SMALL, below, { "fill-opacity": 0.8 }),
    "</svg>",
  ].join("");
  return { svg, width: whole, height };
}

// A text in lines no wider than there is room: at spaces, or where there are none, as in an address, anywhere.
function broken(text, font, width) {
  const lines = [""];
  for (const piece of text.match(/\s|[^\s\u2e80-\uffff]+|[\u2e80-\uffff]/g) ?? []) {
    if (measure(lines.at(-1) + piece, font) <= width) lines[lines.length - 1] += piece;
    else if (measure(piece, font) <= width) lines.push(piece.trim());
    else
      for (const sign of piece) {
        if (measure(lines.at(-1) + sign, font) > width) lines.push("");
        lines[lines.length - 1] += sign;
      }
  }
  return lines.filter(Boolean);
}

export async function png(picture, font) {
  const canvas = await canvasOf(picture, font, TWICE);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// Drawn so many times as large. An image may load nothing, so it brings the page's fonts with it.
export async function canvasOf({ svg, width, height }, font, scale = 1) {
  const fonts = `<style>${await fontFaces(font)}</style>`;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg.replace("<title>", `${fonts}<title>`))}`;
  await image.decode();
  const sharp = Math.min(scale, MOST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * sharp), Math.round(height * sharp)];
  const pen = canvas.getContext("2d");
  pen.scale(sharp, sharp);
  pen.drawImage(image, 0, 0, width, height);
  return canvas;
}

let faces = null;

function fontFaces(families) {
  faces ??= Promise.all(
    [...document.styleSheets].flatMap(rulesOf).map(async (rule) => {
      const family = rule.style.getPropertyValue("font-family").replace(/["']/g, "");
      const [, address] = /url\("?([^")]+)"?\)/.exec(rule.style.getPropertyValue("src")) ?? [];
      if (!address || !families.includes(family) || rule.style.getPropertyValue("font-style") === "italic") return "";
      const data = await read(new URL(address, rule.parentStyleSheet.href ?? location.href));
      return data ? rule.cssText.replace(/url\("?[^")]+"?\)/, `url(${data})`) : "";
    }),
  ).then((all) => all.join(""));
  return faces;
}

function rulesOf(sheet) {
  try {
    return [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule);
  } catch {
    return []; // another host's, of which nothing is to be known
  }
}

async function read(address) {
  try {
    const blob = await (await fetch(address)).blob();
    return await new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.readAsDataURL(blob);
    });
  } catch {
    return ""; // without it the system's own font is drawn
  }
}
