/** Beside the drawing: the filter, and what is known of the chosen node before it is opened. */

import { html } from "../elements";
import { number, text } from "../texts";
import type { Graph, Spot } from "./graph";
import type { Edge, Facet, Filter, Neighbourhood } from "./neighbours";

const PAGE = 40;

/** Returns the form that filters by kind, role and time, with counts of the centre's neighbours. */
export function filterForm(found: Neighbourhood, changed: (filter: Filter) => void): HTMLFormElement {
  const years = found.years.map((each) => each.value);
  const [first, last] = [years[0] ?? "1990", years[years.length - 1] ?? "2030"];
  const year = (name: string, example: string) =>
    html("input", { name, type: "number", min: first, max: last, placeholder: example, inputmode: "numeric" });
  const form = html(
    "form", { class: "fields network-filter", "aria-label": text("filter") },
    labelled(text("kind"), choice("kind", found.kinds)),
    labelled(text("role"), choice("role", found.roles)),
    labelled(text("from"), year("from", first)),
    labelled(text("to"), year("to", last)),
  );
  const tell = (): void => {
    const given = new FormData(form);
    const value = (name: string): string => String(given.get(name) ?? "").trim();
    const time = (name: string): string => (/^\d{4}$/.test(value(name)) ? value(name) : "");
    changed({ kind: value("kind"), role: value("role"), from: time("from"), to: time("to") });
  };
  form.addEventListener("change", tell);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell();
  });
  return form;
}

function labelled(label: string, field: HTMLElement): HTMLElement {
  return html("label", {}, label, field);
}

function choice(name: string, facets: Facet[]): HTMLSelectElement {
  const options = facets.map((each) =>
    html("option", { value: each.value }, `${each.label} (${number(each.count)})`));
  return html("select", { name }, html("option", { value: "" }, text("all")), ...options);
}

/** Returns what is told of a node: how many neighbours of each kind it has, and buttons for them. */
export function nodePanel(
  node: Spot,
  graph: Graph,
  found: Neighbourhood | undefined,
  filter: Filter,
  open: (kind: string) => void,
  close: () => void,
): HTMLElement {
  const day = new URLSearchParams(location.search).get("as-of");
  const href = `/id/${node.id}${day ? `?as-of=${day}` : ""}`;
  const told = [text(`kind-${node.kind}`), node.status, node.began].filter(Boolean).join(", ");
  const panel = html(
    "div", { class: "network-node" },
    html("h3", {}, html("a", { href }, node.label)),
    html("p", { class: "soft" }, told),
    html("p", {}, text("known", { known: number(graph.known(node.id)), count: number(node.neighbours) })),
  );
  if (found) {
    const buttons = found.kinds
      .filter((each) => !filter.kind || filter.kind === each.value)
      .flatMap((each) => opener(each.label, each.count, graph.known(node.id, each.value), () => open(each.value)));
    if (!filter.kind && found.kinds.length > 1) {
      buttons.unshift(...opener(text("allKinds"), found.total, graph.known(node.id), () => open("")));
    }
    panel.append(html("div", { class: "network-openers" }, ...buttons));
  }
  if (graph.isOpen(node.id) && node.id !== graph.centre) {
    const made = html("button", { type: "button" }, text("close"));
    made.addEventListener("click", close);
    panel.append(made);
  }
  return panel;
}

function opener(label: string, count: number, shown: number, open: () => void): HTMLElement[] {
  if (shown >= count) return [];
  const next = Math.min(PAGE, count - shown);
  const words = next === count ? text("open", { label, count: number(count) })
    : text("openSome", { label, count: number(count), next: number(next) });
  const made = html("button", { type: "button" }, words);
  made.addEventListener("click", open);
  return [made];
}

/** Returns the same network as a table, for who does not see the drawing. */
export function listing(nodes: Map<string, Spot>, edges: Edge[]): HTMLElement {
  const rows = edges.map((edge) => {
    const [a, b] = [nodes.get(edge.source), nodes.get(edge.target)];
    const link = (node: Spot | undefined): Node =>
      node ? html("a", { href: `/id/${node.id}` }, node.label) : document.createTextNode("");
    const began = a?.began || b?.began || "";
    return html("tr", {}, html("td", {}, link(a)), html("td", {}, edge.label), html("td", {}, link(b)), html("td", {}, began));
  });
  const heads = [text("one"), text("role"), text("other"), text("began")].map((each) => html("th", { scope: "col" }, each));
  const table = html("table", { "data-sortable": true }, html("thead", {}, html("tr", {}, ...heads)), html("tbody", {}, ...rows));
  return html("div", { class: "scroll" }, table);
}
