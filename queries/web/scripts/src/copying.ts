/** Buttons that copy: beside a text (`data-copy`), or the address of a link (`data-share`). */

import { announce, html } from "./elements";
import { text } from "./texts";

/** Adds a button to each element that can be copied, where the browser lets pages copy. */
export function easeCopying(root: ParentNode): void {
  if (!navigator.clipboard) return;
  for (const each of root.querySelectorAll<HTMLElement>("[data-copy]")) {
    each.removeAttribute("data-copy");
    each.after(button(text("copy"), () => each.innerText));
  }
  for (const each of root.querySelectorAll<HTMLAnchorElement>("a[data-share]")) {
    each.removeAttribute("data-share");
    each.after(" ", button(text("copyLink"), () => each.href));
  }
}

function button(label: string, copied: () => string): HTMLButtonElement {
  const made = html("button", { type: "button", class: "copies" }, label);
  made.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(copied());
    } catch {
      return; // the reader said no
    }
    made.textContent = text("copied");
    announce(text("copied"));
    setTimeout(() => (made.textContent = label), 2000);
  });
  return made;
}
