// @ts-check
/** Filters as people write them: as in the library's address, or the whole address. */

const OF_THE_LIST = ["sort", "limit", "cursor"];

/** @param {string} text @returns {Record<string, string[]>} as bodies of the API have them */
export function queryOf(text) {
  const parameters = new URLSearchParams(text.includes("?") ? text.slice(text.indexOf("?") + 1) : text);
  /** @type {Record<string, string[]>} */
  const query = {};
  for (const [name, value] of parameters) {
    if (value.trim() && !OF_THE_LIST.includes(name)) (query[name] ??= []).push(value);
  }
  return query;
}
