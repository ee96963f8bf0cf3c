// Two costs of each block, one drawn over the other: the article's comparisons.

/** At most `MOST_ROWS` pairs, or sums of `size` neighbours each. */
function runsOf(pairs) {
  const size = Math.ceil(pairs.length / MOST_ROWS);
  if (size <= 1) return { pairs, size };
  const sums = range(0, Math.ceil(pairs.length / size) - 1).map((i) => {
    const run = pairs.slice(i * size, (i + 1) * size);
    const sum = (field) => run.reduce((total, pair) => total + pair[field], 0);
    return { name: `${run[0].name} … ${run[run.length - 1].name}`, small: sum("small"), large: sum("large"), more: [`${run.length} blocks`] };
  });
  return { pairs: sums, size };
}

/** A chart of `blocks` of `{name, small, large}`, with the ratio at the end of each; of very many, of their sums. */
function paired(blocks, { unit, colors: [small, large], what: [what, other], width, first, label }) {
  const { pairs, size } = runsOf(blocks);
  const pitch = Math.max(3, Math.min(24, 2400 / pairs.length));
  const rows = pairs.map((pair, i) => ({ ...pair, y1: i * pitch, y2: (i + 1) * pitch }));
  const height = rows.length * pitch;
  const { length, margin } = labels();
  const most = Math.max(1, ...rows.map((row) => Math.max(row.small, row.large)));
  return [
    key([
      [small, size > 1 ? `${what}, sums of ${size} blocks each` : what],
      [large, other],
    ]),
    Plot.plot({
      width,
      height: height + 30,
      marginTop: 26,
      marginBottom: 4,
      marginLeft: first ? margin : 1,
      marginRight: 46,
      ariaLabel: `${what} against ${other}`,
      x: { domain: [0, most] },
      y: { domain: [0, height], range: [26, height + 26], axis: null },
      marks: [
        amounts(unit, { ticks: Math.max(2, Math.floor(width / 110)) }),
        Plot.rect(rows, { x1: 0, x2: "large", y1: "y1", y2: "y2", fill: large, insetTop: pitch / 6, insetBottom: pitch / 6, rx2: 2, className: "bars" }),
        Plot.rect(rows, { x1: 0, x2: "small", y1: "y1", y2: "y2", fill: small, insetTop: pitch / 3.4, insetBottom: pitch / 3.4, rx2: 1.5, className: "bars" }),
        first ? names(rows, length) : null,
        pitch < 12 ? null : Plot.text(rows, { x: (row) => Math.max(row.small, row.large), y: (row) => (row.y1 + row.y2) / 2, text: label, textAnchor: "start", dx: 6, fontSize: 11, fill: "var(--muted)", stroke: "var(--paper)", strokeWidth: 3 }),
        baseline(height),
        tipped(rows, (row) => [row.name, ...row.more, "", `${short(row.small, unit)} ${what}`, `${short(row.large, unit)} ${other}`, `÷ ${(row.large / row.small).toFixed(2)}`].join("\n"), "large"),
      ],
    }),
  ];
}

/** The smaller of two costs as a part of the larger: 0.131. */
const ratio = (row) => (row.large > 0 ? (row.small / row.large).toFixed(3) : "");

for (const [name, small, large] of [
  ["macs", "macs_dwsep", "macs_std"],
  ["weights", "params_dwsep", "params_std"],
]) {
  charts[`separable-${name}`] = (width, first) =>
    paired(
      report.separable.map((block) => ({
        name: block.block,
        small: block[small],
        large: block[large],
        more: [`K = ${block.K}, M = ${block.M}, N = ${block.N} on ${block.out_hw.join("×")}`, `1/N + 1/K² = ${block.ratio.toFixed(4)}`],
      })),
      { unit: "", colors: ["var(--pw)", "var(--other)"], what: ["separable", "standard"], width, first, label: ratio },
    );
}

for (const [name, field, unit, scale] of [
  ["macs", "macs", "", 1],
  ["weights", "weights", "", 1],
  ["skip", "skip_elems", "B", F32],
]) {
  charts[`residual-${name}`] = (width, first) =>
    paired(
      report.residual.map((pair) => ({
        name: pair.block,
        small: pair.inverted[field] * scale,
        large: pair.classic[field] * scale,
        more: [`inverted ${pair.inverted.channels.join("→")}`, `classic ${pair.classic.channels.join("→")}`],
      })),
      { unit, colors: ["var(--conv)", "var(--other)"], what: ["inverted", "classic"], width, first, label: ratio },
    );
}
