/**
 * Suggestions under a search box, as the WAI-ARIA combobox with a list box has them
 * (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/): the focus stays in the box.
 */

import { announce, html } from "./elements";
import { text } from "./texts";

interface Suggestion {
  id: string;
  label: string;
  kind: string;
  kind_label: string;
  href: string;
  states?: string[];
  matched?: string;
}

interface Question {
  name: string;
  summary: string;
  href: string;
}

interface Answer {
  total: number;
  suggestions: Suggestion[];
  questions: Question[];
}

const WAIT = 120;
let count = 0;

/** Gives each `<input data-suggest>` its list; the attribute's value names the kinds wanted. */
export function easeSuggestions(root: ParentNode): void {
  for (const input of root.querySelectorAll<HTMLInputElement>("input[data-suggest]")) {
    const kinds = input.dataset["suggest"] ?? "";
    delete input.dataset["suggest"];
    new Suggestions(input, kinds);
  }
}

class Suggestions {
  private readonly list = html("ul", { role: "listbox", class: "suggestions", hidden: true });
  private readonly fills: boolean;
  private timer = 0;
  private asking: AbortController | undefined;
  private active = -1;

  constructor(
    private readonly input: HTMLInputElement,
    private readonly kinds: string,
  ) {
    this.fills = input.hasAttribute("data-suggest-fill");
    this.list.id = `suggestions-${++count}`;
    this.list.setAttribute("aria-label", text("suggestions"));
    for (const [name, value] of Object.entries({
      role: "combobox", autocomplete: "off", "aria-autocomplete": "list",
      "aria-expanded": "false", "aria-controls": this.list.id,
    })) input.setAttribute(name, value);
    input.parentElement?.classList.add("suggesting");
    input.after(this.list);
    input.addEventListener("input", () => this.wait());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // The focus stays in the box, so that the list is still there when the button comes up.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (option) this.take(option);
    });
  }

  private wait(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), WAIT);
  }

  private async ask(): Promise<void> {
    const asked = this.input.value.trim();
    this.asking?.abort();
    if (asked.length < 2) return this.close();
    this.asking = new AbortController();
    const fields = new URLSearchParams({ q: asked });
    if (this.kinds) fields.set("kind", this.kinds);
    const day = this.input.form?.querySelector<HTMLInputElement>("input[name=as-of]")?.value;
    if (day) fields.set("as-of", day);
    try {
      const response = await fetch(`/suggest?${fields}`, { signal: this.asking.signal });
      if (!response.ok) return this.close();
      this.show((await response.json()) as Answer);
    } catch {
      this.close(); // gone, or asked anew
    }
  }

  private show(answer: Answer): void {
    const options = [
      ...answer.suggestions.map((each) => {
        const told = [each.kind_label, ...(each.states ?? [])].join(", ");
        const name = each.matched ? `${each.label} (${each.matched})` : each.label;
        return this.option(name, told, each.href, each.id);
      }),
      ...answer.questions.map((each) => this.option(each.summary, text("question"), each.href, "")),
    ];
    options.forEach((option, n) => (option.id = `${this.list.id}-${n}`));
    this.list.replaceChildren(...options);
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    if (options.length === 0 || document.activeElement !== this.input) return this.close();
    this.list.style.top = `${this.input.offsetTop + this.input.offsetHeight}px`;
    this.list.style.left = `${this.input.offsetLeft}px`;
    this.list.style.minWidth = `${this.input.offsetWidth}px`;
    this.list.hidden = false;
    const over = this.list.getBoundingClientRect().right + 8 - document.documentElement.clientWidth;
    if (over > 0) this.list.style.left = `${this.input.offsetLeft - over}px`;
    this.input.setAttribute("aria-expanded", "true");
    announce(text("suggestionCount", { count: options.length }));
  }

  private option(label: string, told: string, href: string, id: string): HTMLLIElement {
    const made = html("li", { role: "option", "aria-selected": "false" }, label, " ");
    made.append(html("span", { class: "soft" }, told));
    made.dataset["href"] = href;
    made.dataset["id"] = id;
    return made;
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const options = [...this.list.children] as HTMLElement[];
    if (this.list.hidden) {
      if (event.key === "ArrowDown") {
        event.preventDefault();
        void this.ask();
      }
      return;
    }
    const steps: Record<string, number> = { ArrowDown: this.active + 1, ArrowUp: this.active - 1 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.choose(options, step);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    } else if (event.key === "Enter" && options[this.active]) {
      event.preventDefault();
      this.take(options[this.active]!);
    }
  }

  /** Marks an option; before the first and after the last lies the box itself. */
  private choose(options: HTMLElement[], step: number): void {
    this.active = step < -1 ? options.length - 1 : step >= options.length ? -1 : step;
    options.forEach((each, n) => each.setAttribute("aria-selected", String(n === this.active)));
    const chosen = options[this.active];
    if (chosen) {
      this.input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  private take(option: HTMLElement): void {
    const { href, id } = option.dataset;
    this.close();
    if (this.fills && id) {
      this.input.value = id;
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (href) {
      const day = this.input.form?.querySelector<HTMLInputElement>("input[name=as-of]")?.value;
      location.assign(day ? `${href}${href.includes("?") ? "&" : "?"}as-of=${day}` : href);
    }
  }

  private close(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
