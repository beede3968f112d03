/** The network of a dossier, opened step by step; without scripts it stays the server's drawing. */

import { announce, html } from "../elements";
import { number, text } from "../texts";
import { Drawing } from "./drawing";
import { Graph, NOTHING } from "./graph";
import { neighbours, type Filter, type Neighbourhood } from "./neighbours";
import { filterForm, listing, nodePanel } from "./panel";

const EDGES_LISTED = 1000;

/** Gives each `[data-network="<id>"]` a button that makes its drawing interactive. */
export function easeNetworks(root: ParentNode): void {
  for (const section of root.querySelectorAll<HTMLElement>("[data-network]")) {
    const id = section.dataset["network"] ?? "";
    section.removeAttribute("data-network");
    const button = html("button", { type: "button", class: "explores" }, text("explore"));
    button.addEventListener("click", () => void start(section, id, button));
    const figure = section.querySelector("figure");
    if (figure) figure.before(button);
    else section.append(button);
  }
}

async function start(section: HTMLElement, id: string, button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  const day = new URLSearchParams(location.search).get("as-of") ?? "";
  try {
    const found = await neighbours(id, NOTHING, { day });
    section.querySelector("figure")?.setAttribute("hidden", "");
    const explorer = new Explorer(found, day);
    button.replaceWith(explorer.element);
    explorer.begin();
  } catch {
    button.disabled = false;
    announceFailure(button);
  }
}

function announceFailure(after: Element): void {
  after.after(html("p", { class: "hint", role: "alert" }, text("failed")));
}

class Explorer {
  readonly element = html("div", { class: "figure network explorer" });
  private readonly graph: Graph;
  private readonly drawing: Drawing;
  private readonly side = html("div", { class: "network-side" });
  private readonly list = html("details", {}, html("summary", {}, text("asTable")));
  private readonly told = html("p", { class: "left" });
  private readonly facets = new Map<string, Neighbourhood>();
  private filter: Filter = NOTHING;
  private chosen: string;

  constructor(found: Neighbourhood, private readonly day: string) {
    this.chosen = found.centre.id;
    this.graph = new Graph(found.centre.id);
    this.graph.add(found, "");
    this.facets.set(found.centre.id, found);
    this.drawing = new Drawing(
      this.graph, text("network", { label: found.centre.label }),
      (id) => void this.choose(id), (id) => void this.open(id, ""),
    );
    const tools = html("div", { class: "network-tools" },
      this.tool("−", text("smaller"), () => this.drawing.zoom(1.3)),
      this.tool("+", text("larger"), () => this.drawing.zoom(1 / 1.3)),
      this.tool("⤢", text("fit"), () => this.drawing.fit()),
    );
    const canvas = html("div", { class: "canvas" });
    canvas.append(this.drawing.element, tools);
    this.element.append(
      filterForm(found, (filter) => void this.refilter(filter)),
      html("div", { class: "network-pair" }, canvas, this.side),
      html("p", { class: "hint" }, text("keys")), this.told, this.list,
    );
  }

  begin(): void {
    this.show();
    this.drawing.focus(this.chosen);
  }

  private tool(sign: string, label: string, act: () => void): HTMLButtonElement {
    const made = html("button", { type: "button", "aria-label": label, title: label }, sign);
    made.addEventListener("click", act);
    return made;
  }

  private async choose(id: string): Promise<void> {
    this.chosen = id;
    this.drawing.mark(id);
    this.drawing.focus(id);
    this.panel();
    await this.count(id);
  }

  /** Asks how many neighbours of each kind a node has, before any is fetched. */
  private async count(id: string): Promise<void> {
    if (this.facets.has(id)) return;
    try {
      this.facets.set(id, await neighbours(id, NOTHING, { limit: 1, day: this.day }));
    } catch {
      return this.fail();
    }
    if (id === this.chosen) this.panel();
  }

  private async open(id: string, kind: string): Promise<void> {
    this.chosen = id;
    const before = this.graph.nodes.size;
    const wanted = kind ? { ...this.filter, kind } : this.filter;
    try {
      const found = await neighbours(id, wanted, { offset: this.graph.next(id, kind), day: this.day });
      this.graph.add(found, kind);
      if (!this.facets.has(id)) this.facets.set(id, found);
    } catch {
      return this.fail();
    }
    this.show();
    this.drawing.focus(id);
    announce(text("added", { count: number(this.graph.nodes.size - before) }));
  }

  private close(id: string): void {
    this.graph.close(id);
    this.show();
    this.drawing.focus(id);
  }

  /** Fetches what passes the new filter of each opened node, so that what is seen is not chance. */
  private async refilter(filter: Filter): Promise<void> {
    this.filter = filter;
    this.graph.restart();
    try {
      const open = this.graph.open;
      const found = await Promise.all(open.map((id) => neighbours(id, filter, { day: this.day })));
      for (const each of found) this.graph.add(each, filter.kind);
    } catch {
      return this.fail();
    }
    this.show();
    announce(this.told.textContent ?? "");
  }

  private show(): void {
    this.drawing.draw(this.filter);
    const { nodes, edges } = this.drawing.shown;
    if (!nodes.some((each) => each.id === this.chosen)) this.chosen = this.graph.centre;
    this.drawing.mark(this.chosen);
    this.told.textContent = text("shown", { nodes: number(nodes.length), edges: number(edges.length) });
    const table = listing(this.graph.nodes, edges.slice(0, EDGES_LISTED));
    this.list.replaceChildren(this.list.firstElementChild ?? "", table);
    this.list.dispatchEvent(new Event("hauberk:shown", { bubbles: true }));
    this.panel();
  }

  private panel(): void {
    const node = this.graph.nodes.get(this.chosen);
    if (!node) return;
    const id = node.id;
    this.side.replaceChildren(nodePanel(
      node, this.graph, this.facets.get(id), this.filter,
      (kind) => void this.open(id, kind), () => this.close(id),
    ));
  }

  private fail(): void {
    this.told.textContent = text("failed");
    announce(text("failed"));
  }
}
