/** The drawing: nodes that can be chosen by mouse and keyboard, moved and looked at closely. */

import { svg } from "../elements";
import { number, text } from "../texts";
import type { Graph, Spot } from "./graph";
import { boxAround, layOut, type Box } from "./layout";
import type { Edge, Filter } from "./neighbours";
import { outline } from "./shapes";

const LONGEST = 30;
const CROWDED = 70;

export class Drawing {
  readonly element = svg("svg", { class: "drawing", role: "group" });
  private readonly layer = svg("g");
  private readonly marks = new Map<string, SVGGElement>();
  private nodes: Spot[] = [];
  private edges: Edge[] = [];
  private box: Box = { x: -260, y: -150, width: 520, height: 300 };
  private chosen: string;

  constructor(
    private readonly graph: Graph,
    label: string,
    private readonly choose: (id: string) => void,
    private readonly open: (id: string) => void,
  ) {
    this.chosen = graph.centre;
    this.element.setAttribute("aria-label", label);
    this.element.append(this.layer);
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return; // the page scrolls as ever
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15);
    }, { passive: false });
    this.drag();
  }

  /** Draws what passes the filter, laid out anew, whole in view. */
  draw(filter: Filter): void {
    ({ nodes: this.nodes, edges: this.edges } = this.graph.seen(filter));
    layOut(this.nodes, this.edges, this.graph.centre);
    this.fit();
    this.redraw();
  }

  get shown(): { nodes: Spot[]; edges: Edge[] } {
    return { nodes: this.nodes, edges: this.edges };
  }

  /** Marks a node as the chosen one. */
  mark(id: string): void {
    this.chosen = id;
    this.redraw();
  }

  focus(id: string): void {
    this.marks.get(id)?.focus();
  }

  fit(): void {
    this.box = boxAround(this.nodes);
    this.view();
  }

  zoom(factor: number): void {
    const { x, y, width, height } = this.box;
    const wide = Math.min(Math.max(width * factor, 200), 8000);
    const high = (height * wide) / width;
    this.box = { x: x + (width - wide) / 2, y: y + (height - high) / 2, width: wide, height: high };
    this.view();
  }

  private view(): void {
    const { x, y, width, height } = this.box;
    this.element.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  }

  private redraw(): void {
    const focused = [...this.marks].find(([, mark]) => mark === document.activeElement)?.[0];
    const crowded = this.nodes.length > CROWDED;
    this.marks.clear();
    this.layer.replaceChildren(
      ...this.edges.map((edge) => this.line(edge)),
      ...this.nodes.map((node) => this.spot(node, crowded)),
    );
    if (focused) this.focus(focused);
  }

  private line(edge: Edge): SVGElement {
    const a = this.graph.nodes.get(edge.source);
    const b = this.graph.nodes.get(edge.target);
    const near = edge.source === this.chosen || edge.target === this.chosen;
    const d = `M${at(a?.x)} ${at(a?.y)}L${at(b?.x)} ${at(b?.y)}`;
    const told = `${a?.label ?? ""} – ${edge.label} – ${b?.label ?? ""}`;
    return svg("path", { d, class: near ? "edge near" : "edge" }, svg("title", {}, told));
  }

  private spot(node: Spot, crowded: boolean): SVGElement {
    const [x, y] = [node.x ?? 0, node.y ?? 0];
    const r = node.id === this.graph.centre ? 11 : 8;
    const more = node.neighbours - this.graph.known(node.id);
    const mark = svg("g", {
      role: "button",
      class: node.id === this.chosen ? "spot chosen" : "spot",
      tabindex: node.id === this.chosen ? 0 : -1,
      "aria-pressed": String(node.id === this.chosen),
      "aria-label": text("nodeTold", { label: node.label, kind: text(`kind-${node.kind}`), count: number(node.neighbours) }),
      "data-id": node.id,
    });
    mark.append(
      svg("title", {}, node.label),
      svg("circle", { cx: at(x), cy: at(y), r: r + 5, class: "ring" }),
      svg("path", { d: outline(node.kind, x, y, r), class: `node ${node.kind}` }),
    );
    if (!crowded || this.graph.isOpen(node.id) || node.id === this.chosen) {
      const left = x < 0 && node.id !== this.graph.centre;
      const middle = node.id === this.graph.centre;
      const place = middle ? { x: at(x), y: at(y + r + 16), "text-anchor": "middle" }
        : { x: at(x + (left ? -r - 5 : r + 5)), y: at(y + 4), "text-anchor": left ? "end" : "start" };
      const name = svg("text", { ...place, class: middle ? "name centre" : "name" }, shortened(node.label));
      if (more > 0) name.append(svg("tspan", { class: "more" }, ` +${number(more)}`));
      mark.append(name);
    }
    this.marks.set(node.id, mark);
    return mark;
  }

  private key(event: KeyboardEvent): void {
    const id = (event.target as Element).closest<SVGGElement>("[data-id]")?.dataset["id"];
    if (!id) return;
    const ways: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    };
    const way = ways[event.key];
    if (way) {
      event.preventDefault();
      const next = this.towards(id, way);
      if (next) this.rove(next);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (id === this.chosen && event.key === "Enter") this.open(id);
      else this.choose(id);
    }
  }

  private rove(id: string): void {
    for (const [each, mark] of this.marks) mark.setAttribute("tabindex", each === id ? "0" : "-1");
    this.focus(id);
  }

  /** Returns the nearest node that way, those straight ahead first. */
  private towards(id: string, [dx, dy]: [number, number]): string | undefined {
    const here = this.graph.nodes.get(id);
    let best: [number, string] | undefined;
    for (const each of this.nodes) {
      const [x, y] = [(each.x ?? 0) - (here?.x ?? 0), (each.y ?? 0) - (here?.y ?? 0)];
      const ahead = x * dx + y * dy;
      if (each.id === id || ahead <= 0) continue;
      const cost = ahead + 2.5 * Math.abs(x * dy - y * dx);
      if (!best || cost < best[0]) best = [cost, each.id];
    }
    return best?.[1];
  }

  /** A node is moved by dragging it, the whole by dragging its ground; a click chooses. */
  private drag(): void {
    let held: { id: string | undefined; x: number; y: number; moved: boolean } | undefined;
    this.element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const id = (event.target as Element).closest<SVGGElement>("[data-id]")?.dataset["id"];
      held = { id, x: event.clientX, y: event.clientY, moved: false };
    });
    this.element.addEventListener("pointermove", (event) => {
      if (!held) return;
      const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
      if (!held.moved && Math.hypot(dx, dy) < 5) return;
      if (!held.moved) this.element.setPointerCapture(event.pointerId);
      Object.assign(held, { x: event.clientX, y: event.clientY, moved: true });
      const scale = this.box.width / this.element.clientWidth;
      const node = held.id ? this.graph.nodes.get(held.id) : undefined;
      if (node) {
        node.x = (node.x ?? 0) + dx * scale;
        node.y = (node.y ?? 0) + dy * scale;
        this.redraw();
      } else {
        this.box = { ...this.box, x: this.box.x - dx * scale, y: this.box.y - dy * scale };
        this.view();
      }
    });
    const end = (): void => {
      if (held && !held.moved && held.id) this.choose(held.id);
      held = undefined;
    };
    this.element.addEventListener("pointerup", end);
    this.element.addEventListener("pointercancel", () => (held = undefined));
    this.element.addEventListener("dblclick", (event) => {
      const id = (event.target as Element).closest<SVGGElement>("[data-id]")?.dataset["id"];
      if (id) this.open(id);
    });
  }
}

function at(value: number | undefined): number {
  return Math.round((value ?? 0) * 10) / 10;
}

function shortened(label: string): string {
  return label.length <= LONGEST ? label : `${label.slice(0, LONGEST - 1).trimEnd()}…`;
}
