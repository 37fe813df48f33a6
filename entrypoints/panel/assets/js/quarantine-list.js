// @ts-check
/** The list of what is to be decided: which one is looked at, which ones are selected, what leaves it and comes back. */

/** Says `choose` with the row, or null where none is left. */
export const list = new EventTarget();

const part = /** @param {string} id */ (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const waiting = part("waiting");

/** The place of each, so that one that comes back finds it. @type {WeakMap<HTMLElement, number>} */
const places = new WeakMap();
let placed = 0;

/** @returns {HTMLElement[]} */
export const rows = () => [...waiting.querySelectorAll(":scope > li[data-id]")].filter((row) => row instanceof HTMLElement);

/** @param {string} id @returns {HTMLElement | null} */
export const rowOf = (id) => rows().find((row) => row.dataset.id === id) ?? null;

/** @returns {HTMLElement | null} */
export const current = () => waiting.querySelector('li[aria-current="true"]');

/** What the keys are about: the selected ones, or the one that is looked at. @returns {HTMLElement[]} */
export function meant() {
  const some = picked();
  const one = current();
  return some.length ? some : one ? [one] : [];
}

const boxOf = (/** @type {Element} */ row) => /** @type {HTMLInputElement | null} */ (row.querySelector("input.pick"));

/** @returns {HTMLElement[]} */
export const picked = () => rows().filter((row) => boxOf(row)?.checked);

/** @param {HTMLElement | null} row */
export function choose(row) {
  const before = current();
  if (before && before !== row) before.removeAttribute("aria-current");
  row?.setAttribute("aria-current", "true");
  if (row) {
    // Who works elsewhere on the page by Tab stays there.
    const { activeElement } = document;
    if (!activeElement || activeElement === document.body || waiting.contains(activeElement)) row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  if (row !== before) list.dispatchEvent(new CustomEvent("choose", { detail: row }));
}

/** @param {number} step */
export function moveBy(step) {
  const all = rows();
  const now = current();
  const next = now ? all[all.indexOf(now) + step] : all[0];
  if (next) choose(next);
}

/** Takes rows away; of what is left the next one is looked at. @param {HTMLElement[]} some */
export function leave(some) {
  const now = current();
  const all = rows();
  const stays = (/** @type {HTMLElement} */ row) => !some.includes(row);
  const at = now ? all.indexOf(now) : 0;
  const next = now && stays(now) ? now : (all.slice(at).find(stays) ?? all.slice(0, at).reverse().find(stays) ?? null);
  for (const row of some) {
    const box = boxOf(row);
    if (box) box.checked = false;
    row.remove();
  }
  drawPicks();
  drawNothing();
  if (next !== now) choose(next);
}

/** @param {HTMLElement} row */
export function putBack(row) {
  const place = places.get(row) ?? 0;
  const after = rows().find((one) => (places.get(one) ?? 0) > place) ?? waiting.querySelector("li.more");
  row.removeAttribute("aria-current");
  waiting.insertBefore(row, after);
  drawNothing();
  drawPicks();
  if (!current()) choose(row);
}

/** @param {HTMLElement | null} row */
export function togglePick(row) {
  const box = row && boxOf(row);
  if (box) box.checked = !box.checked;
  drawPicks();
}

/** @param {boolean} on */
export function pickAll(on) {
  for (const row of rows()) {
    const box = boxOf(row);
    if (box) box.checked = on;
  }
  drawPicks();
}

function drawPicks() {
  const all = document.getElementById("pick-all");
  if (!(all instanceof HTMLInputElement)) return;
  const count = picked().length;
  all.checked = count > 0 && count === rows().length;
  all.indeterminate = count > 0 && !all.checked;
  part("picked").textContent = count ? `${count} selected: a decision is about all of them` : "Select all that are shown";
}

function drawNothing() {
  const none = rows().length === 0;
  const more = waiting.querySelector("li.more");
  if (none && more) more.querySelector("a")?.click();
  part("quarantine").hidden = none && !more;
  part("nothing").hidden = !none || more !== null;
}

function number() {
  for (const row of rows()) if (!places.has(row)) places.set(row, ++placed);
}

waiting.addEventListener("click", (event) => {
  const row = event.target instanceof Element ? event.target.closest("li[data-id]") : null;
  if (!(row instanceof HTMLElement) || event.metaKey || event.ctrlKey) return;
  if (event.target instanceof HTMLInputElement) drawPicks();
  else {
    event.preventDefault();
    choose(row);
  }
});
document.getElementById("pick-all")?.addEventListener("click", (event) => pickAll(/** @type {HTMLInputElement} */ (event.target).checked));
document.addEventListener("htmx:after:swap", () => {
  number();
  drawNothing();
  if (!current() && rows().length) choose(rows()[0]);
});

number();
pickAll(false); // the browser remembers boxes over a reload
