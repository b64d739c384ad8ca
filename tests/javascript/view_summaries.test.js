import assert from "node:assert/strict";
import { test } from "node:test";
import { raceSummary } from "../../pages/views/compare/race_summary.js";
import { samplesSummary } from "../../pages/views/generate/samples_summary.js";
import { decodingSummary } from "../../pages/views/results/seq2seq/decoding_summary.js";
import { blocksSummary } from "../../pages/views/shapes/blocks_summary.js";

const says = {
  line: "{name}: {from} {from_at}, {to} {to_at}, {low} {low_at}, {high} {high_at}",
  values: "{name}: {count}, {low} {low_at}, {high} {high_at}",
  none: "{name}: nothing",
  tensors: "{count} {count:tensor|tensors}: {tensors}; {largest} {numbers}",
  decoding: "{epoch} {step}/{steps} {token}; {options}; {written}",
  attended: "{token} {share}",
  sample: "{epoch} {text}",
  lanes: "{count} {count:lane|lanes}: {lanes}",
  lanes_waiting: "{count} waiting: {lanes}",
};

test("blocks are told in their order, with the largest, and the extremes of the coloured ones", () => {
  const [ids, weight] = [
    { name: "ids", shape: [1, 4] },
    { name: "W", shape: [2, 3] },
  ];
  const plain = [["ids", "1×4", "batch × step", "", null]];
  assert.equal(blocksSummary([ids], plain, says, {}), "1 tensor: ids [1, 4]; ids 4");
  const coloured = [...plain, ["W", "2×3", "a × b", "0 2", -1.5], ["W", "2×3", "a × b", "1 0", 0.25]];
  assert.equal(
    blocksSummary([ids, weight], coloured, says, { value: "value" }),
    "2 tensors: ids [1, 4], W [2, 3]; W 6 value: 2, −1.5 W [0, 2], 0.25 W [1, 0]",
  );
  assert.equal(blocksSummary([], [], says, {}), "");
});

test("of a written step is told the token, what else was likely, and where attention was", () => {
  const step = {
    ...{ epoch: "7", step: 2, written: ["b", "c", "</s>"], source: ["x", "y"], weights: null },
    options: ["c", "d", "e", "f"].map((token, rank) => [token, 0.5 / 2 ** rank]),
  };
  const told = "7 2/3 c; c 50%, d 25%, e 13%; b c </s>";
  assert.equal(decodingSummary(step, says), told);
  assert.equal(decodingSummary({ ...step, weights: [0.1, 0.9] }, says), `${told} y 90%`);
});

test("of samples is told the one that is marked, and how sure the network was; none is made up", () => {
  const labels = { bits: "bits", epoch: "epoch" };
  const rows = [
    { epoch: 0, text: "??", bits: null },
    { epoch: 5, text: "abc", bits: 2 },
    { epoch: 9, text: "abd", bits: 1.5 },
    { epoch: 12 },
  ];
  const bits = "bits: 2 epoch 5, 1.5 epoch 9, 1.5 epoch 9, 2 epoch 5";
  assert.equal(samplesSummary(rows, 5, labels, says), `5 abc ${bits}`);
  assert.equal(samplesSummary(rows, 12, labels, says), bits); // it is still being written
  assert.equal(samplesSummary([{ epoch: 12 }], 12, labels, says), "bits: nothing");
});

test("lanes are told from the first to the last, those without a place at the end", () => {
  const lanes = [
    { place: "2", name: "RNN", loss: "loss 0.3", score: "" },
    { place: "", name: "MGU", loss: "", score: "" },
    { place: "1", name: "LSTM", loss: "loss 0.1", score: "accuracy 9%" },
  ];
  assert.equal(raceSummary(lanes, says), "3 lanes: LSTM, loss 0.1, accuracy 9%; RNN, loss 0.3; MGU");
  assert.equal(raceSummary([lanes[1]], says), "1 waiting: MGU");
});
