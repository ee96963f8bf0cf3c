// Layers as the rows of a chart: each has a place from the top, in execution order, blocks apart.

/** Most rows that a chart shows; longer networks are shown by runs of layers. */
const MOST_ROWS = 240;

/** At most `MOST_ROWS` layers, or runs of as many layers each. */
function limited(layers) {
  const size = Math.ceil(layers.length / MOST_ROWS);
  if (size <= 1) return layers;
  const runs = [];
  for (let i = 0; i < layers.length; i += size) {
    const run = layers.slice(i, i + size);
    const heaviest = run.reduce((a, b) => (b.macs > a.macs ? b : a));
    const sum = (field) => run.reduce((total, layer) => total + layer[field], 0);
    runs.push({
      ...heaviest,
      name: `${run[0].name} … ${run[run.length - 1].name}`,
      macs: sum("macs"),
      w: sum("w"),
      bias: sum("bias"),
      bn: sum("bn"),
      live_bytes: Math.max(...run.map((layer) => layer.live_bytes)),
    });
  }
  return runs;
}

/** Places layers `pitch` apart, and blocks by a further `gap`: the layers, the blocks, the height. */
function placed(layers, pitch = 8, gap = 7) {
  const rows = [];
  const blocks = [];
  let y = gap / 2;
  for (const layer of layers) {
    const last = blocks[blocks.length - 1];
    if (last?.name === layer.block) {
      last.y2 = y + pitch;
    } else {
      if (last) y += Math.max(gap, 15 + gap / 2 - (last.y2 - last.y1));
      blocks.push({ name: layer.block, y1: y, y2: y + pitch });
    }
    rows.push({ ...layer, y1: y, y2: y + pitch });
    y += pitch;
  }
  return { rows, blocks, height: y + gap / 2 };
}

/** What a tooltip says of a layer. */
function described(layer) {
  const kernel = Array.isArray(layer.k) ? layer.k.join("×") : layer.k > 0 ? `${layer.k}×${layer.k}` : "";
  const stride = layer.s > 1 ? `, stride ${layer.s}` : "";
  return [
    layer.name,
    `${KINDS[layer.op].replace(" 1×1", "")}${kernel ? ` ${kernel}` : ""}${stride}`,
    `${shape(layer.in)} → ${shape(layer.out)}`,
    "",
    `${count(layer.macs)} MACs (${percent(layer.macs / Math.max(1, report.totals.macs))})`,
    `${count(layer.w + layer.bias + layer.bn)} parameters`,
    `${bytes(layer.live_bytes)} live`,
  ].join("\n");
}

/** The kinds of layers that a network has, in the order of their colours. */
const present = () => Object.keys(KINDS).filter((op) => report.rows.some((row) => row.op === op));
