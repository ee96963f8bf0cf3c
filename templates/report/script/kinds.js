// MACs and weights by kind of layer: two bars of 100%.

charts.kinds = (width) => {
  const compact = width < 480;
  const parts = [];
  for (const [name, whole, byOp] of [
    ["MACs", report.totals.macs, report.totals.macs_by_op],
    ["weights", report.totals.weights, report.totals.weights_by_op],
  ]) {
    let start = 0;
    for (const op of ["pw", "dw", "conv", "fc"]) {
      const share = byOp[op] / Math.max(1, whole);
      if (share > 0) parts.push({ name, op, amount: byOp[op], share, x1: start, x2: start + share });
      start += share;
    }
  }
  const chart = Plot.plot({
    width,
    height: 74,
    marginTop: 0,
    marginBottom: 0,
    marginLeft: compact ? 62 : labels().margin,
    marginRight: 0,
    ariaLabel: "MACs and weights by kind of layer",
    x: { axis: null, domain: [0, 1] },
    y: { axis: null, domain: [0, 2] },
    marks: [
      Plot.rect(parts, {
        x1: "x1",
        x2: "x2",
        y1: (part) => row(part) + 0.08,
        y2: (part) => row(part) + 0.92,
        fill: (part) => `var(--${part.op})`,
        insetRight: 1,
        rx: 2.5,
        className: "bars",
        title: (part) => `${KINDS[part.op]}: ${count(part.amount)} ${part.name}, ${percent(part.share)}`,
      }),
      Plot.text(
        parts.filter((part) => part.share * (width - 90) > 46),
        { x: (part) => (part.x1 + part.x2) / 2, y: (part) => row(part) + 0.5, text: (part) => percent(part.share), fill: "var(--paper)", fontSize: 12, fontWeight: 600, pointerEvents: "none" },
      ),
      Plot.text(["weights", "MACs"], { x: 0, y: (_, i) => i + 0.5, text: (name) => name, textAnchor: "end", dx: -10, fontSize: 12, fill: "var(--muted)" }),
    ],
  });
  return [key(present().map((op) => [`var(--${op})`, KINDS[op]])), chart];

  function row(part) {
    return part.name === "MACs" ? 1 : 0;
  }
};
