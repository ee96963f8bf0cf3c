// What other tools print for the same network: each figure as the sum that it is.

/** What a tool adds to the MACs, by the words that name it, and its colour. */
const ADDED = [
  [/BatchNorm/, "var(--dw)", "BatchNorm"],
  [/activations/, "var(--conv)", "activations"],
  [/pool/, "var(--gap)", "pool"],
  [/adds/, "var(--add)", "residual adds"],
  [/./, "var(--fc)", "biases and outputs"],
];
const AGAIN = ["var(--read)", "once more: a MAC as two operations"];

charts.tools = (width) => {
  const { macs } = report.totals;
  const figures = report.tools.filter((figure) => figure.terms[0].what.startsWith("MACs"));
  const [pitch, most] = [26, Math.max(1, ...figures.map((figure) => figure.value))];
  const rows = figures.map((figure, i) => ({ ...figure, name: `${figure.tool} ${width < 480 ? figure.figure.split(" ").slice(0, -1).join(" ") : figure.figure}`.trim(), y1: i * pitch, y2: (i + 1) * pitch }));
  const height = rows.length * pitch;
  const { length, margin } = labels(24, 18);
  const parts = rows.flatMap(stacked);
  const entries = [["var(--pw)", "MACs, as counted here"], AGAIN, ...ADDED.map(([, color, meaning]) => [color, meaning])];
  return [
    key(entries.filter(([color]) => parts.some((part) => part.color === color))),
    Plot.plot({
      width,
      height: height + 30,
      marginTop: 26,
      marginBottom: 4,
      marginLeft: margin,
      marginRight: 58,
      ariaLabel: "Figures of other tools",
      x: { domain: [0, most] },
      y: { domain: [0, height], range: [26, height + 26], axis: null },
      marks: [
        amounts("", { ticks: Math.max(2, Math.floor((width - margin) / 120)) }),
        Plot.rect(parts, { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: "color", insetTop: pitch / 5, insetBottom: pitch / 5, insetRight: 0.75, className: "bars" }),
        Plot.ruleX([macs], { y1: 0, y2: height, stroke: "var(--ink)", strokeDasharray: "4 3" }),
        Plot.text(rows, { x: "value", y: (row) => (row.y1 + row.y2) / 2, text: (row) => `× ${(row.value / Math.max(1, macs)).toFixed(3)}`, textAnchor: "start", dx: 6, fontSize: 11, fill: "var(--muted)" }),
        names(rows, length),
        baseline(height),
        tipped(rows, (row) => [`${row.tool} ${row.version}: ${count(row.value)} ${row.figure}`, "", ...row.terms.map((term) => `${term.times} × ${count(term.count)} ${term.what}`)].join("\n"), "value"),
      ],
    }),
  ];
};

/** The terms of a figure one after the other; MACs that count twice are two parts. */
function stacked({ terms, y1, y2 }) {
  let x = 0;
  const part = (amount, color) => ({ x1: x, x2: (x += amount), y1, y2, color });
  return terms.flatMap(({ what, count: n, times }) => {
    if (what.startsWith("MACs")) return [part(n, "var(--pw)"), ...(times > 1 ? [part((times - 1) * n, AGAIN[0])] : [])];
    return [part(times * n, ADDED.find(([words]) => words.test(what))[1])];
  });
}
