// @ts-check
/** Searches that are kept in this browser under a name: the words of the address, and nothing else. */

import { refuse, say } from "./notices.js";

const KEPT = "library-searches";

/** @typedef {{name: string, words: string}} Saved */

/** @returns {Saved[]} */
function saved() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one?.name === "string" && typeof one?.words === "string") : [];
  } catch {
    return [];
  }
}

/** @param {Saved[]} searches */
function keep(searches) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(searches.sort((a, b) => a.name.localeCompare(b.name))));
  } catch (error) {
    refuse(error);
  }
  list();
}

function list() {
  const place = document.getElementById("saved-list");
  place?.replaceChildren(...saved().map(entry));
}

/** @param {Saved} search */
function entry({ name, words }) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/${words}`;
  link.textContent = name;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "quiet small";
  remove.textContent = "Remove";
  remove.setAttribute("aria-label", `Remove ${name}`);
  remove.addEventListener("click", () => keep(saved().filter((one) => one.name !== name)));
  item.append(link, remove);
  return item;
}

document.getElementById("saved-searches")?.addEventListener("opening", list);
document.getElementById("save-search")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const input = /** @type {HTMLInputElement} */ (document.getElementById("search-name"));
  const name = input.value.trim();
  if (!name) return;
  keep([...saved().filter((one) => one.name !== name), { name, words: location.search }]);
  input.value = "";
  input.closest("dialog")?.close();
  say(`“${name}” is saved.`);
});
