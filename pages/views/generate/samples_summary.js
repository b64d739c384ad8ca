// What became of the prompt, for those who do not see it. Needs no browser.
import { fill } from "../../components/shared/dom.js";
import { lineSummary } from "../../components/shared/summary.js";

// The text of the row that is marked, and how sure the network was from row to row.
export function samplesSummary(rows, marked, labels, says) {
  const written = rows.filter(({ text }) => text !== undefined);
  const bits = lineSummary(
    says,
    labels.bits,
    written.map((row) => row.bits ?? Number.NaN),
    (index) => `${labels.epoch} ${written[index].epoch}`,
  );
  const shown = written.find(({ epoch }) => epoch === marked);
  return shown ? `${fill(says.sample, shown)} ${bits}` : bits;
}
