/** Texts for readers: the page brings them along, from the catalogue that all pages share. */

const held: DOMStringMap = document.getElementById("script-texts")?.dataset ?? {};

/** Returns the text by that name, with what it shows put in for `{name}`. */
export function text(name: string, shown: Record<string, string | number> = {}): string {
  const key = `t-${name}`.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()); // as dataset has it
  return (held[key] ?? name).replace(/\{(\w+)\}/g, (_, each: string) => String(shown[each] ?? ""));
}

const numbers = new Intl.NumberFormat(document.documentElement.lang || "en-GB");

/** Returns a number as the page's language writes it. */
export function number(value: number): string {
  return numbers.format(value);
}
