// What the blocks are, for those who do not see them. Needs no browser.
import { fill } from "../../components/shared/dom.js";
import { valuesSummary } from "../../components/shared/summary.js";

// All tensors in their order, which is the largest, and of the coloured ones what the colours say. `rows` are those that
// are saved, {says, names} the page's words.
export function blocksSummary(items, rows, says, names) {
  if (!items.length) return "";
  const called = ({ name, shape }) => `${name} [${shape.join(", ")}]`;
  const numbers = ({ shape }) => shape.reduce((product, size) => product * size, 1);
  const largest = items.reduce((most, item) => (numbers(item) > numbers(most) ? item : most));
  const tensors = fill(says.tensors, {
    count: items.length,
    tensors: items.map(called).join(", "),
    largest: largest.name,
    numbers: numbers(largest),
  });
  const values = rows.map((row) => row.at(-1));
  if (values.every((value) => value === null)) return tensors;
  const placeOf = (index) => `${rows[index][0]} [${rows[index].at(-2).replaceAll(" ", ", ")}]`;
  return `${tensors} ${valuesSummary(says, names.value, values, placeOf)}`;
}
