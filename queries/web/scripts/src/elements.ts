/** Elements, made with their attributes and what is in them. */

export type Attributes = Record<string, string | number | boolean | undefined>;

const SVG = "http://www.w3.org/2000/svg";

/** Returns an element of HTML; attributes that are undefined or false are left out. */
export function html<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...inside: (Node | string)[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(name), attributes, inside);
}

/** Returns an element of SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...inside: (Node | string)[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS(SVG, name), attributes, inside);
}

function filled<E extends Element>(element: E, attributes: Attributes, inside: (Node | string)[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...inside);
  return element;
}

let status: HTMLElement | undefined;

/** Tells a screen reader something that is seen on the page anyway. */
export function announce(message: string): void {
  if (!status) {
    status = html("p", { role: "status", class: "visually-hidden" });
    document.body.append(status);
  }
  status.textContent = message;
}
