// Files of others, read within bounds.

import { say } from "./dom.js";
import { MOST_TEXT } from "./link.js";

/** Largest files that are read: what mbgen reads of specs, and of weights in a browser. */
export const MOST = { spec: MOST_TEXT, weights: 256 << 20 };

/** A file's name in letters that links and commands carry. */
export const plain = (name) => name.replaceAll(/[^\w.-]/g, "_").slice(-80) || "spec.yaml";

/** A file's text, or its bytes; null where it is none that is read, which is said. */
export async function contents(file, most, text = true) {
  if (file.size > most) {
    say(`${plain(file.name)} is larger than ${most >> 20} MiB.`, "error");
    return null;
  }
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return text ? new TextDecoder("utf-8", { fatal: true }).decode(bytes) : bytes;
  } catch (error) {
    say(error instanceof TypeError ? `${plain(file.name)} is no text: a spec (.yaml) or a state dict (.safetensors) is taken.` : `${plain(file.name)} cannot be read.`, "error");
    return null;
  }
}
