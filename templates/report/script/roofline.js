// Roofline: what a core attains at each arithmetic intensity, and where the steps of the crate stand.

const LEVELS = { l1: "L1", l2: "L2", l3: "L3", dram: "DRAM" };

charts.roofline = (width) => {
  const { steps, levels, gflops, isa, machine } = report.roofline;
  const compact = width < 480;
  const points = steps
    .filter((step) => step.macs > 0)
    .map((step) => ({ ...step, rate: (2 * step.macs) / step.predicted_ns, kind: leading(step) }))
    .sort((a, b) => b.predicted_ns - a.predicted_ns);
  const { peak } = gflops;
  const slowest = Math.min(...levels.map((level) => level.gb_per_s));
  const intensities = points.map((step) => step.intensity);
  const x = logarithmic([Math.min(0.25, ...intensities), Math.max((4 * peak) / slowest, ...intensities)]);
  const y = logarithmic([Math.max(peak / 100, Math.min(peak / 10, ...points.map((step) => step.rate / 2))), peak * 1.2]);
  const [left, right] = x.domain;
  const [floor] = y.domain;
  const roofs = levels.map((level) => {
    // The slope inside the frame, up to the ridge where arithmetic becomes the limit.
    const from = Math.max(left, floor / level.gb_per_s);
    const ridge = peak / level.gb_per_s;
    return { ...level, from, ridge, at: Math.sqrt(from * ridge) };
  });
  const ridge = Math.min(...roofs.map((roof) => roof.ridge));
  const inner = { width: width - 68, height: (compact ? 320 : 420) - 62 };
  const decades = ([low, high]) => Math.log10(high / low);
  const turn = (-180 / Math.PI) * Math.atan((inner.height / decades(y.domain)) / (inner.width / decades(x.domain)));
  const most = Math.max(1, ...points.map((step) => step.predicted_ns));
  const wide = x.ticks.filter((n) => !compact || /^1/.test(n.toExponential()));
  const quiet = { fontSize: 11, fill: "var(--muted)" };
  const amount = (n) => String(+n.toPrecision(2));
  const chart = Plot.plot({
    width,
    height: inner.height + 62,
    marginTop: 22,
    marginBottom: 40,
    marginLeft: 54,
    marginRight: 14,
    style: { color: "var(--muted)" },
    ariaLabel: `Roofline of ${machine}, ${isa}, one thread`,
    ariaDescription: `The peak is ${peak.toFixed(0)} GFLOP/s`,
    x: { type: "log", domain: x.domain, axis: null },
    y: { type: "log", domain: y.domain, axis: null },
    r: { type: "linear", domain: [0, 1], range: [0, compact ? 10 : 15] },
    marks: [
      Plot.gridX({ ticks: wide, stroke: "var(--line)", strokeOpacity: 1 }),
      Plot.gridY({ ticks: y.ticks, stroke: "var(--line)", strokeOpacity: 1 }),
      // Axes of their own: those of a logarithmic scale leave out labels.
      Plot.text(wide, { x: (n) => n, frameAnchor: "bottom", text: amount, dy: 15, ...quiet }),
      Plot.text(["FLOPs for each byte that a step reads or writes"], { frameAnchor: "bottom", text: (text) => text, dy: 34, ...quiet }),
      Plot.text(y.ticks, { y: (n) => n, frameAnchor: "left", text: amount, textAnchor: "end", dx: -8, ...quiet }),
      roofs.map((roof) =>
        Plot.line([[roof.from, roof.from * roof.gb_per_s], [roof.ridge, peak]], { stroke: "var(--muted)", strokeWidth: 1.25, strokeOpacity: 0.8 }),
      ),
      Plot.line([[ridge, peak], [right, peak]], { stroke: "var(--ink)", strokeWidth: 1.75 }),
      Plot.text([ridge], { x: ridge, y: peak, text: () => `peak ${peak.toFixed(0)} GFLOP/s`, textAnchor: "start", dy: -10, fontSize: 12, fontWeight: 600, fill: "var(--ink)" }),
      roofs.map((roof) =>
        Plot.text([roof], { x: "at", y: (r) => r.at * r.gb_per_s, text: (r) => `${LEVELS[r.name]}${compact ? "" : ` ${r.gb_per_s.toFixed(0)} GB/s`}`, rotate: turn, dx: (7 * Math.sin((turn * Math.PI) / 180)), dy: -7, ...quiet }),
      ),
      Plot.dot(points, { x: "intensity", y: "rate", r: (step) => Math.sqrt(step.predicted_ns / most), fill: (step) => colour(step.kind), fillOpacity: 0.8, stroke: "var(--paper)", strokeWidth: 1, className: "bars" }),
      Plot.text(["GFLOP/s"], { frameAnchor: "top-left", text: (text) => text, dx: -44, dy: -16, fontSize: 11, fill: "var(--muted)" }),
      Plot.tip(points, Plot.pointer({ x: "intensity", y: "rate", title: stepTime, fontSize: 12, lineHeight: 1.35, stroke: "var(--line)" })),
    ],
  });
  const kinds = Object.keys(LIMITS).filter((limit) => points.some((step) => step.kind === limit));
  return [key(kinds.map((limit) => [colour(limit), LIMITS[limit]])), chart];
};

/** What a step's colour shows: the kind of layer whose arithmetic limits it, or that memory does. */
const leading = (step) => (step.bound === "compute" ? step.limit : "memory");

const LIMITS = { ...KINDS, memory: "memory" };

const colour = (limit) => (limit === "memory" ? "var(--gap)" : `var(--${limit})`);

function stepTime(step) {
  const { predicted_ns: all, gflops } = report.roofline;
  const limit = step.bound === "compute" ? KINDS[step.limit] : `${step.limit} from ${LEVELS[step.bound]}`;
  return [
    spanned(step.name),
    `${duration(step.predicted_ns)} (${percent(step.predicted_ns / Math.max(1, all))})`,
    "",
    `${percent(step.bound_share)} of it for ${limit}`,
    `${step.rate.toFixed(1)} GFLOP/s, ${percent(step.rate / gflops.peak)} of the peak`,
    `${step.intensity.toFixed(1)} FLOPs a byte: ${short(step.macs)} MACs, ${bytes(step.bytes)}`,
  ].join("\n");
}
