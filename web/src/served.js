// A spec's file that `mbgen web SPEC` serves: opened, and again whenever it changes.

import { say } from "./dom.js";

/** Hands each version of the file to `open`, until the server ends. Says when it cannot be read, and when it can again. */
export async function follow(open) {
  let version = 0;
  let lost = false;
  for (;;) {
    const address = `spec.json?after=${version}${lost ? "&lost" : ""}`;
    const answer = await fetch(new URL(address, location.href), { cache: "no-store" }).catch(() => null);
    if (![200, 204].includes(answer?.status)) {
      return say("mbgen web has ended: the spec's file is no longer followed. The page goes on until it is reloaded.", "error");
    }
    if (answer.status === 204) continue;
    const { lost: why, version: now, name, text } = await answer.json();
    if (why) {
      lost = true;
      say(`${why}. It is shown again as soon as it can be read.`, "error");
      continue;
    }
    if (lost) say(`${name} is read again.`);
    lost = false;
    if (now !== version) open(name, text);
    version = now;
  }
}
