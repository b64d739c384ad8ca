// The run that goes on, as the server tells of it: one websocket a tab, whatever parts of the page show it.
//
// A message brings some frames at once; they are shown one after the other, evenly, until the next message is due. Parts
// hear of each by their group's cursor, and find it in `group.stream.shown`.
import { notify } from "./cursor_bus.js";

const SLOWEST = 1500; // milliseconds that a message's frames are spread over at most
const MOST_WAITING = 120; // frames: a hidden tab plays none
const AGAIN = [500, 1000, 2000, 5000]; // milliseconds before the next try to connect; the last one from then on
const ARRAYS = { int8: Int8Array, int16: Int16Array, uint16: Uint16Array, float32: Float32Array };

let socket = null;
let tries = 0;
let watched = null; // the stream that the server was asked for

// What is known of a run that goes on. `shown` is its frame of this moment, {epoch, hidden, scale, top, probability}.
export function watch(group, run, epoch) {
  if (watched?.run === run) return watched;
  watched = {
    run,
    group,
    asked: epoch, // the newest that the page shows by itself
    shown: null,
    waiting: [], // frames that have come and are not shown yet
    losses: [],
    names: {}, // of classes, by id
    specials: 0, // ids below are special classes
    status: "",
    held_up: "",
    epoch: 0,
    epochs: 1,
    connected: false, // whether anything has come, and the socket stands
    going: true,
    gone: false, // the server knows nothing of it
    spread: 125, // milliseconds between two messages, as it has been
    arrived: 0,
  };
  ask();
  return watched;
}

function ask() {
  if (!socket) connect();
  else if (socket.readyState === WebSocket.OPEN) {
    const lang = document.documentElement.lang.slice(0, 2);
    socket.send(JSON.stringify({ watch: watched.run, epoch: watched.shown?.epoch ?? watched.asked, lang }));
  }
}

// Below the address that this module came from, wherever a proxy or server.baseUrlPath has put it.
function connect() {
  const address = new URL(import.meta.url.replace(/assets\/.*/, "live"));
  address.protocol = address.protocol.replace("http", "ws");
  socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    tries = 0;
    if (watched?.going) ask();
  };
  socket.onmessage = ({ data }) => (typeof data === "string" ? lost(JSON.parse(data)) : take(data));
  socket.onclose = () => {
    socket = null;
    if (watched) watched.connected = false;
    if (watched?.going) setTimeout(() => socket || connect(), AGAIN[Math.min(tries++, AGAIN.length - 1)]);
  };
}

function lost({ gone }) {
  if (watched?.run !== gone) return;
  Object.assign(watched, { gone: true, going: false });
  notify(watched.group);
}

function take(buffer) {
  const { header, arrays } = unpackMessage(buffer);
  const stream = watched;
  if (stream?.run !== header.run) return;
  const now = performance.now();
  if (stream.arrived) stream.spread += (Math.min(now - stream.arrived, SLOWEST) - stream.spread) / 3;
  stream.arrived = now;
  Object.assign(stream.names, header.names);
  // After a cut the server tells everything anew.
  stream.losses.splice(header.from, Infinity, ...arrays.losses);
  const { status, held_up, specials, epoch, epochs, going } = header;
  Object.assign(stream, { status, held_up, specials, epoch, epochs, going, connected: true });
  header.frames.forEach((epoch, i) => {
    if (epoch <= (stream.waiting.at(-1) ?? stream.shown)?.epoch) return;
    const part = (name) =>
      arrays[name].subarray(...[i, i + 1].map((at) => (at * arrays[name].length) / header.frames.length));
    stream.waiting.push({
      epoch,
      scale: header.scale,
      hidden: part("hidden"),
      top: part("top"),
      probability: part("probability"),
    });
  });
  stream.waiting.splice(0, stream.waiting.length - MOST_WAITING);
  stream.rate = stream.waiting.length / Math.max(stream.spread, 16);
  if (!stream.playing) play(stream, now);
}

function unpackMessage(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = {};
  let at = 4 + length;
  for (const [name, [dtype, shape]] of Object.entries(header.arrays)) {
    const count = shape.reduce((product, size) => product * size, 1);
    arrays[name] = new ARRAYS[dtype](buffer, at, count);
    at += Math.ceil(arrays[name].byteLength / 4) * 4;
  }
  return { header, arrays };
}

// The clock decides which frame is due, so a slow browser skips frames instead of falling behind.
function play(stream, began) {
  let before = began;
  let due = 0;
  const tick = (now) => {
    if (stream !== watched) return;
    due += (now - before) * stream.rate;
    before = now;
    const count = Math.min(Math.floor(due), stream.waiting.length);
    if (count) {
      due -= count;
      stream.shown = stream.waiting.splice(0, count).at(-1);
      notify(stream.group);
    }
    stream.playing = stream.waiting.length ? requestAnimationFrame(tick) : 0;
    if (!stream.playing) notify(stream.group); // the newest status, and that it rests
  };
  stream.playing = requestAnimationFrame(tick);
}
