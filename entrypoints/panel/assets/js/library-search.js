// @ts-check
/** The form above the table: it says what the address says, whichever of the two was changed. */

import { say } from "./notices.js";
import { isOfResults } from "./library-rows.js";

const OPEN = "library-filters";
const form = /** @type {HTMLFormElement} */ (document.getElementById("search"));
const filters = /** @type {HTMLDetailsElement} */ (document.getElementById("filters"));

document.documentElement.classList.add("scripted");
filters.open = localStorage.getItem(OPEN) === "open";
filters.addEventListener("toggle", () => localStorage.setItem(OPEN, filters.open ? "open" : "closed"));

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = /** @type {CustomEvent<{ctx: {sourceElement: Element, request: {body: FormData}}}>} */ (event).detail;
  if (ctx.sourceElement !== form) return;
  for (const name of [...ctx.request.body.keys()]) if (!String(ctx.request.body.get(name)).trim()) ctx.request.body.delete(name);
});

document.addEventListener("htmx:after:swap", (event) => {
  if (!isOfResults(event)) return;
  const { ctx } = /** @type {CustomEvent<{ctx: {sourceElement: Element}}>} */ (event).detail;
  fill(new URLSearchParams(location.search), ctx.sourceElement === form ? document.activeElement : null);
});

/** @param {URLSearchParams} words @param {Element | null} typed in, and left as it is */
function fill(words, typed) {
  const kept = /** @type {HTMLElement} */ (document.getElementById("kept"));
  const shown = new Set();
  for (const input of form.querySelectorAll("input[name]:not([type=hidden])")) {
    if (!(input instanceof HTMLInputElement)) continue;
    shown.add(input.name);
    const value = words.get(input.name) ?? "";
    if (input !== typed) input.value = input.type === "date" ? value.slice(0, 10) : value;
  }
  kept.replaceChildren(
    ...[...words].filter(([name]) => !shown.has(name) && name !== "cursor" && name !== "limit").map(([name, value]) => {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      return input;
    }),
  );
}

document.getElementById("copy-link")?.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link to this search is copied.");
  } catch {
    say(`The browser lets nothing be copied from here. The link is: ${location.href}`, { stays: true });
  }
});

document.addEventListener("htmx:response:error", (event) => notFetched(event.target));
document.addEventListener("htmx:error", (event) => notFetched(event.target));

/** @param {EventTarget | null} source what was to be fetched by */
function notFetched(source) {
  const more = source instanceof Element ? source.closest("tr.more") : null;
  const link = more?.querySelector("a");
  if (link) say("The next recordings could not be fetched.", { bad: true, action: "Try again", act: () => link.click() });
  else if (source instanceof Element && source.matches("#search, #results a, #facets a")) {
    say("The service cannot be reached, so the search was not done.", { bad: true });
  }
}
