// Tells the server once that it has come into the page, or has been drawn anew in it.
import { component } from "../shared/lifecycle.js";

export default component("rl-opened", {
  build(self) {
    self.root.hidden = true;
  },
  update(self) {
    self.setTriggerValue("opened", true);
  },
});
