// @ts-check
/** Jobs as they go on: rows and pages follow the events; a page of one job is drawn anew, at most once a second. */

import { onEvents } from "./events.js";
import { onKey } from "./shortcuts.js";

const REDRAW_MS = 1_000;
const page = document.getElementById("job");
let drawn = 0;
let timer = 0;

function redraw() {
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    drawn = performance.now();
    page?.dispatchEvent(new Event("refresh"));
  }, Math.max(0, drawn + REDRAW_MS - performance.now()));
}

/** Numbers of a batch move without events of their own. */
function watch() {
  const status = page?.querySelector("[data-status]")?.getAttribute("data-status");
  if (!document.hidden && (status === "running" || status === "queued")) redraw();
}

if (page) {
  onEvents(["job.changed"], redraw, { job: page.dataset.job });
  setInterval(watch, 2 * REDRAW_MS);
  page.addEventListener("done", (event) => {
    if (!(event.target instanceof HTMLElement) || event.target.dataset.undo === undefined) return;
    event.preventDefault();
    location.assign(`/jobs/${/** @type {CustomEvent} */ (event).detail.items[0].id}`);
  });
  for (const [key, label] of [["a", "Approve"], ["x", "Reject"]]) {
    onKey(key, `${label} what waits for review: the first, or the one that has the focus`, () => decide(label));
  }
} else {
  onEvents(["job.changed"], ({ subject, data }) => {
    const row = document.querySelector(`tr[data-job="${CSS.escape(subject)}"]`);
    const mark = row?.querySelector("[data-status]");
    const bar = row?.querySelector("progress");
    if (!mark || !data.status) return;
    mark.className = `status ${data.status}`;
    mark.textContent = String(data.status);
    if (!bar) return;
    bar.value = Number(data.progress ?? bar.value);
    bar.hidden = ["succeeded", "failed", "cancelled"].includes(String(data.status));
  });
}

/** @param {string} label */
function decide(label) {
  const row = document.activeElement?.closest("tr");
  const button = (row ?? page)?.querySelector(`button[aria-label^="${label} "]`);
  if (button instanceof HTMLButtonElement) button.click();
}
