// The epochs of a part, played, as a film for slides. It is not recorded while it is shown, so that it is as long and as
// complete where the machine is slow.
import { evenly } from "../shared/arrays.js";
import { moveTo } from "../shared/cursor_bus.js";
import { element } from "../shared/dom.js";
import { canvasOf } from "./picture.js";
import { webm } from "./webm.js";

const MOST = 60; // pictures
const SHARP = 2; // times as the screen
const SIDE = 1920; // pixels up to which it is that sharp
const EACH = 100; // milliseconds
const LAST = 1000;
const CODEC = { codec: "vp8", bitrate: 8e6 };

// Browsers code films on pages that come over https, or from the machine itself.
let codes = false;
globalThis.VideoEncoder?.isConfigSupported({ ...CODEC, width: SIDE, height: SIDE }).then(({ supported }) => {
  codes = supported;
});

let busy = false; // two films would move one cursor

// Whether this part follows the cursor through epochs by itself, and the browser can.
export function canFilm(self) {
  const { group, data } = self;
  return Boolean(codes && !busy && group && !data.live && data.epochs?.length > 1 && self.follows?.(self));
}

// pictureOf(self) is what it shows now. The cursor goes through the epochs, and back to where it was. Null where the part
// is gone meanwhile, or its run is another, or goes on.
export async function film(self, pictureOf) {
  const { root, group, data } = self;
  const before = group.epoch;
  const rests = () => root.isConnected && self.data.run === data.run && !self.data.live;
  const pictures = [];
  busy = true;
  try {
    for (const epoch of evenly(data.epochs, MOST)) {
      let wanted;
      do {
        moveTo(group, epoch);
        wanted = group.epoch;
        await drawn();
        if (!rests()) return null;
      } while (group.epoch !== wanted); // the reader moves it too, or it is played: that comes to an end
      pictures.push(pictureOf(self));
    }
    moveTo(group, before);
    return await coded(pictures, getComputedStyle(root).fontFamily);
  } finally {
    if (rests()) moveTo(group, before);
    busy = false;
  }
}

// A cursor that moves is met at the next frame of the display, and what that changes is there at the one after.
async function drawn() {
  for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
}

async function coded(pictures, font) {
  const [wide, high] = ["width", "height"].map((side) => Math.max(...pictures.map((picture) => picture[side])));
  const scale = Math.max(1, Math.min(SHARP, SIDE / Math.max(wide, high)));
  const [width, height] = [wide, high].map((side) => 2 * Math.round((scale * side) / 2)); // video has no odd sides
  const canvas = element("canvas", "", null, { width, height });
  const pen = canvas.getContext("2d");
  const blocks = [];
  let failed = null;
  const encoder = new VideoEncoder({
    output(chunk) {
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      blocks.push({ time: chunk.timestamp / 1000, key: chunk.type === "key", data });
    },
    error(error) {
      failed = error;
    },
  });
  encoder.configure({ ...CODEC, width, height });
  const show = (time) => {
    const frame = new VideoFrame(canvas, { timestamp: 1000 * time }); // microseconds
    encoder.encode(frame);
    frame.close();
  };
  for (const [place, picture] of pictures.entries()) {
    const drawing = await canvasOf(picture, font, scale);
    pen.drawImage(drawing, 0, 0, 1, 1, 0, 0, width, height); // its ground, where it is smaller than others
    pen.drawImage(drawing, 0, 0);
    show(EACH * place);
  }
  const end = EACH * (pictures.length - 1) + LAST;
  show(end - EACH); // once more: players end with the last picture, however long it is to stay
  await encoder.flush();
  encoder.close();
  if (failed) throw failed;
  return new Blob(webm({ width, height, duration: end }, blocks), { type: "video/webm" });
}
