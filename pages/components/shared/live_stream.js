// The run that goes on, as the server tells of it: one websocket a tab, whatever parts of the page show it.
//
// Each message is answered, and the next one is made then. It brings some frames at once; they are shown one after the other, evenly, until the next message is due. Parts
// hear of each by their group's cursor, and find it in `self.stream.shown`.
import { notify } from "./cursor_bus.js";

const SLOWEST = 1500; // milliseconds that a message's frames are spread over at most
const MOST_WAITING = 120; // frames: a hidden tab plays none
const AGAIN = [500, 1000, 2000, 5000]; // milliseconds before the next try to connect; the last one from then on
const SILENT = 5; // seconds without a message of a run that goes on, though one is due every second: the socket is dead
const ARRAYS = { int8: Int8Array, int16: Int16Array, uint16: Uint16Array, float32: Float32Array };

let socket = null;
let opened = false; // whether there has been one at all
let tries = 0;
let watched = null; // the stream that the server was asked for

// What is known of a run, or a race, that the page shows at this epoch, `live` while it goes on. `shown` is a run's frame
// of this moment, {epoch, hidden, scale, top, probability}. A part of the page with a reason for it says which `page_parts` of
// the page the server is to draw. One at rest is listened to, for it may be let go on.
export function watch(group, { run, epochs, live, page_parts = "" }) {
  if (watched?.run === run) {
    const { gone, asked_parts } = watched;
    const older = watched.epoch > (epochs.at(-1) ?? -1); // the page was drawn before the end, and has come after it
    if (live && !watched.going && (gone || !older)) Object.assign(watched, { going: true, gone: false, status: "" }); // what was said at rest is over
    if (page_parts) watched.asked_parts = page_parts;
    if ((live && gone) || watched.asked_parts !== asked_parts) ask();
    return watched;
  }
  if (watched) watched.waiting = []; // nobody plays them now, and who waits for their end would wait for ever
  watched = {
    run,
    group,
    asked: epochs.at(-1) ?? -1, // the newest that the page shows by itself
    asked_parts: page_parts,
    parts: {}, // what components are to be given, by their keys
    shown: null,
    waiting: [], // frames that have come and are not shown yet
    lines: {}, // numbers by epoch, {y, x, seconds, low, high} by name; x missing: of epoch 1 and on
    names: {}, // of classes, by id
    specials: 0, // ids below are special classes
    status: "",
    held_up: "",
    share: 0, // of the way, 0 to 1
    epoch: 0,
    opened: false, // whether there is anything of it to draw
    connected: false, // whether anything has come, and the socket stands
    going: live,
    gone: false, // the server knows nothing of it
    silent: 0, // seconds without a message
    spread: 125, // milliseconds between two messages, as it has been
    arrived: 0, // when the newest message did
    before: 0, // the same, since it went on
  };
  ask();
  return watched;
}

export const goingOn = () => (watched?.going ? watched.run : null);
export const watching = (run) => (watched?.run === run ? watched : null);

const language = () => document.documentElement.lang.slice(0, 2);

function ask() {
  if (!socket) connect();
  else if (socket.readyState === WebSocket.OPEN) {
    watched.lang = language();
    const { run, shown, asked, lang, asked_parts: parts, going } = watched;
    socket.send(JSON.stringify({ watch: run, epoch: shown?.epoch ?? asked, lang, parts, going }));
  }
}

// What the server says in words is in the language of the page, which is said there after the parts were drawn.
new MutationObserver(() => watched && watched.lang !== language() && ask()).observe(document.documentElement, {
  attributeFilter: ["lang"],
});

// Below the address that this module came from, wherever a proxy or server.baseUrlPath has put it.
function connect() {
  const address = new URL("../../../../live", import.meta.url);
  address.protocol = address.protocol.replace("http", "ws");
  socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    tries = 0;
    opened = true;
    ask();
  };
  socket.onmessage = ({ data, target }) => {
    if (typeof data === "string") return lost(JSON.parse(data));
    target.send("taken");
    take(data);
  };
  socket.onclose = () => {
    socket = null;
    if (watched) watched.connected = false;
    if (watched?.going || (watched?.gone === false && opened))
      setTimeout(() => socket || connect(), AGAIN[Math.min(tries++, AGAIN.length - 1)]);
  };
}

// A network that is gone may leave a socket that looks well. Seconds are counted, not read from a clock: one that was
// asleep has messages to take first.
setInterval(() => {
  if (watched?.connected && watched.going && ++watched.silent > SILENT) socket?.close();
}, 1000);

function lost({ gone }) {
  if (watched?.run !== gone) return;
  Object.assign(watched, { gone: true, going: false, connected: false });
  notify(watched.group);
}

function take(buffer) {
  const { header, arrays } = unpackMessage(buffer);
  const stream = watched;
  if (stream?.run !== header.run) return;
  const now = performance.now();
  if (stream.before) stream.spread += (Math.min(now - stream.before, SLOWEST) - stream.spread) / 3;
  Object.assign(stream, { arrived: now, before: header.going ? now : 0 });
  Object.assign(stream.names, header.names);
  for (const [name, from] of Object.entries(header.lines)) {
    stream.lines[name] ??= {};
    extend(stream.lines[name], name, from, arrays);
  }
  for (const [key, fields] of Object.entries(header.parts ?? {})) {
    stream.parts[key] = { ...stream.parts[key], ...fields };
  }
  const { status, held_up, share, opened, specials, epoch, going } = header;
  Object.assign(stream, { status, held_up, share, opened, specials, epoch, going, connected: true, silent: 0 });
  header.frames?.forEach((epoch, i) => {
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

// After a cut the server tells everything anew.
function extend(line, name, from, arrays) {
  for (const part of ["y", "x", "seconds", "low", "high"]) {
    const more = arrays[`${name}.${part}`];
    if (!more) continue;
    line[part] ??= [];
    line[part].length = Math.min(line[part].length, from);
    for (const value of more) line[part].push(value);
  }
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

// The first at once; then the clock decides which frame is due, so a slow browser skips frames instead of falling behind.
function play(stream, began) {
  let before = began;
  let due = 1;
  const tick = (now) => {
    if (stream !== watched) return;
    due += Math.max(now - before, 0) * stream.rate; // an animation frame's time may lie before the message that began it
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
  tick(began);
}
