/** Tables that a reader sorts: up, down, and back to the order they came in. */

import { html } from "./elements";
import { text } from "./texts";

type Order = "none" | "ascending" | "descending";
const NEXT: Record<Order, Order> = { none: "ascending", ascending: "descending", descending: "none" };

/** Makes the headings of each `<table data-sortable>` into buttons. */
export function easeTables(root: ParentNode): void {
  for (const table of root.querySelectorAll<HTMLTableElement>("table[data-sortable]")) {
    table.removeAttribute("data-sortable");
    const body = table.tBodies[0];
    const headings = table.tHead?.rows[table.tHead.rows.length - 1]?.cells;
    if (body && headings && body.rows.length > 1) sortable(body, [...headings]);
  }
}

function sortable(body: HTMLTableSectionElement, headings: HTMLTableCellElement[]): void {
  const before = [...body.rows];
  headings.forEach((heading, column) => {
    if (heading.colSpan > 1 || !heading.textContent?.trim() || heading.querySelector("a, button")) return;
    const button = html("button", { type: "button", class: "sorts", title: text("sort") });
    button.append(...heading.childNodes);
    heading.append(button);
    heading.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const order = NEXT[(heading.getAttribute("aria-sort") ?? "none") as Order];
      for (const each of headings) if (each.hasAttribute("aria-sort")) each.setAttribute("aria-sort", "none");
      heading.setAttribute("aria-sort", order);
      body.append(...(order === "none" ? before : sorted(before, column, order)));
    });
  });
}

function sorted(rows: HTMLTableRowElement[], column: number, order: Order): HTMLTableRowElement[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row.cells[column]) }));
  const filled = keyed.filter((each) => each.key !== "");
  const empty = keyed.filter((each) => each.key === "");
  const compare = filled.every((each) => numeric(each.key) !== undefined) ? byNumber : byText;
  filled.sort((a, b) => compare(a.key, b.key));
  if (order === "descending") filled.reverse();
  return [...filled, ...empty].map((each) => each.row);
}

function keyOf(cell: HTMLTableCellElement | undefined): string {
  if (!cell) return "";
  const given = cell.dataset["sort"] ?? cell.querySelector("time")?.getAttribute("datetime");
  return (given ?? cell.innerText ?? "").trim();
}

/** Returns the number that a cell begins with, "5,000" or "12 %" say; undefined for other texts. */
export function numeric(key: string): number | undefined {
  const plain = key.replace(/[\s\u00a0\u202f,](?=\d{3}\b)/g, "").replace("\u2212", "-");
  const found = /^-?\d+(\.\d+)?(e[-+]?\d+)?(?=$|[\s%\n])/i.exec(plain);
  return found ? Number(found[0]) : undefined;
}

function byNumber(a: string, b: string): number {
  return (numeric(a) ?? 0) - (numeric(b) ?? 0);
}

const collator = new Intl.Collator(document.documentElement.lang || "en-GB", { numeric: true });

function byText(a: string, b: string): number {
  return collator.compare(a, b);
}
