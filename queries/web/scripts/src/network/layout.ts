/** Where the nodes stand: d3-force, worked out to its end before anything is drawn. */

import {
  forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY,
  type SimulationLinkDatum, type SimulationNodeDatum,
} from "d3-force";

import type { Spot } from "./graph";
import type { Edge } from "./neighbours";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

type Body = Spot & SimulationNodeDatum;

/** Room of a name, in units of the drawing. */
const NAME = { width: 215, height: 17 };
const MOST_PAIRED = 250;

/** Places the nodes, in the same way each time; the centre stays in the middle. */
export function layOut(nodes: Spot[], edges: Edge[], centre: string): void {
  const bodies = nodes as Body[];
  for (const each of bodies) {
    const fixed = each.id === centre;
    each.fx = fixed ? 0 : null;
    each.fy = fixed ? 0 : null;
  }
  const links: SimulationLinkDatum<Body>[] = edges.map(({ source, target }) => ({ source, target }));
  const simulation = forceSimulation(bodies)
    .force("link", forceLink<Body, SimulationLinkDatum<Body>>(links).id((each) => each.id).distance(90))
    .force("apart", forceManyBody<Body>().strength(-320).distanceMax(700))
    .force("room", forceCollide<Body>(22))
    .force("x", forceX<Body>(0).strength(0.035))
    .force("y", forceY<Body>(0).strength(0.09))
    .force("names", bodies.length <= MOST_PAIRED ? () => namesApart(bodies) : null)
    .stop();
  for (let n = 0; n < 220; n++) simulation.tick();
}

/** Moves nodes up and down until no name lies on another; names lie on the side away from the middle. */
function namesApart(bodies: Body[]): void {
  bodies.forEach((a, n) => {
    for (const b of bodies.slice(n + 1)) {
      const down = NAME.height - Math.abs((b.y ?? 0) - (a.y ?? 0));
      if (down <= 0 || !beside(a.x ?? 0, b.x ?? 0)) continue;
      const push = ((b.y ?? 0) >= (a.y ?? 0) ? down : -down) * 0.4;
      a.y = (a.y ?? 0) - push;
      b.y = (b.y ?? 0) + push;
    }
  });
}

/** Tells whether the names of nodes at two places along the line meet. */
function beside(a: number, b: number): boolean {
  const [left, right] = a < b ? [a, b] : [b, a];
  const ends = left < 0 ? left + 12 : left + NAME.width;
  const begins = right < 0 ? right - NAME.width : right - 12;
  return begins < ends;
}

/** Returns the box that holds all nodes with room for their names. */
export function boxAround(nodes: Spot[]): Box {
  const xs = nodes.map((each) => each.x ?? 0);
  const ys = nodes.map((each) => each.y ?? 0);
  const [left, top] = [Math.min(...xs) - 225, Math.min(...ys) - 40];
  const width = Math.max(Math.max(...xs) + 225 - left, 840);
  const height = Math.max(Math.max(...ys) + 40 - top, 420);
  return { x: (Math.max(...xs) + Math.min(...xs) - width) / 2, y: (Math.max(...ys) + Math.min(...ys) - height) / 2, width, height };
}
