// The complete link, to be copied by a button or by hand.
//
// Takes path ("": that of the page), query, labels {link, copy, copied, failed}.
import { element, setText, styleSheet } from "../shared/dom.js";
import { component } from "../shared/lifecycle.js";

await styleSheet(import.meta.url);

export default component("rl-copy", {
  build(self) {
    self.link = element("input", "rl-link", null, { type: "text", readonly: "", spellcheck: "false", dir: "ltr" });
    self.button = element("button", "", null, { type: "button" });
    self.status = element("span", "rl-status", null, { role: "status", "aria-live": "polite" });
    self.root.append(self.link, self.button, self.status);
    self.link.addEventListener("focus", () => self.link.select());
    self.button.addEventListener("click", async () => {
      const done = await copy(self.link);
      announce(self, (done ? self.data.labels.copied : self.data.labels.failed) ?? "");
      clearTimeout(self.timer);
      self.timer = setTimeout(() => announce(self, ""), 2500);
    });
  },

  update(self) {
    const { path, query, labels } = self.data;
    const url = `${location.origin}${path || location.pathname}${query ? `?${query}` : ""}`;
    if (self.link.value !== url) self.link.value = url;
    self.link.setAttribute("aria-label", labels.link ?? "");
    announce(self, self.status.textContent);
  },

  leave(self) {
    clearTimeout(self.timer);
  },
});

// For the eye the button itself says what happened; for the ear there is a polite live region.
function announce({ button, status, data }, text) {
  setText(button, text || data.labels.copy || "");
  setText(status, text);
}

async function copy(link) {
  try {
    await navigator.clipboard.writeText(link.value);
    return true;
  } catch {
    // plain http on a classroom's network has no clipboard
    link.select();
    return document.execCommand("copy");
  }
}
