// @ts-check
/** The page of one recording beside its player: what is said of it is edited, decided, copied, and kept up to date. */

import { About } from "./about.js";
import { call } from "./api.js";
import { chooseVersions } from "./about-conflict.js";
import { editFields } from "./about-fields.js";
import { element } from "./about-parts.js";
import { editTags } from "./about-tags.js";
import { editTitle } from "./about-title.js";
import { copyAnalysis, copyText } from "./copying.js";
import { onEvents } from "./events.js";
import { refuse, say } from "./notices.js";
import { decideByKeys } from "./recording-actions.js";
import { localTimes } from "./times.js";

const section = element("about");
/** @type {import("./about.js").View} */
const first = JSON.parse(section.dataset.recording ?? "");
const about = new About(first, chooseVersions);

if (section.dataset.mayWrite !== undefined) {
  editTitle(about);
  editTags(about);
  editFields(about);
  decideByKeys(about);
}
about.addEventListener("change", () => {
  const status = element("status");
  status.textContent = about.view.status;
  status.className = `status ${about.view.status}`;
  const changed = element("updated").querySelector("time");
  if (changed && about.view.updated_at) {
    changed.dateTime = changed.textContent = about.view.updated_at;
    delete changed.dataset.local;
    localTimes(element("updated"));
  }
  renew("history");
});

const RENEWED = { predict: ["predictions"], preview: ["downloads"], recipe: ["downloads", "lineage"], analyse: ["measurements", "downloads"] };
onEvents(["job.changed"], ({ data }) => {
  renew("history");
  if (data.status !== "succeeded") return;
  if (data.kind === "analyse") say("It was listened to again.", { action: "Show what was found", act: () => location.reload(), stays: true });
  for (const name of RENEWED[/** @type {keyof typeof RENEWED} */ (data.kind)] ?? []) renew(name);
}, { recording: first.id });

/** Fetches a part again, unless somebody is busy in it. @param {string} name */
function renew(name) {
  const part = element(name);
  if (part.contains(document.activeElement) && document.activeElement?.matches("input, select, textarea")) return;
  part.dispatchEvent(new CustomEvent("refresh"));
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button) return;
  const { seeks, until, copies, copiesAnalysis } = button.dataset;
  if (seeks !== undefined) document.dispatchEvent(new CustomEvent("seek", { detail: { start: Number(seeks), end: Number(until) } }));
  if (copies !== undefined) copyText(copies).catch(refuse);
  if (copiesAnalysis !== undefined) copyAnalysis(first.id, copiesAnalysis).catch(refuse);
  if (button.id === "listen-again") listenAgain().catch(refuse);
});

async function listenAgain() {
  const { items } = await call("POST", "/jobs", { body: { analyser: "listen", recordings: [first.id] }, idempotent: true });
  say("It is being listened to again.", { action: "Show the job", act: () => location.assign(`/jobs/${items[0].id}`) });
}

document.addEventListener("change", (event) => {
  if (!(event.target instanceof HTMLSelectElement) || event.target.id !== "run-model-name") return;
  showModel(event.target.value);
});
document.addEventListener("htmx:after:swap", () => {
  const chosen = document.getElementById("run-model-name");
  if (chosen instanceof HTMLSelectElement) showModel(chosen.value);
});

/** Its words and parameters; those of the others are not sent. @param {string} name */
function showModel(name) {
  for (const part of document.querySelectorAll("#run-model [data-model]")) {
    if (!(part instanceof HTMLElement)) continue;
    part.hidden = part.dataset.model !== name;
    for (const control of part.querySelectorAll("input")) control.disabled = part.hidden;
  }
}

document.addEventListener("sent", (event) => {
  if (!(event.target instanceof HTMLFormElement) || event.target.id !== "run-model") return;
  event.preventDefault();
  const [job] = /** @type {CustomEvent} */ (event).detail.items;
  if (job.status === "succeeded") say("It has said so already: the same model, with the same parameters.");
  else say(`The model is asked. What it says appears here.`, { action: "Show the job", act: () => location.assign(`/jobs/${job.id}`) });
});

// What could not be fetched at all has no answer to show.
document.addEventListener("htmx:error", (event) => {
  const part = event.target instanceof Element ? event.target.closest(".later") : null;
  const waits = part?.querySelector('[aria-busy="true"]');
  if (!part || !waits) return;
  waits.removeAttribute("aria-busy");
  waits.textContent = "It could not be loaded. ";
  const again = document.createElement("button");
  again.type = "button";
  again.className = "quiet small";
  again.textContent = "Try again";
  again.addEventListener("click", () => part.dispatchEvent(new CustomEvent("refresh")));
  waits.append(again);
});
