// A spec's file that `mbgen web SPEC` serves: opened, and again whenever it changes.

import { hold, say } from "./dom.js";

/** Milliseconds between two looks at the file; one that is being replaced is there at the second. */
const PAUSE = 500;

/** Hands each version of the file to `open`, until the server ends. Says why it cannot be read as long as it cannot. */
export async function follow(open) {
  let version = 0;
  let lost = 0;
  for (; ; await new Promise((resolve) => setTimeout(resolve, PAUSE))) {
    // Once it was lost, the same text is news.
    const address = `spec.json?after=${lost > 1 ? 0 : version}`;
    const answer = await fetch(new URL(address, location.href), { cache: "no-store" }).catch(() => null);
    if (![200, 204].includes(answer?.status)) {
      return hold("mbgen web has ended: the spec's file is no longer followed. The page goes on until it is reloaded.");
    }
    const { lost: why, version: now, name, text } = answer.status === 200 ? await answer.json() : {};
    if (why) {
      lost += 1;
      if (lost > 1) hold(`${why}. It is shown again as soon as it can be read.`);
      continue;
    }
    if (lost > 1) {
      hold("");
      say(`${name} is read again.`);
    }
    lost = 0;
    if (now !== undefined && now !== version) open(name, text);
    version = now ?? version;
  }
}
