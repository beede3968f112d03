/** What is wrong with a query, shown where it is: as it is written, and as the server says. */

import { syntaxTree } from "@codemirror/language";
import { forceLinting, linter, type Diagnostic } from "@codemirror/lint";
import type { Extension, Text } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";

import { text } from "../texts";

const MOST = 3;

/** What the server said, for as long as the text is the one it said it of. */
let said: { doc: Text; found: Diagnostic } | undefined;

/** Returns the extension that looks over the grammar whenever writing pauses. */
export const grammar: Extension = linter(
  (view) => {
    const found: Diagnostic[] = [];
    const { doc } = view.state;
    if (said?.doc === doc) return [said.found];
    if (!doc.toString().trim()) return found;
    syntaxTree(view.state).iterate({
      enter: (node) => {
        if (!node.type.isError || found.length >= MOST) return;
        const to = Math.min(Math.max(node.to, node.from + 1), doc.length);
        found.push({ from: Math.min(node.from, Math.max(0, to - 1)), to, severity: "warning", message: text("unreadable") });
      },
    });
    return found;
  },
  { delay: 900 },
);

/** Shows a problem at its line and column, and brings it into view. */
export function showProblem(view: EditorView, line: number, column: number, message: string): void {
  const { doc } = view.state;
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const place = Math.min(at.from + Math.max(column - 1, 0), at.to);
  const before = /[\w:?$<-]+\s?$/.exec(doc.sliceString(at.from, place))?.[0].length ?? 1;
  const after = /^[\w:?$<-]+/.exec(doc.sliceString(place, at.to))?.[0].length ?? 0;
  // Where nothing can be read on, what stands before is meant.
  const from = after ? place : Math.max(at.from, place - before);
  const to = after ? place + after : place;
  said = { doc, found: { from, to, severity: "error", message, source: text("server") } };
  view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
  forceLinting(view);
}
