// A comparison: costs over width or resolution, a line for each series, and against each other.

const MEASURES = {
  macs: { unit: "", name: "MACs", of: (point) => point.macs },
  params: { unit: "", name: "parameters", of: (point) => point.params },
  peak: { unit: "B", name: "peak memory", of: (point) => point.peak_live_bytes },
};

/** What varies along the lines, and whether resolutions tell them apart; null where nothing varies. */
function sweepOf(points) {
  const several = (of) => new Set(points.map(of)).size > 1;
  if (points.length < 3) return null;
  if (several((point) => point.width)) {
    return { along: (point) => point.width, label: "width multiplier", shaded: several(side) };
  }
  return several(area) ? { along: (point) => Math.sqrt(area(point)), label: "resolution", shaded: false } : null;
}

/** How the points of a comparison are drawn: by spec where they are of a sweep, else each on its own. */
const looksOf = (points, sweep) => looks(points, sweep ? (point) => point.spec : distinct(points), sweep?.shaded ?? false);

/** A width as the command line takes it: 1.0, 0.35. */
const decimal = (width) => (Number.isInteger(width) ? width.toFixed(1) : String(width));

const named = (point) => `${point.spec}, width ${decimal(point.width)}, ${side(point)}`;

/** As much of a name as tells the points apart. */
function distinct(points) {
  const several = (of) => new Set(points.map(of)).size > 1;
  const parts = [
    [(point) => point.spec, several((point) => point.spec)],
    [(point) => decimal(point.width), several((point) => point.width)],
    [side, several(area)],
  ].filter(([, varies]) => varies);
  return (point) => parts.map(([of]) => of(point)).join(" ") || point.spec;
}

/** What a tooltip says of a point. */
const summed = (point) =>
  [
    named(point),
    "",
    `${short(point.macs)} MACs`,
    `${short(point.params)} parameters`,
    `${bytes(point.peak_live_bytes)} peak memory`,
    ...(point.arena_bytes === undefined ? [] : [`${bytes(point.arena_bytes)} arena`]),
    ...(point.predicted_ns === undefined ? [] : [`${duration(point.predicted_ns)} predicted`]),
  ].join("\n");

const frame = (width, unit, label) => ({
  width,
  height: Math.min(340, Math.max(220, width * 0.72)),
  marginLeft: 54,
  marginRight: 14,
  marginTop: 14,
  marginBottom: 36,
  style: { color: "var(--muted)" },
  x: { label, labelAnchor: "center", labelArrow: "none", tickSize: 0, ticks: 6 },
  y: { label: null, tickSize: 0, tickFormat: tick(unit), ticks: 5, zero: true, nice: true },
});

const tipOf = (points, x, y) =>
  Plot.tip(points, Plot.pointer({ x, y, title: summed, fontSize: 12, lineHeight: 1.35, stroke: "var(--line)" }));

for (const [name, { unit, name: what, of }] of Object.entries(MEASURES)) {
  charts[`sweep-${name}`] = (width, first) => {
    const { points } = report;
    const sweep = sweepOf(points);
    if (!sweep) return [barsOf(points, { unit, what, of, width, first })];
    const { along, label } = sweep;
    const look = looksOf(points, sweep);
    const sorted = [...points].sort((a, b) => along(a) - along(b));
    const ends = look.sides.length > 1 ? endsOf(sorted, along, of, look) : [];
    const room = Math.max(0, ...ends.map(({ text }) => 10 + 6.6 * text.length));
    return [
      seriesKey(look),
      Plot.plot({
        ...frame(width, unit, label),
        marginRight: 14 + room,
        ariaLabel: `${what} over ${label}`,
        marks: [
          Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 5 }),
          Plot.line(sorted, { x: along, y: of, z: look.series, stroke: look.color, strokeWidth: 1.75 }),
          Plot.dot(sorted, { x: along, y: of, fill: look.color, symbol: (point) => look.symbol(look.group(point)), r: points.length > 200 ? 1.5 : 3.5, className: "bars" }),
          Plot.ruleY([0], { stroke: "var(--muted)", strokeOpacity: 0.6 }),
          endLabels(ends, along, of, look),
          tipOf(points, along, of),
        ],
      }),
    ];
  };
}

/** A bar for each of a few networks. */
function barsOf(points, { unit, what, of, width, first }) {
  const name = distinct(points);
  const pitch = Math.max(4, Math.min(30, 2400 / points.length));
  const rows = points.map((point, i) => ({ ...point, name: name(point), y1: i * pitch, y2: (i + 1) * pitch }));
  const height = rows.length * pitch;
  const { length, margin } = labels(Math.min(24, Math.max(...points.map((point) => name(point).length))), 14);
  return Plot.plot({
    width,
    height: height + 30,
    marginTop: 26,
    marginBottom: 4,
    marginLeft: first ? margin : 1,
    marginRight: 66,
    ariaLabel: `${what} of each network`,
    x: { domain: [0, Math.max(1, ...rows.map(of))] },
    y: { domain: [0, height], range: [26, height + 26], axis: null },
    marks: [
      amounts(unit, { ticks: Math.max(2, Math.floor(width / 130)) }),
      Plot.rect(rows, { x1: 0, x2: of, y1: "y1", y2: "y2", fill: "var(--pw)", insetTop: pitch / 6, insetBottom: pitch / 6, rx2: 2, className: "bars" }),
      first ? names(rows, length) : null,
      Plot.text(rows, { x: of, y: (row) => (row.y1 + row.y2) / 2, text: (row) => short(of(row), unit), textAnchor: "start", dx: 6, fontSize: 11, fill: "var(--muted)" }),
      baseline(height),
      tipped(rows, summed, of),
    ],
  });
}
