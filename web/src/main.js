// The page: a spec on the left, what it costs on the right, in step with every key.

import schema from "../../archs/spec.schema.json";

import { Schema } from "./complete.js";
import { find, make, say } from "./dom.js";
import { Editor } from "./editor.js";
import { Engine, Failure, Refusal } from "./engine.js";
import { figuresOf, headline } from "./headline.js";
import { checked, packed, unpacked } from "./link.js";
import { follow } from "./served.js";
import { Settings } from "./settings.js";
import { FIRST, network, remember, remembered } from "./state.js";
import { Tour } from "./tour.js";
import { Views } from "./views.js";

/** For what is asked while one types, and for what takes its time: crates, and running a network. */
const engine = new Engine(1000);
const slow = new Engine(60_000);

const state = { ...FIRST };
let last = null;
let drawing = 0;
let pin = null;
let dict = null;

/** The state in the address, or kept, or that of a first visit. */
async function begin(archs) {
  if (location.hash.startsWith("#s=")) {
    try {
      return { ...(await unpacked(location.hash)), linked: true };
    } catch {
      say("The link is damaged or too long, so the page begins as it would without.", "error");
    }
  }
  return remembered() ?? { name: "v2.yaml", text: archs.find(({ name }) => name === "v2").text };
}

function kept() {
  const { text, name, width, resolution, classes, machine, schedule, view, limits, other } = state;
  return checked({ text, name, width, resolution, classes, machine, schedule, view, limits, other });
}

let timer = null;
function save() {
  clearTimeout(timer);
  timer = setTimeout(() => remember(kept()), 300);
}

const [archs, sections, machines] = await Promise.all(
  ["archs", "sections", "machines"].map((call) => engine.ask({ call })),
).catch((error) => {
  say(error.message, "error");
  throw error;
});
Object.assign(state, await begin(archs));
if (!machines.includes(state.machine)) state.machine = machines[0];

const editor = new Editor(find("#editor"), state.text ?? "", (text) => {
  state.text = text;
  analyse();
});
const known = new Schema(schema);
editor.schema = known;

const settings = new Settings(state, machines, analyse, async () => {
  try {
    const { edits } = await engine.ask({ call: "write", ...network(state) });
    settings.clear();
    editor.edit(edits);
  } catch (error) {
    tell(error);
  }
});

const views = new Views({
  state,
  sections,
  metrics: [...known.keys(["budgets"]).keys()],
  archs,
  engine,
  slow,
  dict: () => dict,
  reveal(block) {
    const place = last?.places[block];
    if (!place) return;
    pane("spec");
    editor.reveal(place);
  },
  changed: save,
  analyse,
  link,
  tell,
});

/** What ended a request, in one sentence. */
function tell(error) {
  if (error instanceof Refusal || error instanceof Failure) say(error.diagnostics?.[0]?.message ?? error.message, "error");
  else throw error;
}

/** Asks for the costs of what is written and set now. */
async function analyse() {
  save();
  try {
    const answer = await engine.ask({ call: "analyze", ...network(state) }, { lane: "analyze" });
    if (answer !== null) accept(answer);
  } catch (error) {
    refuse(error);
  }
}

function accept(answer) {
  last = answer;
  const { report } = answer;
  if (!pin) setPin(answer);
  document.body.classList.remove("stale");
  editor.problems = [];
  find("#problems").replaceChildren(answer.title);
  headline(report, pin);
  document.title = `${report.model.name}: mbgen`;
  settings.own = answer.own;
  // The figures are painted first.
  cancelAnimationFrame(drawing);
  drawing = requestAnimationFrame(() => views.show(answer));
}

/** What is wrong is marked in the text; the last good results stay, greyed. */
function refuse(error) {
  if (!(error instanceof Refusal) && !(error instanceof Failure)) throw error;
  document.body.classList.add("stale");
  const problems = error.diagnostics ?? [];
  editor.problems = problems;
  const list = problems.slice(0, 5).map(({ line, message, start, end }) => make("button", { type: "button", textContent: `line ${line}: ${message}`, onclick: () => editor.reveal([start, end]) }));
  const more = problems.length > 5 ? [`and ${problems.length - 5} more`] : [];
  find("#problems").replaceChildren(...(list.length > 0 ? list : [make("span", { className: "wrong", textContent: error.message })]), ...more);
}

