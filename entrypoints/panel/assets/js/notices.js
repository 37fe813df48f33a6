// @ts-check
/** Short words at the edge of the page: what was done, with a way back; what was refused, and why. */

import { Problem } from "./api.js";

const SHOWN_MS = 8_000;

/**
 * @param {string} words
 * @param {{bad?: boolean, action?: string, act?: () => void, stays?: boolean}} [options] `action` names a button
 * @returns {() => void} takes it away
 */
export function say(words, options = {}) {
  const notice = document.createElement("div");
  notice.className = options.bad ? "notice bad" : "notice";
  const text = document.createElement("p");
  text.textContent = words;
  notice.append(text);
  const remove = () => notice.remove();
  if (options.action && options.act) notice.append(button(options.action, () => (remove(), options.act?.())));
  notice.append(button("Close", remove));
  document.getElementById("notices")?.append(notice);
  if (!options.bad && !options.stays) {
    let timer = setTimeout(remove, SHOWN_MS);
    notice.addEventListener("pointerenter", () => clearTimeout(timer));
    notice.addEventListener("focusin", () => clearTimeout(timer));
    notice.addEventListener("pointerleave", () => (timer = setTimeout(remove, SHOWN_MS)));
  }
  return remove;
}

/** Says it on the page that comes next. @param {string} words */
export function sayNext(words) {
  sessionStorage.setItem("said", words);
}

const waiting = sessionStorage.getItem("said");
if (waiting) {
  sessionStorage.removeItem("said");
  say(waiting);
}

/** @param {unknown} error what a call has thrown */
export function refuse(error) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  if (error instanceof Problem) {
    say(error.title ? `${error.title}: ${error.message}` : error.message, { bad: true });
    return;
  }
  say("Something went wrong in this page. Reload it and try again.", { bad: true });
  throw error;
}

/** @param {string} words @param {() => void} act */
function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiet small";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}
