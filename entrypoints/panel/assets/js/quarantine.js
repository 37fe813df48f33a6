// @ts-check
/** The quarantine: looked at one after the other, heard, decided, and kept up to date. */

import { onEvents } from "./events.js";
import { decide, ours, undo } from "./quarantine-decide.js";
import { choose, current, leave, list, meant, moveBy, pickAll, picked, rowOf, rows, togglePick } from "./quarantine-list.js";
import { isPlaying, mount, stepFinding, toggle, unmount } from "./quarantine-player.js";
import { onKey } from "./shortcuts.js";
import { say } from "./notices.js";

const REST_MS = 60;
const COUNT_AFTER_MS = 300;
const part = /** @param {string} id */ (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const item = part("item");
const note = /** @type {HTMLInputElement | null} */ (document.getElementById("note"));
const { show = "held" } = part("quarantine").dataset;
/** What was typed of each, until it is decided. @type {Map<string, string>} */
const notes = new Map();
let resting = 0;
let playsOn = false;

list.addEventListener("choose", (event) => {
  const row = /** @type {CustomEvent<HTMLElement | null>} */ (event).detail;
  playsOn = isPlaying();
  unmount();
  if (note) {
    notes.set(item.dataset.id ?? "", note.value);
    note.value = notes.get(row?.dataset.id ?? "") ?? "";
  }
  item.dataset.id = row?.dataset.id ?? "";
  drawDecisions();
  if (row) history.replaceState(history.state, "", row.querySelector("a")?.href);
  else item.replaceChildren();
  look();
});

/** Fetches what stands beside the list, once the choice rests. */
function look() {
  clearTimeout(resting);
  const { id } = item.dataset;
  if (!id) return;
  item.classList.add("late");
  resting = setTimeout(() => {
    void htmx.ajax("GET", `/quarantine/items/${encodeURIComponent(id)}`, { source: "#item", target: "#item", swap: "innerHTML settle:0", push: "false" });
  }, REST_MS);
}

document.addEventListener("htmx:after:swap", () => {
  const shown = item.querySelector("[data-item]")?.getAttribute("data-item");
  if (!item.classList.contains("late")) return;
  if (shown && shown !== item.dataset.id) return; // one that was overtaken
  item.classList.remove("late");
  mount();
  if (playsOn) toggle();
  playsOn = false;
});

function drawDecisions() {
  const can = new Set(meant().flatMap((row) => (row.dataset.can ?? "").split(" ")));
  for (const button of document.querySelectorAll("[data-decides]")) {
    if (button instanceof HTMLButtonElement) button.hidden = !can.has(button.dataset.decides ?? "");
  }
}
document.addEventListener("change", drawDecisions);

/** @param {string} kind */
async function act(kind) {
  const some = meant();
  const words = note?.value.trim() ?? "";
  await decide(/** @type {import("./quarantine-decide.js").Kind} */ (kind), some, words);
  for (const row of some) if (!row.isConnected) notes.delete(row.dataset.id ?? "");
  drawDecisions();
  count();
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-decides]") : null;
  if (button instanceof HTMLElement) void act(button.dataset.decides ?? "");
});

for (const key of ["j", "ArrowDown"]) onKey(key, "Next", () => moveBy(1));
for (const key of ["k", "ArrowUp"]) onKey(key, "The one before", () => moveBy(-1));
onKey(" ", "Play or pause", () => {
  if (item.classList.contains("late")) playsOn = !playsOn; // of the one that comes
  else toggle();
});
onKey("]", "Play the next finding", () => stepFinding(1));
onKey("[", "Play the finding before", () => stepFinding(-1));
for (const button of document.querySelectorAll("[data-decides]")) {
  const key = button.getAttribute("aria-keyshortcuts") ?? "";
  const words = [...button.childNodes].find((one) => one.nodeType === Node.TEXT_NODE)?.textContent?.trim() ?? "";
  if (button instanceof HTMLElement) onKey(key, words, () => void act(button.dataset.decides ?? ""), () => !button.hidden);
}
if (note) {
  onKey("n", "Write a note for the decision", () => note.focus());
  note.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Escape") note.value = "";
    note.blur();
    current()?.focus();
  });
}
onKey("u", "Undo the last decision", () => (undo(), count()), () => document.getElementById("undo") !== null);
onKey("s", "Select it, or not", () => (togglePick(current()), drawDecisions()), () => document.getElementById("pick-all") !== null);
onKey("Escape", "Select none", () => (pickAll(false), drawDecisions()), () => picked().length > 0);
onKey("Enter", "Open its own page", () => location.assign(`/recordings/${current()?.dataset.id}`), () => current() !== null);

let counting = 0;
function count() {
  clearTimeout(counting);
  counting = setTimeout(() => {
    const place = part("counts");
    if (place.contains(document.activeElement)) return;
    void htmx.ajax("GET", place.dataset.address ?? "", { source: "#counts", target: "#counts", swap: "innerHTML settle:0", push: "false" });
  }, COUNT_AFTER_MS);
}
part("counts").addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement) event.target.form?.requestSubmit();
});

onEvents(["recording.changed"], ({ subject, data }) => {
  count();
  if (ours.has(subject)) return;
  const row = rowOf(subject);
  const belongs = data.status === (show === "held" ? "quarantined" : "failed");
  if (!row) {
    if (belongs) part("newcomers").hidden = false;
    if (belongs && !rows().length) location.reload();
    return;
  }
  if (Number(row.dataset.version) >= Number(data.version)) return;
  if (!belongs) {
    if (row === current()) say(`“${row.dataset.title}” is ${data.status} now: somebody else has decided.`);
    leave([row]);
    return;
  }
  row.dataset.version = String(data.version);
  if (row === current()) look();
});
part("newcomers").addEventListener("click", () => location.reload());

choose(current() ?? rows()[0] ?? null);
drawDecisions();
mount();
