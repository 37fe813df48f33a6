// @ts-check
/** While something that is shown is still being listened to, the list is told when it was. */

import { onEvents } from "./events.js";
import { picks } from "./library-picks.js";
import { MOST_AT_A_TIME, rows, showAgain } from "./library-rows.js";

const AT_MOST_EVERY_MS = 3_000; // a folder of thousands may be coming in
const UNHEARD = "tr[data-id] :is(.status.processing, .status.receiving)";
let isListening = false;
let isDue = false;

function listen() {
  if (isListening || !document.querySelector(UNHEARD)) return;
  isListening = true;
  onEvents(["recording.changed"], ({ subject, data }) => {
    const status = document.querySelector(`tr[data-id="${CSS.escape(subject)}"] .status`)?.textContent;
    if (status && status !== data.status) lookSoon();
  });
  lookSoon(); // what happened before there was somebody to tell it to
}

function lookSoon() {
  if (isDue) return;
  isDue = true;
  setTimeout(() => {
    isDue = false;
    if (!isAtWork()) showAgain();
  }, AT_MOST_EVERY_MS);
}

/** What somebody has picked or opened is not taken from under their hands. */
const isAtWork = () => picks.whole || picks.count > 0 || rows().length > MOST_AT_A_TIME || document.querySelector("dialog[open]") !== null;

listen();
document.addEventListener("htmx:after:swap", listen);
