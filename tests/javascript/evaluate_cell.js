// Works out every value of every step of a cell as the browser does. Reads {data, trace} from the standard input, writes
// [step][name] = [unit] with {result, shown} to the standard output.
import { readFileSync } from "node:fs";
import { evaluate, openTrace, stepValues } from "../../pages/views/cell/arithmetic.js";

const { data, trace: packed } = JSON.parse(readFileSync(0, "utf8"));
const trace = openTrace(packed);
const steps = data.tokens.map((_, step) => {
  const now = stepValues(data, trace, step);
  const units = (name) =>
    Array.from(now[name], (shown, unit) => {
      const { result, sides } = evaluate(data, trace, now, { name, unit });
      return { shown, result, sides: sides.map(({ side, block, product, bias }) => ({ side, block, product, bias })) };
    });
  return Object.fromEntries(Object.keys(now).map((name) => [name, units(name)]));
});
process.stdout.write(JSON.stringify(steps));
