// @ts-check
/** What every page has: dialogs, forms, times in the reader's zone, keys to go to the places. */

import "./actions.js";
import { open } from "./dialogs.js";
import "./forms.js";
import { listKeys, onKey } from "./shortcuts.js";
import { localTimes } from "./times.js";

for (const link of document.querySelectorAll(".places a[data-key]")) {
  if (link instanceof HTMLAnchorElement) onKey(`g ${link.dataset.key}`, link.textContent?.trim() ?? "", () => link.click());
}
onKey("?", "These keys", () => open("shortcut-help"));
onKey("/", "Search", () => {
  const search = document.querySelector('input[type="search"]');
  if (search instanceof HTMLInputElement) search.select(), search.focus();
}, () => document.querySelector('input[type="search"]') !== null);
document.getElementById("shortcut-help")?.addEventListener("opening", listKeys);

localTimes(document);
document.addEventListener("htmx:after:swap", () => localTimes(document));
