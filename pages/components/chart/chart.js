// A Plotly figure that is updated in place. The cursor and the marked step are drawn above it by ourselves: moving a
// Plotly shape makes an autoranged plot compute everything anew.
//
// Takes figure (Plotly's JSON, its traces without colours: meta.palette names a scale), frames {values [frame, row,
// column], scale} for trace 0, cursor ("line" marks the epoch), steps (the step is marked), height, label, labels
// {reset}, plotly (where its script is).
import { nearest, unpack } from "../shared/arrays.js";
import { moveTo, pointAt, stepOf } from "../shared/cursor_bus.js";
import { element, setText, styleSheet } from "../shared/dom.js";
import "../plots/marks.js";
import { component, shownFrame } from "../shared/lifecycle.js";
import { loadPlotly } from "../shared/plotly.js";
import { pixel, readTheme, rgb } from "../shared/theme.js";
import { cellNumbers } from "./cell_numbers.js";
import { figureRows, figureSummary } from "./figure_rows.js";

await styleSheet(import.meta.url);

const NAMES = 0.28; // of the width, where names of rows take so much that they are written in several lines
const [LINE, GAP, BELOW] = [15, 5, 60]; // pixels of height: of such a line, between two names, of what stands below all
const FONT = 13; // pixels
const CURVES = 140; // pixels of height that a legend leaves to them at least

export default component("rl-chart", {
  build(self) {
    self.plot = element("div", "rl-plot", null, { translate: "no" }); // its labels are tokens and numbers, and must keep their size
    self.band = element("div", "rl-band", null, { "aria-hidden": "true", hidden: "" });
    self.line = element("div", "rl-cursor", null, { "aria-hidden": "true", hidden: "" });
    self.dot = element("i", "rl-dot");
    self.value = element("span", "rl-value");
    self.line.append(self.dot, self.value);
    self.root.append(self.plot, self.band, self.line);
    self.root.setAttribute("role", "figure"); // not "img": the mode bar inside can be focused
    self.draws = 0;
    self.legend = 0; // pixels that the chart is higher than asked for, because of its legend or the names of its rows
    // Also the way in for a chart mounted in a hidden tab: its first width above zero draws it.
    self.observer = new ResizeObserver(([{ contentRect }]) => {
      self.room = contentRect.width;
      schedule(self);
    });
    self.observer.observe(self.root);
    listenForCursor(self);
  },

  update(self) {
    const { root, data } = self;
    root.style.height = `${heightOf(self)}px`; // before Plotly is there, so that nothing jumps when it arrives
    root.setAttribute("aria-label", data.label);
    root.toggleAttribute("data-live", data.live);
    if (self.source !== data.frames) {
      self.source = data.frames;
      self.frames = data.frames && unpack(data.frames.values);
    }
    self.stale = true;
    schedule(self);
    loadPlotly(data.plotly).then(
      () => schedule(self),
      (error) => {
        root.dataset.error = error.message;
      },
    );
  },

  cursor: draw, // the bus has waited for the animation frame already
  follows: ({ data }) => Boolean(data.frames) || data.cursor === "line",

  rows: ({ plot, data }, names) => figureRows(plot._fullData ?? [], JSON.parse(data.figure), names),

  summary: ({ plot, data }, says, names) =>
    figureSummary(plot._fullData ?? [], JSON.parse(data.figure), names, says, data.label),

  leave(self) {
    self.observer.disconnect();
    cancelAnimationFrame(self.pending);
    globalThis.Plotly?.purge(self.plot);
  },
});

const heightOf = ({ data, legend }) => Math.round(data.height * pixel()) + legend;

function schedule(self) {
  self.pending ||= requestAnimationFrame(() => {
    self.pending = 0;
    draw(self);
  });
}

