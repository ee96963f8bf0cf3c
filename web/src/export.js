// What leaves the page: reports, the crate, a link, the command.

import { copy, make, save, say } from "./dom.js";
import { Failure } from "./engine.js";
import { network } from "./state.js";

const FORMATS = [["HTML", "html", "text/html", "html"], ["JSON", "json", "application/json", "json"], ["CSV", "csv", "text/csv", "csv"], ["Markdown", "markdown", "text/markdown", "md"]];

/** What is said of the weights that a crate gets. */
function weights(dict) {
  if (!dict) return "Weights: those that are shipped with the spec, or random ones. A state dict (.safetensors) can be dropped onto the page.";
  const { name, fit } = dict;
  if (fit.ok) return `Weights: ${name}.`;
  const wrong = [["missing", fit.missing], ["unknown", fit.extra], ["of another shape", fit.misshapen]].filter(([, names]) => names.length > 0);
  const told = ([what, names]) => `${names.length} ${names.length === 1 ? "tensor" : "tensors"} ${what} (${names[0]})`;
  return `${name} is of another network: ${wrong.map(told).join(", ")}. Crates get other weights.`;
}

/** A crate; where it has trained weights that are shipped, they are fetched first. */
async function crate({ slow, state }, dict) {
  const request = { call: "crate", ...network(state) };
  try {
    return await slow.ask({ ...request, file: dict?.name }, { bytes: dict?.bytes ?? null });
  } catch (error) {
    if (!error.needs) throw error;
    const answer = await fetch(new URL(`weights/${error.needs}`, import.meta.url)).catch(() => null);
    if (!answer?.ok) throw new Failure(`The shipped weights are not to be had: ${error.needs} is fetched when a crate needs it. Dropped onto the page, it is taken, too.`);
    return slow.ask(request, { bytes: new Uint8Array(await answer.arrayBuffer()) });
  }
}

/** Fills `root`. */
export async function exported(root, page, { answer, current, again }) {
  const { engine, slow, state, link, tell } = page;
  if (again && root.dataset.view === "export" && root.contains(document.activeElement)) return;
  const { report, command } = answer;
  const { name } = report.model;
  const file = ([label, format, type, extension]) =>
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
  const spec = make("button", { type: "button", textContent: "Spec", onclick: () => save(network(state).name, state.text, "text/yaml") });
  const schedule = state.schedule && make("button", { type: "button", textContent: "Schedule", onclick: () => save("schedule.yaml", state.schedule, "text/yaml") });
  const dict = await page.dict();
  if (!current()) return;
  const progress = make("progress", { hidden: true, "aria-label": "Generating the crate" });
  const zip = make("button", { type: "button", className: "main", textContent: "Crate as .zip" });
  const stop = make("button", { type: "button", textContent: "Stop", hidden: true, onclick: () => slow.end("The crate was not finished.") });
  zip.addEventListener("click", async () => {
    zip.disabled = true;
    progress.hidden = stop.hidden = false;
    try {
      const made = await crate(page, dict?.fit.ok ? dict : null);
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
  const address = make("button", {
    type: "button",
    textContent: "Copy a link",
    onclick: async () => {
      const text = await link();
      if (text) copy(text, "The link");
    },
  });
  root.replaceChildren(
    make("h2", { textContent: "Export" }),
    make("p", { className: "lead", textContent: "Everything is made in this browser; nothing is sent anywhere." }),
    make("h3", { textContent: "Files" }),
    make("div", { className: "tools" }, FORMATS.map(file), spec, schedule || null),
    make("h3", { textContent: "Crate" }),
    make("p", { className: "quiet", textContent: weights(dict) }),
    make("div", { className: "tools" }, zip, stop, progress),
    make("h3", { textContent: "Link" }),
    make("p", { className: "quiet", textContent: "It contains the spec, the settings and the schedule, and is read by the page alone." }),
    make("div", { className: "tools" }, address),
    make("h3", { textContent: "Command" }),
    make("p", { className: "quiet", textContent: "It gives the same, in a folder with the files that it names." }),
    make("pre", { textContent: command, tabIndex: 0 }),
    make("div", { className: "tools" }, make("button", { type: "button", textContent: "Copy the command", onclick: () => copy(command, "The command") })),
  );
}
