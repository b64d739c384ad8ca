// The epochs of a part, played, as a film for slides. All its pictures are drawn first, for to draw one may take longer
// than it is to be seen; then the browser records how they follow each other.
import { evenly } from "../shared/arrays.js";
import { moveTo } from "../shared/cursor_bus.js";
import { element } from "../shared/dom.js";
import { canvasOf } from "./picture.js";

const TYPE = "video/webm";
const MOST = 60; // pictures
const EACH = 100; // milliseconds
const LAST = 1000; // the last stays

// Whether this part has epochs to be played, and the browser records.
export function canFilm({ group, data }) {
  return Boolean(group && !data.live && data.epochs?.length > 1 && globalThis.MediaRecorder?.isTypeSupported(TYPE));
}

// pictureOf(self) is what it shows now. The cursor goes through the epochs, and back to where it was.
export async function film(self, pictureOf) {
  const { group, data } = self;
  const before = group.epoch;
  const font = getComputedStyle(self.root).fontFamily;
  const pictures = [];
  try {
    for (const epoch of evenly(data.epochs, MOST)) {
      moveTo(group, epoch);
      await drawn();
      pictures.push(await canvasOf(pictureOf(self), font));
    }
  } finally {
    moveTo(group, before);
  }
  return recorded(pictures);
}

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

// A cursor that moves is met at the next frame of the display, and what that changes is there at the one after.
async function drawn() {
  for (let frames = 0; frames < 3; frames++) await frame();
}

async function recorded(pictures) {
  const canvas = element("canvas");
  canvas.width = 2 * Math.ceil(Math.max(...pictures.map(({ width }) => width)) / 2); // video has no odd sides
  canvas.height = 2 * Math.ceil(Math.max(...pictures.map(({ height }) => height)) / 2);
  const pen = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: TYPE, videoBitsPerSecond: 8e6 });
  const parts = [];
  recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
  const ended = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
  recorder.start();
  for (const picture of [...pictures, pictures.at(-1)]) {
    pen.drawImage(picture, 0, 0);
    await pause(picture === pictures.at(-1) ? LAST / 2 : EACH);
  }
  recorder.stop();
  await ended;
  return new Blob(parts, { type: TYPE });
}
