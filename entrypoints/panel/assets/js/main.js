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

// A session that has ended: the form to sign in is no part of a page.
document.addEventListener("htmx:before:response", (event) => {
  const answer = /** @type {CustomEvent<{ctx: {response: {raw: Response}}}>} */ (event).detail.ctx.response.raw;
  if (!answer.redirected || !new URL(answer.url).pathname.startsWith("/sign-in")) return;
  event.preventDefault();
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
});
