/** What of the graph has been fetched, and what of that is to be seen. */

import type { Edge, Filter, Neighbour, Neighbourhood } from "./neighbours";

export interface Spot extends Neighbour {
  x?: number;
  y?: number;
}

const TIES = new Set(["agreement", "programme", "stake"]);
export const NOTHING: Filter = { kind: "", role: "", from: "", to: "" };

export class Graph {
  readonly nodes = new Map<string, Spot>();
  readonly edges = new Map<string, Edge>();
  /** How many neighbours of each opened node have been fetched, by kind wanted. */
  private readonly fetched = new Map<string, number>();
  private readonly opened = new Set<string>();

  constructor(readonly centre: string) {}

  /** Takes in a page of neighbours; those that are new start beside their neighbour. */
  add(found: Neighbourhood, kind: string): void {
    const hub = this.place(found.centre);
    this.opened.add(found.centre.id);
    for (const node of found.nodes) {
      const spot = this.place(node);
      if (spot.x === undefined && hub.x !== undefined && hub.y !== undefined) {
        const angle = this.nodes.size * 2.4; // the golden angle: no two in one place
        spot.x = hub.x + 40 * Math.cos(angle);
        spot.y = hub.y + 40 * Math.sin(angle);
      }
    }
    for (const edge of found.edges) {
      this.edges.set(`${edge.source} ${edge.role} ${edge.target}`, edge);
    }
    const key = `${found.centre.id} ${kind}`;
    this.fetched.set(key, Math.max(this.fetched.get(key) ?? 0, found.offset + found.nodes.length));
  }

  private place(node: Neighbour): Spot {
    const known = this.nodes.get(node.id);
    if (known) return Object.assign(known, node);
    const spot: Spot = { ...node };
    this.nodes.set(node.id, spot);
    return spot;
  }

  /** Where the next page of a node's neighbours of a kind begins. */
  next(id: string, kind: string): number {
    return this.fetched.get(`${id} ${kind}`) ?? 0;
  }

  /** Forgets how far pages were read: another filter has other pages. */
  restart(): void {
    this.fetched.clear();
  }

  isOpen(id: string): boolean {
    return this.opened.has(id);
  }

  get open(): string[] {
    return [...this.opened];
  }

  /** How many different neighbours of a node, of one kind or of all, have been fetched. */
  known(id: string, kind = ""): number {
    const found = new Set<string>();
    for (const { source, target } of this.edges.values()) {
      const other = source === id ? target : target === id ? source : "";
      if (other && (!kind || other.startsWith(`${kind}/`))) found.add(other);
    }
    return found.size;
  }

  /** Takes a node's neighbours away again, but those that hang on another opened node too. */
  close(id: string): void {
    if (id === this.centre) return;
    this.opened.delete(id);
    for (const key of [...this.fetched.keys()]) if (key.startsWith(`${id} `)) this.fetched.delete(key);
    for (const [key, { source, target }] of [...this.edges]) {
      const other = source === id ? target : target === id ? source : "";
      if (other && !this.opened.has(other)) this.edges.delete(key);
    }
    const held = new Set([this.centre]);
    for (const { source, target } of this.edges.values()) held.add(source).add(target);
    for (const node of [...this.nodes.keys()]) if (!held.has(node)) this.nodes.delete(node);
    for (const each of this.open) if (!held.has(each)) this.opened.delete(each);
  }

  /** What passes the filter and hangs together with the centre. */
  seen(filter: Filter): { nodes: Spot[]; edges: Edge[] } {
    const near = new Map<string, Edge[]>();
    for (const edge of this.edges.values()) {
      if (filter.role && edge.role !== filter.role && !(this.opened.has(edge.source) && this.opened.has(edge.target))) continue;
      for (const end of [edge.source, edge.target]) near.set(end, [...(near.get(end) ?? []), edge]);
    }
    const nodes = new Set<string>([this.centre]);
    const edges = new Set<Edge>();
    for (const id of nodes) {
      for (const edge of near.get(id) ?? []) {
        const other = this.nodes.get(edge.source === id ? edge.target : edge.source);
        if (!other || !this.passes(other, filter)) continue;
        nodes.add(other.id);
        edges.add(edge);
      }
    }
    return { nodes: [...nodes].flatMap((id) => this.nodes.get(id) ?? []), edges: [...edges] };
  }

  private passes(node: Spot, filter: Filter): boolean {
    if (this.opened.has(node.id)) return true;
    if (filter.kind && node.kind !== filter.kind) return false;
    if (!TIES.has(node.kind) || (!filter.from && !filter.to)) return true;
    return node.began !== "" && node.began >= filter.from && (!filter.to || node.began <= `${filter.to}~`);
  }
}
