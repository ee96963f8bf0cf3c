// The page: a spec on the left, what it costs on the right, in step with every key.

import schema from "../../archs/spec.schema.json";

import { Schema } from "./complete.js";
import { find, make, say } from "./dom.js";
import { Editor } from "./editor.js";
import { Engine, reason } from "./engine.js";
import { MOST, contents, plain } from "./files.js";
import { headline } from "./headline.js";
import { checked, packed, unpacked } from "./link.js";
import { panes, theme } from "./panes.js";
import { follow } from "./served.js";
import { Settings } from "./settings.js";
import { FIRST, called, made, network, remember, remembered } from "./state.js";
import { Tour } from "./tour.js";
import { Views } from "./views.js";

theme();

/** For what is asked while one types, and for what takes its time: crates, and running a network. */
const engine = new Engine(1000);
engine.ready();
const slow = new Engine(60_000);

const state = { ...FIRST };
let last = null;
let pin = null;
let dict = null;

/** The network that the address says, as long as the page shows it. */
let addressed = null;
const shown = () => JSON.stringify(made(state));

/** One's own state, to come back to from a link or the tour: the last that was to be kept, or that of a first visit. */
let mine = null;

/** The state in the address, where it has one, or one's own. */
async function begin() {
  if (location.hash.startsWith("#s=")) {
    try {
      const linked = await unpacked(location.hash);
      addressed = "";
      return { name: "spec.yaml", ...linked };
    } catch {
      say("The link is damaged or too long, so the page begins as it would without.", "error");
    }
  }
  return mine;
}

function kept() {
  return checked({ ...state, ...made(state) });
}

/** The charts' library, which is not waited for before the first figures; charts say if it did not come. */
const plot = new Promise((resolve) => document.head.append(make("script", { src: new URL("plot.js", import.meta.url), onload: resolve, onerror: resolve })));

let timer = null;
let room = true;
function save() {
  clearTimeout(timer);
  timer = setTimeout(() => keep(), 300);
}

/**
 * Remembers the state. What the address says, a link or a step of the tour, is there already, and does not
 * take the place of one's own; once it is changed, it is one's own, and leaves the address, which has
 * perhaps `moved` on by itself.
 */
function keep(moved = false) {
  clearTimeout(timer);
  timer = null;
  if (tour.begun) return;
  if (addressed !== null) {
    if (addressed === shown()) return;
    addressed = null;
    if (!moved) history.replaceState(null, "", location.pathname + location.search);
  }
  const had = room;
  mine = kept();
  room = remember(mine);
  if (had && !room) say("This spec is too long for what the browser keeps: a reload loses it.", "error");
}
addEventListener("pagehide", () => timer !== null && keep());

const [archs, machines, sections, compared] = await Promise.all(
  [{ call: "archs" }, { call: "machines" }, { call: "sections" }, { call: "sections", of: "compare" }].map((request) => engine.ask(request)),
).catch((error) => {
  find("#problems").replaceChildren(make("span", { className: "wrong", textContent: error.message }));
  throw error;
});
mine = remembered() ?? { ...FIRST, name: "v2.yaml", text: archs.find(({ name }) => name === "v2").text };
Object.assign(state, await begin());
if (!machines.includes(state.machine)) state.machine = machines[0];
state.called = called(state.text);

const editor = new Editor(find("#editor"), state.text, (text) => {
  state.text = text;
  analyse();
});
// Lines end in one way there.
state.text = editor.text;
if (addressed !== null) addressed = shown();
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
  sweep: compared.find(({ key }) => key === "rows"),
  metrics: [...known.keys(["budgets"]).keys()],
  archs,
  engine,
  slow,
  dict: fitted,
  pin: () => pin,
  pick: () => pick((file) => readRival(file)),
  set(values) {
    settings.set(values);
    analyse();
  },
  /** Shows the entry of a block in the text; where one pane is seen at a time, it is that of the spec. */
  reveal(block, turn = true) {
    const place = last?.places[block];
    if (!place) return;
    if (turn) pane("spec");
    editor.reveal(place);
  },
  changed: save,
  analyse,
  link,
  tell,
});

const tell = (error) => say(reason(error), "error");

