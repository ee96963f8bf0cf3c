// Marks of charts: one that is pressed, or walked to with the arrows, stands for a layer.

import { find } from "./dom.js";

const BARS = ".bars > *";
const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

/** The row of a report that a mark's datum stands for, the first of several; undefined where it stands for none. */
export function rowOf({ rows }, datum) {
  if (typeof datum === "number") return rows[datum];
  if (Array.isArray(datum?.layers)) return rows[datum.layers[0]];
  const first = (datum?.name ?? datum?.block)?.split(/\.\.| … /)[0];
  if (!first) return undefined;
  return rows.find((row) => row.name === first) ?? rows.find((row) => row.block === first || row.name.startsWith(`${first}.`));
}

/** What Plot points at in a chart: a datum; for a bar without a tooltip, the kind of layer that its colour is of. */
function pointed(mount, target) {
  const { value } = find("svg[aria-label]", mount) ?? {};
  if (value !== null && value !== undefined) return value;
  const kind = /^var\(--(\w+)\)$/.exec(target?.closest?.(BARS)?.getAttribute("fill"))?.[1];
  return kind ? { kind } : null;
}

/** Lets the marks of a chart be pressed and walked through; `chosen` hears the datum of one that is chosen. */
export function walkable(mount, chosen) {
  let bar = null;
  const choose = (target) => {
    const datum = pointed(mount, target);
    if (datum !== null) chosen(datum);
  };
  const point = (bars, step) => {
    const svg = find("svg[aria-label]", mount);
    const before = svg.value;
    const from = bars.indexOf(bar);
    let at = Number.isFinite(step) ? from : step > 0 ? bars.length : -1;
    // Several bars may belong to one mark.
    do {
      at += Number.isFinite(step) ? step : -Math.sign(step);
      if (!bars[at]) return;
      bar = bars[at];
      const { left, top, width, height } = bar.getBoundingClientRect();
      svg.dispatchEvent(new PointerEvent("pointermove", { clientX: left + width / 2, clientY: top + height / 2, pointerType: "mouse" }));
    } while (Number.isFinite(step) && before !== undefined && before !== null && svg.value === before);
    bar.scrollIntoView({ block: "nearest", inline: "nearest" });
    const said = [...mount.querySelectorAll("[aria-label=tip] tspan")].map((line) => line.textContent.trim()).filter((line) => line && line !== "\u200b");
    find("#heard").textContent = said.join(", ") || (find("title", bar)?.textContent ?? "");
  };
  mount.onclick = (event) => choose(event.target);
  mount.onkeydown = (event) => {
    const bars = [...mount.querySelectorAll(BARS)];
    if (event.key === "Enter" && bars.includes(bar)) choose(bar);
    else if (event.key in STEPS && bars.length > 0) point(bars, STEPS[event.key]);
    else return;
    event.preventDefault();
  };
}
