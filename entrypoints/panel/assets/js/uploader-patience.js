// @ts-check
/** Trying again what time may mend: no answer, a service that restarts, too many requests. Others are told of it. */

import { Problem } from "./api.js";

const FIRST_MS = 500;
const LONGEST_MS = 15_000;
const BROKEN_TRIES = 5;
const BUSY = new Set([408, 425, 429, 502, 503, 504]);

/** @type {Set<() => void>} */
const sleepers = new Set();
/** @type {Set<(words: string) => void>} */
const listeners = new Set();
let trouble = "";

/** @param {(words: string) => void} hear what is the matter; empty once it is over */
export const onTrouble = (hear) => void listeners.add(hear);

/**
 * @template T
 * @param {() => Promise<T>} act
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 * @throws whatever another try would not mend
 */
export async function patiently(act, signal) {
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    try {
      const done = await act();
      tell("");
      return done;
    } catch (error) {
      if (!(error instanceof Problem) || !mayPass(error, tries)) throw error;
      tell(wordsOf(error));
      await pause(msUntilNext(error, tries), signal, error.status !== 429);
    }
  }
}

/** @param {Problem} problem @param {number} tries */
function mayPass(problem, tries) {
  return problem.status === 0 || BUSY.has(problem.status) || (problem.status >= 500 && tries < BROKEN_TRIES);
}

/** @param {Problem} problem */
function wordsOf(problem) {
  if (problem.status === 429) return "The service asks for fewer requests. The upload goes on by itself in a moment.";
  if (problem.status) return "The service cannot take files just now. The upload goes on by itself once it can.";
  return "The service cannot be reached. The upload goes on by itself once it can.";
}

/** Doubled each time, or as long as the service asks for; not all at the same moment. @param {Problem} problem @param {number} tries */
function msUntilNext(problem, tries) {
  return Math.max(1000 * problem.retryAfter, Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1))) * (1 + 0.2 * Math.random());
}

/** @param {number} ms @param {AbortSignal} signal @param {boolean} wakes at the first sign that all is well again */
function pause(ms, signal, wakes) {
  return /** @type {Promise<void>} */ (new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      sleepers.delete(end);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, ms);
    if (wakes) sleepers.add(end);
    signal.addEventListener("abort", end);
  }));
}

/** @param {string} words */
function tell(words) {
  if (words === trouble) return;
  trouble = words;
  for (const hear of listeners) hear(words);
  if (!words) wake();
}

function wake() {
  for (const end of [...sleepers]) end();
}

addEventListener("online", wake);
