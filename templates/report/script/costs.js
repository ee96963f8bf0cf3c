// Cost by layer: a bar for each, blocks apart, in the colour of its kind.

const COSTS = {
  macs: { unit: "", name: "MACs", of: (layer) => layer.macs },
  params: { unit: "", name: "parameters", of: (layer) => layer.w + layer.bias + layer.bn },
  live: { unit: "B", name: "live memory", of: (layer) => layer.live_bytes },
};

for (const [name, { unit, name: what, of }] of Object.entries(COSTS)) {
  charts[`costs-${name}`] = (width, first) => {
    const { rows, blocks, height } = placed(limited(report.rows));
    const { length, margin } = labels();
    const top = rows.reduce((a, b) => (of(b) > of(a) ? b : a), rows[0]);
    return [
      Plot.plot({
        width,
        height: height + 26,
        marginTop: 26,
        marginBottom: 0,
        marginLeft: first ? margin : 1,
        marginRight: 12,
        ariaLabel: `${what} by layer`,
        ariaDescription: top && `The largest is ${top.name} with ${short(of(top), unit)}`,
        x: { domain: [0, Math.max(1, ...rows.map(of))] },
        y: { domain: [0, height], range: [26, height + 26], axis: null },
        marks: [
          amounts(unit, { ticks: Math.max(2, Math.floor(width / 95)) }),
          Plot.rect(rows, { x1: 0, x2: of, y1: "y1", y2: "y2", fill: (row) => `var(--${row.op})`, insetTop: 0.75, insetBottom: 0.75, rx2: 1.5, className: "bars" }),
          first ? names(blocks, length) : null,
          baseline(height),
          tipped(rows, described, of),
        ],
      }),
    ];
  };
}
