// The networks of a comparison against each other: peak memory, MACs and parameters at once.

charts["sweep-front"] = (width) => {
  const { points } = report;
  const look = looksOf(points, sweepOf(points));
  const most = Math.max(1, ...points.map((point) => point.params));
  const { macs, peak } = MEASURES;
  const [x, y] = [macs.of, peak.of].map((of) => logarithmic(points.map((point) => Math.max(1, of(point)))));
  return [
    seriesKey(look),
    Plot.plot({
      ...frame(width, "B", null),
      height: width < 480 ? 300 : 400,
      ariaLabel: "Peak memory against MACs",
      ariaDescription: "The area of a point is its number of parameters",
      x: { ...x, label: "MACs; the area of a point is its parameters", labelAnchor: "center", labelArrow: "none", tickSize: 0, tickFormat: tick("") },
      y: { ...y, label: null, tickSize: 0, tickFormat: tick("B") },
      marks: [
        Plot.gridX({ ticks: x.ticks, stroke: "var(--line)", strokeOpacity: 1 }),
        Plot.gridY({ ticks: y.ticks, stroke: "var(--line)", strokeOpacity: 1 }),
        Plot.line([...points].sort((a, b) => a.macs - b.macs), { x: macs.of, y: peak.of, z: look.series, stroke: look.color, strokeOpacity: 0.45 }),
        Plot.dot(points, { x: macs.of, y: peak.of, r: (point) => Math.sqrt(point.params / most), fill: look.color, symbol: (point) => look.symbol(look.group(point)), fillOpacity: 0.75, stroke: "var(--paper)", strokeWidth: 1, className: "bars" }),
        tipOf(points, macs.of, peak.of),
      ],
      r: { type: "linear", domain: [0, 1], range: [0, width < 480 ? 9 : 14] },
    }),
  ];
};

/** A logarithmic scale around some values, with the fewest round ticks in each power of ten that make three. */
function logarithmic(values) {
  const domain = [Math.min(...values) / 1.3, Math.max(...values) * 1.3];
  const powers = range(Math.floor(Math.log10(domain[0])), Math.ceil(Math.log10(domain[1])));
  const within = (n) => domain[0] <= n && n <= domain[1];
  const choices = [[1, 2, 5], [1, 2, 3, 5, 7], [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]];
  const ticks = choices.map((digits) => powers.flatMap((power) => digits.map((n) => n * 10 ** power)).filter(within));
  return { type: "log", domain, ticks: ticks.find(({ length }) => length > 2) ?? ticks[2] };
}
