// What the page shows and remembers: the spec's text, the settings beside it, the pin, the view.

import { plain } from "./files.js";
import { checked } from "./link.js";

const PLACE = "mbgen-page";

/** Before anybody wrote anything. */
export const FIRST = { machine: "zen4", view: "kinds" };

/** Where a tab keeps its own state, and where the last one of all is for a new tab; null what is disabled. */
const PLACES = [() => sessionStorage, () => localStorage];

/** What was kept, as far as it is what it should be; null where no spec was. */
export function remembered() {
  for (const place of PLACES) {
    try {
      const state = checked(JSON.parse(place().getItem(PLACE)));
      if (state.text !== undefined) return state;
    } catch {
      // The page works without.
    }
  }
  return null;
}

/** Keeps a state for a reload and the next visit. False where the browser has no room for the spec alone. */
export function remember(state) {
  const { file, pin, ...least } = state;
  let full = false;
  for (const place of PLACES) {
    for (const part of [state, least]) {
      try {
        place().setItem(PLACE, JSON.stringify(part));
        break;
      } catch (error) {
        full ||= part === least && error.name === "QuotaExceededError";
      }
    }
  }
  return !full;
}

/** The name that a text gives its network, as it is written. */
export const called = (text) => /^name:[ \t]*["']?([^"'#\r\n]*)/m.exec(text)?.[1].trim();

/** The name of the file that was opened, as long as its network is called what it was `then`; else one after the network. */
function fileOf({ text, name, called: then }) {
  const now = called(text);
  return !then || !now || now === then ? name : plain(`${now}.yaml`);
}

/** What a network is made of, without the rest of a state. */
export const made = ({ text, width, resolution, classes, machine, schedule, ...state }) => ({ text, name: fileOf({ text, ...state }), width, resolution, classes, machine, schedule });

/** What a request says of the network. */
export function network(state) {
  const { text, name, width, resolution, classes, machine, schedule } = made(state);
  const request = { spec: text, name };
  if (width !== undefined) request.width = width;
  if (resolution !== undefined) request.resolution = resolution;
  if (classes !== undefined) request.classes = classes;
  if (machine) request.machine = machine;
  if (schedule) request.schedule = schedule;
  return request;
}
