// @ts-check
/** Which recordings are selected: one by one, by ranges, by what is shown, or all that the search finds. */

import { found, following, idOf, isOfResults, matching, plural, rowOf, rows } from "./library-rows.js";

/** @type {Set<string>} */
const ids = new Set();
let whole = false;
let queryOfPicks = "";
/** @type {string | null} */
let anchor = null;

export const picks = {
  /** NaN where all are selected and nobody has counted them yet. */
  get count() {
    return whole ? (matching() ?? NaN) : ids.size;
  },
  get whole() {
    return whole;
  },
  get ids() {
    return [...ids];
  },
  /** As the body of POST /jobs names them. @returns {{recordings: string[]} | {query: Record<string, string[]>}} */
  get selection() {
    return whole ? { query: found().query } : { recordings: [...ids] };
  },
};

/** @param {HTMLElement | null} row */
export function togglePick(row) {
  if (!row) return;
  put([row], !isPicked(row));
  anchor = idOf(row);
}

/** All rows that are there; once more, and none is. */
export function pickPage() {
  const shown = rows();
  put(shown, !shown.every(isPicked));
}

export function clearPicks() {
  ids.clear();
  whole = false;
  draw();
}

/** @param {HTMLElement} row */
const isPicked = (row) => whole || ids.has(idOf(row));

/** @param {HTMLElement[]} some @param {boolean} on */
function put(some, on) {
  if (whole && !on) {
    for (const row of rows()) ids.add(idOf(row)); // all that match but one cannot be said: what is shown remains
    whole = false;
  }
  for (const row of some) on ? ids.add(idOf(row)) : ids.delete(idOf(row));
  draw();
}

/** @param {HTMLElement} row @param {boolean} on */
function putRange(row, on) {
  const all = rows();
  const from = all.findIndex((one) => idOf(one) === anchor);
  const to = all.findIndex((one) => one === row);
  put(from < 0 ? [row] : all.slice(Math.min(from, to), Math.max(from, to) + 1), on);
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof HTMLElement)) return;
  const box = event.target;
  const row = rowOf(box);
  if (row && box instanceof HTMLInputElement && box.classList.contains("pick")) {
    event.shiftKey ? putRange(row, box.checked) : put([row], box.checked);
    anchor = idOf(row);
  } else if (box.id === "pick-page") pickPage();
  else if (box.id === "pick-none") clearPicks();
  else if (box.id === "pick-all") {
    whole = true;
    draw();
  }
});

document.addEventListener("htmx:after:swap", (event) => {
  if (isOfResults(event)) {
    const shown = new Set(rows().map(idOf));
    for (const id of ids) if (!shown.has(id)) ids.delete(id); // nothing is changed that nobody sees
    if (JSON.stringify(found().query) !== queryOfPicks) whole = false;
  }
  draw();
});

function draw() {
  queryOfPicks = JSON.stringify(found().query);
  const shown = rows();
  for (const row of shown) {
    const on = isPicked(row);
    row.ariaSelected = on ? "true" : null;
    const box = row.querySelector("input.pick");
    if (box instanceof HTMLInputElement) box.checked = on;
  }
  const none = !whole && ids.size === 0;
  show("bulk", !none);
  show("told", none);
  const allShown = shown.length > 0 && shown.every(isPicked);
  const page = document.getElementById("pick-page");
  if (page instanceof HTMLInputElement) {
    page.checked = allShown;
    page.indeterminate = !none && !allShown;
  }
  const total = matching();
  const told = document.getElementById("picked");
  if (told && !none) {
    if (whole) told.textContent = total === null ? "All that match are selected" : `All ${plural(total)} are selected`;
    else told.textContent = allShown && following() ? `All ${shown.length} that are shown are selected` : `${plural(ids.size)} selected`;
  }
  const all = document.getElementById("pick-all");
  if (all) {
    all.hidden = whole || !allShown || !following();
    all.textContent = total === null ? "Select all that match" : `Select all ${plural(total)} that match`;
  }
}

/** @param {string} id @param {boolean} on */
function show(id, on) {
  const part = document.getElementById(id);
  if (part) part.hidden = !on;
}
