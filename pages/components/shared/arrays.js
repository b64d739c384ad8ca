// Numbers as the page sends them, and places in ascending lists. Needs no browser.

const ARRAYS = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

// {"dtype", "shape", "b64"} (little endian, C order), as Python's `pack` makes it -> {values, shape}
export function unpack({ dtype, shape, b64 }) {
  const bytes = Uint8Array.from(atob(b64), (c) => c.charCodeAt(0));
  return { values: new ARRAYS[dtype](bytes.buffer), shape };
}

// Index of the value nearest to `wanted` in an ascending list.
export function nearest(sorted, wanted) {
  let low = 0,
    high = sorted.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= wanted) low = middle;
    else high = middle;
  }
  return high > low && wanted - sorted[low] > sorted[high] - wanted ? high : Math.max(low, 0);
}

// So many of an array's items at most, two or more, evenly, the first and the last among them.
export function evenly(all, most) {
  const count = Math.min(all.length, most);
  return Array.from(
    { length: count },
    (_, place) => all[Math.round((place * (all.length - 1)) / Math.max(count - 1, 1))],
  );
}