/** Asks for the costs of what is written and set now. */
async function analyse() {
  save();
  clearTimeout(waiting);
  if (last?.report.rows.length >= LONG.layers) {
    views.drop();
    drawn = null;
  }
  try {
    if (!pin && state.pin) await pinAgain(state.pin);
    const of = made(state);
    const answer = await engine.ask({ call: "analyze", ...network(of) }, { lane: "analyze" });
    if (answer !== null) accept({ ...answer, of });
  } catch (error) {
    refuse(error);
  }
}

function accept(answer) {
  last = answer;
  const { report } = answer;
  if (!pin) setPin(answer);
  document.body.classList.remove("stale", "blank");
  editor.problems = [];
  find("#why").textContent = "";
  find("#problems").replaceChildren(answer.title);
  headline(answer, pin);
  document.title = `${report.model.name}: mbgen`;
  settings.own = answer.own;
  draw();
}

/** Layers from which on the views are drawn once no key came for so many milliseconds: they take longer than a key may. */
const LONG = { layers: 1000, rest: 400 };
let drawn = null;
let waiting = null;

/** Has the views show the last answer, after the figures are painted. */
function draw() {
  clearTimeout(waiting);
  if (last === drawn) return;
  const show = async () => {
    await plot;
    if (last === drawn) return;
    drawn = last;
    views.show(last);
  };
  if (last.report.rows.length < LONG.layers) requestAnimationFrame(show);
  else waiting = setTimeout(show, LONG.rest);
}

/** What is wrong is marked in the text; the last good results stay, greyed. */
function refuse(error) {
  const why = reason(error);
  document.body.classList.add("stale");
  const problems = error.diagnostics ?? [];
  // A machine or a schedule has lines of its own.
  const ofSpec = error.file !== "schedule.yaml";
  editor.problems = ofSpec ? problems : [];
  const place = ({ line, message, label, start, end }) => {
    const said = label && label !== "here" ? `${message}: ${label}` : message;
    return ofSpec
      ? make("button", { type: "button", textContent: `line ${line}: ${said}`, onclick: () => editor.reveal([start, end]) })
      : make("button", { type: "button", textContent: `schedule, line ${line}: ${said}`, onclick: () => views.choose("arena") });
  };
  const list = problems.slice(0, 5).map(place);
  const more = problems.length > 5 ? [`and ${problems.length - 5} more`] : [];
  find("#problems").replaceChildren(...(list.length > 0 ? list : [make("span", { className: "wrong", textContent: why })]), ...more);
  find("#why").textContent = list[0]?.textContent ?? why;
  draw();
}

find("#why").addEventListener("click", () => {
  pane("spec");
  find("#problems button")?.click();
});

function setPin({ report, title, of }) {
  pin = { title, metrics: report.metrics, request: network(of) };
  state.pin = of;
  find("#pinned").textContent = find("#pinned").title = `Changes are against ${title}`;
  save();
}

/** Takes the pin of an earlier visit, or of a link, as far as it is a network. */
async function pinAgain(of) {
  try {
    const answer = await engine.ask({ call: "analyze", ...network(of) });
    if (state.pin === of) setPin({ ...answer, of });
  } catch (error) {
    // Anything but an answer is thrown on.
    reason(error);
    if (state.pin === of) delete state.pin;
  }
}

find("#pin").addEventListener("click", () => {
  if (!last) return;
  setPin(last);
  headline(last, pin);
  if (state.view === "compare") views.refresh();
});

/** A link that has the spec and the settings, unless it were too long. */
async function link() {
  const { file, pin, ...sent } = kept();
  if (sent.other === "file") sent.file = file;
  if (sent.other === "pin") sent.pin = pin;
  const fragment = await packed(sent);
  if (!fragment) {
    say(`${state.schedule ? "The spec and its schedule are" : "This spec is"} too long for a link; a file can be sent instead.`, "error");
    return null;
  }
  return `${location.href.split("#")[0]}${fragment}`;
}

// Where a spec comes from.

/** Begins anew with a spec, and with settings that come with it. */
function open(name, text, rest = {}) {
  state.name = plain(name);
  state.called = called(text);
  delete state.schedule;
  delete state.pin;
  settings.clear();
  Object.assign(state, rest);
  settings.show();
  pin = null;
  if (editor.text === text) analyse();
  else editor.text = text;
}

