// The views of a network: one is shown, and redrawn with every answer.

import { bytes, count, duration, short } from "reports:charts";

import { draw, figures } from "./charts.js";
import { copy, find, make, save, say } from "./dom.js";
import { picture } from "./graph.js";
import { layers } from "./layers.js";
import { network } from "./state.js";

/** Sections of the report with charts, by key, and what their tabs say. */
const CHARTS = { kinds: "Costs", memory: "Memory", arena: "Arena", roofline: "Roofline", separable: "Separable", residual: "Residual", relu6: "ReLU6", tools: "Tools" };
const OWN = { rows: "Layers", graph: "Graph", sweep: "Sweep", compare: "Compare", gate: "Gate", export: "Export" };
const TABS = { ...CHARTS, ...OWN };

/** What must be in a report for a section to be drawn, and what is said where it is not. */
const NEEDS = {
  arena: ["arena", "No crate can be generated for this network, so it has no arena."],
  roofline: ["roofline", "No crate can be generated for this network, so nothing predicts its time."],
  separable: ["separable", "This network has no depthwise separable blocks."],
  residual: ["residual", "This network has no residual blocks."],
};

const METRICS = ["params", "weights", "macs", "flops", "weight_bytes", "peak", "arena", "time"];

export class Views {
  #page;
  #answer = null;
  #tabs = new Map();
  #sections;
  /** What each view remembers while others are shown. */
  #memory = { sort: { column: 0, turn: null }, filter: { text: "" }, graph: { zoom: 0 }, sweep: { widths: "0.25, 0.35, 0.5, 0.75, 1.0, 1.4", sides: "96, 128, 160, 192, 224" }, relu6: null };
  #turn = 0;

