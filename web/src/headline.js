// The numbers to see first, each with its change against a pin.

import { bytes, count, duration, short } from "reports:charts";

import { find, make } from "./dom.js";

const FIGURES = [
  { key: "macs", label: "MACs", show: short, exact: count },
  { key: "params", label: "Parameters", show: short, exact: count },
  { key: "weight_bytes", label: "Folded weights", show: bytes, exact: (n) => `${count(n)} B` },
  { key: "peak_live_bytes", label: "Peak memory", show: bytes, exact: (n) => `${count(n)} B` },
  { key: "arena_bytes", label: "Arena of the crate", show: bytes, exact: (n) => `${count(n)} B` },
  { key: "predicted_ns", label: "Predicted time", show: duration, exact: (n) => `${count(n)} ns` },
];

/** The figures of a report that a pin keeps. */
export const figuresOf = ({ totals }) => Object.fromEntries(FIGURES.map(({ key }) => [key, totals[key] ?? null]));

/** How much more or less than before, in words. */
function change(now, before) {
  if (now === null || before === null || before === undefined) return "";
  if (now === before) return "";
  if (before === 0) return `+${short(now)}`;
  const percent = (100 * (now - before)) / before;
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  return `${percent > 0 ? "+" : "−"}${Math.abs(percent).toFixed(digits)}%`;
}

let tiles = null;

/** Shows the figures of a report beside those of a pin. The elements stay, so that nothing jumps. */
export function headline(report, pin) {
  if (!tiles) {
    tiles = FIGURES.map((figure) => ({ figure, value: make("strong"), exact: make("small"), change: make("span", { className: "change" }) }));
    find("#headline").replaceChildren(make("dl", { className: "tiles" }, tiles.map(({ figure, value, exact, change }) => make("div", {}, make("dt", {}, figure.label, " ", change), make("dd", {}, value, exact)))));
  }
  for (const { figure, value, exact, change: span } of tiles) {
    const now = report.totals[figure.key] ?? null;
    value.textContent = now === null ? "–" : figure.show(now);
    exact.textContent = now === null ? "no crate can be generated" : figure.exact(now);
    const text = pin ? change(now, pin.figures[figure.key]) : "";
    span.textContent = text;
    span.className = `change ${text.startsWith("+") ? "more" : text.startsWith("−") ? "less" : ""}`;
  }
}
