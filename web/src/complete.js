// What the schema of specs knows of a place in a text: completions and explanations.

/** A JSON Schema that can be asked by path. */
export class Schema {
  #root;

  constructor(root) {
    this.#root = root;
  }

  /** The schema itself, and what it stands for. */
  #open(schema, depth = 0) {
    if (!schema || depth > 8) return [];
    const parts = [schema.anyOf, schema.oneOf, schema.allOf].filter(Boolean).flat();
    if (schema.$ref) parts.push(this.#root.$defs[decodeURIComponent(schema.$ref.slice("#/$defs/".length))]);
    return [schema, ...parts.flatMap((part) => this.#open(part, depth + 1))];
  }

  /** The schemas at a path of keys, with `[]` for an entry of a list. */
  at(path) {
    let found = this.#open(this.#root);
    for (const step of path) {
      found = found.flatMap((schema) => {
        const inner = step === "[]" ? [schema.items, ...(schema.prefixItems ?? [])] : [schema.properties?.[step] ?? (typeof schema.additionalProperties === "object" ? schema.additionalProperties : null)];
        return inner.flatMap((next) => this.#open(next));
      });
    }
    return found;
  }

  /** Keys that may stand at a path, with what they are. */
  keys(path) {
    const keys = new Map();
    for (const schema of this.at(path)) {
      for (const [key, value] of Object.entries(schema.properties ?? {})) {
        if (!keys.has(key)) keys.set(key, this.#about(value));
      }
      for (const name of this.#open(schema.propertyNames).flatMap((names) => words(names))) {
        if (!keys.has(name.word)) keys.set(name.word, name.about);
      }
    }
    return keys;
  }

  /** Words that may stand as the value at a path. */
  values(path) {
    return this.at(path).flatMap((schema) => (schema.type === "boolean" ? [{ word: "true" }, { word: "false" }] : words(schema)));
  }

  /** What is said of the value at a path. */
  explain(path) {
    const key = path[path.length - 1];
    const above = this.at(path.slice(0, -1)).find((schema) => schema.properties?.[key]);
    return above ? this.#about(above.properties[key]) : this.#about(...this.at(path).filter((schema) => schema.description));
  }

  #about(...schemas) {
    return schemas.flatMap((schema) => this.#open(schema)).find((schema) => schema.description)?.description.replaceAll("\n", " ") ?? "";
  }
}

/** The constants of a schema. */
function words(schema) {
  const about = schema.description?.replaceAll("\n", " ") ?? "";
  if (typeof schema.const === "string") return [{ word: schema.const, about }];
  return (schema.enum ?? []).filter((word) => typeof word === "string").map((word) => ({ word, about }));
}

/** Flow brackets, keys and separators of a piece of a line, outside of quotes and comments. */
const TOKEN = /"(?:[^"\\]|\\.)*"?|'[^']*'?|#.*|[{}[\],]|:(?=\s|$)|[^\s{}[\],:"'#][^{}[\],:#]*|./g;

/** Where a position is: the path to what holds it, and whether a value stands there, not a key. */
export function placeOf(text, position) {
  const lines = text.slice(0, position).split("\n");
  const current = lines.pop();
  const lead = /^\s*(?:-\s+)*/.exec(current)[0];
  const flow = [];
  let [last, key] = ["", null];
  for (const [token] of current.slice(lead.length).matchAll(TOKEN)) {
    if (token === "{" || token === "[") {
      flow.push({ list: token === "[", key });
      [last, key] = ["", null];
    } else if (token === "}" || token === "]") {
      flow.pop();
      [last, key] = ["", null];
    } else if (token === ",") {
      [last, key] = ["", null];
    } else if (token === ":") {
      key = last.trim();
    } else if (token.trim()) {
      last = token;
    }
  }
  const path = block(lines, lead);
  for (const { list, key: own } of flow) {
    if (own !== null) path.push(own);
    if (list) path.push("[]");
  }
  if (key !== null) path.push(key);
  return { path, value: key !== null || (flow.length > 0 && flow[flow.length - 1].list) };
}

/** The dashes and the key of a line, with their columns, from the right to the left. */
function entries(line) {
  const lead = /^\s*(?:-\s+)*/.exec(line)[0];
  const dashes = [...lead.matchAll(/-/g)].map(({ index }) => ({ column: index, key: null }));
  const key = /^([^\s:#{}[\],"']+):(?:\s|$)/.exec(line.slice(lead.length));
  return [...dashes, ...(key ? [{ column: lead.length, key: key[1] }] : [])].reverse();
}

/** The path that indentation gives to what follows `lead`, spaces and dashes, in the line after `lines`. */
function block(lines, lead) {
  const path = [];
  let limit = lead.length;
  // A list may stand at its key's own indentation.
  let dashed = false;
  const take = ({ column, key }) => {
    if (column < limit || (dashed && key !== null && column === limit)) {
      path.unshift(key ?? "[]");
      limit = column;
      dashed = key === null;
    }
  };
  [...lead.matchAll(/-/g)].reverse().forEach(({ index }) => take({ column: index, key: null }));
  for (let i = lines.length - 1; i >= 0 && (limit > 0 || dashed); i -= 1) {
    if (!/^\s*(#|$)/.test(lines[i])) entries(lines[i]).forEach(take);
  }
  return path;
}
