/**
 * The editor in place of the text field, which it keeps up to date.
 *
 * It stands in a shadow tree: there CodeMirror sets its styles through constructed style sheets,
 * which a strict Content-Security-Policy allows without a nonce.
 */

import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  bracketMatching, HighlightStyle, indentOnInput, LanguageSupport, syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers,
} from "@codemirror/view";
import { styleTags, tags } from "@lezer/highlight";
import { SparqlLanguage } from "codemirror-lang-sparql";

/** The language, with colours also for names with a prefix, which it leaves plain. */
const sparql = new LanguageSupport(
  SparqlLanguage.configure({
    props: [styleTags({ "Pname_ln Pname_ns": tags.namespace, A_predicate: tags.keyword, Langtag: tags.annotation })],
  }),
);

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--opinion)", fontWeight: "600" },
  { tag: tags.variableName, color: "var(--reported)" },
  { tag: [tags.string, tags.annotation], color: "var(--confirmed)" },
  { tag: [tags.namespace, tags.url, tags.typeName], color: "var(--alleged)" },
  { tag: [tags.integer, tags.float, tags.bool], color: "var(--expected)" },
  { tag: tags.comment, color: "var(--ink-soft)", fontStyle: "italic" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--sheet)", fontSize: "0.875rem", maxHeight: "32rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content, .cm-gutter": { minHeight: "15rem" },
  ".cm-content": { caretColor: "var(--ink)", paddingBlock: "0.75rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunk)", color: "var(--ink-soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent-wash) 45%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent)",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--sheet)", color: "var(--ink)", border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)", boxShadow: "0 4px 16px rgb(0 0 0 / 0.18)", maxWidth: "min(38rem, 90vw)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.5rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--sheet)" },
  ".cm-completionDetail": { fontFamily: "var(--sans)", fontStyle: "normal", opacity: "0.85", marginLeft: "1em" },
  ".cm-completionInfo": { padding: "0.5rem 0.75rem", fontFamily: "var(--sans)", maxWidth: "20rem" },
  ".cm-diagnostic": { padding: "0.375rem 0.625rem", fontFamily: "var(--sans)" },
  ".cm-diagnostic-error": { borderLeft: "5px solid var(--denied)" },
  ".cm-diagnostic-warning": { borderLeft: "5px solid var(--expected)" },
  ".cm-matchingBracket": { backgroundColor: "var(--accent-wash)", outline: "1px solid var(--accent)" },
});

/**
 * Typing over a selection: Chromium would put the former text's style on the new as an attribute,
 * which the Content-Security-Policy refuses with an error in the console.
 */
const typingOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to } = view.state.selection.main;
    const { data } = event;
    if (event.inputType !== "insertText" || from === to || data === null || view.composing) return false;
    const insert = () => view.state.update(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

/** Returns the editor, put in place of a text field. */
export function editorFor(field: HTMLTextAreaElement, ask: () => void, more: Extension): EditorView {
  const host = document.createElement("div");
  host.className = "editor";
  const root = host.attachShadow({ mode: "open" });
  field.before(host);
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: field.value,
      extensions: [
        keymap.of([{ key: "Mod-Enter", preventDefault: true, run: () => (ask(), true) }]),
        sparql, syntaxHighlighting(colours), look,
        lineNumbers(), lintGutter(), history(), drawSelection(), highlightActiveLine(),
        highlightSpecialChars(), bracketMatching(), closeBrackets(), indentOnInput(),
        EditorState.tabSize.of(2),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": nameOf(field), spellcheck: "false" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) field.value = update.state.doc.toString();
        }),
        typingOver, more,
        // Tab is left to the reader, who moves on by it.
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
      ],
    }),
  });
  for (const label of field.labels ?? []) label.addEventListener("click", () => view.focus());
  field.required = false;
  field.hidden = true;
  return view;
}

function nameOf(field: HTMLTextAreaElement): string {
  return field.labels?.[0]?.textContent?.trim() ?? field.name;
}

/** Puts another text into the editor; undo brings the former back. */
export function replaceText(view: EditorView, insert: string): void {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert }, selection: { anchor: 0 }, scrollIntoView: true });
}
