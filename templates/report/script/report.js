// The report, how its numbers are written, and what all charts share.

let report = JSON.parse(document.getElementById("report")?.textContent ?? "null");

/** Name of a chart to a function of the width, and whether it is the first beside others, that draws it. */
const charts = {};

const F32 = 4;
const KINDS = {
  pw: "pointwise 1×1",
  dw: "depthwise",
  conv: "dense convolution",
  fc: "fully connected",
  add: "residual add",
  gap: "average pool",
};

/** A count with a comma every three digits. */
const count = (n) => n.toLocaleString("en-US");

/** A number with the unit in which it reads best, `unit` being its own. */
function short(n, unit = "") {
  const [scale, prefix] = [[1e9, "G"], [1e6, "M"], [1e3, "k"]].find(([scale]) => n >= scale) ?? [1, ""];
  const digits = scale === 1 ? 0 : scale === 1e3 ? 1 : 2;
  return `${(n / scale).toFixed(digits)} ${prefix}${unit}`.trimEnd();
}

/** A size in bytes, powers of 1000. */
const bytes = (n) => short(n, "B");

/** The same on an axis: as few digits as tell the ticks apart. */
function tick(unit) {
  return (n) => {
    const [scale, prefix] = [[1e9, "G"], [1e6, "M"], [1e3, "k"]].find(([scale]) => n >= scale) ?? [1, ""];
    return n === 0 ? "0" : `${+(n / scale).toPrecision(3)} ${prefix}${unit}`.trimEnd();
  };
}

/** A time in nanoseconds with the unit in which it reads best. */
function duration(ns) {
  const [scale, unit, digits] = [[1e9, "s", 2], [1e6, "ms", 2], [1e3, "µs", 1]].find(([scale]) => ns >= scale) ?? [1, "ns", 0];
  return `${(ns / scale).toFixed(digits)} ${unit}`;
}

const percent = (share) => `${(100 * share).toFixed(1)}%`;

/** C×H×W; a vector's length alone. */
const shape = (dims) => (dims.slice(1).every((n) => n === 1) ? String(dims[0]) : dims.join("×"));

/** The middle of a name left out, where it is longer than a label can be. */
function fitted(name, length) {
  if (name.length <= length) return name;
  const tail = Math.ceil((length - 1) / 2);
  return `${name.slice(0, length - 1 - tail)}…${name.slice(-tail)}`;
}

/** Most characters of a row's name, and the room that it takes. */
function labels(most = 14, phone = 12) {
  const length = innerWidth < 640 ? phone : most;
  return { length, margin: Math.ceil(length * 6.63) + 12 };
}

/** Colours or drawings, and what they stand for, over a chart. */
function key(entries) {
  const list = document.createElement("div");
  list.className = "key";
  for (const [look, meaning] of entries) {
    const entry = document.createElement("span");
    let swatch = look;
    if (typeof look === "string") {
      swatch = document.createElement("i");
      swatch.style.background = look;
    }
    entry.append(swatch, meaning);
    list.append(entry);
  }
  return list;
}

/** An axis of amounts over a chart of rows, with hairlines. */
const amounts = (unit, options = {}) => [
  Plot.gridX({ stroke: "var(--line)", strokeOpacity: 1, ...options }),
  Plot.axisX({ anchor: "top", label: null, tickSize: 0, tickFormat: tick(unit), fill: "var(--muted)", ...options }),
];

/** Names to the left of a chart of rows. */
const names = (rows, length, x = 0) =>
  Plot.text(rows, {
    x: () => x,
    y: (row) => (row.y1 + row.y2) / 2,
    text: (row) => fitted(row.name, length),
    textAnchor: "end",
    dx: -10,
    fontSize: 11,
    fill: "var(--muted)",
    className: "name",
  });

/** The hairline at which rows of bars begin. */
const baseline = (height) => Plot.ruleX([0], { y1: 0, y2: height, stroke: "var(--muted)", strokeOpacity: 0.6 });

/** A tooltip on the row under the pointer. */
const tipped = (rows, title, x = () => 0) =>
  Plot.tip(
    rows,
    Plot.pointerY({ x, y: (row) => (row.y1 + row.y2) / 2, title, maxRadius: 40, fontSize: 12, lineHeight: 1.35, anchor: "left", stroke: "var(--line)" }),
  );
