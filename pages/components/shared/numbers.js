// Numbers as people read them: a real minus sign, no more digits than say something. Needs no browser.

// −0.12 and +3.4: a sign always, for the colour is not to be needed.
export function signed(number, digits = 3) {
  if (!Number.isFinite(number)) return "–";
  const size = Number(Math.abs(number).toPrecision(digits));
  return size === 0 ? "0" : `${number < 0 ? "−" : "+"}${size < 1e-4 ? size.toExponential() : size}`;
}

// −0.12: so many digits behind the point, and no sign before what rounds to zero.
export function fixed(number, digits) {
  const text = Number.isFinite(number) ? number.toFixed(digits) : String(number);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

// A share with so many digits behind the point. 0% and 100% are said of exactly none and exactly all.
export function percent(share, digits = 0) {
  if (!Number.isFinite(share)) return "–";
  if (share === 0 || share === 1) return `${100 * share}%`;
  const text = (100 * share).toFixed(digits);
  const least = 10 ** -digits;
  if (Number(text) === 0) return `<${least}%`;
  return share < 1 && Number(text) === 100 ? `>${100 - least}%` : `${text}%`;
}

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (digits) => [...String(digits)].map((c) => (c === "-" ? "⁻" : SUPERSCRIPT[c])).join("");

// 10⁻⁹
export const powerOfTen = (exponent) => `10${raised(exponent)}`;

// 0.012 and 3·10⁻⁹: a size, short enough to stand below a word.
export function short(size) {
  if (size === 0) return "0";
  if (!Number.isFinite(size)) return "–";
  const [digits, exponent] = size.toExponential(1).split("e");
  return Math.abs(exponent) < 3 ? Number(size.toPrecision(2)).toString() : `${digits}·${powerOfTen(Number(exponent))}`;
}
