// How the writing stands, for those who do not see it. Needs no browser.
import { fill } from "../../../components/shared/dom.js";
import { percent } from "../../../components/shared/numbers.js";

const NAMED = 3; // alternatives that are read aloud

// {epoch, step (from 1), written: tokens, options: [token, chance] of this step, likeliest first, source: tokens,
// weights: of these, or none}.
export function decodingSummary({ epoch, step, written, options, source, weights }, says) {
  const decoding = fill(says.decoding, {
    ...{ epoch, step, steps: written.length, token: written[step - 1], written: written.join(" ") },
    options: shares(options.slice(0, NAMED)),
  });
  if (!weights) return decoding;
  const most = weights.reduce((best, weight, at) => (weight > weights[best] ? at : best), 0);
  return `${decoding} ${fill(says.attended, { token: source[most], share: percent(weights[most], 0) })}`;
}

const shares = (options) => options.map(([token, chance]) => `${token} ${percent(chance, 0)}`).join(", ");
