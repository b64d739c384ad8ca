// A token is shown as it was typed, in its own direction, never as markup; what can't be seen in it has a name in a box.
import { element, styleSheet } from "./dom.js";
import { pieces } from "./visible.js";

await styleSheet(import.meta.url);

const shown = new WeakMap(); // node -> the token that it shows

// A node for a token, or without one for what is to come. A browser that translates pages leaves it alone.
export function tokenNode(token = null, className = "rl-token") {
  return setToken(element("bdi", className, null, { dir: "auto", translate: "no" }), token);
}

// A node for a text in which spaces are spaces.
export function textNode(text, className = "rl-token") {
  return setToken(element("bdi", className, null, { dir: "auto", translate: "no" }), text, true);
}

// Most updates change little: a write that changes nothing would still cost a layout. null shows nothing.
export function setToken(node, token, running = false) {
  const key = token === null ? null : `${running}${token}`;
  if (shown.get(node) === key) return node;
  shown.set(node, key);
  const parts = token === null || (running && token === "") ? [] : pieces(token, running);
  node.replaceChildren(...parts.map((piece) => (typeof piece === "string" ? piece : unseen(piece))));
  return node;
}

const unseen = ({ name }) => element("span", "rl-unseen", name);
