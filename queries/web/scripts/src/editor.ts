/** The SPARQL page: an editor in place of the text field, answers without leaving the page. */

import { Asking } from "./editor/asking";
import { completion } from "./editor/completion";
import { grammar, showProblem } from "./editor/problems";
import { editorFor, replaceText } from "./editor/view";
import { html } from "./elements";
import { text } from "./texts";

const form = document.querySelector<HTMLFormElement>("#query-form");
const field = document.querySelector<HTMLTextAreaElement>("#query");
const answer = document.querySelector<HTMLElement>("#answer");

if (form && field && answer) {
  const asking = new Asking(form, answer, ({ line, column, problem }) => {
    if (problem && line) showProblem(view, line, column, problem);
  });
  const { terms = "/terms", suggest = "/suggest" } = form.dataset;
  const ask = (): void => void asking.ask();
  const view = editorFor(field, ask, [completion({ terms, suggest }), grammar]);
  const stop = html("button", { type: "button", hidden: true, "data-stop": true }, text("stop"));
  stop.addEventListener("click", () => asking.stop());
  form.querySelector("button")?.after(stop);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  for (const hint of form.querySelectorAll<HTMLElement>("[data-editor-hint]")) hint.hidden = false;
  asking.tell();
  easeExamples((query) => replaceText(view, query));
}

/** Puts a question's query into the editor as soon as it is asked for. */
function easeExamples(put: (query: string) => void): void {
  const examples = document.querySelector<HTMLFormElement>("#examples");
  examples?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = String(new FormData(examples).get("example") ?? "");
    const response = await fetch(`/sparql?${new URLSearchParams({ example: name })}`, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    put(page.querySelector<HTMLTextAreaElement>("#query")?.value ?? "");
  });
}
