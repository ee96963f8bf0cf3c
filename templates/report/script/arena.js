// The arena of the generated crate: a row for each fused step, offsets from left to right.

charts.arena = (width) => {
  const { steps, blocks, shared_elems: shared, bytes: size } = report.arena;
  const { length, margin } = labels(22, 14);
  const pitch = Math.max(3, Math.min(24, 2400 / steps.length));
  const rows = steps.map((step, i) => ({ ...step, name: labelled(step), y1: i * pitch, y2: (i + 1) * pitch }));
  const height = steps.length * pitch;
  const place = (block) => ({ x1: block.offset * F32, x2: (block.offset + block.elements) * F32 });
  const lives = blocks.flatMap((block) => {
    const written = { ...place(block), y1: block.from * pitch, y2: (block.from + 1) * pitch, role: block.kind === "output" ? "written" : "workspace" };
    const kept = { ...place(block), y1: written.y2, y2: (block.to + 1) * pitch, role: "read" };
    return block.to > block.from ? [kept, written] : [written];
  });
  const scratch = rows
    .filter((row) => row.scratch_elems > 0)
    .map((row) => ({ x1: shared * F32, x2: (shared + row.scratch_elems) * F32, y1: row.y1, y2: row.y2, role: "scratch" }));
  const parts = [...lives, ...scratch];
  const chart = Plot.plot({
    width,
    height: height + 46,
    marginTop: 26,
    marginBottom: 20,
    marginLeft: margin,
    marginRight: 14,
    ariaLabel: "Arena of the generated crate, step by step",
    ariaDescription: `${bytes(size)} with one thread`,
    x: { domain: [0, Math.max(1, size)] },
    y: { domain: [0, height], range: [26, height + 26], axis: null },
    marks: [
      amounts("B", { ticks: Math.max(2, Math.floor(width / 110)) }),
      Plot.rect(parts, { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: (part) => `var(--${part.role})`, inset: pitch > 8 ? 0.75 : 0, rx: pitch > 8 ? 2 : 0, className: "bars" }),
      names(rows, length),
      baseline(height),
      Plot.ruleX([shared * F32], { y1: 0, y2: height, stroke: "var(--ink)", strokeDasharray: "4 3" }),
      Plot.text([shared * F32], { x: (x) => x, y: height, text: () => (width < 480 ? "◂ shared | each thread" : "◂ shared by all threads   |   scratch of each thread ▸"), textAnchor: anchor(shared * F32 / size), dy: 12, fontSize: 11, fill: "var(--muted)" }),
      tipped(rows, (row) => stepOf(row, rows.indexOf(row))),
    ],
  });
  return [
    key([
      ["written", "output, written"],
      ["read", "output, kept until it is read"],
      ["workspace", "workspace of one step"],
      ["scratch", "scratch"],
    ].filter(([role]) => parts.some((part) => part.role === role)).map(([role, meaning]) => [`var(--${role})`, meaning])),
    chart,
  ];
};

const anchor = (share) => (share > 0.85 ? "end" : share < 0.15 ? "start" : "middle");

/** A step's name; its layer's, where it is of one layer. */
const labelled = (step) => (step.layers.length === 1 ? report.rows[step.layers[0]].name : spanned(step.name));

/** A name of the form `first..last` without what the last repeats of the first: a.b.0..a.c.1 as a.b.0 – c.1. */
function spanned(name) {
  const [first, last] = name.split("..");
  if (!last) return name;
  const [a, b] = [first.split("."), last.split(".")];
  const common = b.slice(0, -1).findIndex((part, i) => part !== a[i]);
  return `${first} – ${b.slice(common < 0 ? b.length - 1 : common).join(".")}`;
}

function stepOf(step, number) {
  const { rows, arena } = report;
  const held = arena.blocks.filter((block) => block.from <= number && number <= block.to);
  return [
    report.arena.steps[number].name,
    report.schedule[number].runs,
    ...step.layers.slice(0, 8).map((i) => `  ${rows[i].name}`),
    ...(step.layers.length > 8 ? [`  and ${step.layers.length - 8} more`] : []),
    "",
    ...held.map((b) => `${bytes(b.elements * F32)} at ${count(b.offset * F32)}${b.kind === "workspace" ? ", workspace" : b.from < number ? ", kept" : ", written"}`),
    ...(step.scratch_elems ? [`${bytes(step.scratch_elems * F32)} scratch`] : []),
  ].join("\n");
}
