import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import {
  announce,
  expect,
  groupNamed,
  moveTo,
  notify,
  pointAt,
  stepOf,
} from "../../pages/components/shared/cursor_bus.js";

let frames = [];
globalThis.requestAnimationFrame = (draw) => frames.push(draw);
const nextFrame = () => {
  const due = frames;
  frames = [];
  for (const draw of due) draw();
};

let group;
let heard;
let number = 0;
beforeEach(() => {
  frames = [];
  number += 1;
  group = groupNamed(`group ${number}`);
  heard = 0;
  group.listeners.add(() => {
    heard += 1;
  });
});

const told = (given) => {
  announce(group, { run: "a", live: false, ...given });
  return group.epoch;
};

test("a group is one for all who name it", () => {
  assert.equal(groupNamed(`group ${number}`), group);
  assert.notEqual(groupNamed("another"), group);
});

test("while a run goes on the cursor follows the newest frame, and cannot be moved", () => {
  assert.equal(told({ live: true, epochs: [3] }), 3);
  assert.equal(told({ live: true, epochs: [3, 7] }), 7);
  moveTo(group, 3);
  assert.equal(group.epoch, 7);
});

test("when it rests all frames are there, and the cursor goes where it is put", () => {
  told({ live: true, epochs: [7] });
  assert.equal(told({ epochs: [0, 2, 4, 7] }), 7);
  moveTo(group, 1.2);
  assert.equal(group.epoch, 2);
  assert.equal(told({ epochs: [0, 2, 4, 7, 9] }), 2, "it stays where the reader put it");
  moveTo(group, 100);
  assert.equal(told({ epochs: [0, 2, 4, 7, 9, 12] }), 12, "on the last one it goes along");
  assert.equal(told({ run: "b", epochs: [0, 5] }), 5, "a new run begins at its end");
});

test("an older list does not win over a newer one", () => {
  told({ epochs: [0, 5, 9] });
  assert.equal(told({ epochs: [0, 5] }), 9);
  assert.equal(told({ epochs: [] }), 9);
});

test("the step under the pointer goes before the chosen one", () => {
  pointAt(group, { pinned: 4 });
  assert.equal(stepOf(group), 4);
  pointAt(group, { hovered: 0 });
  assert.equal(stepOf(group), 0);
  pointAt(group, { hovered: null });
  assert.equal(stepOf(group), 4);
});

test("however many moves there are, listeners hear once a frame, and nothing where nothing changed", () => {
  told({ epochs: [0, 1, 2, 3] });
  moveTo(group, 1);
  moveTo(group, 2);
  notify(group);
  assert.equal(heard, 0);
  nextFrame();
  assert.equal(heard, 1);
  moveTo(group, 2);
  pointAt(group, { hovered: null });
  nextFrame();
  assert.equal(heard, 1);
});

test("where a link has led, the cursor goes as soon as that run rests, and once", () => {
  expect(group, { run: "a", epoch: 4, step: 2 });
  told({ live: true, epochs: [3] });
  assert.deepEqual([group.epoch, group.pinned], [3, null]);
  told({ epochs: [0, 2, 5, 9] });
  assert.deepEqual([group.epoch, group.pinned], [5, 2], "the nearest that is recorded");
  moveTo(group, 0);
  told({ epochs: [0, 2, 5, 9] });
  assert.equal(group.epoch, 0);
  told({ run: "b", epochs: [0, 2, 5, 9] });
  assert.equal(group.epoch, 9);
  expect(group, { run: "b", epoch: 2, step: null });
  assert.equal(group.epoch, 2, "also where the run was there first");
});
