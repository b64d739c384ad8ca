// The style sheet of what marks a place on a plot.
import { styleSheet } from "../shared/dom.js";

await styleSheet(import.meta.url);