const specs = find("#specs");
specs.append(make("option", { value: "", textContent: "Start from…" }), ...archs.map(({ name }) => make("option", { value: name, textContent: name })));
specs.addEventListener("change", () => {
  const arch = archs.find(({ name }) => name === specs.value);
  if (arch) open(`${arch.name}.yaml`, arch.text);
  specs.value = "";
});

async function read(file) {
  if (!/\.safetensors$/i.test(file.name)) {
    const text = await contents(file, MOST.spec);
    return text === null ? undefined : open(file.name, text);
  }
  const bytes = await contents(file, MOST.weights, false);
  if (bytes === null) return;
  const before = dict;
  dict = { name: plain(file.name), bytes };
  try {
    const { name, fit } = await fitted();
    say(fit.ok ? `${name} has all weights of this network; crates get them.` : `${name} is of another network: see Export.`, fit.ok ? "note" : "error");
  } catch (error) {
    dict = before;
    tell(error);
  }
  views.refresh();
}

/** The state dict that was opened, with how it fits the network of now. */
async function fitted() {
  const request = network(last?.of ?? state);
  const of = JSON.stringify(request);
  if (dict && dict.of !== of) {
    const fit = await slow.ask({ call: "weights", file: dict.name, ...request }, { bytes: dict.bytes });
    Object.assign(dict, { of, fit });
  }
  return dict;
}

/** Takes a file as what to compare with. */
async function readRival(file) {
  const text = await contents(file, MOST.spec);
  if (text === null) return;
  state.file = { name: plain(file.name), text };
  state.other = "file";
  save();
  views.refresh();
}

const file = find("#file");
let picked = read;
/** Lets a file be chosen, and hands it to `take`. */
function pick(take) {
  picked = take;
  file.click();
}
find("#open").addEventListener("click", () => pick(read));
file.addEventListener("change", () => {
  if (file.files[0]) picked(file.files[0]);
  file.value = "";
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  const dropped = event.dataTransfer.files[0];
  if (!dropped) return;
  const compared = state.view === "compare" && event.target.closest?.("#view") && !/\.safetensors$/i.test(dropped.name);
  (compared ? readRival : read)(dropped);
});

find("#link").addEventListener("click", async () => {
  const address = await link();
  if (!address) return;
  try {
    await navigator.clipboard.writeText(address);
    say("The link is copied. It contains the spec and the settings.");
  } catch {
    history.replaceState(null, "", address);
    addressed = shown();
    say("The link is in the address bar. It contains the spec and the settings.");
  }
});

const pane = panes((id) => id === "results" && views.refresh());

// The address: a link that is pasted over, a step of the tour.

/** Shows a state that is not the one of now, and nothing of that. */
function enter({ text, name = "spec.yaml", view, machine, ...rest }) {
  for (const key of ["limits", "other", "file"]) delete state[key];
  if (machines.includes(machine)) rest.machine = machine;
  open(name, text, rest);
  views.choose(view);
}

const tour = new Tour({ archs, open, views, leave: () => enter(mine) });
/** Says that an address leads nowhere. */
function unknown() {
  if (location.hash.length > 1 && !location.hash.startsWith("#s=")) say(`The page knows nothing by the address ${location.hash.slice(0, 20)}.`, "error");
}

addEventListener("hashchange", async () => {
  const { hash } = location;
  const away = addressed !== null || tour.begun;
  if (timer !== null) keep(true);
  if (tour.follow(hash)) return;
  if (!hash.startsWith("#s=")) {
    unknown();
    addressed = null;
    if (away) enter(mine);
    return;
  }
  try {
    const linked = await unpacked(hash);
    if (location.hash !== hash) return;
    enter(linked);
    addressed = shown();
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
if (!tour.follow(location.hash)) {
  unknown();
  analyse();
}

if ("serviceWorker" in navigator && document.documentElement.dataset.served === undefined && location.protocol.startsWith("http")) {
  const known = navigator.serviceWorker.controller;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (known) say("There is a newer version of this page: a reload shows it.");
  });
  navigator.serviceWorker.register("sw.js").catch(() => {});
}

// `mbgen web SPEC` serves the file and says when it changes. Settings and pin stay then.
let following = false;
if (document.documentElement.dataset.spec !== undefined) {
  follow((name, text) => {
    // After a reload of the page it is the same file still.
    if (following || state.name === plain(name)) {
      Object.assign(state, { name: plain(name), called: called(text) });
      editor.text = text;
    } else open(name, text);
    following = true;
  });
}
