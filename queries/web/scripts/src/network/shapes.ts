/** Outlines by kind, the same as those of the drawings that the server makes. */

/** Returns the outline of a node: ties are squares, the unnamed diamonds, bodies triangles. */
export function outline(kind: string, x: number, y: number, r: number): string {
  const [cx, cy] = [x.toFixed(1), y.toFixed(1)];
  switch (kind) {
    case "agreement": case "programme": case "stake":
      return `M${cx} ${cy}m${-r} ${-r}h${2 * r}v${2 * r}h${-2 * r}z`;
    case "undisclosed":
      return `M${cx} ${cy}m0 ${-r - 2}l${r + 2} ${r + 2}l${-r - 2} ${r + 2}l${-r - 2} ${-r - 2}z`;
    case "body": case "organisation": case "model":
      return `M${cx} ${cy}m0 ${-r - 1}l${r + 2} ${2 * r}h${-2 * r - 4}z`;
    default:
      return `M${cx} ${cy}m${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
  }
}
