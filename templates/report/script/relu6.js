// The largest activation without the clamp, over what float16 resolves there.

charts.relu6 = (width) => {
  const pitch = Math.max(3, Math.min(20, 2400 / report.relu6.rows.length));
  const rows = report.relu6.rows.map((row, i) => ({ ...row, y1: i * pitch, y2: (i + 1) * pitch }));
  const height = rows.length * pitch;
  const { length, margin } = labels(20, 17);
  const finite = rows.filter((row) => row.largest > 0);
  const largest = finite.map((row) => row.largest);
  const domain = [Math.min(4, ...largest) / 1.08, Math.max(8, ...largest) * 1.08];
  const [low, high] = domain.map(Math.log2);
  const powers = range(Math.floor(low), Math.ceil(high));
  const every = Math.ceil((powers.length * 64) / (width - margin - 48));
  const bands = powers.slice(0, -1).map((power) => {
    const [x1, x2] = [Math.max(2 ** power, domain[0]), Math.min(2 ** (power + 1), domain[1])];
    return { power, x1, x2, spacing: 2 ** Math.max(-24, power - 10) };
  });
  const inside = powers.filter((power) => domain[0] <= 2 ** power && 2 ** power <= domain[1]);
  const named = bands.filter(({ x1, x2 }) => every > 1 || Math.log2(x2 / x1) > 0.2);
  const middle = (row) => (row.y1 + row.y2) / 2;
  const spoken = { fontSize: 11, fill: "var(--muted)" };
  return [
    key([
      ["var(--pw)", "within the clamp"],
      ["var(--dw)", "beyond 6"],
    ]),
    Plot.plot({
      width,
      height: height + 62,
      marginTop: 26,
      marginBottom: 36,
      marginLeft: margin,
      marginRight: 48,
      ariaLabel: "Largest activation of each layer without ReLU6",
      x: { type: "log", base: 2, domain, axis: null },
      y: { domain: [0, height], range: [26, height + 26], axis: null },
      marks: [
        Plot.rect(bands.filter(({ power }) => power % 2 === 0), { x1: "x1", x2: "x2", y1: 0, y2: height, fill: "var(--band)" }),
        Plot.text(inside.filter((power) => power % every === 0), { x: (power) => 2 ** power, y: 0, text: (power) => String(+(2 ** power).toPrecision(4)), dy: -10, ...spoken }),
        Plot.text(named.filter(({ power }) => power % every === 0), { x: ({ x1, x2 }) => Math.sqrt(x1 * x2), y: height, text: ({ spacing }) => (spacing < 1 ? `1/${1 / spacing}` : String(spacing)), dy: 12, ...spoken }),
        Plot.text(["distance of neighbouring float16 numbers"], { frameAnchor: "bottom", text: (text) => text, dy: 30, ...spoken }),
        Plot.ruleX([6], { y1: 0, y2: height, stroke: "var(--fc)", strokeWidth: 1.5 }),
        Plot.text([6], { x: 6, y: 0, text: () => "6", dy: -10, fontWeight: 600, fill: "var(--fc)" }),
        Plot.ruleY(finite, { x1: 6, x2: "largest", y: middle, stroke: (row) => (row.largest > 6 ? "var(--dw)" : "var(--read)"), strokeWidth: 2 }),
        Plot.dot(finite, { x: "largest", y: middle, r: Math.min(4.5, pitch / 3), fill: (row) => (row.largest > 6 ? "var(--dw)" : "var(--pw)"), className: "bars" }),
        pitch < 12 ? null : Plot.text(finite, { y: middle, text: (row) => row.largest.toPrecision(3), frameAnchor: "right", textAnchor: "end", dx: 44, ...spoken }),
        names(rows, length, domain[0]),
        tipped(finite, (row) => `${row.name}\n${row.largest.toPrecision(4)} at most, ${percent(row.above_6)} above 6\nfloat16 there: ${row.f16_spacing ?? "out of range"}`, "largest"),
      ],
    }),
  ];
};

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
