// @ts-check
/** A recipe or a model over many: what is asked for in a dialog is planned, shown, and started once. */

import { call, idempotencyKey } from "./api.js";
import { bodyOf } from "./forms.js";
import { drawPlan } from "./library-plan.js";
import { refuse, sayNext } from "./notices.js";
import { queryOf } from "./queries.js";
import { RecordingPicker } from "./recording-picker.js";

for (const form of document.querySelectorAll("form[data-run]")) if (form instanceof HTMLFormElement) prepare(form);

/** @param {HTMLFormElement} form */
function prepare(form) {
  const picker = new RecordingPicker(/** @type {HTMLElement} */ (form.querySelector("[data-picker]")));
  const start = /** @type {HTMLButtonElement} */ (form.querySelector("[data-start]"));
  const place = /** @type {HTMLElement} */ (form.querySelector("[data-plan]"));
  /** @type {{body: Record<string, any>, key: string} | null} */
  let planned = null;

  /** Another question than the one that was planned. */
  const unplan = () => {
    planned = null;
    start.disabled = true;
    start.textContent = "Start";
    place.replaceChildren();
    for (const part of form.querySelectorAll("[data-over]")) {
      if (part instanceof HTMLElement) part.hidden = part.dataset.over !== overOf(form);
    }
  };
  form.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLInputElement && event.target.type === "search")) unplan();
  });
  picker.addEventListener("picked", unplan);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = asked(form, picker);
    unplan();
    if (!body) {
      place.textContent = "Choose a recording first.";
      picker.input.focus();
      return;
    }
    place.ariaBusy = "true";
    place.textContent = "Looking at what would be done…";
    try {
      const told = await call("POST", "/jobs", { body: { ...body, dry_run: true } });
      const done = told.recordings - told.refused;
      place.replaceChildren(...drawPlan(told, true));
      start.disabled = done === 0;
      start.textContent = done ? `Start: ${done}${told.complete ? "" : " and more"}` : "Nothing to do";
      planned = { body, key: idempotencyKey() };
    } catch (error) {
      place.replaceChildren();
      refuse(error);
    } finally {
      place.ariaBusy = null;
    }
  });

  start.addEventListener("click", async () => {
    if (!planned) return;
    start.disabled = true;
    try {
      const { items } = await call("POST", "/jobs", { body: planned.body, idempotent: planned.key });
      sayNext(`${form.dataset.words}: it is started.`);
      location.assign(items.length === 1 ? `/jobs/${items[0].id}` : "/jobs");
    } catch (error) {
      start.disabled = false; // the same key once more is the same request
      refuse(error);
    }
  });
}

/** @param {HTMLFormElement} form */
const overOf = (form) => String(new FormData(form).get("over"));

/** @param {HTMLFormElement} form @param {RecordingPicker} picker @returns {Record<string, any> | null} null: nothing was chosen */
function asked(form, picker) {
  const { over, query, ...rest } = bodyOf(form);
  const body = { ...JSON.parse(form.dataset.run ?? "{}"), ...rest };
  if (over === "query") return { ...body, query: queryOf(query ?? "") };
  return picker.picked ? { ...body, recordings: [picker.picked.id] } : null;
}
