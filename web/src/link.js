// A spec and its settings in the fragment of an address: compressed, in letters that addresses carry.

/** Most characters of a link: what mail and chat programs pass on. */
export const MOST = 16_000;
/** Most bytes of what a link unpacks to. */
const MOST_UNPACKED = 1 << 20;
/** Longest text of a spec: what mbgen reads. */
export const MOST_TEXT = 4 << 20;

async function through(stream, bytes, most) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new Error("the link unpacks to more than 1 MiB");
    }
    chunks.push(value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** The fragment for a state: `#s=...`; null where it would be too long. */
export async function packed(state) {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  const small = await through(new CompressionStream("deflate-raw"), bytes, Infinity);
  let letters = "";
  for (let i = 0; i < small.length; i += 8192) letters += String.fromCharCode(...small.subarray(i, i + 8192));
  const fragment = `#s=${btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
  return fragment.length <= MOST ? fragment : null;
}

/** The state in a fragment, which has a spec. What is not of the right kind in it is left out. */
export async function unpacked(fragment) {
  if (fragment.length > 4 * MOST) throw new Error("the link is too long");
  const letters = atob(fragment.slice(3).replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const text = new TextDecoder("utf-8", { fatal: true }).decode(await through(new DecompressionStream("deflate-raw"), bytes, MOST_UNPACKED));
  const state = checked(JSON.parse(text));
  if (state.text === undefined) throw new Error("the link has no spec");
  return state;
}

const isName = (name) => typeof name === "string" && /^[\w.-]{1,80}$/.test(name);
const isSize = (n) => Number.isInteger(n) && n >= 1 && n <= 2 ** 31;

/** The fields of a state that are what they should be. */
export function checked(state) {
  const kept = {};
  const take = (name, fits) => {
    if (state && fits(state[name])) kept[name] = state[name];
  };
  take("text", (text) => typeof text === "string" && text.length <= MOST_TEXT);
  take("name", isName);
  take("width", (width) => typeof width === "number" && width > 0 && width <= 100);
  take("resolution", (sides) => Array.isArray(sides) && sides.length === 2 && sides.every(isSize));
  take("classes", isSize);
  take("machine", (machine) => typeof machine === "string" && /^[\w.-]{1,32}$/.test(machine));
  take("schedule", (text) => typeof text === "string" && text.length <= MOST_TEXT);
  take("view", (view) => typeof view === "string" && /^[a-z0-9]{1,20}$/.test(view));
  take("limits", (limits) => Array.isArray(limits) && limits.length <= 20 && limits.every((limit) => typeof limit === "string" && limit.length <= 60));
  take("other", (other) => typeof other === "string" && /^[\w.-]{1,40}$/.test(other));
  take("file", (file) => typeof file?.text === "string" && file.text.length <= MOST_TEXT && isName(file.name));
  if (kept.file) kept.file = { name: kept.file.name, text: kept.file.text };
  take("pin", (pin) => typeof pin?.text === "string" && isName(pin.name));
  if (kept.pin) kept.pin = checked({ ...kept.pin, pin: undefined, file: undefined });
  return kept;
}
