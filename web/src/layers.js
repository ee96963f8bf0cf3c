// Every layer as a table: sorted by the column that is pressed, filtered by what is typed.

import { bytes, count, percent, shape } from "reports:charts";

import { make } from "./dom.js";

/** Most rows that are made at once. */
const MOST = 300;

const pair = (k) => (Array.isArray(k) ? k.join("×") : k > 0 ? String(k) : "");
const COLUMNS = [
  { heading: "name", of: (row) => row.name },
  { heading: "op", of: (row) => row.op },
  { heading: "k", of: (row) => pair(row.k) },
  { heading: "s", of: (row) => pair(row.s) },
  { heading: "in", of: (row) => shape(row.in) },
  { heading: "out", of: (row) => shape(row.out) },
  { heading: "params", number: (row) => row.w + row.bias + row.bn, show: count },
  { heading: "MACs", number: (row) => row.macs, show: count },
  { heading: "share", number: (row) => row.share, show: percent },
  { heading: "live", number: (row) => row.live_bytes, show: bytes },
];

const turns = ["descending", "ascending", null];

/** The table of a report's rows; `chosen` hears the row that is pressed. */
export function layers(report, remembered, chosen) {
  const { sort, filter } = remembered;
  const body = make("tbody");
  const output = make("output");
  let shown = [];
  let made = 0;
  const more = make("button", { type: "button", onclick: () => grow() });
  const grow = () => {
    const rows = shown.slice(made, made + MOST).map((row) =>
      make(
        "tr",
        { "data-name": row.name },
        COLUMNS.map((column, i) => {
          const text = column.number ? column.show(column.number(row)) : column.of(row);
          return i === 0 ? make("td", {}, make("button", { type: "button", className: "row", textContent: text, onclick: () => chosen(row) })) : make("td", { className: column.number ? "n" : "", textContent: text });
        }),
      ),
    );
    body.append(...rows);
    made += rows.length;
    more.hidden = made >= shown.length;
    more.textContent = `Show ${count(Math.min(MOST, shown.length - made))} more of ${count(shown.length - made)}`;
  };
  const fill = () => {
    const words = filter.text.toLowerCase().replaceAll(/(\d)x(?=\d)/g, "$1×").split(/\s+/);
    const fits = (row) => words.every((word) => `${row.name} ${row.op} ${shape(row.in)} ${shape(row.out)}`.toLowerCase().includes(word));
    shown = report.rows.filter(fits);
    const column = COLUMNS[sort.column];
    if (sort.turn) {
      const sign = sort.turn === "descending" ? -1 : 1;
      const compare = column.number ? (a, b) => column.number(a) - column.number(b) : (a, b) => column.of(a).localeCompare(column.of(b), "en", { numeric: true });
      shown = [...shown].sort((a, b) => sign * compare(a, b));
    }
    heads.forEach((head, i) => (sort.turn && i === sort.column ? head.setAttribute("aria-sort", sort.turn) : head.removeAttribute("aria-sort")));
    body.replaceChildren();
    made = 0;
    grow();
    output.textContent = shown.length === report.rows.length ? `${count(shown.length)} rows` : `${count(shown.length)} of ${count(report.rows.length)} rows`;
  };
  const press = (column) => {
    const order = COLUMNS[column].number ? turns : ["ascending", "descending", null];
    const next = sort.column === column ? order[(order.indexOf(sort.turn) + 1) % 3] : order[0];
    [sort.column, sort.turn] = [column, next];
    fill();
  };
  const heads = COLUMNS.map(({ heading, number }, i) => make("th", { scope: "col", className: number ? "n" : "" }, make("button", { type: "button", textContent: heading, onclick: () => press(i) })));
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
