// @ts-check
/** The form of a schedule: its body is made of what was chosen, and sent as a new one or in the place of the old. */

import { Problem, call } from "./api.js";
import { refuse, sayNext } from "./notices.js";
import { queryOf } from "./queries.js";

const form = document.getElementById("schedule-form");
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (form instanceof HTMLFormElement) void save(form);
});

const query = document.getElementById("schedule-query");
const work = document.getElementById("schedule-work");
/** Maintenance is over no recordings. */
function follow() {
  if (query instanceof HTMLInputElement && work instanceof HTMLSelectElement) query.disabled = work.value.startsWith("task:");
}
work?.addEventListener("change", follow);
follow();

/** @param {HTMLFormElement} form */
async function save(form) {
  const { id, edits } = form.dataset;
  try {
    const body = bodyOf(new FormData(form));
    const saved = id
      ? await call("PUT", `/schedules/${id}`, { body, version: Number(edits) })
      : await call("POST", "/schedules", { body, idempotent: true });
    sayNext(id ? "Saved." : "From now on it runs by itself.");
    location.assign(`/schedules/${saved.id}`);
  } catch (error) {
    if (error instanceof Problem && error.status === 412) {
      refuse(new Problem({ ...error.body, status: 412, detail: "Somebody else has changed it meanwhile. Reload the page to see how; yours was not saved." }));
      return;
    }
    refuse(error);
  }
}

/** @param {FormData} told @returns {Record<string, unknown>} */
export function bodyOf(told) {
  const text = /** @param {string} name */ (name) => String(told.get(name) ?? "").trim();
  const [kind, ...rest] = text("work").split(":");
  const named = rest.join(":");
  const window = text("opens") && text("closes") ? { opens: text("opens"), closes: text("closes") } : null;
  /** @type {Record<string, unknown>} */
  const runs = kind === "fixity" ? { fixity: { share: Number(named) } } : { [kind]: named };
  if (kind !== "task") runs.query = queryOf(text("query"));
  return { name: text("name"), cron: text("cron"), time_zone: text("time_zone") || "UTC", missed: text("missed"), window, runs };
}
