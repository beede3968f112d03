/** Asking without leaving the page: the server's page of the answer is fetched, its answer shown. */

import { announce } from "../elements";
import { text } from "../texts";

const LONGEST = 8000;

export interface Outcome {
  line: number;
  column: number;
  problem: string;
}

export class Asking {
  private running: AbortController | undefined;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly answer: HTMLElement,
    private readonly told: (outcome: Outcome) => void,
  ) {
    answer.addEventListener("click", (event) => this.follow(event));
    window.addEventListener("popstate", () => location.reload());
  }

  /** Asks what stands in the form; what was asked before and is still awaited is dropped. */
  async ask(): Promise<void> {
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) fields.append(name, String(value));
    await this.show(`/sparql?${fields}`, fields);
  }

  stop(): void {
    this.running?.abort();
  }

  /** Follows a link to another view or page of the answer. */
  private follow(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-view], a[data-page]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    const view = link.dataset["view"];
    void this.show(link.href, new URL(link.href).searchParams).then(() => {
      const again = view ? this.answer.querySelector<HTMLElement>(`a[data-view="${view}"]`) : null;
      (again ?? this.answer.querySelector<HTMLElement>("[tabindex], a"))?.focus();
    });
  }

  private async show(address: string, fields: URLSearchParams): Promise<void> {
    this.stop();
    const running = (this.running = new AbortController());
    this.busy(true);
    try {
      const headers = { Accept: "text/html" };
      const response = address.length <= LONGEST
        ? await fetch(address, { headers, signal: running.signal })
        : await fetch("/sparql", { method: "POST", body: fields, headers, signal: running.signal });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const found = page.getElementById("answer");
      if (!found) throw new Error(`${response.status}`);
      this.put(found);
      if (address.length <= LONGEST) window.history.pushState(null, "", address);
      document.title = page.title;
    } catch (error) {
      announce(text(error instanceof DOMException && error.name === "AbortError" ? "stopped" : "failed"));
      if (!running.signal.aborted) this.answer.replaceChildren(text("failed"));
    } finally {
      if (this.running === running) {
        this.running = undefined;
        this.busy(false);
      }
    }
  }

  private put(found: HTMLElement): void {
    this.answer.replaceChildren(...found.childNodes);
    for (const name of ["line", "column", "problem"]) {
      const value = found.dataset[name];
      if (value === undefined) delete this.answer.dataset[name];
      else this.answer.dataset[name] = value;
    }
    this.answer.dispatchEvent(new Event("hauberk:shown", { bubbles: true }));
    announce(this.answer.querySelector("h2")?.textContent ?? "");
    this.tell();
  }

  /** Tells what the answer's problem is and where; nothing where it has none. */
  tell(): void {
    const { line, column, problem } = this.answer.dataset;
    this.told({ line: Number(line ?? 0), column: Number(column ?? 0), problem: problem ?? "" });
  }

  private busy(is: boolean): void {
    this.form.classList.toggle("busy", is);
    this.answer.classList.toggle("stale", is);
    this.answer.setAttribute("aria-busy", String(is));
    const stop = this.form.querySelector<HTMLButtonElement>("[data-stop]");
    if (stop) stop.hidden = !is;
  }
}
