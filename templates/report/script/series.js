// The lines of a comparison told apart: a spec has a colour and a symbol, a resolution a shade of the
// colour and its number at the end of the line.

const SERIES_COLORS = 5;
const SYMBOLS = ["circle", "square", "triangle", "diamond", "star", "cross", "wye"];
/** Most resolutions that a key lists. */
const LISTED = 6;

const side = ({ resolution: [h, w] }) => (h === w ? String(h) : `${h}×${w}`);
const area = ({ resolution: [h, w] }) => h * w;
const inOrder = (points) => [...points].sort((a, b) => area(a) - area(b));

/** How points are drawn, where `group` is what has a colour, and whether resolutions have shades of it. */
function looks(points, group, shaded) {
  const groups = [...new Set(points.map(group))];
  const sides = shaded ? [...new Set(inOrder(points).map(side))] : [];
  const base = (name) => `var(--series-${(groups.indexOf(name) % SERIES_COLORS) + 1})`;
  // Smaller ones towards the paper, larger ones towards the ink.
  const shade = (color, of) => {
    const share = sides.length > 1 ? sides.indexOf(of) / (sides.length - 1) : 0.5;
    const towards = share < 0.5 ? "paper" : "ink";
    return share === 0.5 ? color : `color-mix(in oklab, ${color}, var(--${towards}) ${Math.round((share < 0.5 ? 60 : 80) * Math.abs(share - 0.5))}%)`;
  };
  return {
    groups,
    sides,
    shade,
    base,
    color: (point) => shade(base(group(point)), side(point)),
    symbol: (name) => SYMBOLS[groups.indexOf(name) % SYMBOLS.length],
    series: (point) => `${group(point)} ${shaded ? side(point) : ""}`,
    group,
  };
}

/** A key of colours, symbols and shades. */
function seriesKey({ groups, sides, shade, base, symbol }) {
  const drawn = (name) => {
    const dot = Plot.dot([0], { x: 0, y: 0, r: 4.5, symbol: symbol(name), fill: base(name) });
    const hidden = { axis: null, domain: [-1, 1] };
    const svg = Plot.plot({ width: 13, height: 13, margin: 0, x: hidden, y: hidden, marks: [dot] });
    svg.setAttribute("aria-hidden", "true");
    svg.querySelector("style").remove();
    return svg;
  };
  const named = groups.length > 1 ? groups.map((name) => [drawn(name), name]) : [];
  const grey = (of) => shade(groups.length > 1 ? "var(--muted)" : base(groups[0]), of);
  const ends = [sides[0], sides[sides.length - 1]];
  const shades = sides.length > LISTED ? [[`linear-gradient(to right, ${ends.map(grey).join(", ")})`, ends.join(" to ")]] : sides.map((of) => [grey(of), of]);
  return key([...named, ...(sides.length > 1 ? shades : []).map(([look, of], i) => [look, i === 0 ? `resolution ${of}` : of])]);
}

/** Places at least `pitch` apart between `top` and `bottom`, as near as can be to where they are wanted, in order. */
function spread(wanted, pitch, top, bottom) {
  const runs = [];
  const start = ({ sum, n }) => Math.max(top, Math.min(bottom - (n - 1) * pitch, sum / n));
  for (const y of wanted) {
    let run = { sum: y, n: 1 };
    for (let last = runs[runs.length - 1]; last && start(last) + last.n * pitch > start(run); last = runs[runs.length - 1]) {
      runs.pop();
      run = { sum: last.sum + run.sum - last.n * pitch * run.n, n: last.n + run.n };
    }
    runs.push(run);
  }
  return runs.flatMap((run) => Array.from({ length: run.n }, (_, i) => start(run) + i * pitch));
}

/** The resolution at the right end of each line; lines of a colour that end together share a label. */
function endsOf(sorted, along, of, { series, group }) {
  const last = new Map(inOrder(sorted).map((point) => [series(point), null]));
  for (const point of sorted) last.set(series(point), point);
  const together = Map.groupBy(last.values(), (point) => JSON.stringify([group(point), along(point), of(point)]));
  return [...together.values()].map((points) => ({ point: points[points.length - 1], text: [...new Set([side(points[0]), side(points[points.length - 1])])].join("–") }));
}

/** A mark that writes labels beside a chart, none over another; as many as there is room for. */
function endLabels(ends, along, of, look) {
  const pitch = 13;
  return (_, { x, y }, __, { width, height, marginRight, marginTop, marginBottom }) => {
    const node = (name, attributes) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      return element;
    };
    const [top, bottom] = [marginTop, height - marginBottom];
    const every = Math.ceil(ends.length / Math.floor((bottom - top) / pitch + 1));
    const shown = ends.toSorted((a, b) => y(of(a.point)) - y(of(b.point))).filter((_, i) => i % every === 0);
    const places = spread(shown.map(({ point }) => y(of(point))), pitch, top, bottom);
    const group = node("g", { class: "ends", "font-size": 11 });
    const edge = width - marginRight;
    shown.forEach(({ point, text }, i) => {
      const path = `M${x(along(point)) + 4},${y(of(point))}L${edge + 8},${places[i]}h5`;
      group.append(node("path", { d: path, fill: "none", stroke: look.color(point), "stroke-opacity": 0.55 }));
      const label = node("text", { x: edge + 16, y: places[i], dy: "0.35em", "text-anchor": "start", fill: `color-mix(in oklab, ${look.base(look.group(point))}, var(--ink) 40%)` });
      label.textContent = text;
      group.append(label);
    });
    return group;
  };
}
