// @ts-check
/** Work on many recordings while it runs: how far it is, and when it has ended, a way back. */

import { call } from "./api.js";
import { onEvents } from "./events.js";
import { plural, showAgain } from "./library-rows.js";
import { refuse, say } from "./notices.js";

const LAST = "library-last-change"; // outlives a reload; of this tab
const ASKED_EVERY_MS = 2_500; // where no event comes through
const ENDED = new Set(["succeeded", "partly-failed", "failed", "cancelled"]);
const UNDONE = new Set(["change", "recipe"]);

/** @type {Map<string, () => void>} */
const watched = new Map();
let isListening = false;

/** @param {string} id of the job @param {string} words what it does */
export function watch(id, words) {
  const notice = draw(id, words);
  const look = async () => {
    try {
      const job = await call("GET", `/jobs/${id}`);
      if (!watched.has(id)) return;
      notice.show(job);
      if (ENDED.has(job.status)) end(job);
    } catch (error) {
      end(null);
      refuse(error);
    }
  };
  /** @param {any} job */
  const end = (job) => {
    if (!watched.delete(id)) return;
    clearInterval(timer);
    notice.remove();
    if (job) tell(job, words);
  };
  const timer = setInterval(look, ASKED_EVERY_MS);
  watched.set(id, () => void look());
  if (!isListening) onEvents(["job.changed"], (happening) => watched.get(happening.subject)?.());
  isListening = true;
  void look();
}

/** @param {any} job @param {string} words */
function tell(job, words) {
  const counts = job.batch?.counts ?? {};
  const parts = [`${words}: ${plural(counts.succeeded ?? 0)} done`];
  if (counts.skipped) parts.push(`${counts.skipped} so already`);
  if (counts.review) parts.push(`${counts.review} wait for review`);
  if (counts.failed) parts.push(`${counts.failed} refused or failed`);
  if (job.status === "cancelled") parts.push("cancelled");
  const canUndo = UNDONE.has(job.batch?.work) && (counts.succeeded ?? 0) > 0;
  if (canUndo) sessionStorage.setItem(LAST, JSON.stringify({ id: job.id, words }));
  const isBad = Boolean(counts.failed) || job.status === "failed";
  const options = canUndo ? { action: "Undo", act: () => void undoLast() } : { action: "Show the job", act: () => location.assign(`/jobs/${job.id}`) };
  say(`${parts.join(", ")}.`, { bad: isBad, ...options, stays: canUndo });
  showAgain();
}

export async function undoLast() {
  const kept = sessionStorage.getItem(LAST);
  if (!kept) {
    say("Nothing was changed here that could be undone.");
    return;
  }
  const { id, words } = JSON.parse(kept);
  sessionStorage.removeItem(LAST);
  try {
    const { items } = await call("POST", "/jobs", { body: { undo: id }, idempotent: `undo-${id}` });
    watch(items[0].id, `Undoing “${words}”`);
  } catch (error) {
    refuse(error);
  }
}

/** @param {string} id @param {string} words */
function draw(id, words) {
  const notice = document.createElement("div");
  notice.className = "notice progressing";
  const part = document.createElement("div");
  part.ariaLive = "off"; // its end is told, not each step
  const text = document.createElement("p");
  text.textContent = `${words}…`;
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", words);
  part.append(text, bar);
  const link = document.createElement("a");
  link.href = `/jobs/${id}`;
  link.textContent = "Show the job";
  notice.append(part, link);
  document.getElementById("notices")?.append(notice);
  return {
    remove: () => notice.remove(),
    /** @param {any} job */
    show(job) {
      const { total = 0, complete = false, counts = {}, seconds_left: left } = job.batch ?? {};
      const ended = ["succeeded", "skipped", "failed", "review"].reduce((sum, name) => sum + (counts[name] ?? 0), 0);
      if (complete && total) {
        bar.max = total;
        bar.value = ended;
      }
      const rest = left ? `, about ${left < 90 ? `${Math.ceil(left)} s` : `${Math.round(left / 60)} min`} left` : "";
      text.textContent = `${words}: ${ended}${total ? ` of ${complete ? "" : "at least "}${total}` : ""}${rest}`;
    },
  };
}
