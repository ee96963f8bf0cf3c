// A spec's file that `mbgen web SPEC` serves: opened, and again whenever it changes.

import { say } from "./dom.js";

/** Hands each version of the file to `open`, until the server ends. */
export async function follow(open) {
  let version = 0;
  for (;;) {
    const answer = await fetch(new URL(`spec.json?after=${version}`, location.href), { cache: "no-store" }).catch(() => null);
    if (!answer || (answer.status !== 200 && answer.status !== 204)) {
      return say("mbgen web has ended: the spec's file is no longer followed. The page goes on until it is reloaded.", "error");
    }
    if (answer.status === 204) continue;
    const { version: now, name, text } = await answer.json();
    version = now;
    open(name, text);
  }
}
