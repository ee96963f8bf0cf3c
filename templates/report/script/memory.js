// Live memory over time: a column for each layer, made of the tensors alive while it runs.

/** Most columns: of longer networks, each column is the layer that needs most among its neighbours. */
const MOST_STEPS = 400;

charts.memory = (width) => {
  const { tensors, peak_step: peak } = report.memory;
  const steps = chosen(report.rows, MOST_STEPS);
  const parts = steps.flatMap((step, column) => columnOf(tensors, step, column));
  const most = report.totals.peak_live_bytes;
  const arena = report.totals.arena_bytes;
  const compact = width < 480;
  const at = steps.indexOf(peak);
  const right = at > steps.length / 2;
  const chart = Plot.plot({
    width,
    height: compact ? 250 : 320,
    marginTop: 34,
    marginLeft: 54,
    marginRight: 8,
    marginBottom: 26,
    ariaLabel: "Live memory while each layer runs",
    ariaDescription: `The peak is ${bytes(most)} at ${report.totals.peak_live_at}`,
    x: { domain: [0, steps.length], axis: null },
    y: { domain: [0, Math.max(1, most, arena ?? 0)] },
    marks: [
      Plot.gridY({ ticks: 5, stroke: "var(--line)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 5, label: null, tickSize: 0, tickFormat: tick("B"), fill: "var(--muted)" }),
      Plot.rect(parts, { x1: (part) => part.column, x2: (part) => part.column + 1, y1: "y1", y2: "y2", fill: (part) => `var(--${part.role})`, insetLeft: 0.5, insetRight: width / steps.length > 6 ? 1 : 0, className: "bars" }),
      Plot.ruleY([0], { stroke: "var(--muted)", strokeOpacity: 0.6 }),
      arena ? Plot.ruleY([arena], { stroke: "var(--ink)", strokeWidth: 1.25, strokeDasharray: "4 3" }) : null,
      arena ? Plot.text([arena], { x: steps.length, y: arena, text: () => `${bytes(arena)}: arena of the generated crate`, textAnchor: "end", dy: -8, fill: "var(--ink)", stroke: "var(--paper)", strokeWidth: 4 }) : null,
      at < 0 ? null : Plot.text([most], { x: at + 0.5, y: most, text: () => `${compact ? "" : "peak "}${bytes(most)} at ${report.totals.peak_live_at}`, textAnchor: right ? "end" : "start", dx: right ? 4 : -4, dy: -20, fontWeight: 600, fill: "var(--ink)" }),
      at < 0 ? null : Plot.text([most], { x: at + 0.5, y: most, text: () => "▼", fontSize: 9, dy: -8, fill: "var(--ink)" }),
      Plot.text(blockTicks(steps, width), { x: "column", y: 0, text: "name", textAnchor: "start", dy: 14, fontSize: 11, fill: "var(--muted)", className: "name" }),
      Plot.tip(steps, Plot.pointerX({ x: (_, column) => column + 0.5, y: (step) => report.rows[step].live_bytes, title: alive, fontSize: 12, lineHeight: 1.35, stroke: "var(--line)", maxRadius: 400 })),
    ],
  });
  return [
    key([
      ["var(--written)", "written now"],
      ["var(--read)", "read for the last time"],
      ["var(--kept)", "needed again later"],
    ]),
    chart,
  ];
};

/** The numbers of at most `most` layers, of each run the one with the most live bytes. */
function chosen(rows, most) {
  const size = Math.max(1, Math.ceil(rows.length / most));
  const steps = [];
  for (let start = 0; start < rows.length; start += size) {
    let best = start;
    for (let i = start; i < Math.min(start + size, rows.length); i += 1) {
      if (rows[i].live_bytes > rows[best].live_bytes) best = i;
    }
    steps.push(best);
  }
  return steps;
}

const living = (tensors, step) => tensors.filter(({ from, to }) => from <= step && step <= to);

/** Whether a tensor is written, needed later, or read for the last time at a step. */
function role(tensor, step) {
  if (tensor.from === step && tensor.name !== "input") return "written";
  return tensor.to > step ? "kept" : "read";
}

/** The tensors of one column, those kept longest at the bottom. */
function columnOf(tensors, step, column) {
  const order = ["kept", "read", "written"];
  const parts = living(tensors, step).map((tensor) => ({ column, role: role(tensor, step), bytes: tensor.elements * F32 }));
  parts.sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role));
  let top = 0;
  for (const part of parts) {
    part.y1 = top;
    part.y2 = top += part.bytes;
  }
  return parts;
}

function alive(step) {
  const tensors = living(report.memory.tensors, step).map((tensor) => `${bytes(tensor.elements * F32)}  ${tensor.name}`);
  return [`${bytes(report.rows[step].live_bytes)} while ${report.rows[step].name} runs`, "", ...tensors].join("\n");
}

/** Names of blocks at their first column, as many as have room. */
function blockTicks(steps, width) {
  const pixels = (width - 62) / steps.length;
  const ticks = [];
  let free = 0;
  steps.forEach((step, column) => {
    const { block } = report.rows[step];
    const starts = step === 0 || report.rows[step - 1].block !== block;
    const room = block.length * 6.8 + 14;
    if (starts && column * pixels >= free && column * pixels + room < width - 40) {
      ticks.push({ column, name: block });
      free = column * pixels + room;
    }
  });
  return ticks;
}
