// What concerns the whole document: the language that it says it is in, by which a browser reads aloud, breaks lines and
// chooses fonts; its address; where the focus is; what Streamlit's own widgets lack; how it is printed.
//
// Takes lang, query (null: the address stays), opening (of which preset, see address.js), text_draft, restore, visit and
// lessons (what the tab keeps of the course), begins, leaving, words and provenance (see save/provenance.js), assistance
// (see widgets.js), presents (whether it is for a projector), looked (where a link has led, or null). Gives `restored` {text}, `recalled` {text} where lessons were kept before this reader's session, `still`
// once a new number `leaving` was drawn, `reconnected` (see shell/server/browser/connections.js), and, once, `shown` where the page begins something by itself and its reader has not
// asked for less motion. Where `elsewhere` names a room of another process, it loads the page anew.
import { tell, words } from "../save/provenance.js";
import { expect, groupNamed } from "../shared/cursor_bus.js";
import { calm, styleSheet } from "../shared/dom.js";
import { component, drawAgain } from "../shared/lifecycle.js";
import { forgetTheme } from "../shared/theme.js";
import { keepEntry, listenForBack } from "./address.js";
import { closeAfterChoice } from "./closing.js";
import { keepFocus } from "./focus.js";
import { listenForPrint } from "./printing.js";
import { store, stored } from "./tab_storage.js";
import { assist } from "./widgets.js";

await styleSheet(import.meta.url);
listenForPrint();
closeAfterChoice();
keepFocus();
listenForBack();

// What has been told in this reader's session. It is told once, however often Streamlit builds this part anew: a page whose
// parts become more or fewer while it is drawn has this one elsewhere.
let told = {};
let here; // this part, as it was drawn last

addEventListener("rl-reconnected", () => here?.setTriggerValue("reconnected", true));

export default component("rl-document", {
  build({ root }) {
    root.hidden = true;
  },

  update(self) {
    here = self;
    const { lang, query, opening, text_draft: draft, restore, begins, leaving, elsewhere } = self.data;
    document.documentElement.lang = lang;
    present(self.data.presents);
    requestAnimationFrame(markTheme);
    Object.assign(words, self.data.words);
    assist(self.data.assistance);
    if (self.data.provenance) tell(self.data.key, self.data.provenance);
    keepEntry(query, opening);
    const { visit } = self.data;
    const arrives = told.visit !== visit;
    if (arrives) told = { visit };
    if (restore && !told.restored) {
      told.restored = true;
      self.setTriggerValue("restored", { text: stored("draft") });
    } else if (query !== null) {
      store("draft", draft);
    }
    const { looked } = self.data;
    if (looked && told.looked !== looked.run) {
      told.looked = looked.run;
      expect(groupNamed("run"), looked);
    }
    recall(self, arrives);
    if (elsewhere && query !== null && told.elsewhere !== elsewhere) {
      told.elsewhere = elsewhere;
      location.reload(); // what stands before the processes of the lab goes by the address
    }
    if (begins && !told.begun && !calm()) {
      told.begun = true;
      self.setTriggerValue("shown", true);
    }
    if (leaving !== null && leaving !== told.left) {
      told.left = leaving;
      self.setTriggerValue("still", true);
    }
  },
});

// How far the reader is in the lessons, and who he is in a class, outlives a reload and a lost session. What was kept is told before it is replaced.
function recall(self, arrives) {
  const { lessons, pupil } = self.data;
  const kept = { text: arrives && stored("lessons"), pupil: arrives && stored("pupil") };
  if (kept.text || kept.pupil) {
    self.setTriggerValue("recalled", kept);
    return;
  }
  if (lessons) store("lessons", lessons);
  if (pupil) store("pupil", pupil);
}

// For a projector letters are larger, and nothing is grey: what is drawn by ourselves is drawn anew.
function present(presents) {
  const { documentElement } = document;
  if (documentElement.hasAttribute("data-present") === presents) return;
  documentElement.toggleAttribute("data-present", presents);
  forgetTheme();
  drawAgain();
}

// Streamlit gives its page alone the theme's colour scheme; what opens above the page is outside of that. So are the
// colours for a projector, with which what was drawn before is drawn anew.
function markTheme() {
  const { documentElement } = document;
  const dark = getComputedStyle(document.querySelector(".stApp")).colorScheme === "dark";
  if (documentElement.hasAttribute("data-dark") === dark) return;
  documentElement.toggleAttribute("data-dark", dark);
  forgetTheme();
  drawAgain();
}