function draw(self) {
  const { Plotly } = globalThis;
  const width = self.room;
  if (!Plotly || !width) return;
  const frame = shownFrame(self);
  if (self.stale || width !== self.width) {
    if (width !== self.width) self.legend = 0;
    const { traces, layout, config } = figureOf(self, frame, width);
    const first = !self.draws;
    self.stale = false;
    self.root.style.height = `${layout.height}px`;
    Plotly.react(self.plot, traces, layout, config);
    makeRoom(self, layout.height);
    self.root.dataset.draws = ++self.draws;
    self.describe();
    if (first) listenToPlotly(self);
  } else if (self.frames && frame !== self.frame) {
    Plotly.restyle(self.plot, ...moved(self, frame));
  }
  self.width = width;
  self.frame = frame;
  place(self);
}

// Frame `index` as Plotly wants a heatmap's z: an array of rows.
function frameRows({ data, frames }, index) {
  const [, rows, columns] = frames.shape;
  const factor = data.frames.scale / 32767;
  return Array.from({ length: rows }, (_, row) => {
    const start = (index * rows + row) * columns;
    return Float32Array.from(frames.values.subarray(start, start + columns), (value) => value * factor);
  });
}

// A legend of many lines leaves little of a narrow chart: it grows by what its curves lack.
function makeRoom(self, height) {
  const { showlegend, yaxis } = self.plot._fullLayout;
  const lack = Math.ceil(CURVES - yaxis._length);
  if (!showlegend || lack <= 0) return;
  self.legend += lack;
  self.root.style.height = `${height + lack}px`;
  globalThis.Plotly.relayout(self.plot, { height: height + lack });
}

// What another frame changes: the heatmap's values, and the numbers on its cells where it has any.
function moved(self, frame) {
  const z = frameRows(self, frame);
  if (!self.written) return [{ z: [z] }, [0]];
  const { text, textfont } = cellNumbers({ ...self.written, z }, self.stops);
  return [{ z: [z, undefined], text: [undefined, text], "textfont.color": [undefined, textfont.color] }, [0, 1]];
}

// ---- The look: everything coloured here, at draw time, because a dark-mode flip does not reach Python ---------------
function figureOf(self, frame, width) {
  const { data } = self;
  const { data: traces, layout = {} } = JSON.parse(data.figure);
  const theme = readTheme(self.root);
  traces.forEach((trace) => paint(trace, layout, theme));
  traces.forEach(repeatLabels);
  if (self.frames) traces[0].z = frameRows(self, frame);
  self.written = hasRoom(traces[0], layout, width / pixel()) ? traces[0] : null;
  self.stops = theme.sequential.map(rgb);
  if (self.written) traces.splice(1, 0, cellNumbers(self.written, self.stops));
  const axis = {
    automargin: true,
    gridcolor: theme.grid,
    zerolinecolor: theme.strong,
    linecolor: theme.strong,
    tickcolor: theme.strong,
  };
  layout.xaxis ??= {};
  layout.yaxis ??= {};
  for (const [name, own] of Object.entries(layout)) {
    if (!/^[xy]axis\d*$/.test(name)) continue;
    // Zoom is kept while this name stays the same. A range in epochs means nothing on another kind of axis.
    layout[name] = { ...axis, ...own, uirevision: `${data.run} ${own.type ?? ""}` };
    if (own.title) layout[name].title = { font: { size: FONT * pixel() }, ...own.title }; // Plotly's would be larger
    if (name[0] === "x") thin(layout[name], width / pixel());
  }
  for (const shape of layout.shapes ?? []) shape.line = { color: theme.text, ...shape.line };
  const lines = fold(layout.yaxis, width / pixel());
  if (lines > 1) {
    const needed = (lines * LINE + GAP) * layout.yaxis.ticktext.length + BELOW;
    self.legend = Math.max(0, Math.ceil((needed - data.height) * pixel()));
  }
  Object.assign(layout, {
    width,
    height: heightOf(self),
    autosize: false,
    uirevision: data.run,
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    font: { size: FONT * pixel(), ...layout.font, family: theme.font, color: theme.text },
    colorway: theme.colorway,
    hoverlabel: {
      ...layout.hoverlabel,
      bgcolor: theme.raised,
      bordercolor: theme.strong,
      font: { family: theme.font, color: theme.text },
    },
    modebar: { bgcolor: "transparent", color: theme.strong, activecolor: theme.text },
    legend: { ...layout.legend, bgcolor: "transparent" },
    margin: { l: 8, r: 12, t: 12, b: 8, ...layout.margin },
  });
  // A finger on the plot wants to scroll the page, not to zoom.
  const touch = matchMedia("(pointer: coarse)").matches;
  if (touch) layout.dragmode = false;
  return { traces, layout, config: configOf(data, touch) };
}

