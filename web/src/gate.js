// What a network may cost at most: limits that are typed in, and the budgets of the spec.

import { bytes, count, duration } from "reports:charts";

import { copy, find, make } from "./dom.js";
import { network } from "./state.js";

const SHOWN = { weight_bytes: bytes, peak: bytes, arena: bytes, time: (seconds) => duration(1e9 * seconds) };

const line = ({ metric, limit, value, passed, text }) => {
  const shown = SHOWN[metric] ?? count;
  return make("li", { className: passed ? "met" : "missed" }, make("strong", { textContent: passed ? "met" : "not met" }), ` ${metric}: ${shown(value)} of ${text ?? shown(limit)}`);
};

const list = (checks) => make("ul", { className: "checks" }, checks.map(line));

function block(label, text) {
  const button = make("button", { type: "button", textContent: "Copy", onclick: () => copy(text, label) });
  return make("div", { className: "code" }, make("div", { className: "tools" }, make("span", { className: "quiet", textContent: label }), button), make("pre", { textContent: text, tabIndex: 0 }));
}

/** What is said of the spec's own budgets. */
function budgeted({ budgets }, checks) {
  if (budgets === undefined) return [];
  const heading = make("h3", { textContent: "Budgets of the spec" });
  if (budgets.length > 0) return [heading, list(checks.filter(({ origin }) => origin === "budget"))];
  return [heading, make("p", { className: "quiet", textContent: "They are of the network as it is written, not with these settings." })];
}

/** Fills `root`. */
export async function gate(root, page, { answer, current, again }) {
  const { engine, state, changed, metrics } = page;
  state.limits ??= ["macs=300M", "peak=8MB"];
  if (!(again && root.dataset.view === "gate")) {
    const field = make("textarea", { id: "limits", rows: 4, value: state.limits.join("\n"), spellcheck: false, "aria-label": "Limits, one a line" });
    field.addEventListener("input", () => {
      state.limits = field.value.split("\n").map((line) => line.trim()).filter(Boolean).slice(0, 20);
      changed();
      page.refresh(true);
    });
    root.replaceChildren(make("h2", { textContent: "Gate" }), make("p", { className: "lead", textContent: `What the network may cost at most: a metric and a limit on each line, such as macs=300M or peak=2MiB. There are ${metrics.join(", ")}.` }), field, make("div", { id: "checks", role: "status" }), make("div", { id: "same" }));
  }
  let gated;
  try {
    gated = await engine.ask({ call: "gate", limits: state.limits, ...network(answer.of) }, { lane: "gate" });
  } catch (error) {
    gated = { checks: [], refused: [error.message] };
  }
  if (!gated || !current()) return;
  const { checks, refused, command, budgets } = gated;
  const wrong = refused.map((textContent) => make("p", { className: "wrong", textContent }));
  find("#checks").replaceChildren(...wrong, list(checks.filter(({ origin }) => origin !== "budget")), ...budgeted(answer.report, checks));
  if (wrong.length > 0) return find("#same").replaceChildren(make("p", { className: "quiet", textContent: "The command and the budgets are here once every limit is one." }));
  const planner = answer.of.schedule ? make("p", { className: "quiet", textContent: "Limits are held to the planner's own schedule." }) : null;
  find("#same").replaceChildren(...(planner ? [planner] : []), block("The command that says the same", command), ...(budgets ? [block("Budgets for the spec", budgets)] : []));
}
