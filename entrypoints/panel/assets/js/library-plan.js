// @ts-check
/** What a change of many would do, in words, before it is started. */

import { plural, titleOf } from "./library-rows.js";
import { clock } from "./times.js";

/** @typedef {{recordings: number, complete: boolean, refused: number, hours: number, bytes_in: number, bytes_out: number,
 *   bytes_out_unknown: number, seconds: number | null, no_estimate: string | null,
 *   refusals: {code: string, detail: string, count: number, recordings: string[]}[],
 *   changes: Record<string, Record<string, unknown>>}} Plan */

/** @param {Plan} plan @param {boolean} reads whether the work reads sound, so that hours and bytes say something */
export function drawPlan(plan, reads) {
  const done = plan.recordings - plan.refused;
  const more = plan.complete ? "" : " and more: so many were looked at";
  /** @type {[string, string][]} */
  const facts = [["Would be done", plural(done) + more], ["Would be refused", plural(plan.refused)]];
  if (reads) {
    facts.push(["Sound", `${plan.hours.toFixed(plan.hours < 10 ? 2 : 0)} hours`], ["Reads", bytes(plan.bytes_in)]);
    facts.push(["Writes", plan.bytes_out_unknown ? `${bytes(plan.bytes_out)}, and what cannot be told of ${plural(plan.bytes_out_unknown)}` : bytes(plan.bytes_out)]);
  }
  facts.push(["Takes about", plan.seconds === null ? (plan.no_estimate ?? "Nobody knows.") : clock(Math.max(1, plan.seconds), 0)]);
  return [listOf(facts), ...refusals(plan), ...changes(plan)];
}

/** @param {[string, string][]} facts */
function listOf(facts) {
  const list = make("dl", "facts");
  for (const [name, words] of facts) list.append(make("dt", "", name), make("dd", "", words));
  return list;
}

/** @param {Plan} plan */
function refusals(plan) {
  if (!plan.refusals.length) return [];
  const part = make("div", "problem refusals");
  for (const { detail, count, recordings } of plan.refusals) {
    const names = recordings.slice(0, 3).map(titleOf).join(", ");
    part.append(make("p", "", `${plural(count)}: ${detail} (${names}${count > 3 ? ", …" : ""})`));
  }
  return [part];
}

/** @param {Plan} plan */
function changes(plan) {
  const told = Object.entries(plan.changes).slice(0, 5);
  if (!told.length) return [];
  const part = make("details", "");
  part.append(make("summary", "", "What would change, of the first"));
  part.append(listOf(told.map(([id, what]) => [titleOf(id), Object.entries(what).map(([name, value]) => `${name}: ${value}`).join("; ")])));
  return [part];
}

const STEPS = ["bytes", "kB", "MB", "GB", "TB"];

/** In steps of 1000. @param {number} count */
function bytes(count) {
  let step = 0;
  for (; count >= 999.5 && step < STEPS.length - 1; step++) count /= 1000;
  return `${count.toFixed(step === 0 || count >= 99.5 ? 0 : 1)} ${STEPS[step]}`;
}

/** @param {string} name @param {string} kind @param {string} [words] */
function make(name, kind, words) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (words !== undefined) made.textContent = words;
  return made;
}