  constructor(page) {
    this.#page = page;
    this.#sections = new Map(page.sections.map((section) => [section.key, section]));
    if (!TABS[page.state.view]) page.state.view = "kinds";
    const keys = Object.keys(TABS);
    const bar = find("#views");
    keys.forEach((key, i) => {
      const tab = make("button", { type: "button", role: "tab", id: `tab-${key}`, "aria-controls": "view", textContent: TABS[key], onclick: () => this.choose(key) });
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1, Home: -i, End: keys.length - 1 - i }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        const next = keys[(i + step + keys.length) % keys.length];
        this.choose(next);
        this.#tabs.get(next).focus();
      });
      this.#tabs.set(key, tab);
      bar.append(tab);
    });
    this.#select();
  }

  #select() {
    const { view } = this.#page.state;
    for (const [key, tab] of this.#tabs) {
      tab.setAttribute("aria-selected", key === view);
      tab.tabIndex = key === view ? 0 : -1;
    }
    find("#view").setAttribute("aria-labelledby", `tab-${view}`);
    this.#tabs.get(view).scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Shows another view. */
  choose(key) {
    if (!TABS[key]) return;
    this.#page.state.view = key;
    this.#select();
    this.#page.changed();
    find("#view").scrollTop = 0;
    this.#build();
  }

  /** Shows an answer in the view that is chosen. */
  show(answer) {
    const before = this.#answer?.report.model.name;
    this.#answer = answer;
    if (before !== answer.report.model.name) {
      this.#memory.graph.zoom = 0;
      this.#memory.relu6 = null;
    }
    this.#build(true);
  }

  refresh() {
    this.#build();
  }

  /** Fills the view; with `again`, the same view with other numbers. */
  async #build(again = false) {
    if (!this.#answer) return;
    const { view } = this.#page.state;
    const root = find("#view");
    const turn = ++this.#turn;
    const current = () => turn === this.#turn;
    try {
      if (CHARTS[view]) this.#charts(root, view, again);
      else if (view === "rows") this.#rows(root, again);
      else if (view === "graph") await this.#graph(root, current);
      else if (view === "sweep") await this.#sweep(root, current, again);
      else if (view === "compare") await this.#compare(root, current, again);
      else if (view === "gate") await this.#gate(root, current, again);
      else this.#export(root, again);
      root.dataset.view = view;
    } catch (error) {
      if (current()) this.#page.tell(error);
    }
  }

  /** What stands over a view. */
  #lead(heading, lead) {
    return [make("h2", { textContent: heading }), lead ? make("p", { className: "lead", textContent: lead }) : null];
  }

  #charts(root, view, again) {
    const section = this.#sections.get(view) ?? { heading: TABS[view], lead: "", charts: [] };
    let { report } = this.#answer;
    const [needed, why] = NEEDS[view] ?? [];
    const lacking = needed && (!report[needed] || report[needed].length === 0);
    if (view === "relu6") {
      const { relu6 } = this.#memory;
      if (!relu6 || relu6.title !== this.#answer.title) return this.#ask(root, section);
      report = { ...report, relu6: relu6.report };
      again = false;
    }
    const same = again && root.dataset.view === view && !root.querySelector(".lacking") && !lacking;
    if (!same) {
      const mounts = lacking ? make("p", { className: "lacking quiet", textContent: why }) : figures(section);
      root.replaceChildren(make("div", { id: view, className: "section" }, this.#lead(section.heading || TABS[view], section.lead), mounts, view === "arena" && !lacking ? this.#schedule() : null));
    }
    if (lacking) return;
    draw(root, report);
    root.onclick = (event) => this.#pressed(event, report);
  }

  /** A press on a chart's row leads to its layer in the text. */
  #pressed(event, report) {
    const chart = event.target.closest("[data-chart]");
    if (!chart) return;
    // The tooltip names the row under the pointer in its first line.
    const said = chart.querySelector("[aria-label=tip] text tspan, [aria-label=tip] text")?.textContent?.trim();
    const row = said && report.rows.find((row) => said === row.name || said.startsWith(`${row.name} `) || said === row.block);
    if (row) this.#page.reveal(row.block);
  }

  /** ReLU6 needs the network to be run, which takes a moment. */
  #ask(root, section) {
    const button = make("button", {
      type: "button",
      className: "main",
      textContent: "Run the network without its clamps",
      onclick: async () => {
        button.disabled = true;
        button.textContent = "Running…";
        const { title } = this.#answer;
        try {
          const answer = await this.#page.slow.ask({ call: "analyze", relu6: true, ...network(this.#page.state) }, { lane: "relu6" });
          if (answer) this.#memory.relu6 = { title, report: answer.report.relu6 };
          this.refresh();
        } catch (error) {
          button.disabled = false;
          button.textContent = "Run the network without its clamps";
          this.#page.tell(error);
        }
      },
    });
    root.replaceChildren(...this.#lead(section.heading || "Why ReLU6", section.lead), make("p", {}, button, " It has random weights, and takes a few seconds."));
  }

  /** How each step runs, to be overridden. */
  #schedule() {
    const { state, slow, analyse, tell } = this.#page;
    const field = make("textarea", { value: state.schedule ?? "", rows: 5, spellcheck: false, placeholder: "features.2: {panel: 32, band: 1}", "aria-label": "Schedules that override the planner's, in YAML" });
    field.addEventListener("change", () => {
      if (field.value.trim()) state.schedule = field.value;
      else delete state.schedule;
      analyse();
    });
    const all = make("button", {
      type: "button",
      textContent: "Write out the planner's",
      onclick: async () => {
        try {
          field.value = (await slow.ask({ call: "schedule", ...network(state) })).text;
          field.dispatchEvent(new Event("change"));
        } catch (error) {
          tell(error);
        }
      },
    });
    return make("details", { open: state.schedule !== undefined }, make("summary", { textContent: "Schedule" }), make("p", { className: "quiet", textContent: "How parts of steps run: what is left out stays the planner's choice." }), field, make("div", { className: "tools" }, all));
  }

  #rows(root, again) {
    const chosen = (row) => this.#page.reveal(row.block);
    const made = layers(this.#answer.report, this.#memory, chosen);
    // While somebody types into the filter, the field must stay.
    if (again && root.dataset.view === "rows" && root.contains(document.activeElement)) {
      find(".scroll", root).replaceWith(made[1]);
      return;
    }
    root.replaceChildren(...this.#lead("Every layer", "A press on a name leads to its place in the spec."), ...made);
  }

  async #graph(root, current) {
    const { engine, state, reveal } = this.#page;
    const answer = await engine.ask({ call: "graph", format: "svg", ...network(state) }, { lane: "graph" });
    if (!answer || !current()) return;
    const { report } = this.#answer;
    const out = make("output", { className: "quiet" });
    const chosen = (name) => {
      const row = report.rows.find((row) => row.name === name);
      if (!row) return;
      out.textContent = `${row.name}: ${count(row.macs)} MACs, ${count(row.w + row.bias + row.bn)} parameters, ${bytes(row.live_bytes)} live`;
      reveal(row.block);
    };
    const saved = make("button", { type: "button", textContent: "Save SVG", onclick: () => save(`${report.model.name}.svg`, answer.text, "image/svg+xml") });
    const [tools, host] = picture(answer.text, this.#memory.graph, chosen);
    tools.append(saved, out);
    root.replaceChildren(...this.#lead("Graph", "A press on a layer leads to its place in the spec."), tools, host);
  }

  /** Numbers between commas; null where one is none. */
  #numbers(text, most) {
    const numbers = text.split(",").map((part) => Number(part.trim())).filter((n) => n !== 0);
    return numbers.length > 0 && numbers.length <= most && numbers.every((n) => Number.isFinite(n) && n > 0) ? numbers : null;
  }

  async #sweep(root, current, again) {
    const { engine, state } = this.#page;
    const memory = this.#memory.sweep;
    const section = { charts: ["macs", "params", "peak"].map((name) => ({ name: `sweep-${name}`, caption: { macs: "MACs", params: "Parameters", peak: "Peak memory" }[name] })).concat({ name: "sweep-front", caption: "Peak memory against MACs" }) };
    if (!(again && root.dataset.view === "sweep")) {
      const field = (name, label) => {
        const input = make("input", { type: "text", id: `sweep-${name}-list`, value: memory[name] });
        input.addEventListener("change", () => {
          memory[name] = input.value;
          this.#build(true);
        });
        return make("label", { className: "line" }, make("span", { textContent: label }), input);
      };
      root.replaceChildren(...this.#lead("Sweep", "The network of the spec at each width and resolution."), make("div", { className: "fields" }, field("widths", "Widths"), field("sides", "Resolutions")), make("div", { id: "rows", className: "section" }, figures(section)));
    }
    const widths = this.#numbers(memory.widths, 40);
    const sides = this.#numbers(memory.sides, 40);
    if (!widths || !sides) return say("Up to 40 numbers above 0, with commas between, are allowed.", "error");
    const { width, resolution, ...spec } = network(state);
    const answer = await engine.ask({ call: "compare", specs: [spec], widths, resolutions: sides.map((side) => [side, side]) }, { lane: "sweep" });
    if (answer && current()) draw(root, answer.report);
  }

  async #compare(root, current, again) {
    const { engine, state, archs, changed } = this.#page;
    const other = archs.find(({ name }) => name === state.other) ?? archs.find(({ name }) => name === "v1");
    if (!(again && root.dataset.view === "compare")) {
      const select = make("select", { id: "other" }, archs.map(({ name, title }) => make("option", { value: name, textContent: name, title, selected: name === other.name })));
      select.addEventListener("change", () => {
        state.other = select.value;
        changed();
        this.#build();
      });
      root.replaceChildren(...this.#lead("Comparison", "Layer by layer, those that stand for each other in one line."), make("label", { className: "line" }, make("span", { textContent: "With" }), select), make("div", { id: "compared" }));
    }
    const specs = [network(state), { spec: other.text, name: other.name, machine: state.machine }];
    const answer = await engine.ask({ call: "compare", specs, by: "layer" }, { lane: "compare" });
    if (!answer || !current()) return;
    const { points, layers: pairs = [] } = answer.report;
    const names = [this.#answer.report.model.name, other.name];
    const totals = [["MACs", "macs", count], ["Parameters", "params", count], ["Folded weights", "weight_bytes", bytes], ["Peak memory", "peak_live_bytes", bytes], ["Arena", "arena_bytes", bytes], ["Predicted time", "predicted_ns", duration]];
    const cell = (text) => make("td", { className: "n", textContent: text });
    const table = (heads, rows, label) =>
      make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": label }, make("table", { className: "named wide plain" }, make("thead", {}, make("tr", {}, heads.map((head, i) => make("th", { scope: "col", className: i === 0 ? "" : "n", textContent: head })))), make("tbody", {}, rows)));
    const rows = totals.map(([label, key, shown]) => {
      const [a, b] = points.map((point) => point[key] ?? null);
      const ratio = a && b ? `× ${(b / a).toFixed(3)}` : "";
      return make("tr", {}, make("td", { textContent: label }), cell(a === null ? "–" : shown(a)), cell(b === null ? "–" : shown(b)), cell(ratio));
    });
    const lines = pairs.slice(0, 500).map(([a, b]) => {
      const name = (side) => side?.name ?? "–";
      const row = make("tr", {}, make("td", { textContent: name(a) }), make("td", { className: "n", textContent: name(b) }), cell(a ? count(a.macs) : ""), cell(b ? count(b.macs) : ""), cell(a ? count(a.params) : ""), cell(b ? count(b.params) : ""));
      return row;
    });
    find("#compared").replaceChildren(
      table(["cost", ...names, "ratio"], rows, "Totals"),
      table(["layer", names[1], `MACs of ${names[0]}`, `of ${names[1]}`, `parameters of ${names[0]}`, `of ${names[1]}`], lines, "Layers"),
      ...(pairs.length > 500 ? [make("p", { className: "quiet", textContent: `${count(pairs.length - 500)} more layers are in the comparison as JSON.` })] : []),
    );
  }

  async #gate(root, current, again) {
    const { engine, state, changed } = this.#page;
    state.limits ??= ["macs=300M", "peak=8MB"];
    if (!(again && root.dataset.view === "gate")) {
      const field = make("textarea", { id: "limits", rows: 4, value: state.limits.join("\n"), spellcheck: false, "aria-label": "Limits, one a line" });
      field.addEventListener("input", () => {
        state.limits = field.value.split("\n").map((line) => line.trim()).filter(Boolean).slice(0, 20);
        changed();
        this.#build(true);
      });
      root.replaceChildren(...this.#lead("Gate", `What the network may cost at most: a metric and a limit on each line, such as macs=300M or peak=2MiB. There are ${METRICS.join(", ")}.`), field, make("div", { id: "checks", role: "status" }), make("div", { id: "same" }));
    }
    let answer;
    try {
      answer = await engine.ask({ call: "gate", limits: state.limits, ...network(state) }, { lane: "gate" });
    } catch (error) {
      if (current()) find("#checks").replaceChildren(make("p", { className: "wrong", textContent: error.message }));
      return;
    }
    if (!answer || !current()) return;
    const { checks, command, budgets } = answer;
    const unit = (metric) => (/bytes|peak|arena/.test(metric) ? bytes : metric === "time" ? (seconds) => duration(1e9 * seconds) : short);
    const line = ({ metric, limit, value, passed, text }) =>
      make("li", { className: passed ? "met" : "missed" }, make("strong", { textContent: passed ? "met" : "not met" }), ` ${metric}: ${unit(metric)(value)} of ${text ?? unit(metric)(limit)}`);
    find("#checks").replaceChildren(make("ul", { className: "checks" }, checks.map(line)));
    const block = (label, text) => make("div", { className: "code" }, make("div", { className: "tools" }, make("span", { className: "quiet", textContent: label }), make("button", { type: "button", textContent: "Copy", onclick: () => copy(text, label) })), make("pre", { textContent: text, tabIndex: 0 }));
    find("#same").replaceChildren(block("The command that says the same", command), ...(budgets ? [block("Budgets for the spec", budgets)] : []));
  }

  #export(root, again) {
    const { engine, slow, state, link, tell } = this.#page;
    if (again && root.dataset.view === "export" && root.contains(document.activeElement)) return;
    const { report, command } = this.#answer;
    const { name } = report.model;
    const file = (label, format, type, extension) =>
      make("button", {
        type: "button",
        textContent: label,
        onclick: async () => {
          try {
            const { text } = await engine.ask({ call: "export", format, ...network(state) });
            save(`${name}.${extension}`, text, type);
          } catch (error) {
            tell(error);
          }
        },
      });
    const dict = this.#page.dict();
    const progress = make("progress", { hidden: true, "aria-label": "Generating the crate" });
    const zip = make("button", { type: "button", className: "main", textContent: "Crate as .zip" });
    const stop = make("button", { type: "button", textContent: "Stop", hidden: true, onclick: () => slow.end("The crate was not finished.") });
    zip.addEventListener("click", async () => {
      zip.disabled = true;
      progress.hidden = stop.hidden = false;
      try {
        const made = await this.#crate(dict?.fit?.ok ? dict.bytes : null);
        save(`${made.name}.zip`, made.zip, "application/zip");
        say(`${made.name}.zip is a crate: cargo build --release in it.`);
      } catch (error) {
        tell(error);
      }
      // Memory of WebAssembly never shrinks.
      slow.end();
      zip.disabled = false;
      progress.hidden = stop.hidden = true;
    });
    const fit = dict?.fit;
    const weights = !dict ? "Weights: those that are shipped with the spec, or random ones. A state dict (.safetensors) can be dropped onto the page." : fit?.ok ? `Weights: ${dict.name}.` : `${dict.name} is of another network: ${[["missing", fit?.missing], ["unknown", fit?.extra], ["of another shape", fit?.misshapen]].filter(([, names]) => names?.length > 0).map(([what, names]) => `${names.length} tensors ${what} (${names[0]?.name ?? names[0]})`).join(", ")}.`;
    const address = make("button", { type: "button", textContent: "Copy a link", onclick: async () => { const text = await link(); if (text) copy(text, "The link"); } });
    root.replaceChildren(
      ...this.#lead("Export", "Everything is made in this browser; nothing is sent anywhere."),
      make("h3", { textContent: "Report" }),
      make("div", { className: "tools" }, file("HTML", "html", "text/html", "html"), file("JSON", "json", "application/json", "json"), file("CSV", "csv", "text/csv", "csv"), file("Markdown", "markdown", "text/markdown", "md")),
      make("h3", { textContent: "Crate" }),
      make("p", { className: "quiet", textContent: weights }),
      make("div", { className: "tools" }, zip, stop, progress),
      make("h3", { textContent: "Link" }),
      make("p", { className: "quiet", textContent: "It contains the spec and the settings, and is read by the page alone." }),
      make("div", { className: "tools" }, address),
      make("h3", { textContent: "Command" }),
      make("pre", { textContent: command, tabIndex: 0 }),
      make("div", { className: "tools" }, make("button", { type: "button", textContent: "Copy the command", onclick: () => copy(command, "The command") })),
    );
  }

  /** A crate; where it has trained weights that are shipped, they are fetched first. */
  async #crate(bytes) {
    const { slow, state } = this.#page;
    const request = { call: "crate", ...network(state) };
    try {
      return await slow.ask(request, { bytes });
    } catch (error) {
      if (!error.needs) throw error;
      const answer = await fetch(new URL(`weights/${error.needs}`, import.meta.url));
      if (!answer.ok) throw error;
      return slow.ask(request, { bytes: new Uint8Array(await answer.arrayBuffer()) });
    }
  }
}
