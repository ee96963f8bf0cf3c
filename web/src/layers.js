// Every layer as a table: sorted by the column that is pressed, filtered by what is typed.

import { bytes, count, fitting, ordered, percent, shape, shownOf, turned } from "reports:charts";

import { make } from "./dom.js";

/** Most rows that are made at once. */
const MOST = 100;

const pair = (k) => (Array.isArray(k) ? k.join("×") : k > 0 ? String(k) : "");
const COLUMNS = [
  { heading: "name", of: (row) => row.name },
  { heading: "op", of: (row) => row.op },
  { heading: "k", of: (row) => pair(row.k) },
  { heading: "s", of: (row) => pair(row.s) },
  { heading: "in", of: (row) => shape(row.in) },
  { heading: "out", of: (row) => shape(row.out) },
  { heading: "params", of: (row) => row.w + row.bias + row.bn, show: count },
  { heading: "MACs", of: (row) => row.macs, show: count },
  { heading: "share", of: (row) => row.share, show: percent },
  { heading: "live", of: (row) => row.live_bytes, show: bytes },
];

/** The table of a report's rows; `chosen` hears the row that is pressed. `mark` is a name to begin at. */
export function layers(report, { sort, filter, mark }, chosen) {
  const body = make("tbody");
  const output = make("output");
  let shown = [];
  let made = 0;
  const more = make("button", { type: "button", onclick: () => grow() });
  const line = (row) =>
    make(
      "tr",
      { "data-name": row.name, className: row.name === mark ? "marked" : "" },
      COLUMNS.map(({ of, show }, i) => {
        const text = show ? show(of(row)) : of(row);
        return i === 0 ? make("td", {}, make("button", { type: "button", className: "row", textContent: text, onclick: () => chosen(row) })) : make("td", { className: show ? "n" : "", textContent: text });
      }),
    );
  const grow = (least = 0) => {
    const rows = shown.slice(made, Math.max(made + MOST, least)).map(line);
    body.append(...rows);
    made += rows.length;
    more.hidden = made >= shown.length;
    more.textContent = `Show ${count(Math.min(MOST, shown.length - made))} more of ${count(shown.length - made)}`;
  };
  const fill = () => {
    const fits = fitting(filter.text);
    const fitted = report.rows.filter((row) => fits(`${row.name} ${row.op} ${shape(row.in)} ${shape(row.out)}`));
    shown = ordered(fitted, sort.turn, COLUMNS[sort.column].of);
    heads.forEach((head, i) => (sort.turn && i === sort.column ? head.setAttribute("aria-sort", sort.turn) : head.removeAttribute("aria-sort")));
    body.replaceChildren();
    made = 0;
    grow(1 + shown.findIndex((row) => row.name === mark));
    output.textContent = shownOf(shown.length, report.rows.length);
  };
  const press = (column) => {
    sort.turn = turned(sort.column === column ? sort.turn : null, Boolean(COLUMNS[column].show));
    sort.column = column;
    fill();
  };
  const heads = COLUMNS.map(({ heading, show }, i) => make("th", { scope: "col", className: show ? "n" : "" }, make("button", { type: "button", textContent: heading, onclick: () => press(i) })));
  const search = make("input", { type: "search", value: filter.text, placeholder: "Filter: name, op, shape", autocomplete: "off", spellcheck: false, "aria-label": "Filter rows" });
  search.addEventListener("input", () => {
    filter.text = search.value;
    fill();
  });
  fill();
  return [
    make("div", { className: "tools" }, make("div", { className: "search" }, search), output),
    make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Every layer" }, make("table", { className: "named wide" }, make("thead", {}, make("tr", {}, heads)), body)),
    more,
  ];
}
