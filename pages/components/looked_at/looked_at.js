// Tells the server where the reader looks, once when it comes into the page: scrubbing itself asks no server. Who was
// never told takes the newest epoch.
import { component } from "../shared/lifecycle.js";

export default component("rl-looked-at", {
  build(self) {
    self.root.hidden = true;
  },
  update(self) {
    const { run, epoch, pinned, live, following } = self.group;
    const { known } = self.data;
    if (epoch === null || live || (following && known.run !== run)) return;
    if (known.run !== run || known.epoch !== epoch) self.setTriggerValue("moved", { run, epoch, step: pinned });
  },
});
