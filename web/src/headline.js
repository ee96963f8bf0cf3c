// The numbers to see first, those of the reports, each with its change against a pin.

import { short } from "reports:charts";

import { find, make } from "./dom.js";

/** How much more or less than before, in words. */
function change(now, before) {
  if (now === undefined || before === undefined || now === before) return "";
  if (before === 0) return `+${short(now)}`;
  const percent = (100 * (now - before)) / before;
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  return `${percent > 0 ? "+" : "−"}${Math.abs(percent).toFixed(digits)}%`;
}

/** Elements by metric. They stay, so that nothing jumps. */
const tiles = new Map();

/** Shows the tiles of an answer beside the metrics of a pin. */
export function headline({ tiles: shown, report: { metrics } }, pin) {
  for (const { metric, label } of shown) {
    if (tiles.has(metric)) continue;
    const tile = { value: make("strong"), detail: make("small"), change: make("span", { className: "change" }) };
    tiles.set(metric, tile);
    find("#headline dl").append(make("div", { "data-metric": metric }, make("dt", {}, make("span", { textContent: label }), tile.change), make("dd", {}, tile.value, tile.detail)));
  }
  const answered = new Map(shown.map((tile) => [tile.metric, tile]));
  for (const [metric, { value, detail, change: span }] of tiles) {
    const now = answered.get(metric);
    value.textContent = now?.value ?? "–";
    detail.textContent = detail.title = now ? now.detail : "no crate can be generated";
    const text = pin ? change(metrics[metric], pin.metrics[metric]) : "";
    span.textContent = text;
    span.className = `change ${text.startsWith("+") ? "more" : text.startsWith("−") ? "less" : ""}`;
  }
}
