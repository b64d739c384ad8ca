// The cursors of a page: which recorded epoch is shown, and which step is pointed at or chosen. Components that were
// given the same group name move together. The browser keeps one copy of this module, so there is one bus a document.
import { nearest } from "./arrays.js";

const groups = new Map();

export function groupNamed(name) {
  if (!groups.has(name)) {
    groups.set(name, {
      run: null,
      live: false,
      epochs: [],
      epoch: null,
      following: true,
      hovered: null,
      pinned: null, // the step under the pointer, and the one that was chosen
      expected: null, // {run, epoch, step}, where a link has led: the cursor is put there as soon as that run rests
      listeners: new Set(),
      pending: 0,
    });
  }
  return groups.get(name);
}

// Every component says what it was given; the cursor stays where the reader put it unless there is a reason to move:
// a new run, a run that goes on, or new frames behind a cursor that sat on the last one.
export function announce(group, { run, live, epochs }) {
  if (!epochs?.length) return;
  if (run !== group.run) Object.assign(group, { run, epochs: [], following: true });
  if (live) group.following = true;
  // Components of one group are updated one after the other: an older list must not win over a newer one.
  const last = epochs.at(-1);
  if (!group.epochs.length || last >= group.epochs.at(-1)) group.epochs = epochs;
  group.live = live;
  arrive(group);
  group.epoch = group.following ? group.epochs.at(-1) : group.epochs[nearest(group.epochs, group.epoch)];
  notify(group);
}

export function expect(group, place) {
  group.expected = place;
  if (!group.epochs.length) return;
  arrive(group);
  notify(group);
}

function arrive(group) {
  const { expected, run, live, epochs } = group;
  if (expected?.run !== run || live) return;
  group.expected = null;
  group.epoch = epochs[nearest(epochs, expected.epoch)];
  group.following = group.epoch === epochs.at(-1);
  group.pinned = expected.step;
}

export function moveTo(group, epoch) {
  if (group.live || !group.epochs.length) return;
  const found = group.epochs[nearest(group.epochs, epoch)];
  if (found === group.epoch) return;
  group.epoch = found;
  group.following = found === group.epochs.at(-1);
  notify(group);
}

export const stepOf = (group) => group.hovered ?? group.pinned;

export function pointAt(group, change) {
  const before = stepOf(group);
  Object.assign(group, change);
  if (stepOf(group) !== before) notify(group);
}

// Another preset is open: a step that was chosen in the one before is none of its own.
export function forgetSteps() {
  for (const group of groups.values()) pointAt(group, { pinned: null, hovered: null });
}

// One draw per displayed frame, however many moves a drag brings in between.
export function notify(group) {
  group.pending ||= requestAnimationFrame(() => {
    group.pending = 0;
    for (const listener of group.listeners) listener();
  });
}
