// Asks a browser that translates pages to leave alone what is no language: programs, formulas and what a reader typed, in
// Streamlit's own elements, which can't be told so where they are made. Components of ours say it themselves.
const KINDS = "code, pre, .katex";

function mark(node) {
  if (!(node instanceof Element)) return;
  for (const one of [node, ...node.querySelectorAll(KINDS)]) if (one.matches(KINDS)) one.translate = false;
}

new MutationObserver((changes) => {
  for (const { addedNodes } of changes) addedNodes.forEach(mark);
}).observe(document.getElementById("root"), { childList: true, subtree: true });
