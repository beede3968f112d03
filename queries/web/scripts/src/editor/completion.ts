/** Completion: keywords, prefixes, variables, the ontology's terms, codes, states and dossiers. */

import {
  autocompletion, type Completion, type CompletionContext, type CompletionResult,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";

import { text } from "../texts";

interface Term {
  text: string;
  kind: string;
  label: string;
  definition?: string;
  of?: string;
  takes?: string;
}

interface Terms {
  prefixes: Record<string, string>;
  terms: Term[];
}

interface Found {
  suggestions: { id: string; label: string; kind_label: string; states?: string[] }[];
}

const KEYWORDS = (
  "SELECT DISTINCT REDUCED CONSTRUCT DESCRIBE ASK WHERE FROM NAMED PREFIX BASE OPTIONAL UNION MINUS GRAPH FILTER " +
  "BIND AS VALUES UNDEF EXISTS NOT IN GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET COUNT SUM MIN MAX AVG SAMPLE " +
  "GROUP_CONCAT SEPARATOR STR LANG LANGMATCHES DATATYPE BOUND IRI COALESCE IF STRLEN SUBSTR UCASE LCASE STRSTARTS " +
  "STRENDS CONTAINS STRBEFORE STRAFTER CONCAT REPLACE REGEX ABS ROUND CEIL FLOOR NOW YEAR MONTH DAY ISIRI ISLITERAL " +
  "ISBLANK ISNUMERIC STRLANG STRDT"
).split(" ").map((label): Completion => ({ label, type: "keyword", boost: -1 }));

const TYPES: Record<string, string> = { class: "class", property: "property", code: "enum", state: "constant" };

/** Returns the extension that completes; terms are fetched at the first asking. */
export function completion(addresses: { terms: string; suggest: string }): Extension {
  let terms: Promise<Terms> | undefined;
  const known = (): Promise<Terms> =>
    (terms ??= fetch(addresses.terms).then((response) => response.json() as Promise<Terms>));
  const source = async (context: CompletionContext): Promise<CompletionResult | null> => {
    try {
      return variables(context) ?? (await iris(context, known, addresses.suggest)) ?? (await names(context, known));
    } catch {
      return null; // the server is not there: writing goes on
    }
  };
  return autocompletion({ override: [source], icons: false, maxRenderedOptions: 60 });
}

function variables(context: CompletionContext): CompletionResult | null {
  const word = context.matchBefore(/[?$]\w*/);
  if (!word) return null;
  const found = new Set(context.state.doc.toString().match(/[?$]\w+/g) ?? []);
  if (!context.explicit) found.delete(word.text);
  return { from: word.from, options: [...found].map((label) => ({ label, type: "variable" })), validFor: /^[?$]\w*$/ };
}

/** After `<`: codes, states and, once a few letters of a name are there, dossiers. */
async function iris(
  context: CompletionContext, known: () => Promise<Terms>, suggest: string,
): Promise<CompletionResult | null> {
  const word = context.matchBefore(/<[^<>\n{}]*/);
  if (!word) return null;
  const asked = word.text.slice(1).trim();
  const wanted = asked.toLocaleLowerCase();
  if (/^\d|^[=\s]/.test(word.text.slice(1))) return null; // less than
  const { terms, prefixes } = await known();
  const to = context.state.sliceDoc(context.pos, context.pos + 1) === ">" ? context.pos + 1 : context.pos;
  const options = terms
    .filter((each) => each.text.startsWith("<") && `${each.label} ${each.text}`.toLocaleLowerCase().includes(wanted))
    .slice(0, 40)
    .map((each) => completionOf(each));
  if (asked.length > 1 && !asked.includes("/")) {
    const response = await fetch(`${suggest}?${new URLSearchParams({ q: asked, limit: "12" })}`);
    const found = response.ok ? ((await response.json()) as Found).suggestions : [];
    options.unshift(...found.map((each): Completion => ({
      label: `<${prefixes["id"] ?? ""}${each.id}>`, displayLabel: each.label,
      detail: [each.kind_label, ...(each.states ?? [])].join(", "), boost: 50,
    })));
  }
  return { from: word.from, to, options, filter: false };
}

/** A name with its prefix, or a word: terms are found by their name and by their label. */
async function names(context: CompletionContext, known: () => Promise<Terms>): Promise<CompletionResult | null> {
  const word = context.matchBefore(/[\w-]+(:[\w-]*)?/);
  if (!word && !context.explicit) return null;
  if (word && context.state.sliceDoc(word.from - 1, word.from) === "@") return null;
  const given = word?.text ?? "";
  if (!context.explicit && given.length < 2) return null;
  const { terms, prefixes } = await known();
  const [prefix, local] = given.split(":");
  const wanted = (local ?? prefix ?? "").toLocaleLowerCase();
  const options = terms
    .filter((each) => !each.text.startsWith("<") || local === undefined)
    .filter((each) => local === undefined || each.text.startsWith(`${prefix}:`))
    .filter((each) => `${each.text.replace(/^[\w-]+:/, "")} ${each.label}`.toLocaleLowerCase().includes(wanted))
    .map((each) => completionOf(each, each.text.toLocaleLowerCase().startsWith(given.toLocaleLowerCase()) ? 5 : 0));
  if (local === undefined) {
    const begins = (each: string): boolean => each.toLocaleLowerCase().startsWith(wanted);
    options.unshift(...KEYWORDS.filter((each) => begins(each.label)));
    for (const [name, iri] of Object.entries(prefixes)) {
      if (begins(name)) options.push({ label: `${name}:`, detail: iri, type: "namespace", boost: 3 });
    }
  }
  return { from: word?.from ?? context.pos, options: options.slice(0, 120), filter: false };
}

function completionOf(term: Term, boost = 0): Completion {
  const relation = [term.of && text("of", { of: term.of }), term.takes && text("takes", { takes: term.takes })];
  const told = [term.definition, ...relation].filter(Boolean).join(" ");
  const found: Completion = { label: term.text, type: TYPES[term.kind] ?? "text", boost };
  if (term.text.startsWith("<")) {
    found.displayLabel = term.label;
    found.detail = text(`term-${term.kind}`);
  } else if (term.label && !term.text.endsWith(`:${term.label}`)) {
    found.detail = term.label;
  }
  if (told) found.info = told;
  return found;
}
