// Elements, made and found. Text from specs, links and files only ever becomes text.

/** The first element that matches. */
export const find = (selector, root = document) => root.querySelector(selector);

/** An element with properties, attributes (`aria-..`, `data-..`, `role`) and children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Says a sentence to those who see the page and those who hear it. */
export function say(text, kind = "note") {
  const line = find("#say");
  line.className = kind;
  line.textContent = text;
  clearTimeout(say.timer);
  if (text) say.timer = setTimeout(() => say(""), kind === "error" ? 12_000 : 5_000);
}

/** Says a sentence that stays until it is another, or none. */
export function hold(text) {
  const line = find("#held");
  if (line.textContent !== text) line.textContent = text;
}

/** Puts a text where the user chooses, as a file. */
export function save(name, content, type) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = make("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Copies a text, and says so. */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied.`);
  } catch {
    say(`The browser does not let the page copy ${what.toLowerCase()}.`, "error");
  }
}
