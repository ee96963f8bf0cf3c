// Settings beside the spec: width, resolution, classes, machine. They never edit the text by themselves.

import { find, make, say } from "./dom.js";

const shown = ([height, width]) => (height === width ? String(height) : `${height}x${width}`);

/** `224` or `224x160` as rows and columns; null where it is neither. */
function sides(text) {
  const match = /^\s*(\d{1,6})\s*(?:[x×]\s*(\d{1,6}))?\s*$/.exec(text);
  if (!match) return null;
  const [height, width] = [Number(match[1]), Number(match[2] ?? match[1])];
  return height > 0 && width > 0 ? [height, width] : null;
}

export class Settings {
  #state;
  #own = null;

  /** Fields for `state`; `changed` hears that one was used, `write` that the button was. */
  constructor(state, machines, changed, write) {
    this.#state = state;
    const set = (name, value, field) => {
      if (value === undefined) delete state[name];
      else state[name] = value;
      this.show(field);
      changed();
    };
    const typed = (id, name, read, wrong) =>
      find(id).addEventListener("change", ({ target }) => {
        const text = target.value.trim();
        if (text === "") return set(name, undefined, target);
        const value = read(text);
        if (value === null) {
          say(`${text} ${wrong}.`, "error");
          return this.show(target);
        }
        set(name, this.#isOwn(name, value) ? undefined : value, target);
      });
    const slid = (id, name, read) =>
      find(id).addEventListener("input", (event) => {
        const value = read(Number(event.target.value));
        set(name, this.#isOwn(name, value) ? undefined : value);
      });
    slid("#width", "width", (n) => Math.round(n * 100) / 100);
    slid("#side", "resolution", (n) => [n, n]);
    const decimal = (text) => (/^\d*\.?\d+$|^\d+\.$/.test(text) && Number(text) > 0 && Number(text) <= 100 ? Number(text) : null);
    typed("#width-exact", "width", decimal, "is no width: a number above 0, at most 100, is allowed");
    typed("#side-exact", "resolution", sides, "is no resolution: a side such as 224, or rows x columns, is allowed");
    typed("#classes", "classes", (text) => (/^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : null), "is no number of classes: a whole number from 1 on is allowed");
    const machine = find("#machine");
    machine.append(...machines.map((name) => make("option", { value: name, textContent: name })));
    machine.addEventListener("change", () => set("machine", machine.value));
    find("#reset").addEventListener("click", () => this.clear(changed));
    find("#write").addEventListener("click", write);
    find("#settings").addEventListener("submit", (event) => event.preventDefault());
  }

  #isOwn(name, value) {
    return this.#own !== null && JSON.stringify(this.#own[name]) === JSON.stringify(value);
  }

  /** What the spec itself says. */
  set own(own) {
    this.#own = own;
    this.show();
  }

  /** Puts a width and a resolution beside the spec, as far as they differ from its own. */
  set({ width, resolution }) {
    for (const [name, value] of Object.entries({ width, resolution })) {
      if (this.#isOwn(name, value)) delete this.#state[name];
      else this.#state[name] = value;
    }
    this.show();
  }

  /** Back to what the spec says. */
  clear(changed) {
    for (const name of ["width", "resolution", "classes"]) delete this.#state[name];
    this.show();
    changed?.();
  }

  /** Whether anything differs from the spec. */
  get differs() {
    return ["width", "resolution", "classes"].some((name) => this.#state[name] !== undefined);
  }

  /** Shows what is in force. A field in use is left alone, unless it is the one that was `entered`. */
  show(entered) {
    const { width, resolution, classes } = { ...this.#own, ...this.#state };
    const put = (id, value) => {
      const field = find(id);
      if (field === entered || field !== document.activeElement || field.type === "range") field.value = value;
    };
    if (width !== undefined) {
      put("#width", width);
      put("#width-exact", width);
    }
    if (resolution !== undefined) {
      put("#side", Math.max(...resolution));
      put("#side-exact", shown(resolution));
    }
    if (classes !== undefined) put("#classes", classes);
    find("#machine").value = this.#state.machine;
    for (const [id, name] of [["#width", "width"], ["#side", "resolution"], ["#classes", "classes"]]) {
      find(id).closest(".setting").classList.toggle("changed", this.#state[name] !== undefined);
    }
    find("#write").disabled = find("#reset").disabled = !this.differs;
  }
}
