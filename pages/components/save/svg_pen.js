// A pen with what our plots use of a canvas's, that writes SVG: text stays text, a line a line. Needs no page.

const START = {
  ...{
    fillStyle: "#000",
    strokeStyle: "#000",
    lineWidth: 1,
    lineJoin: "miter",
    globalAlpha: 1,
    font: "10px sans-serif",
  },
  ...{ textAlign: "start", textBaseline: "alphabetic", imageSmoothingEnabled: true },
  ...{ dash: [], matrix: [1, 0, 0, 1, 0, 0], groups: 0 },
};
const ANCHORS = { left: "start", start: "start", center: "middle", right: "end", end: "end" };
const BASELINES = { middle: 0.35, top: 0.8, bottom: -0.2, alphabetic: 0 }; // of the size, from the given place down
let clips = 0; // ids are the document's

export const escaped = (text) =>
  String(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no place for them
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");

export const rounded = (value) => Number(value.toFixed(2));

export function attributes(values) {
  return Object.entries(values)
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => ` ${name}="${escaped(typeof value === "number" ? rounded(value) : value)}"`)
    .join("");
}

// `measure(text, font)` says how wide a text is; `solid(color)` gives {color, alpha}, the alpha 1 where it has none.
export class SvgPen {
  constructor(measure, solid) {
    Object.assign(this, START, { measure, solid, parts: [], saved: [], path: "" });
  }

  get svg() {
    return this.parts.join("") + "</g>".repeat(this.groups + this.saved.reduce((sum, { groups }) => sum + groups, 0));
  }

  save() {
    this.saved.push(Object.fromEntries(Object.keys(START).map((name) => [name, this[name]])));
    this.groups = 0;
  }

  restore() {
    this.parts.push("</g>".repeat(this.groups));
    Object.assign(this, this.saved.pop());
  }

  transform(a, b, c, d, e, f) {
    const [A, B, C, D, E, F] = this.matrix;
    this.matrix = [A * a + C * b, B * a + D * b, A * c + C * d, B * c + D * d, A * e + C * f + E, B * e + D * f + F];
  }

  translate(x, y) {
    this.transform(1, 0, 0, 1, x, y);
  }

  scale(x, y) {
    this.transform(x, 0, 0, y, 0, 0);
  }

  rotate(angle) {
    this.transform(Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0);
  }

  setLineDash(dash) {
    this.dash = dash;
  }

  measureText(text) {
    return { width: this.measure(text, this.font) };
  }

  clearRect() {} // there is nothing on the paper

  beginPath() {
    this.path = "";
  }

  moveTo(x, y) {
    this.path += `M${rounded(x)} ${rounded(y)}`;
  }

  lineTo(x, y) {
    this.path += `${this.path ? "L" : "M"}${rounded(x)} ${rounded(y)}`; // a canvas begins a path with any point
  }

  closePath() {
    this.path += "Z";
  }

  rect(x, y, width, height) {
    this.path += `M${rounded(x)} ${rounded(y)}h${rounded(width)}v${rounded(height)}h${rounded(-width)}Z`;
  }

  // A whole circle is all that is drawn of arcs.
  arc(x, y, radius) {
    this.path += `M${rounded(x - radius)} ${rounded(y)}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
  }

  clip() {
    const id = `pen-clip-${++clips}`;
    const path = `<path${attributes({ d: this.path, transform: this.placed })}/>`;
    this.parts.push(`<clipPath id="${id}">${path}</clipPath><g clip-path="url(#${id})">`);
    this.groups++;
  }

  fill() {
    this.put("path", { d: this.path, ...this.filled });
  }

  stroke() {
    const { color, alpha } = this.solid(this.strokeStyle);
    const opacity = alpha * this.globalAlpha;
    this.put("path", {
      ...{ d: this.path, fill: "none", stroke: color, "stroke-width": this.lineWidth },
      "stroke-opacity": opacity < 1 ? opacity : null,
      "stroke-linejoin": this.lineJoin === "miter" ? null : this.lineJoin,
      "stroke-dasharray": this.dash.join(" "),
    });
  }

  fillRect(x, y, width, height) {
    this.put("rect", { x, y, width, height, ...this.filled });
  }

  // `most`: no wider than that, as a canvas has it.
  fillText(text, x, y, most = Infinity) {
    const size = Number.parseFloat(/([\d.]+)px/.exec(this.font)[1]);
    const [, weight] = /^(\d{3}|bold)\s/.exec(this.font) ?? [];
    const wide = this.measure(text, this.font) > most;
    const shape = attributes({
      ...{ x, y: y + BASELINES[this.textBaseline] * size, "text-anchor": ANCHORS[this.textAlign] },
      ...{ "font-family": this.font.slice(this.font.indexOf("px") + 3), "font-size": size, "font-weight": weight },
      ...(wide ? { textLength: most, lengthAdjust: "spacingAndGlyphs" } : {}),
      ...{ ...this.filled, transform: this.placed },
    });
    this.parts.push(`<text xml:space="preserve"${shape}>${escaped(text)}</text>`);
  }

  // Another canvas, as an image, which keeps its squares where it is not to be smoothed.
  drawImage(image, x, y, width = image.width, height = image.height) {
    const style = this.imageSmoothingEnabled ? null : "image-rendering:pixelated";
    this.put("image", { x, y, width, height, preserveAspectRatio: "none", style, href: image.toDataURL() });
  }

  get filled() {
    const { color, alpha } = this.solid(this.fillStyle);
    const opacity = alpha * this.globalAlpha;
    return { fill: color, "fill-opacity": opacity < 1 ? opacity : null };
  }

  get placed() {
    return this.matrix.join() === START.matrix.join()
      ? null
      : `matrix(${this.matrix.map((n) => Number(n.toFixed(4)))})`;
  }

  put(tag, values) {
    this.parts.push(`<${tag}${attributes({ ...values, transform: this.placed })}/>`);
  }
}
