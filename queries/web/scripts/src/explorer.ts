/** What every page gets: ease, never anything that a reader cannot have without it. */

import { easeCopying } from "./copying";
import { easeNetworks } from "./network";
import { easeSuggestions } from "./suggestions";
import { easeTables } from "./tables";

/** Adds ease to a page, or to a part that was put into it. */
function ease(root: ParentNode): void {
  easeTables(root);
  easeSuggestions(root);
  easeCopying(root);
  easeNetworks(root);
}

ease(document);
document.addEventListener("hauberk:shown", (event) => {
  if (event.target instanceof HTMLElement) ease(event.target);
});
