// What the page shows and remembers: the spec's text, the settings beside it, the pin, the view.

import { checked } from "./link.js";

const PLACE = "mbgen-page";

/** Before anybody wrote anything. */
export const FIRST = { machine: "zen4", view: "kinds" };

/** What was kept, as far as it is what it should be; null where nothing was. */
export function remembered() {
  try {
    const state = JSON.parse(localStorage.getItem(PLACE));
    return state && checked(state);
  } catch {
    return null;
  }
}

/** Keeps a state for the next visit, where the browser keeps anything. */
export function remember(state) {
  try {
    localStorage.setItem(PLACE, JSON.stringify(state));
  } catch {
    // The page works without.
  }
}

/** What a request says of the network. */
export function network({ text, name, width, resolution, classes, machine, schedule }) {
  const request = { spec: text, name };
  if (width !== undefined) request.width = width;
  if (resolution !== undefined) request.resolution = resolution;
  if (classes !== undefined) request.classes = classes;
  if (machine) request.machine = machine;
  if (schedule) request.schedule = schedule;
  return request;
}
