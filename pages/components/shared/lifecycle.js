// The life of a component. Streamlit calls what `component` gives again, with the same parentElement, when data, fragment
// or theme change: the first call builds, every call updates. A theme flip is such a call, so re-reading the variables
// there is enough.
import { words } from "../save/provenance.js";
import { saveMenu } from "../save/save_menu.js";
import { nearest } from "./arrays.js";
import { announce, groupNamed } from "./cursor_bus.js";
import { element, setText, styleSheet } from "./dom.js";
import { goingOn, watch, watching } from "./live_stream.js";

await styleSheet(import.meta.url);

const instances = new WeakMap(); // by parentElement
const mounted = new Set();
const contrast = matchMedia("(forced-colors: active)"); // a theme of the system's, of which Streamlit knows nothing
const STILL = 400; // milliseconds without a change, until a figure is described anew
const mounts = new Map(); // by key: how often a component was built

// build(self) makes the nodes, update(self) draws self.data, cursor(self) hears that the group's cursor has moved,
// leave(self) lets go of what would outlive the nodes. rows(self, names) are the numbers shown, by which it can be saved, or
// null where there is only a picture to save. follows(self) says whether that picture follows the group's epochs by itself,
// so that it can be filmed. summary(self, sentences, names of columns) says what a figure shows. self: root, data (what
// the page has given, and what the stream has changed since), pageData (the first alone), group, stream (of a run that
// goes on), setTriggerValue.
export function component(className, { build, update, cursor, leave, rows, summary, follows }) {
  return ({ data: [data], parentElement, setTriggerValue }) => {
    let self = instances.get(parentElement);
    if (!self) {
      self = { root: element("div", className), data, setTriggerValue, follows };
      mounts.set(data.key, (mounts.get(data.key) ?? 0) + 1);
      self.root.dataset.mounts = mounts.get(data.key); // evidence for the tests: above 1 something was remounted
      self.root.component = self; // likewise: what is drawn
      instances.set(parentElement, self);
      mounted.add(self);
      parentElement.append(self.root);
      self.listener = () => {
        const joined = join(self);
        const part = self.stream?.parts[self.data.key];
        if (!part || part === self.part) {
          if (joined) update(self);
          else cursor?.(self);
        } else {
          // Also of a run that has come to its end the newest is shown until the page has drawn all there is to look through.
          Object.assign(self, { part, data: { ...self.data, ...part, live: true } });
          update(self);
        }
        self.describe?.();
      };
      self.recolour = () => {
        update(self);
        cursor?.(self); // at once, also where an update waits for the next frame
      };
      contrast.addEventListener("change", self.recolour);
      build(self);
      if (rows !== undefined) saveMenu(self, rows);
      if (summary) makeDescription(self, summary);
    }
    self.setTriggerValue = setTriggerValue;
    if (data !== self.pageData) given(self, data); // at a flip of the theme, what the stream has brought since stays
    update(self);
    self.describe?.();
    // A call that was overtaken by the next one (two quick updates while the module loads) has its cleanup run
    // although the component is still there: only leaving the document counts.
    return () =>
      setTimeout(() => {
        if (parentElement.isConnected || instances.get(parentElement) !== self) return;
        instances.delete(parentElement);
        mounted.delete(self);
        self.group?.listeners.delete(self.listener);
        contrast.removeEventListener("change", self.recolour);
        leave?.(self);
        clearTimeout(self.describing);
        self.root.remove();
      });
  };
}

// What a figure shows, for those who do not see it. Beside the figure: what is saved of it is what there is to see.
function makeDescription(self, summary) {
  self.description = element("p", "rl-aloud");
  self.description.id = `rl-description-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  self.root.setAttribute("aria-describedby", self.description.id);
  self.root.after(self.description);
  self.describe = () => describe(self, summary); // for a part that is drawn later than it is told to be
}

// Of a run that goes on, how it stands is said by its status alone.
function describe(self, summary) {
  clearTimeout(self.describing);
  if (self.data.live) return setText(self.description, "");
  self.describing = setTimeout(() => setText(self.description, summary(self, words.summary, words.columns)), STILL);
}

// All that is shown, at once: colours have changed of which Streamlit knows nothing.
export function drawAgain() {
  for (const { recolour } of mounted) recolour();
}

// The page has drawn: its data, and the group and the stream that they name.
function given(self, data) {
  Object.assign(self, { data, pageData: data, stream: null, part: undefined });
  const group = data.group === undefined ? null : groupNamed(data.group);
  if (group !== self.group) {
    self.group?.listeners.delete(self.listener);
    group?.listeners.add(self.listener);
    self.group = group;
  }
  if (!group || !data.run || !(data.live || data.epochs?.length)) return;
  announce(group, data);
  const stream = data.live || !watchesAnother(data.run) ? watch(group, data) : null;
  if (data.live) self.stream = stream;
  Object.assign(self, { heard: stream?.arrived, part: stream?.parts[data.key] }); // the page was drawn later
}

// Whether another run goes on that is shown too.
function watchesAnother(run) {
  const going = goingOn();
  return going && going !== run && [...mounted].some(({ data }) => data.run === going);
}

// Whether a run that the page shows at rest goes on: the stream knows of a button that was pressed before the page has
// drawn anything.
function join(self) {
  const { data, group, heard } = self;
  const stream = !self.stream && data.epochs?.length ? watching(data.run) : null;
  if (!stream?.going || stream.arrived === heard) return false;
  Object.assign(self, { stream, data: { ...data, live: true } });
  announce(group, self.data);
  return true;
}

// The frame that the stream shows at this moment, where the run goes on, and the page has drawn none that is newer, while
// there was no stream; notes its epoch on the root.
export function streamedFrame({ root, data, stream }) {
  const shown = stream?.shown?.epoch >= (data.epochs.at(-1) ?? 0) ? stream.shown : null;
  if (shown) root.dataset.epoch = shown.epoch;
  return shown ?? null;
}

// The index of the recorded frame to show; notes its epoch on the root.
export function shownFrame({ root, data, group }) {
  const { epochs, live } = data;
  const index = live ? epochs.length - 1 : nearest(epochs, group.epoch);
  root.dataset.epoch = epochs[index] ?? "";
  return index;
}
