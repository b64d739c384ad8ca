// Where an axis is marked, and by what. Needs no browser.
import { powerOfTen } from "../shared/numbers.js";

// The range of an axis for these numbers, with some room: where it is linear from 0 on, if that is wanted.
export function span(values, logarithmic, fromZero = true) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value) || (logarithmic && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return logarithmic ? [0.1, 1] : [0, 1]; // there is nothing to show
  if (logarithmic)
    return low === high ? [low / 1.5, high * 1.5] : [low * (low / high) ** 0.05, high * (high / low) ** 0.05];
  const room = 0.05 * (high - low || Math.abs(high) || 1);
  return [fromZero ? Math.min(0, low) : low - room, high + room];
}

// Round numbers, at most so many, no closer than `least`: {at, text}.
export function linearTicks(low, high, most, least = 0) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(least, power * [1, 2, 5, 10].find((digit) => digit * power >= rough * (1 - 1e-9)));
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-9); i++) {
    ticks.push({ at: i * step, text: String(Number((i * step).toPrecision(6))) });
  }
  return ticks;
}

// Powers of ten; where there are too few of them to read a value from, multiples too, or just round numbers.
export function logarithmicTicks(low, high) {
  if (high < 4 * low) return linearTicks(low, high, 5);
  const decades = Math.log10(high / low);
  const digits = decades < 1.5 ? [1, 2, 3, 5, 7] : decades < 2.5 && low > 1e-3 ? [1, 2, 5] : [1];
  const few = digits.length > 1;
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const every = Math.max(1, Math.ceil((last - first) / 8));
  const ticks = [];
  for (let power = first; power <= last; power += few ? 1 : every) {
    for (const digit of digits) {
      const at = digit * 10 ** power;
      if (at >= low * (1 - 1e-9) && at <= high * (1 + 1e-9))
        ticks.push({ at, text: few ? String(Number(at.toPrecision(3))) : powerOfTen(power) });
    }
  }
  return ticks;
}
