// Nodes and texts, and the style sheet of a module.

export function element(tag, className = "", text = null, attributes = {}) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== null) node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Most updates change little: a write that changes nothing would still cost a layout.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// Whether the reader has asked for no motion.
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Puts values into a sentence, and of a word's forms, `{count:product|products}`, the one that goes with a number: of one
// it is the first, of any other the last. A test holds that the catalogues need no more.
export function fill(template, values) {
  return (template ?? "").replace(/\{(\w+)(?::([^}]*))?\}/g, (whole, name, forms) => {
    if (!(name in values)) return whole;
    return forms === undefined ? values[name] : forms.split("|").at(Number(values[name]) === 1 ? 0 : -1);
  });
}

// Links the sheet that lies beside a module and has its name: `await styleSheet(import.meta.url)`. A module is run once a
// document, and what it gives is used when its sheet is there, so nothing is drawn or measured without it.
export function styleSheet(module) {
  return new Promise((resolve) => {
    const link = element("link", "", null, { rel: "stylesheet", href: module.replace(/js$/, "css") });
    link.onload = link.onerror = resolve; // a part without its looks still says what it has to say
    document.head.append(link);
  });
}
