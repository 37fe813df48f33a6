// @ts-check
/** The rows of the table as they stand there, and what the server says of them. */

const FIRST = 50;
export const MOST_AT_A_TIME = 200;

/** @returns {HTMLTableRowElement[]} */
export const rows = () => [...document.querySelectorAll("tr[data-id]")].filter((row) => row instanceof HTMLTableRowElement);

/** @param {EventTarget | null} part of a row @returns {HTMLTableRowElement | null} */
export function rowOf(part) {
  const row = part instanceof Element ? part.closest("tr[data-id]") : null;
  return row instanceof HTMLTableRowElement ? row : null;
}

/** @param {HTMLElement} row */
export const idOf = (row) => row.dataset.id ?? "";

/** @param {string} id @returns {string} the title, or the id of one that is not shown */
export function titleOf(id) {
  return document.querySelector(`tr[data-id="${CSS.escape(id)}"] th a`)?.textContent ?? id;
}

/** @returns {HTMLTableRowElement | null} the one that fetches what follows */
export const following = () => document.querySelector("tr.more");

/** @returns {{query: Record<string, string[]>, address: string, trash: boolean}} what is found now */
export function found() {
  const data = document.getElementById("found")?.dataset;
  return { query: JSON.parse(data?.query ?? "{}"), address: data?.address ?? "/", trash: data?.trash !== undefined };
}

/** How many there are that match; null until they are counted. */
export function matching() {
  const told = document.getElementById("matching");
  return told instanceof HTMLDataElement ? Number(told.value) : null;
}

/** @param {number} count @param {string} [one] */
export const plural = (count, one = "recording") => `${count.toLocaleString("en").replaceAll(",", "\u2009")} ${one}${count === 1 ? "" : "s"}`;

/** The list as it is by now, and as long as it was, up to what can be had at a time. */
export function showAgain() {
  const { address } = found();
  const limit = Math.min(MOST_AT_A_TIME, Math.max(FIRST, rows().length));
  const wanted = `${address}${address.includes("?") ? "&" : "?"}limit=${limit}`;
  void htmx.ajax("GET", wanted, { source: "#found", target: "#results", swap: "innerHTML settle:0", push: "false" });
}

/** Whether the results as a whole were fetched, not just the rows that follow. @param {Event} event */
export function isOfResults(event) {
  const target = /** @type {CustomEvent<{ctx?: {target?: unknown}}>} */ (event).detail.ctx?.target;
  return target instanceof Element && target.id === "results";
}
