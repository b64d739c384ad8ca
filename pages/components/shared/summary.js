// What a figure shows, in a sentence for those who do not see it: where it begins and ends, its extremes and where they
// are. Needs no browser.
import { fill } from "./dom.js";

// A line of `values`, and what is said of the place of each. `says` are the sentences {line, values, none}.
export function lineSummary(says, name, values, placeOf) {
  const known = [...values.keys()].filter((index) => Number.isFinite(values[index]));
  if (!known.length) return fill(says.none, { name });
  const { low, high } = extremes(values);
  const at = { from: known[0], to: known.at(-1), low, high };
  const numbers = Object.entries(at).map(([key, index]) => [key, brief(values[index])]);
  const places = Object.entries(at).map(([key, index]) => [`${key}_at`, placeOf(index)]);
  return fill(says.line, { name, ...Object.fromEntries([...numbers, ...places]) });
}

// Values without an order.
export function valuesSummary(says, name, values, placeOf) {
  const { low, high, count } = extremes(values);
  if (!count) return fill(says.none, { name });
  const at = { low_at: placeOf(low), high_at: placeOf(high) };
  return fill(says.values, { name, count, low: brief(values[low]), high: brief(values[high]), ...at });
}

// Where the least and the greatest are, the first of each, and of how many; what is no number is left out.
function extremes(values) {
  let [low, high, count] = [-1, -1, 0];
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) return;
    count++;
    if (low < 0 || value < values[low]) low = index;
    if (high < 0 || value > values[high]) high = index;
  });
  return { low, high, count };
}

// As many digits as one listens to.
export const brief = (number, digits = 3) => String(Number(number.toPrecision(digits))).replace("-", "−");

// The numbers of a table whose rows say before the last cell where they are; `name` says what they are, where the head of
// that cell does not.
export function tableSummary(says, [head, ...rows], name = head.at(-1)) {
  const place = (index) =>
    head
      .slice(0, -1)
      .map((name, column) => `${name} ${rows[index][column]}`)
      .join(", ");
  return valuesSummary(
    says,
    name,
    rows.map((row) => row.at(-1)),
    place,
  );
}
