// A film without sound as WebM: boxes, each of a name, a length, and what is in it.

// The bytes, in pieces, of a film of these sides in pixels that takes so long, of pictures {time, key, data} as VP8. Times
// are whole milliseconds, 32 seconds at most: so far one cluster reaches.
export function webm({ width, height, duration }, pictures) {
  const head = [number(0x4286, 1), number(0x42f7, 1), number(0x42f2, 4), number(0x42f3, 8)]; // of EBML, and its limits
  const kind = [text(0x4282, "webm"), number(0x4287, 2), number(0x4285, 2)];
  const about = [number(0x2ad7b1, 1e6), real(0x4489, duration), text(0x4d80, "RNN Lab"), text(0x5741, "RNN Lab")];
  const sides = box(0xe0, number(0xb0, width), number(0xba, height));
  const track = box(0xae, number(0xd7, 1), number(0x73c5, 1), number(0x83, 1), text(0x86, "V_VP8"), sides);
  const blocks = pictures.map(({ time, key, data }) => {
    return box(0xa3, [Uint8Array.of(0x81, time >> 8, time & 255, key ? 0x80 : 0), data]);
  });
  const cluster = box(0x1f43b675, number(0xe7, 0), ...blocks);
  return [
    ...box(0x1a45dfa3, ...head, ...kind),
    ...box(0x18538067, box(0x1549a966, ...about), box(0x1654ae6b, track), cluster),
  ];
}

function box(name, ...content) {
  const pieces = content.flat();
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const sign = big(name);
  return [sign.subarray(sign.findIndex(Boolean)), big(0x10000000 + length), ...pieces]; // a length of four bytes
}

const number = (name, value) => box(name, [big(value)]);
const text = (name, value) => box(name, [new TextEncoder().encode(value)]);

function real(name, value) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return box(name, [new Uint8Array(view.buffer)]);
}

const big = (value) => Uint8Array.from([24, 16, 8, 0], (shift) => value >>> shift);
