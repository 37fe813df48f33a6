// @ts-check
/** Decisions: the row leaves at once, the service is told, and where it refuses the row comes back with its words. */

import { Problem, call, request } from "./api.js";
import { ask } from "./dialogs.js";
import { refuse, say } from "./notices.js";
import { choose, leave, putBack, rowOf } from "./quarantine-list.js";

/** @typedef {"release" | "reject" | "reopen" | "retry" | "trash"} Kind */
/** @typedef {{id: string, title: string, version: number, kind: Kind}} Decided */

/** What is said of one that is done, what of many, and which call takes it back. @type {Record<Kind, {words: string, done: string, back: string | null}>} */
const KINDS = {
  release: { words: "Release", done: "Released", back: "reopen" },
  reject: { words: "Reject", done: "Rejected", back: "reopen" },
  reopen: { words: "Put back", done: "Back in quarantine", back: null },
  retry: { words: "Try again", done: "Tried again", back: null },
  trash: { words: "Move to the trash", done: "In the trash", back: "restore" },
};
const KEPT = "quarantine-decided"; // outlives a reload; of this tab
const MOST_KEPT = 50;

const part = /** @param {string} id */ (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** What was decided together, the newest last. @type {Decided[][]} */
const groups = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
/** Rows that have left, by recording. @type {Map<string, HTMLElement>} */
const away = new Map();
/** Recordings that are just coming back: what is heard of them is no news. @type {Set<string>} */
export const ours = new Set();
let busy = Promise.resolve();
let unanswered = 0;

/** One after the other, in the order in which they were made. @param {() => Promise<void>} act */
function queue(act) {
  unanswered += 1;
  busy = busy.then(act).catch(refuse).finally(() => (unanswered -= 1));
}

/** @param {Kind} kind @param {HTMLElement[]} rows @param {string} note */
export async function decide(kind, rows, note) {
  const some = rows.filter((row) => (row.dataset.can ?? "").split(" ").includes(kind));
  if (!some.length) return;
  const { words } = KINDS[kind];
  if (some.length > 1) {
    const others = rows.length - some.length;
    const left = others ? ` ${others} of the selected cannot be decided so, and stay.` : "";
    if (!(await ask({ title: `${words}: ${some.length} recordings?`, words: `Each is decided by itself.${left}${note ? ` The note goes along with all: ${note}` : ""}`, action: words, danger: kind === "reject" }))) return;
  }
  for (const row of some) away.set(row.dataset.id ?? "", row);
  leave(some);
  queue(() => sendAll(kind, some, note));
}

/** @param {Kind} kind @param {HTMLElement[]} some @param {string} note */
async function sendAll(kind, some, note) {
  /** @type {Decided[]} */
  const done = [];
  for (const [n, row] of some.entries()) {
    if (some.length > 1) tell(`${KINDS[kind].words}: ${n} of ${some.length}…`, false);
    const decided = await send(kind, row, note);
    if (decided) done.push(decided);
  }
  if (!done.length) {
    tell("", false);
    return;
  }
  if (KINDS[kind].back) keep([...groups, done]);
  const refused = some.length - done.length;
  tell(`${KINDS[kind].done}: ${named(done)}${refused ? `; ${refused} refused` : ""}.`, KINDS[kind].back !== null);
}

/** @param {Kind} kind @param {HTMLElement} row @param {string} note @returns {Promise<Decided | null>} null: it is back */
async function send(kind, row, note) {
  const { id = "", title = "" } = row.dataset;
  try {
    const after = await tellService(kind, id, Number(row.dataset.version), note);
    return { id, title, version: after, kind };
  } catch (error) {
    await comeBack(row, error);
    return null;
  }
}

/** @param {Kind} kind @param {string} id @param {number} version @param {string} note @returns {Promise<number>} the version since */
async function tellService(kind, id, version, note) {
  if (kind === "retry") {
    const { items } = await call("GET", `/jobs?recording=${encodeURIComponent(id)}&status=failed&limit=1`);
    if (!items.length) throw new Problem({ status: 404, title: "No failed job of it is left", detail: "Upload the file again." });
    await call("POST", `/jobs/${items[0].id}/retry`, { idempotent: true });
    return 0;
  }
  const path = `/recordings/${encodeURIComponent(id)}`;
  if (kind === "trash") return (await request("DELETE", path, { version }).then(versionOf)) ?? version + 1;
  const body = kind === "reopen" ? undefined : { note: note || null };
  return (await call("POST", `${path}/${kind}`, { version, body })).version;
}

/** @param {Response} answer */
const versionOf = (answer) => Number(answer.headers.get("ETag")?.replaceAll('"', "")) || null;

/** A refusal: as the recording is by now. @param {HTMLElement} row @param {unknown} error */
async function comeBack(row, error) {
  const { id = "", title = "", can = "" } = row.dataset;
  const changed = error instanceof Problem && (error.status === 412 || error.status === 409);
  const now = changed ? await call("GET", `/recordings/${encodeURIComponent(id)}`).catch(() => null) : null;
  const still = !now || can.split(" ").some((kind) => now.links[kind] || kind === "retry" && now.status === "failed");
  if (now) row.dataset.version = now.version;
  if (!still) {
    say(`“${title}” was not changed: somebody else has decided, it is ${now.status} now.`, { bad: true });
    return;
  }
  away.delete(id);
  row.classList.add("refused");
  putBack(row);
  if (changed) say(`“${title}” is back: it was changed meanwhile. Look at it as it is now, then decide again.`, { bad: true });
  else if (error instanceof Problem) say(`“${title}” is back. ${error.title}: ${error.message}`, { bad: true });
  else throw error;
}

/** The last decision, once those before it have been answered. */
export function undo() {
  queue(async () => {
    const group = groups.at(-1);
    if (!group) {
      tell("Nothing was decided here that could be undone.", false);
      return;
    }
    keep(groups.slice(0, -1));
    /** @type {Decided[]} */
    const back = [];
    for (const one of group) {
      ours.add(one.id);
      try {
        await takeBack(one);
        back.push(one);
      } catch (error) {
        if (error instanceof Problem) say(`“${one.title}” stays as it is. ${error.title}: ${error.message}`, { bad: true });
        else throw error;
      } finally {
        ours.delete(one.id);
      }
    }
    if (back.length) tell(`Taken back: ${named(back)}${group[0].kind === "trash" ? "" : ", to be decided again"}.`, groups.length > 0);
  });
}

/** @param {Decided} one */
async function takeBack(one) {
  const path = `/recordings/${encodeURIComponent(one.id)}`;
  const back = /** @type {string} */ (KINDS[one.kind].back);
  const again = (/** @type {number} */ version) => call("POST", `${path}/${back}`, { version });
  const view = await again(one.version).catch(async (error) => {
    if (!(error instanceof Problem) || error.status !== 412) throw error;
    // Something else of it has changed since: the decision itself may stand as it was made.
    const now = await call("GET", path);
    const verdict = one.kind === "release" ? "accept" : "reject";
    if (one.kind !== "trash" && (!now.links.reopen || now.verdict?.verdict !== verdict)) throw error;
    return again(now.version);
  });
  const row = away.get(one.id) ?? rowOf(one.id);
  if (!row || !belongs(view)) {
    say(`“${one.title}” is ${view.status} now.`);
    return;
  }
  row.dataset.version = view.version;
  row.dataset.can = ["release", "reject", "reopen"].filter((kind) => view.links[kind]).join(" ") || row.dataset.can;
  away.delete(one.id);
  putBack(row);
  choose(row);
}

/** Whether it is one of those that the list is about. @param {any} view */
function belongs(view) {
  const shown = part("quarantine").dataset.show;
  if (view.status !== (shown === "held" ? "quarantined" : "failed")) return false;
  return shown === "held" || (view.verdict?.verdict === "reject") === (shown === "rejected");
}

/** @param {Decided[][]} left */
function keep(left) {
  groups.splice(0, groups.length, ...left.slice(-MOST_KEPT));
  sessionStorage.setItem(KEPT, JSON.stringify(groups));
}

/** @param {Decided[]} some */
const named = (some) => (some.length === 1 ? `“${some[0].title}”` : `${some.length} recordings`);

/** @param {string} words @param {boolean} canUndo */
function tell(words, canUndo) {
  /** @type {HTMLElement} */ (part("last").querySelector("span")).textContent = words;
  part("undo").hidden = !canUndo;
}

part("undo").addEventListener("click", undo);
addEventListener("beforeunload", (event) => {
  if (unanswered) event.preventDefault();
});
