// @ts-check
/** What is done to all that is selected: asked for in a dialog, planned, shown, and started once. */

import { call, idempotencyKey } from "./api.js";
import { open } from "./dialogs.js";
import { bodyOf } from "./forms.js";
import { clearPicks, picks } from "./library-picks.js";
import { drawPlan } from "./library-plan.js";
import { watch } from "./library-progress.js";
import { plural } from "./library-rows.js";
import { refuse, say } from "./notices.js";

const MOST_NAMED = 1_000;

/** @type {{body: Record<string, any>, words: string, key: string} | null} */
let planned = null;

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-bulk]") : null;
  const action = button instanceof HTMLElement ? button.dataset.bulk : undefined;
  if (action) void plan({ change: { action } }, action === "trash" ? "Trash" : "Restore");
});

for (const form of document.querySelectorAll("form[data-plan]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!(form instanceof HTMLFormElement)) return;
    const asked = askedBy(form);
    if (!asked) return;
    form.closest("dialog")?.close();
    void plan(asked.work, asked.words);
  });
}

/** @param {HTMLFormElement} form @returns {{work: Record<string, any>, words: string} | null} */
function askedBy(form) {
  const body = bodyOf(form);
  if (form.dataset.plan === "recipe") return { work: body, words: `Recipe ${body.recipe}` };
  if (form.dataset.plan === "model") return { work: { model: body.model, parameters: body.parameters ?? {} }, words: `Model ${body.model}` };
  const change = Object.fromEntries(Object.entries(body).filter(([, tags]) => tags.length));
  if (!Object.keys(change).length) {
    say("Say which tags to add or to remove.", { bad: true });
    return null;
  }
  return { work: { change }, words: "Change tags" };
}

/** @param {Record<string, any>} work @param {string} words */
async function plan(work, words) {
  if (!picks.whole && picks.count > MOST_NAMED) {
    say(`Up to ${plural(MOST_NAMED)} can be named one by one. Filter for them, then select all that match.`, { bad: true });
    return;
  }
  const place = part("plan");
  const start = /** @type {HTMLButtonElement} */ (part("plan-start"));
  planned = null;
  start.disabled = true;
  start.textContent = "Start";
  place.ariaBusy = "true";
  place.textContent = "Looking at what would be done…";
  part("bulk-plan-title").textContent = words;
  open("bulk-plan");
  const body = { ...work, ...picks.selection };
  try {
    const told = await call("POST", "/jobs", { body: { ...body, dry_run: true } });
    const done = told.recordings - told.refused;
    place.replaceChildren(...drawPlan(told, !work.change));
    start.disabled = done === 0;
    start.textContent = done ? `${words}: ${plural(done)}${told.complete ? "" : " and more"}` : "Nothing to do";
    planned = { body, words, key: idempotencyKey() };
  } catch (error) {
    closePlan();
    refuse(error);
  } finally {
    place.ariaBusy = null;
  }
}

document.getElementById("plan-start")?.addEventListener("click", async () => {
  if (!planned) return;
  const { body, words, key } = planned;
  const start = /** @type {HTMLButtonElement} */ (part("plan-start"));
  start.disabled = true;
  try {
    const { items } = await call("POST", "/jobs", { body, idempotent: key });
    closePlan();
    clearPicks();
    if (items.length === 1 && items[0].kind === "batch") watch(items[0].id, words);
    else say(`${words}: ${plural(items.length, "job")} started.`, { action: "Show the jobs", act: () => location.assign("/jobs") });
  } catch (error) {
    start.disabled = false; // the same key once more is the same request
    refuse(error);
  }
});

function closePlan() {
  planned = null;
  /** @type {HTMLDialogElement} */ (part("bulk-plan")).close();
}

/** @param {string} id @returns {HTMLElement} */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