// A heatmap's columns have one name each, but Plotly looks for one in every cell.
function repeatLabels({ type, z, customdata }) {
  if (type !== "heatmap" || customdata?.length !== 1) return;
  const rows = z.shape ? Number.parseInt(z.shape, 10) : z.length; // {dtype, bdata, shape: "rows, columns"} or rows
  while (customdata.length < rows) customdata.push(customdata[0]);
}

// Whether the cells of a heatmap that wants its numbers written have room for them, beside its row names and its scale.
function hasRoom(trace, { yaxis }, width) {
  if (!trace?.meta?.written) return false;
  const widest = (texts) => Math.max(...texts.map((text) => lengthOf(String(text))));
  const room = (width - widest(yaxis.ticktext) - 110) / trace.customdata[0].length;
  return room >= widest(trace.text?.flat() ?? [trace.zmax]) + 4;
}

// About how wide a label is, in pixels; an escaped sign is one, and a tag is none.
const lengthOf = (text) =>
  [...text.replace(/<[^>]*>/g, "").replace(/&\w+;/g, "<")].reduce((sum, sign) => sum + (sign < "\u2e80" ? 7.5 : 14), 0);

// Tokens under a heatmap: as many as the width has room for (the strip shows them all), and aslant where they are wide.
function thin(axis, width) {
  if (!axis.tickvals || !axis.ticktext) return;
  const room = (width - 160) / axis.tickvals.length;
  if (axis.tickangle === 0 && axis.ticktext.some((text) => lengthOf(text) > room)) axis.tickangle = -60;
  const every = Math.ceil((15 * axis.tickvals.length) / Math.max(width - 110, 60));
  const keep = (_, index) => index % every === 0;
  axis.tickvals = axis.tickvals.filter(keep);
  axis.ticktext = axis.ticktext.filter(keep);
}

// Names of rows that would leave the columns little room go on below themselves; in how many lines at most.
function fold(axis, width) {
  const room = NAMES * width;
  if (!axis.ticktext?.some((text) => lengthOf(String(text)) > 1.4 * room)) return 1;
  axis.ticktext = axis.ticktext.map((text) =>
    String(text)
      .split(" ")
      .reduce((done, word) => {
        const line = done.split("<br>").at(-1);
        return `${done}${lengthOf(`${line} ${word}`) > room ? "<br>" : " "}${word}`;
      }),
  );
  return Math.max(...axis.ticktext.map((text) => text.split("<br>").length));
}

function configOf({ labels }, touch) {
  return {
    displaylogo: false,
    displayModeBar: touch ? false : "hover",
    modeBarButtons: [["resetScale2d"]],
    showTips: false, // "double-click to zoom back out" would be wrong here, and English
    doubleClick: false, // two quick clicks set the cursor twice; they must not reset the zoom
    // Plotly's own way to translate its tooltip, without loading its locale files.
    locale: "rl",
    locales: {
      rl: { dictionary: { "Reset axes": labels.reset }, format: {} },
    },
  };
}

function paint(trace, layout, theme) {
  const palette = trace.meta?.palette;
  if (palette === "line") {
    trace.line = { width: 2, ...trace.line, color: theme.primary };
    trace.marker = { ...trace.marker, color: theme.primary };
  } else if (palette) {
    if (trace.coloraxis) layout[trace.coloraxis] ??= {};
    const target = trace.coloraxis ? layout[trace.coloraxis] : trace;
    target.colorscale = theme[palette].map((color, i, all) => [i / (all.length - 1), color]);
    target.colorbar = { thickness: 8, outlinewidth: 0, ...target.colorbar };
  }
}