function setPin({ report, title }) {
  pin = { title, figures: figuresOf(report) };
  find("#against").replaceChildren(`Changes are against ${title}. `, make("button", { type: "button", className: "text", textContent: "Compare with this from now on", onclick: () => repin() }));
}

function repin() {
  if (!last) return;
  setPin(last);
  headline(last.report, pin);
}

/** A link that has the spec and the settings, unless it were too long. */
async function link() {
  const fragment = await packed(kept());
  if (!fragment) {
    say("This spec is too long for a link; a file of it can be sent instead.", "error");
    return null;
  }
  return `${location.href.split("#")[0]}${fragment}`;
}

// Where a spec comes from.

function open(name, text) {
  state.name = name.replaceAll(/[^\w.-]/g, "_").slice(-80) || "spec.yaml";
  delete state.schedule;
  settings.clear();
  pin = null;
  if (editor.text === text) analyse();
  else editor.text = text;
}

const specs = find("#specs");
specs.append(make("option", { value: "", textContent: "Start from…" }), ...archs.map(({ name, title }) => make("option", { value: name, textContent: name, title })));
specs.addEventListener("change", () => {
  const arch = archs.find(({ name }) => name === specs.value);
  if (arch) open(`${arch.name}.yaml`, arch.text);
  specs.value = "";
});

/** Largest files that are read: what mbgen reads of specs, and of weights in a browser. */
const MOST = { spec: 4 << 20, weights: 256 << 20 };

async function read(file) {
  const weights = file.name.endsWith(".safetensors");
  if (file.size > (weights ? MOST.weights : MOST.spec)) {
    say(`${file.name} is larger than ${(weights ? MOST.weights : MOST.spec) >> 20} MiB.`, "error");
    return;
  }
  if (!weights) return open(file.name, await file.text());
  dict = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
  try {
    const fit = await slow.ask({ call: "weights", ...network(state) }, { bytes: dict.bytes });
    dict.fit = fit;
    say(fit.ok ? `${file.name} has all weights of this network; crates get them.` : `${file.name} is of another network: see Export.`, fit.ok ? "note" : "error");
  } catch (error) {
    dict = null;
    tell(error);
  }
  views.refresh();
}

const file = find("#file");
find("#open").addEventListener("click", () => file.click());
file.addEventListener("change", () => {
  if (file.files[0]) read(file.files[0]);
  file.value = "";
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  const dropped = event.dataTransfer.files[0];
  if (dropped) read(dropped);
});

find("#link").addEventListener("click", async () => {
  const address = await link();
  if (!address) return;
  try {
    await navigator.clipboard.writeText(address);
    say("The link is copied. It contains the spec and the settings.");
  } catch {
    location.hash = address.split("#")[1];
    say("The link is in the address bar. It contains the spec and the settings.");
  }
});

// Narrow screens show one pane at a time.

function pane(id) {
  document.body.dataset.pane = id;
  for (const tab of document.querySelectorAll(".panes [role=tab]")) {
    const chosen = tab.getAttribute("aria-controls") === id;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
  if (id === "results") views.refresh();
}
const panes = [...document.querySelectorAll(".panes [role=tab]")];
panes.forEach((tab, i) => {
  tab.addEventListener("click", () => pane(tab.getAttribute("aria-controls")));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const other = panes[1 - i];
    other.focus();
    pane(other.getAttribute("aria-controls"));
  });
});
pane("results");

// The address: a link that is pasted over, a step of the tour.

const tour = new Tour({ archs, open, views, settings, state, analyse });
addEventListener("hashchange", async () => {
  if (tour.follow(location.hash) || !location.hash.startsWith("#s=")) return;
  try {
    const linked = await unpacked(location.hash);
    const { text, name, ...rest } = linked;
    open(name ?? "spec.yaml", text ?? "");
    Object.assign(state, rest);
    settings.show();
    analyse();
  } catch {
    say("The link is damaged or too long; nothing was changed.", "error");
  }
});

let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  clearTimeout(views.resizing);
  views.resizing = setTimeout(() => views.refresh(), 120);
});

settings.show();
if (!tour.follow(location.hash)) analyse();

if ("serviceWorker" in navigator && document.documentElement.dataset.served === undefined && location.protocol.startsWith("http")) {
  navigator.serviceWorker.register("sw.js").catch(() => {});
}

// `mbgen web SPEC` serves the file and says when it changes.
if (document.documentElement.dataset.spec !== undefined) follow(open);
