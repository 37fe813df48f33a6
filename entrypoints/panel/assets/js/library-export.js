// @ts-check
/** What is selected as a table: by a link where an address has room for it, by a download made here where it has not. */

import { request } from "./api.js";
import { picks } from "./library-picks.js";
import { found, plural } from "./library-rows.js";
import { refuse } from "./notices.js";

const MOST_IN_ADDRESS = 100;
const MOST_NAMED = 1_000;
const EXPORTS = "/api/v1/metadata-exports";

const dialog = document.getElementById("bulk-export");
const links = [...document.querySelectorAll("#bulk-export a[data-format]")].filter((link) => link instanceof HTMLAnchorElement);

dialog?.addEventListener("opening", () => {
  const isTooMany = !picks.whole && picks.count > MOST_NAMED;
  const words = document.getElementById("export-words");
  if (words && isTooMany) words.textContent = `Up to ${plural(MOST_NAMED)} can be named one by one. Filter for them, then select all that match.`;
  else if (words) words.textContent = `${Number.isNaN(picks.count) ? "All that match" : plural(picks.count)}, as they are now.`;
  for (const link of links) {
    link.hidden = isTooMany;
    link.href = `${EXPORTS}?${new URLSearchParams([["format", link.dataset.format ?? ""], ...asked()])}`;
  }
});

/** @returns {string[][]} */
function asked() {
  if (!picks.whole) return picks.ids.slice(0, MOST_IN_ADDRESS).map((id) => ["id", id]);
  return Object.entries(found().query).flatMap(([name, texts]) => texts.map((text) => [name, text]));
}

for (const link of links) {
  link.addEventListener("click", (event) => {
    if (picks.whole || picks.count <= MOST_IN_ADDRESS) return;
    event.preventDefault();
    void download(link);
  });
}

/** @param {HTMLAnchorElement} link */
async function download(link) {
  const format = link.dataset.format ?? "";
  link.ariaBusy = "true";
  try {
    const answer = await request("POST", EXPORTS, { body: { format, recordings: picks.ids }, accept: "*/*" });
    const made = document.createElement("a");
    made.href = URL.createObjectURL(await answer.blob());
    made.download = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? `recordings.${format}`;
    made.click();
    setTimeout(() => URL.revokeObjectURL(made.href), 60_000);
  } catch (error) {
    refuse(error);
  } finally {
    link.ariaBusy = null;
  }
}
