// The views of a network: one is shown, and redrawn with every answer.

import { bytes, count } from "reports:charts";

import { draw, figures } from "./charts.js";
import { compare } from "./compare.js";
import { find, make, save, say } from "./dom.js";
import { reason } from "./engine.js";
import { exported } from "./export.js";
import { gate } from "./gate.js";
import { picture } from "./graph.js";
import { layers } from "./layers.js";
import { rowOf, walkable } from "./marks.js";
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

export class Views {
  #page;
  #answer = null;
  #tabs = new Map();
  #sections;
  /** What each view remembers while others are shown. */
  #memory = { sort: { column: 0, turn: null }, filter: { text: "" }, mark: null, graph: { zoom: 0 }, sweep: { widths: "0.25, 0.35, 0.5, 0.75, 1.0, 1.4", sides: "96, 128, 160, 192, 224" }, relu6: null };
  #turn = 0;

  constructor(page) {
    this.#page = { ...page, refresh: (again) => this.#build(again) };
    this.#sections = new Map(page.sections.map((section) => [section.key, section]));
    if (!Object.hasOwn(TABS, page.state.view)) page.state.view = "kinds";
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
    if (!Object.hasOwn(TABS, key)) return;
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
      this.#memory.relu6 = this.#memory.mark = null;
    }
    this.#build(true);
  }

  /** Draws nothing of what is under way. */
  drop() {
    this.#turn += 1;
  }

  /** Fills the view anew. */
  refresh() {
    this.#build();
  }

  /** Shows a layer in the table, and its place in the spec. */
  lead(row) {
    const { filter } = this.#memory;
    if (row.name !== this.#memory.mark) filter.text = "";
    this.#memory.mark = row.name;
    this.choose("rows");
    this.#page.reveal(row.block, false);
    const line = find("#view tr.marked");
    line?.scrollIntoView({ block: "center" });
    find("button", line)?.focus({ preventScroll: true });
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
      else {
        const fill = { compare, gate, export: exported }[view];
        await fill(root, this.#page, { answer: this.#answer, current, again }, this.#page.pick);
      }
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
      const mounts = lacking ? make("p", { className: "lacking quiet", textContent: why }) : [figures(section), make("p", { className: "hint", textContent: view === "tools" ? "" : "A press on a mark leads to its layer; so do the arrow keys in a chart, and Enter." })];
      root.replaceChildren(make("div", { id: view, className: "section" }, this.#lead(section.heading || TABS[view], section.lead), mounts, view === "arena" && !lacking ? this.#schedule() : null));
    }
    if (lacking) return;
    draw(root, report);
    for (const mount of root.querySelectorAll("[data-chart]")) walkable(mount, (datum) => this.#chosen(datum));
  }

  /** A mark leads to its layer, to the layers of its kind, or to the settings of its network. */
  #chosen(datum) {
    if (datum.kind) {
      this.#memory.filter.text = datum.kind;
      return this.choose("rows");
    }
    if (datum.resolution) {
      this.#page.set({ width: datum.width, resolution: datum.resolution });
      return say(`Width ${datum.width} at ${datum.resolution.join("×")} is set.`);
    }
    const row = rowOf(this.#answer.report, datum);
    if (row) this.lead(row);
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
          const answer = await this.#page.slow.ask({ call: "analyze", relu6: true, ...network(this.#answer.of) }, { lane: "relu6" });
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
          field.value = (await slow.ask({ call: "schedule", ...network(this.#answer.of) })).text;
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
    const typing = again && document.activeElement === find("[type=search]", root);
    root.replaceChildren(...this.#lead("Every layer", "A press on a name leads to its place in the spec."), ...layers(this.#answer.report, this.#memory, chosen));
    if (typing) find("[type=search]", root).focus();
  }

  async #graph(root, current) {
    const { engine } = this.#page;
    const answer = await engine.ask({ call: "graph", format: "svg", ...network(this.#answer.of) }, { lane: "graph" });
    if (!answer || !current()) return;
    const { report } = this.#answer;
    const out = make("output", { className: "quiet" });
    const pointed = (name) => {
      const row = report.rows.find((row) => row.name === name);
      if (row) out.textContent = `${row.name}: ${count(row.macs)} MACs, ${count(row.w + row.bias + row.bn)} parameters, ${bytes(row.live_bytes)} live`;
      return row;
    };
    const chosen = (name) => {
      const row = pointed(name);
      if (row) this.lead(row);
    };
    const saved = make("button", { type: "button", textContent: "Save SVG", onclick: () => save(`${report.model.name}.svg`, answer.text, "image/svg+xml") });
    const [tools, host] = picture(answer.text, this.#memory.graph, pointed, chosen);
    tools.append(saved, out);
    root.replaceChildren(...this.#lead("Graph", "A press on a layer leads to its row and its place in the spec; so do the left and right arrow in the picture, and Enter."), tools, host);
  }

  async #sweep(root, current, again) {
    const { engine } = this.#page;
    const memory = this.#memory.sweep;
    if (!(again && root.dataset.view === "sweep")) {
      const field = (name, label) => {
        const input = make("input", { type: "text", id: `sweep-${name}-list`, value: memory[name] });
        input.addEventListener("change", () => {
          memory[name] = input.value;
          this.#build(true);
        });
        return make("label", { className: "line" }, make("span", { textContent: label }), input);
      };
      root.replaceChildren(...this.#lead("Sweep", "The network of the spec at each width and resolution. A press on a point sets them."), make("div", { className: "fields" }, field("widths", "Widths"), field("sides", "Resolutions")), make("p", { className: "wrong", role: "status" }), make("div", { id: "rows", className: "section" }, figures(this.#page.sweep)));
    }
    const { width, resolution, ...spec } = network(this.#answer.of);
    // What is refused is said for as long as it holds; the charts are still those of before.
    const refused = (text) => {
      find("[role=status]", root).textContent = text;
      find("#rows", root).classList.toggle("past", text !== "");
    };
    let answer;
    try {
      answer = await engine.ask({ call: "compare", specs: [spec], widths: memory.widths, resolutions: memory.sides }, { lane: "sweep" });
    } catch (error) {
      if (current()) refused(reason(error));
      return;
    }
    if (!answer || !current()) return;
    refused("");
    draw(root, answer.report);
    for (const mount of root.querySelectorAll("[data-chart]")) walkable(mount, (datum) => this.#chosen(datum));
  }
}
