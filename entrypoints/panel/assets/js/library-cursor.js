// @ts-check
/** The row that the keys are about: the one with the focus, or that had it last. */

import { follow } from "./library-listen.js";
import { idOf, rowOf, rows } from "./library-rows.js";

let last = "";

document.addEventListener("focusin", (event) => {
  const row = rowOf(event.target);
  if (row) last = idOf(row);
});

/** @returns {HTMLTableRowElement | null} */
export function here() {
  return rowOf(document.activeElement) ?? rows().find((row) => idOf(row) === last) ?? null;
}

/** @param {number} step */
export function moveBy(step) {
  const all = rows();
  const now = here();
  const next = now ? all[all.indexOf(now) + step] : all[0];
  if (next) goTo(next);
}

/** @param {HTMLTableRowElement} row */
export function goTo(row) {
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  follow(row);
}
