// Two networks layer by layer: what is written against a shipped spec, the pin, or a file.

import { bytes, count, duration } from "reports:charts";

import { find, make } from "./dom.js";
import { network } from "./state.js";

/** Most rows that are made. */
const MOST = 500;
const TOTALS = [["MACs", "macs", count], ["Parameters", "params", count], ["Weight bytes", "weight_bytes", bytes], ["Peak memory", "peak_live_bytes", bytes], ["Arena", "arena_bytes", bytes], ["Predicted time", "predicted_ns", duration]];

/** What there is to compare with: the key by which it is remembered, what it is called, and its part of a request. */
function others({ archs, state, pin }) {
  const shipped = archs.map(({ name, text }) => ({ key: name, name, title: "a shipped spec", request: { spec: text, name } }));
  const { title, request } = pin();
  const own = { key: "pin", name: "the pin", title, request };
  const file = state.file && { key: "file", name: state.file.name, title: "a file", request: { spec: state.file.text, name: state.file.name } };
  return [own, ...(file ? [file] : []), ...shipped];
}

const cell = (text) => make("td", { className: "n", textContent: text });

function table(heads, rows, label) {
  const head = heads.map((head, i) => make("th", { scope: "col", className: i === 0 ? "" : "n", textContent: head }));
  return make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": label }, make("table", { className: "named wide plain" }, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows)));
}

function totals([a, b], names) {
  const rows = TOTALS.map(([label, key, shown]) => {
    const [x, y] = [a[key] ?? null, b[key] ?? null];
    return make("tr", {}, make("td", { textContent: label }), cell(x === null ? "–" : shown(x)), cell(y === null ? "–" : shown(y)), cell(x && y ? `× ${(y / x).toFixed(3)}` : ""));
  });
  return table(["cost", ...names, "ratio"], rows, "Totals");
}

/** Fills `root`; `pick` reads a file to compare with. */
export async function compare(root, page, { answer, current, again }, pick) {
  const { engine, state, changed, reveal } = page;
  const known = others(page);
  const other = known.find(({ key }) => key === state.other) ?? known.find(({ key }) => key === "v1");
  const options = () => known.map(({ key, name, title }) => make("option", { value: key, textContent: name, title, selected: key === other.key }));
  if (again && root.dataset.view === "compare") find("#other").replaceChildren(...options());
  else {
    const select = make("select", { id: "other" }, options());
    select.addEventListener("change", () => {
      state.other = select.value;
      changed();
      page.refresh();
    });
    const file = make("button", { type: "button", textContent: "A file…", onclick: pick });
    root.replaceChildren(make("h2", { textContent: "Comparison" }), make("p", { className: "lead", textContent: "Layers that stand for each other are in one line. A spec that is dropped here takes the other side." }), make("div", { className: "tools" }, make("label", { className: "with" }, make("span", { textContent: "With" }), select), file), make("div", { id: "compared" }));
  }
  const specs = [network(answer.of), { machine: state.machine, ...other.request }];
  const { report } = (await engine.ask({ call: "compare", specs, by: "layer" }, { lane: "compare" })) ?? {};
  if (!report || !current()) return;
  const { points, layers: pairs = [] } = report;
  const names = [answer.report.model.name, other.name];
  const lines = pairs.slice(0, MOST).map(([a, b]) => {
    const block = a && answer.report.rows.find((row) => row.name === a.name)?.block;
    const name = block ? make("button", { type: "button", className: "row", textContent: a.name, onclick: () => reveal(block) }) : (a?.name ?? "–");
    const costs = ["macs", "params"].flatMap((key) => {
      const [x, y] = [a?.[key], b?.[key]];
      const shown = (n) => cell(n === undefined ? "" : count(n));
      const other = shown(y);
      if (x < y) other.classList.add("more");
      if (x > y) other.classList.add("less");
      return [shown(x), other];
    });
    return make("tr", {}, make("td", {}, name), make("td", { className: "n", textContent: b?.name ?? "–" }), costs);
  });
  find("#compared").replaceChildren(
    totals(points, names),
    ...(answer.of.schedule ? [make("p", { className: "quiet", textContent: "Arena and time are those of the planner's own schedule." })] : []),
    table(["layer", names[1], `MACs of ${names[0]}`, `of ${names[1]}`, `parameters of ${names[0]}`, `of ${names[1]}`], lines, "Layers"),
    ...(pairs.length > MOST ? [make("p", { className: "quiet", textContent: `${count(pairs.length - MOST)} more layers are in the comparison as JSON.` })] : []),
  );
}
