// Keeps the address bar at the link of the experiment. Streamlit's own query parameters cannot: it reserves `embed`.
//
// And the language that the page says it is in, by which a browser reads aloud, breaks lines and chooses fonts.
//
// Takes lang, query (null: the address stays), text_draft, restore, begins, leaving, words and provenance (see
// save/provenance.js), assistance (see widgets.js). Gives `restored` {text}, `still` once a new number `leaving` was drawn, and, once, `shown` where the
// page begins something by itself and its reader has not asked for less motion.
import { tell, words } from "../save/provenance.js";
import { calm, styleSheet } from "../shared/dom.js";
import { component } from "../shared/lifecycle.js";
import { closeAfterChoice } from "./drawer.js";
import { keepFocus } from "./focus.js";
import { listenForPrint } from "./printing.js";
import { assist } from "./widgets.js";

await styleSheet(import.meta.url);
listenForPrint();
closeAfterChoice();
keepFocus();

const DRAFT = "rnnlab-draft"; // a text too long for a link waits here for the reader's own reload

export default component("rl-address", {
  build({ root }) {
    root.hidden = true;
  },

  update(self) {
    const { lang, query, text_draft: draft, restore, begins, leaving } = self.data;
    document.documentElement.lang = lang;
    // Streamlit gives its page alone the theme's colour scheme; what opens above the page is outside of that.
    const { colorScheme } = getComputedStyle(document.querySelector(".stApp"));
    document.documentElement.toggleAttribute("data-dark", colorScheme === "dark");
    Object.assign(words, self.data.words);
    assist(self.data.assistance);
    if (self.data.provenance) tell(self.data.key, self.data.provenance);
    if (query !== null && location.search !== `?${query}`) {
      // Replaced, not pushed: Back must leave the page, not undo one slider after the other.
      history.replaceState(history.state, "", `${location.pathname}?${query}${location.hash}`);
    }
    if (restore && !self.restored) {
      self.restored = true;
      self.setTriggerValue("restored", { text: stored() });
    } else if (query !== null) {
      store(draft);
    }
    if (begins && !self.begun && !calm()) {
      self.begun = true;
      self.setTriggerValue("shown", true);
    }
    if (leaving !== null && leaving !== self.left) {
      self.left = leaving;
      self.setTriggerValue("still", true);
    }
  },
});

// Storage may be forbidden (private windows, embedded frames): then there is no draft, and nothing else breaks.
function stored() {
  try {
    return sessionStorage.getItem(DRAFT);
  } catch {
    return null;
  }
}

function store(draft) {
  try {
    if (draft === null) sessionStorage.removeItem(DRAFT);
    else sessionStorage.setItem(DRAFT, draft);
  } catch {
    /* see above */
  }
}
