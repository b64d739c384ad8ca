// A value written out: its equation in symbols, then with the numbers put in. Computed here, in double precision, from
// the single-precision weights and values that were sent.

const TERMS = 6; // of a long sum, the largest products are shown and the others added up
const ROWS = { rnn: ["h"], lstm: ["i", "f", "g", "o"], gru: ["r", "z", "n"] }; // blocks of rows, as torch lays them out
const sigmoid = (value) => 1 / (1 + Math.exp(-value));

function number(value) {
  if (value === undefined || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const text = size >= 1e5 || (size > 0 && size < 5e-4) ? value.toExponential(2) : value.toFixed(4);
  return text.replaceAll("-", "−");
}

// ---- Numbers -----------------------------------------------------------------------------------------------------------
const before = ({ data }, step) => (data.direction ? step + 1 : step - 1);

function stateBefore(self, walk, name, step) {
  const at = before(self, step);
  return at < 0 || at >= self.data.tokens.length ? walk.initial[name].values : row(walk.values[name], at);
}

function dot(w, v) {
  let sum = 0;
  for (let i = 0; i < w.length; i++) sum += w[i] * v[i];
  return sum;
}

// Every strip of one step. Two of them are not sent: what comes from below and what comes from before.
function stepValues(self, walk, step) {
  const { data } = self;
  const now = { x: row(walk.x, step), h0: stateBefore(self, walk, "h", step) };
  if (data.cell === "lstm") now.c0 = stateBefore(self, walk, "c", step);
  for (const name of Object.keys(walk.values)) now[name] = row(walk.values[name], step);
  if (data.cell === "lstm") now.tanhc = Float64Array.from(now.c, Math.tanh);
  else {
    const first = data.cell === "gru" ? 2 * data.hidden : 0; // the rows of n
    const product = (weight, bias, v) => Float64Array.from({ length: data.hidden },
      (_, unit) => dot(row(walk.weights[weight], first + unit), v) + walk.weights[bias].values[first + unit]);
    now.k = product("weight_ih", "bias_ih", now.x);
    now.m = product("weight_hh", "bias_hh", now.h0);
  }
  return now;
}

// One side of a sum: a row of W, the vector it meets, their product, the bias.
function side(self, walk, gate, unit, from) {
  const at = ROWS[self.data.cell].indexOf(gate) * self.data.hidden + unit;
  const [weight, bias, name] = from === "x" ? ["weight_ih", "bias_ih", "x"] : ["weight_hh", "bias_hh", "h0"];
  const w = row(walk.weights[weight], at);
  const v = self.now[name];
  return { weight, biased: bias, at, name, gate, unit, w, v, product: dot(w, v), bias: walk.weights[bias].values[at] };
}

// ---- Symbols: one colour each, here and in the drawing ---------------------------------------------------------------
const LETTERS = { h0: "h", c0: "c", tanhc: "c" };

function symbol(self, name, unit = null) {
  const node = element("span", `ru-symbol ru-ink ru-${name}`);
  const sub = (text) => element("sub", "", text);
  const back = self.data.direction ? "t+1" : "t−1";
  if (name === "m" || name === "k") {
    const gate = self.data.cell === "gru" ? "n" : "";
    const [first, second] = name === "m" ? [`h${gate || "h"}`, back] : [`i${gate || "h"}`, "t"];
    node.append(element("i", "", "W"), sub(first), element("i", "", name === "m" ? "h" : "x"), sub(second), "+", element("i", "", "b"), sub(first));
  } else {
    if (name === "tanhc") node.append("tanh ");
    node.append(element("i", "", LETTERS[name] ?? name), sub(name.endsWith("0") ? back : "t"));
  }
  if (unit !== null) node.append(element("span", "ru-index", `[${unit}]`));
  return node;
}

// W_if[3], b_hf[3]: torch's two of each, the row that belongs to this unit.
function weightSymbol(self, letter, { gate, unit, name }) {
  const node = element("span", "ru-symbol");
  const block = self.data.cell === "rnn" ? "h" : gate;
  node.append(element("i", "", letter), element("sub", "", (name === "x" ? "i" : "h") + block), element("span", "ru-index", `[${unit}]`));
  return node;
}

// A number with the colour that its strip gives it.
function chip(self, value, name = "") {
  const node = element("span", "ru-number", number(value));
  const part = self.cell.parts.find((one) => one.name === name);
  if (part && self.view !== "difference") {
    node.style.setProperty("--ru-swatch", cssShade(self.theme, part.scale.palette, part.scale.limit, value));
    node.classList.add("ru-swatched");
  }
  return node;
}

// One more number of a sum, with its own sign in the place of a plus.
const added = (self, value) => [value < 0 ? " − " : " + ", chip(self, Math.abs(value))];

const line = (...parts) => {
  const node = element("div", "ru-line");
  node.append(...parts);
  return node;
};

// ---- Writing it out ------------------------------------------------------------------------------------------------------
function write(self, { name, unit }) {
  const { data, equation, cell, now } = self;
  if (self.asking && self.asking === whereAsked(self)) return; // nothing moves under a number that is being typed
  self.asking = null;
  const walk = walkShown(self);
  const S = (other, index = unit) => symbol(self, other, index);
  const N = (other, value = now[other][unit]) => chip(self, value, other);
  const shown = now[name][unit];
  const sides = [];
  let lines, result = shown;
  const gate = (squash, label) => {
    const [x, h] = [side(self, walk, name, unit, "x"), side(self, walk, name, unit, "h")];
    sides.push(x, h);
    const sum = x.product + x.bias + h.product + h.bias;
    result = squash(sum);
    lines = [
      line(S(name), " = ", label, "( ", weightSymbol(self, "W", x), "·", S("x", null), " + ", weightSymbol(self, "b", x), " + ",
        weightSymbol(self, "W", h), "·", S("h0", null), " + ", weightSymbol(self, "b", h), " )"),
      line(" = ", label, "( ", chip(self, x.product), ...added(self, x.bias), ...added(self, h.product), ...added(self, h.bias), " )"),
      line(" = ", label, "( ", chip(self, sum), " ) = ", N(name, result)),
    ];
  };
  const kind = `${data.cell} ${name}`;
  if (name === "x" || name === "h0" || name === "c0") {
    lines = [line(S(name), " = ", N(name)), element("p", "", origin(self, name, unit))];
  } else if (["lstm i", "lstm f", "lstm o", "gru r", "gru z"].includes(kind)) gate(sigmoid, "σ");
  else if (kind === "lstm g") gate(Math.tanh, "tanh");
  else if (kind === "rnn h") {
    data.nonlinearity === "relu" ? gate((value) => Math.max(0, value), "ReLU") : gate(Math.tanh, "tanh");
  } else if (kind === "lstm c") {
    result = now.f[unit] * now.c0[unit] + now.i[unit] * now.g[unit];
    lines = [
      line(S("c"), " = ", S("f"), "·", S("c0"), " + ", S("i"), "·", S("g")),
      line(" = ", N("f"), " · ", N("c0"), " + ", N("i"), " · ", N("g")),
      line(" = ", chip(self, now.f[unit] * now.c0[unit]), ...added(self, now.i[unit] * now.g[unit]), " = ", N("c", result)),
    ];
  } else if (kind === "lstm tanhc") lines = [line(S("tanhc"), " = tanh( ", N("c"), " ) = ", N("tanhc"))];
  else if (kind === "lstm h") {
    result = now.o[unit] * now.tanhc[unit];
    lines = [line(S("h"), " = ", S("o"), "·", S("tanhc")), line(" = ", N("o"), " · tanh( ", N("c"), " )"),
      line(" = ", N("o"), " · ", N("tanhc"), " = ", N("h", result))];
  } else if (kind === "gru h") {
    result = (1 - now.z[unit]) * now.n[unit] + now.z[unit] * now.h0[unit];
    lines = [
      line(S("h"), " = (1 − ", S("z"), ")·", S("n"), " + ", S("z"), "·", S("h0")),
      line(" = (1 − ", N("z"), ") · ", N("n"), " + ", N("z"), " · ", N("h0")),
      line(" = ", chip(self, (1 - now.z[unit]) * now.n[unit]), ...added(self, now.z[unit] * now.h0[unit]), " = ", N("h", result)),
    ];
  } else if (kind === "gru n") {
    const [x, h] = [side(self, walk, "n", unit, "x"), side(self, walk, "n", unit, "h")];
    sides.push(x, h);
    const sum = x.product + x.bias + now.r[unit] * (h.product + h.bias);
    result = Math.tanh(sum);
    lines = [
      line(S("n"), " = tanh( ", weightSymbol(self, "W", x), "·", S("x", null), " + ", weightSymbol(self, "b", x), " + ", S("r"), " · (",
        weightSymbol(self, "W", h), "·", S("h0", null), " + ", weightSymbol(self, "b", h), ") )"),
      line(" = tanh( ", chip(self, x.product), ...added(self, x.bias), " + ", N("r"), " · (", chip(self, h.product), ...added(self, h.bias), ") )"),
      line(" = tanh( ", chip(self, sum), " ) = ", N("n", result)),
    ];
  } else { // what comes from below, or from before
    const one = side(self, walk, data.cell === "gru" ? "n" : "h", unit, name === "k" ? "x" : "h");
    sides.push(one);
    result = one.product + one.bias;
    lines = [line(weightSymbol(self, "W", one), "·", S(one.name, null), " + ", weightSymbol(self, "b", one)),
      line(" = ", chip(self, one.product), ...added(self, one.bias), " = ", N(name, result))];
  }
  const part = cell.parts.find((one) => one.name === name);
  const forced = Number.isFinite(shown) && Math.abs(result - shown) > 1e-4 * Math.max(1, Math.abs(shown));
  Object.assign(equation.dataset, { name, unit, result, shown, step: self.step });
  if (forced) lines.push(element("p", "ru-forced", fill(data.labels.forced, { value: number(shown) })));
  if (part.theirs && name in { ...now } && part.theirs[unit] !== shown) {
    lines.push(element("p", "ru-was", fill(data.labels.was, { value: number(part.theirs[unit]) })));
  }
  const head = element("div", "ru-lines");
  const place = { role: data.labels[`role_${name}`] ?? "", unit, step: data.offset + self.step + 1, token: visible(data.tokens[self.step]) };
  head.append(element("div", "ru-role", fill(data.labels.heading, place)), ...lines);
  const sums = element("div", "ru-sums");
  sums.append(...sides.map((one) => sumOf(self, one)));
  if (name === "x" && attended(self, unit)) sums.append(contextOf(self, walk, unit));
  // The button that has the focus is built anew: the focus goes to the one for the same thing.
  const focused = equation.contains(document.activeElement) && document.activeElement.dataset.purpose;
  equation.replaceChildren(head, sums, editing(self, name, unit));
  if (focused) (equation.querySelector(`[data-purpose="${focused}"]`) ?? part.node).focus({ preventScroll: true });
}

// Whether an entry of x is one that attention gave: those behind what the token gives.
const attended = ({ data, original }, unit) => data.layer === 0 && original.attention && unit >= data.embedded;

function origin(self, name, unit) {
  const { data, step } = self;
  const { labels } = data;
  if (name === "x") {
    if (data.layer) return labels.from_below;
    return attended(self, unit) ? labels.from_context : fill(labels[`from_${data.source}`], { token: visible(data.tokens[step]) });
  }
  const at = before(self, step);
  if (at < 0 || at >= data.tokens.length) return data.offset ? labels.from_encoder : labels.from_start;
  return fill(labels.from_before, { step: data.offset + at + 1, token: visible(data.tokens[at]) });
}

// One entry of the context: the weights of attention, each times that entry of what the encoder said at its step.
function contextOf(self, walk, unit) {
  const { data, step } = self;
  const box = element("div", "ru-sum ru-attended");
  const title = element("div", "ru-line");
  const table = element("div", "ru-terms");
  const entry = unit - data.embedded;
  const weights = row(walk.attention, step);
  const products = Array.from(weights, (weight, source) => ({ source, weight, value: row(walk.encoded, source)[entry] }));
  const total = products.reduce((sum, { weight, value }) => sum + weight * value, 0);
  title.append(element("i", "", "Σ"), element("sub", "", "s"), " ", element("i", "", "α"), element("sub", "", "s"), " · ", element("i", "", "h"),
    element("sub", "", "s"), element("span", "ru-index", `[${entry}]`), " = ", chip(self, total, "x"));
  const ranked = [...products].sort((a, b) => b.weight - a.weight);
  const listed = products.length <= TERMS + 2 ? products : ranked.slice(0, TERMS);
  for (const { source, weight, value } of listed) {
    const bar = element("span", "ru-barred");
    bar.style.setProperty("--ru-length", weight.toFixed(3));
    const term = element("div", "ru-term");
    term.append(tokenNode(visible(data.sources[source]), "ru-index"), element("span", "ru-number", number(weight)), element("span", "ru-sign", "×"),
      chip(self, value, "h"), element("span", "ru-sign", "="), element("span", "ru-number", number(weight * value)), bar);
    table.append(term);
  }
  if (listed.length < products.length) {
    const sum = ranked.slice(TERMS).reduce((rest, { weight, value }) => rest + weight * value, 0);
    table.append(element("div", "ru-rest", fill(data.labels.rest, { count: products.length - TERMS, sum: number(sum) })));
  }
  box.append(title, table);
  return box;
}

// The products of one row with one vector: all when they are few, else the largest, and the others in one number.
function sumOf(self, one) {
  const { labels } = self.data;
  const products = Array.from(one.w, (weight, index) => ({ index, weight, value: one.v[index], product: weight * one.v[index] }));
  const ranked = [...products].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const listed = products.length <= TERMS + 2 ? products : ranked.slice(0, TERMS);
  const largest = Math.abs(ranked[0].product) || 1;
  const box = element("div", "ru-sum");
  const title = element("div", "ru-line");
  title.append(weightSymbol(self, "W", one), "·", symbol(self, one.name), " = ", chip(self, one.product));
  const table = element("div", "ru-terms");
  for (const { index, weight, value, product } of listed) {
    const bar = element("span", "ru-barred");
    bar.style.setProperty("--ru-length", Math.min(1, Math.abs(product) / largest).toFixed(3));
    bar.dataset.sign = product < 0 ? "minus" : "plus";
    const changing = element("button", "ru-weight", number(weight), { type: "button", title: labels.edit_weight, "data-purpose": `${one.weight} ${index}` });
    changing.addEventListener("click", () => askFor(self, changing, weight, (typed) => ({
      kind: "weight", name: one.weight, unit: one.at, column: index, value: typed,
    })));
    const term = element("div", "ru-term");
    term.append(element("span", "ru-index", `[${index}]`), changing, element("span", "ru-sign", "×"), chip(self, value, one.name), element("span", "ru-sign", "="),
      element("span", "ru-number", number(product)), bar);
    table.append(term);
  }
  if (listed.length < products.length) {
    const rest = ranked.slice(TERMS).reduce((sum, { product }) => sum + product, 0);
    table.append(element("div", "ru-rest", fill(labels.rest, { count: products.length - TERMS, sum: number(rest) })));
  }
  box.append(title, table);
  return box;
}

// ---- What if: the value at hand, changed here ------------------------------------------------------------------------------
function tell(self, edit) {
  const { part, layer, direction } = self.data;
  self.setTriggerValue("edit", { part, layer, direction, ...edit });
}

function editing(self, name, unit) {
  const { data, step } = self;
  const { labels } = data;
  const bar = element("div", "ru-edit");
  const button = (text, edit) => {
    const node = element("button", "", text, { type: "button", "data-purpose": text });
    node.addEventListener("click", () => tell(self, edit));
    bar.append(node);
  };
  const typed = (value, edit) => {
    const node = element("button", "", labels.set, { type: "button", "data-purpose": labels.set });
    node.addEventListener("click", () => askFor(self, node, value, (text) => ({ ...edit, value: text })));
    bar.append(node);
  };
  const at = before(self, step);
  const start = at < 0 || at >= data.tokens.length;
  const gates = { rnn: [], lstm: ["i", "f", "o"], gru: ["r", "z"] }[data.cell];
  if (gates.includes(name)) {
    for (const value of [0, 1]) button(fill(labels.clamp, { value }), { kind: "gate", name, step, unit, value: String(value) });
    for (const value of [0, 1]) button(fill(labels.clamp_all, { value }), { kind: "gate", name, value: String(value) });
  } else if (name === "h") button(labels.off, { kind: "off", unit, value: "0" });
  if (name === "x" && data.layer === 0) typed(self.now.x[unit], { kind: "input", step, unit });
  if ((name === "h0" || name === "c0") && start) typed(self.now[name][unit], { kind: "state", name: name[0], unit });
  if (bar.children.length) bar.prepend(element("span", "ru-role", labels.what_if));
  return bar;
}

const whereAsked = (self) => JSON.stringify([self.shape, self.data.layer, self.data.direction, self.step, spotted(self).spot]);

// A small field in the place of what was clicked.
function askFor(self, node, value, edit) {
  self.equation.querySelector(".ru-ask")?.dispatchEvent(new Event("close"));
  const form = element("form", "ru-ask");
  const input = element("input", "", null, { type: "text", inputmode: "decimal", value: String(Number(value.toPrecision(6))), "aria-label": self.data.labels.new_value, maxlength: 30 });
  form.append(input, element("button", "", "✓", { type: "submit", "aria-label": self.data.labels.apply }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell(self, edit(input.value));
    close();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    event.stopPropagation();
  });
  form.addEventListener("close", () => form.replaceWith(node));
  const close = () => {
    Object.assign(self, { asking: null, hover: null }); // a pointer left lying on a strip does not take the equation away
    form.replaceWith(node);
    node.focus({ preventScroll: true });
    mark(self); // what happened meanwhile
  };
  self.asking = whereAsked(self);
  node.replaceWith(form);
  input.select();
}
