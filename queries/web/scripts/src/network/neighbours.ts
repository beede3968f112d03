/** The neighbours of a dossier, as `/neighbours` gives them. */

export interface Neighbour {
  id: string;
  label: string;
  kind: string;
  neighbours: number;
  began: string;
  status: string;
}

export interface Edge {
  source: string;
  target: string;
  role: string;
  label: string;
}

export interface Facet {
  value: string;
  label: string;
  count: number;
}

export interface Neighbourhood {
  centre: Neighbour;
  total: number;
  matching: number;
  undated: number;
  offset: number;
  limit: number;
  kinds: Facet[];
  roles: Facet[];
  years: Facet[];
  nodes: Neighbour[];
  edges: Edge[];
}

/** Which neighbours are wanted; what is empty does not matter. */
export interface Filter {
  kind: string;
  role: string;
  from: string;
  to: string;
}

/** Returns a page of a dossier's neighbours; throws where the server gives none. */
export async function neighbours(
  id: string,
  filter: Filter,
  { offset = 0, limit = 40, day = "" }: { offset?: number; limit?: number; day?: string } = {},
): Promise<Neighbourhood> {
  const fields = new URLSearchParams({ id, limit: String(limit), offset: String(offset) });
  for (const [name, value] of Object.entries(filter)) if (value) fields.set(name, value);
  if (day) fields.set("as-of", day);
  const response = await fetch(`/neighbours?${fields}`);
  if (!response.ok) throw new Error(`${response.status}`);
  return (await response.json()) as Neighbourhood;
}
