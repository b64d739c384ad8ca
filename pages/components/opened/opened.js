// Tells the server that it has come into the page, or has been drawn anew in it, where that `asks` for it.
import { component } from "../shared/lifecycle.js";

export default component("rl-opened", {
  build(self) {
    self.root.hidden = true;
  },
  update(self) {
    if (self.data.asks) self.setTriggerValue("opened", true);
  },
});
