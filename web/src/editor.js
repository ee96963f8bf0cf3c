// The editor of specs: CodeMirror with the schema's completions and mbgen's own errors.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, hoverTooltip, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { placeOf } from "./complete.js";

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", color: "var(--ink)", backgroundColor: "var(--raised)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--muted)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--band)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent) !important" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "8px", overflow: "hidden" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--paper)" },
  ".cm-completionDetail": { fontStyle: "normal", color: "inherit", opacity: "0.75", fontFamily: "var(--sans)" },
  ".cm-panels": { backgroundColor: "var(--band)", color: "var(--ink)" },
  ".cm-panels input, .cm-panels button": { color: "inherit", backgroundColor: "var(--raised)", backgroundImage: "none", border: "1px solid var(--line)", borderRadius: "5px" },
  ".cm-diagnostic": { whiteSpace: "pre-wrap", maxWidth: "60ch", fontFamily: "var(--sans)" },
  ".cm-diagnosticAction": { backgroundColor: "var(--accent)", color: "var(--paper)" },
  ".cm-about": { padding: "6px 10px", maxWidth: "52ch", fontFamily: "var(--sans)" },
  ".cm-shown": { backgroundColor: "var(--mark)" },
  ".cm-searchMatch": { backgroundColor: "var(--mark)" },
});

const colors = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--syntax-key)" },
    { tag: [tags.string, tags.content], color: "var(--ink)" },
    { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--muted)" },
  ]),
);

const show = StateEffect.define();
/** Lines that a chart or a table led to. */
const shown = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) if (effect.is(show)) return effect.value;
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Offsets of UTF-8 bytes as offsets of the text's own units. */
export function units(text) {
  if (/^[\0-\x7f]*$/.test(text)) return (byte) => Math.min(byte, text.length);
  const at = [];
  let unit = 0;
  for (const character of text) {
    const code = character.codePointAt(0);
    for (let i = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4; i > 0; i -= 1) at.push(unit);
    unit += character.length;
  }
  return (byte) => at[byte] ?? text.length;
}

export class Editor {
  #view;
  #schema = null;

  /** An editor in `parent`; `changed` hears each new text. */
  constructor(parent, text, changed) {
    // Apart from the page, it needs no inline style of the policy.
    const root = parent.attachShadow({ mode: "open" });
    const complete = (context) => this.#complete(context);
    const about = hoverTooltip((view, position) => this.#about(view, position));
    this.#view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          highlightActiveLineGutter(),
          highlightActiveLine(),
          history(),
          foldGutter(),
          drawSelection({ cursorBlinkRate: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 1200 }),
          indentOnInput(),
          indentUnit.of("  "),
          bracketMatching(),
          closeBrackets(),
          search({ top: true }),
          highlightSelectionMatches(),
          yaml(),
          colors,
          look,
          shown,
          lintGutter(),
          autocompletion({ override: [complete], icons: false }),
          about,
          EditorView.contentAttributes.of({ "aria-label": "Spec, in YAML", tabindex: "0" }),
          // Tab leaves the editor, as it leaves any field; Ctrl-] indents.
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap, { key: "Ctrl-Space", run: startCompletion }]),
          // Files are the page's to read, wherever they are dropped.
          EditorView.domEventHandlers({ drop: ({ dataTransfer }) => dataTransfer?.files.length > 0 }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed(update.state.doc.toString());
          }),
        ],
      }),
    });
  }

  set schema(schema) {
    this.#schema = schema;
  }

  get text() {
    return this.#view.state.doc.toString();
  }

  /** Replaces the whole text, as one step that can be undone. */
  set text(text) {
    const { state } = this.#view;
    if (text !== this.text) this.#view.dispatch({ changes: { from: 0, to: state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true });
  }

  /** Changes pieces of the text, given in bytes. */
  edit(edits) {
    const at = units(this.text);
    this.#view.dispatch({ changes: edits.map(({ start, end, text }) => ({ from: at(start), to: at(end), insert: text })) });
  }

  focus() {
    this.#view.focus();
  }

  /** Marks the bytes from `start` to `end`, and brings them into view. */
  reveal([start, end]) {
    const at = units(this.text);
    const doc = this.#view.state.doc;
    const [from, to] = [doc.lineAt(at(start)), doc.lineAt(Math.max(at(start), at(end) - 1))];
    const marks = [];
    for (let line = from.number; line <= to.number; line += 1) marks.push(Decoration.line({ class: "cm-shown" }).range(doc.line(line).from));
    this.#view.dispatch({ effects: [show.of(Decoration.set(marks)), EditorView.scrollIntoView(from.from, { y: "center" })] });
  }

  /** Shows what is wrong, each at its place and with what may be meant. */
  set problems(problems) {
    const at = units(this.text);
    const length = this.#view.state.doc.length;
    const marks = problems.map((problem) => {
      const from = Math.min(at(problem.start), length);
      const to = Math.min(Math.max(at(problem.end), from), length);
      const notes = problem.notes.map(([kind, text]) => `${kind}: ${text}`);
      const message = [problem.message, problem.label, ...notes].filter(Boolean).join("\n");
      const { replacement } = problem;
      const actions = replacement ? [{ name: `write ${replacement}`, apply: (view, a, b) => view.dispatch({ changes: { from: a, to: b, insert: replacement } }) }] : [];
      return { from, to, severity: "error", message, actions };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, marks));
  }

  #complete({ state, pos, explicit }) {
    if (!this.#schema) return null;
    const text = state.doc.toString();
    const word = /[\w.-]*$/.exec(text.slice(state.doc.lineAt(pos).from, pos))[0];
    const { path, value } = placeOf(text, pos - word.length);
    if (!word && !explicit && !/[:{,[] ?$/.test(text.slice(Math.max(0, pos - 2), pos))) return null;
    const options = value
      ? this.#schema.values(path).map(({ word, about }) => ({ label: word, detail: about }))
      : [...this.#schema.keys(path)].map(([key, about]) => ({ label: key, detail: about, apply: `${key}: ` }));
    return options.length > 0 ? { from: pos - word.length, options, validFor: /^[\w.-]*$/ } : null;
  }

  #about({ state }, position) {
    if (!this.#schema) return null;
    const line = state.doc.lineAt(position);
    const word = [...line.text.matchAll(/[\w.-]+/g)].find(({ index, 0: text }) => line.from + index <= position && position <= line.from + index + text.length);
    if (!word) return null;
    const from = line.from + word.index;
    const { path, value } = placeOf(state.doc.toString(), from);
    const about = value ? (this.#schema.values(path).find((known) => known.word === word[0])?.about ?? this.#schema.explain(path)) : this.#schema.explain([...path, word[0]]);
    if (!about) return null;
    const dom = document.createElement("div");
    dom.className = "cm-about";
    dom.textContent = about;
    return { pos: from, end: from + word[0].length, create: () => ({ dom }) };
  }
}
