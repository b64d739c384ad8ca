// Who leads, for those who do not see the lanes. Needs no browser.
import { fill } from "../../components/shared/dom.js";

export function raceSummary(lanes, says) {
  const count = lanes.length;
  if (!lanes.some(({ place }) => place))
    return fill(says.lanes_waiting, { count, lanes: lanes.map(({ name }) => name).join("; ") });
  const ahead = [...lanes].sort((one, other) => (Number(one.place) || Infinity) - (Number(other.place) || Infinity));
  const spoken = ({ name, loss, score }) => [name, loss, score].filter(Boolean).join(", ");
  return fill(says.lanes, { count, lanes: ahead.map(spoken).join("; ") });
}
