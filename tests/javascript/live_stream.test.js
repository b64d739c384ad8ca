// The server and the browser, as far as the stream needs them; frames are drawn when the test says so.
import assert from "node:assert";
import { test } from "node:test";

const sockets = [];
const frames = [];

globalThis.WebSocket = class {
  static OPEN = 1;
  readyState = 1;
  constructor() {
    sockets.push(this);
  }
  send() {}
};
globalThis.MutationObserver = class {
  observe() {}
};
globalThis.document = { documentElement: { lang: "en" } };
globalThis.setInterval = () => 0;
globalThis.requestAnimationFrame = (draw) => frames.push(draw);

const { watch } = await import("../../pages/components/shared/live_stream.js");

// A message as the server packs it: the length of a header, the header, its arrays.
function message(header, { epochs }) {
  const arrays = { hidden: ["int8", [epochs, 1]], top: ["int16", [epochs, 1]], probability: ["float32", [epochs, 1]] };
  let text = JSON.stringify({ lines: {}, names: {}, status: "", ...header, arrays });
  text += " ".repeat((4 - (text.length % 4)) % 4);
  const buffer = new ArrayBuffer(4 + text.length + 12 * epochs);
  new DataView(buffer).setUint32(0, text.length, true);
  new TextEncoder().encodeInto(text, new Uint8Array(buffer, 4));
  return buffer;
}

test("a run that has ended before its frames were played, and is watched no more, waits for none", () => {
  const group = { listeners: new Set() };
  const ended = watch(group, { run: "gru", epochs: [], live: true });
  const [socket] = sockets;
  const last = { run: "gru", epoch: 4, going: false, opened: true, share: 1, frames: [1, 2, 3, 4], scale: 1 };
  socket.onmessage({ data: message(last, { epochs: 4 }), target: socket });
  assert.equal(ended.going, false);
  assert.equal(ended.waiting.length, 3); // the first is played at once
  watch(group, { run: "rnn", epochs: [60], live: false }); // the page is drawn: the run that it is about is at rest
  for (const draw of frames.splice(0)) draw(performance.now() + 1000);
  assert.equal(ended.waiting.length, 0);
});