// ---- The cursor and the marked step --------------------------------------------------------------------------------
function place(self) {
  const { data, group, plot, line, band } = self;
  const full = plot._fullLayout;
  if (!full?.xaxis) return;
  const { xaxis, yaxis } = full;
  const whole = { top: yaxis._offset, height: yaxis._length };

  const step = data.steps ? stepOf(group) : null;
  const [left, right] = step === null ? [0, 0] : [xaxis.d2p(step - 0.5), xaxis.d2p(step + 0.5)];
  band.hidden = step === null || left < -1 || right > xaxis._length + 1;
  if (!band.hidden) box(band, { left: xaxis._offset + left, width: right - left, ...whole });

  const epoch = data.epochs[self.frame];
  const at = data.cursor === "line" && epoch !== undefined ? xaxis.d2p(epoch) : NaN;
  line.hidden = !(at >= -1 && at <= xaxis._length + 1);
  if (line.hidden) return;
  box(line, { left: xaxis._offset + at, ...whole });
  const value = curveAt(plot._fullData[0], epoch);
  const height = yaxis.d2p(value);
  self.dot.hidden = self.value.hidden = !(height >= -1 && height <= yaxis._length + 1);
  self.dot.style.top = `${height}px`;
  setText(self.value, Number.isFinite(value) ? written(value, yaxis) : "");
  // To the right of the line: there a falling curve is below the number.
  line.classList.toggle("rl-flipped", at > xaxis._length - 72);
  self.value.style.top = `${Math.min(Math.max(height - 14, 10), yaxis._length - 10)}px`;
}

// A value as its axis writes its own.
function written(value, { tickformat }) {
  const percent = tickformat?.endsWith("%");
  return `${Number((percent ? 100 * value : value).toPrecision(4))}${percent ? "%" : ""}`;
}

function box(node, sizes) {
  for (const [name, pixels] of Object.entries(sizes)) node.style[name] = `${pixels}px`;
}

function curveAt({ x, y }, epoch) {
  if (!y?.length || (x && epoch < x[0])) return NaN; // before training nothing was measured
  return y[x ? nearest(x, epoch) : epoch];
}

function listenToPlotly(self) {
  const { plot } = self;
  for (const event of ["plotly_afterplot", "plotly_relayout", "plotly_relayouting"]) plot.on(event, () => place(self));
  plot.on("plotly_hover", ({ points }) => {
    if (self.data.steps) pointAt(self.group, { hovered: Math.round(points[0].x) });
  });
  plot.on("plotly_unhover", () => {
    if (self.data.steps) pointAt(self.group, { hovered: null });
  });
}

// Dragging the line moves it, a click anywhere brings it there; a drag elsewhere stays Plotly's zoom.
function listenForCursor(self) {
  const { root, plot, line } = self;
  const moveHere = ({ clientX, clientY }, inside) => {
    const { xaxis, yaxis } = plot._fullLayout ?? {};
    if (self.data.cursor !== "line" || !xaxis) return;
    const corner = plot.getBoundingClientRect();
    const x = clientX - corner.left - xaxis._offset;
    const y = clientY - corner.top - yaxis._offset;
    if (inside && (x < 0 || x > xaxis._length || y < 0 || y > yaxis._length)) return;
    moveTo(self.group, self.data.epochs[nearest(self.data.epochs, xaxis.p2d(x))]);
  };
  line.addEventListener("pointerdown", (event) => {
    line.setPointerCapture(event.pointerId);
    event.preventDefault(); // no text selection, no zoom box
  });
  line.addEventListener("pointermove", (event) => {
    if (line.hasPointerCapture(event.pointerId)) moveHere(event, false);
  });
  // Plotly reports clicks on points only, and covers the page while a button is down: compare down and up ourselves.
  root.addEventListener(
    "pointerdown",
    (down) => {
      if (down.button || down.target.closest(".modebar")) return;
      document.addEventListener(
        "pointerup",
        (up) => {
          if (Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY) < 4) moveHere(up, true);
        },
        { once: true, capture: true },
      );
    },
    { capture: true },
  );
}
