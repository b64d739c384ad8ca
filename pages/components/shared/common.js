// What all live components share. live.py puts this text in front of each component's own: the module Streamlit
// makes of it has a blob: address, from which nothing relative could be imported.

// ---- The shared cursor -------------------------------------------------------------------------------------------
// One bus a document, however many modules carry this text. A group is a set of components that move together.
const bus = (globalThis.rnnlab ??= { groups: new Map(), mounts: new Map(), plotly: null });

function groupNamed(name) {
  if (!bus.groups.has(name)) {
    bus.groups.set(name, {
      run: null, live: false, epochs: [], epoch: null, following: true,
      hovered: null, pinned: null, // the step under the pointer, and the one that was chosen
      listeners: new Set(), pending: 0,
    });
  }
  return bus.groups.get(name);
}

// Index of the value nearest to `wanted` in an ascending list.
function nearest(sorted, wanted) {
  let low = 0, high = sorted.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= wanted) low = middle; else high = middle;
  }
  return high > low && wanted - sorted[low] > sorted[high] - wanted ? high : Math.max(low, 0);
}

// Every component says what it was given; the cursor stays where the reader put it unless there is a reason to move:
// a new run, a run that goes on, or new frames behind a cursor that sat on the last one.
function announce(group, { run, live, epochs }) {
  if (!epochs?.length) return;
  if (run !== group.run) Object.assign(group, { run, epochs: [], following: true });
  if (live) group.following = true;
  // Components of one group are updated one after the other: an older list must not win over a newer one.
  const last = epochs.at(-1);
  if (!group.epochs.length || last >= group.epochs.at(-1)) group.epochs = epochs;
  group.live = live;
  group.epoch = group.following ? group.epochs.at(-1) : group.epochs[nearest(group.epochs, group.epoch)];
  notify(group);
}

function moveTo(group, epoch) {
  if (group.live || !group.epochs.length) return;
  const found = group.epochs[nearest(group.epochs, epoch)];
  if (found === group.epoch) return;
  group.epoch = found;
  group.following = found === group.epochs.at(-1);
  notify(group);
}

const stepOf = (group) => group.hovered ?? group.pinned;

function pointAt(group, change) {
  const before = stepOf(group);
  Object.assign(group, change);
  if (stepOf(group) !== before) notify(group);
}

// One draw per displayed frame, however many moves a drag brings in between.
function notify(group) {
  group.pending ||= requestAnimationFrame(() => {
    group.pending = 0;
    for (const listener of group.listeners) listener();
  });
}

// ---- The life of a component -------------------------------------------------------------------------------------
// Streamlit calls the default export again, with the same parentElement, when data, fragment or theme change. The
// first call builds; every call updates. A theme flip is such a call, so re-reading the variables there is enough.
const instances = new WeakMap();

function component(className, { build, update, cursor, leave }) {
  return ({ data, parentElement, setTriggerValue }) => {
    let self = instances.get(parentElement);
    if (!self) {
      self = { root: element("div", className), data, setTriggerValue };
      const mounts = (bus.mounts.get(data.key) ?? 0) + 1;
      bus.mounts.set(data.key, mounts);
      self.root.dataset.mounts = mounts; // evidence for the tests: more than 1 means that something was remounted
      instances.set(parentElement, self);
      parentElement.append(self.root);
      self.listener = () => cursor?.(self);
      build(self);
    }
    Object.assign(self, { data, setTriggerValue });
    const group = data.group === undefined ? null : groupNamed(data.group);
    if (group !== self.group) {
      self.group?.listeners.delete(self.listener);
      group?.listeners.add(self.listener);
      self.group = group;
    }
    if (group) announce(group, data);
    update(self);
    // A call that was overtaken by the next one (two quick updates while the module loads) has its cleanup run
    // although the component is still there: only leaving the document counts.
    return () => setTimeout(() => {
      if (parentElement.isConnected || instances.get(parentElement) !== self) return;
      instances.delete(parentElement);
      self.group?.listeners.delete(self.listener);
      leave?.(self);
      self.root.remove();
    });
  };
}

// The index of the recorded frame to show; notes its epoch on the root.
function shownFrame({ root, data, group }) {
  const { epochs, live } = data;
  const index = live ? epochs.length - 1 : nearest(epochs, group.epoch);
  root.dataset.epoch = epochs[index] ?? "";
  return index;
}

// ---- Small things ------------------------------------------------------------------------------------------------
function element(tag, className = "", text = null, attributes = {}) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== null) node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

// Most updates change little: a write that changes nothing would still cost a layout.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// A token is shown as it was typed, in its own direction, never as markup. What has no ink gets a sign.
const SIGNS = new Map([["\t", "⇥"], ["\n", "↵"], ["\r", "↵"]]);
const visible = (token) => (/^\s+$/u.test(token) ? [...token].map((c) => SIGNS.get(c) ?? "␣").join("") : token);

function tokenNode(token, className = "rl-token") {
  return element("bdi", className, token, { dir: "auto" });
}

// {"dtype", "shape", "b64"} (little endian, C order) -> {values, shape}
const ARRAYS = { int16: Int16Array, int32: Int32Array, float32: Float32Array };

function unpack({ dtype, shape, b64 }) {
  const bytes = Uint8Array.from(atob(b64), (c) => c.charCodeAt(0));
  return { values: new ARRAYS[dtype](bytes.buffer), shape };
}

function fill(template, values) {
  return (template ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// The address that Streamlit itself was loaded from, wherever a proxy or server.baseUrlPath has put it; a page's own
// address would not do (a deep link has the page's name in it).
function appBase() {
  const script = document.querySelector('script[src*="static/js/"]');
  return script ? new URL("../../", script.src) : new URL("/", location.href);
}

function loadPlotly() {
  if (globalThis.Plotly) return Promise.resolve(globalThis.Plotly);
  bus.plotly ??= new Promise((resolve, reject) => {
    const script = element("script");
    script.src = new URL("vendor/plotly.min.js", appBase());
    script.onload = () => resolve(globalThis.Plotly);
    script.onerror = () => {
      bus.plotly = null; // the next update tries again
      script.remove();
      reject(new Error(`${script.src} did not load`));
    };
    document.head.append(script);
  });
  return bus.plotly;
}
