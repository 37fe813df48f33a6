// @ts-check
/** Which recipes run over what comes in: rows in a dialog, saved together. */

import { Problem, call } from "./api.js";
import { refuse, sayNext } from "./notices.js";
import { queryOf } from "./queries.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("rules-form"));
const list = /** @type {HTMLElement} */ (form.querySelector(".rules"));
const problem = /** @type {HTMLElement} */ (form.querySelector(".problem"));
const template = /** @type {HTMLTemplateElement} */ (document.getElementById("rule-row"));

document.getElementById("rule-add")?.addEventListener("click", () => {
  list.append(template.content.cloneNode(true));
  list.lastElementChild?.querySelector("input")?.focus();
});

list.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-removes]") : null;
  if (!button) return;
  button.closest("li")?.remove();
  document.getElementById("rule-add")?.focus();
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.hidden = true;
  try {
    await call("PUT", "/library/rules", { body: { rules: [...list.children].map(ruleOf) }, version: Number(form.dataset.edits) });
    sayNext("Saved. It holds for what becomes ready from now on.");
    location.reload();
  } catch (error) {
    if (!(error instanceof Problem) || !error.status) return refuse(error);
    const words = error.status === 412 ? "Somebody has changed the library's settings meanwhile; nothing was saved. Reload the page and change it again." : error.message;
    problem.hidden = false;
    /** @type {HTMLElement} */ (problem.querySelector("p")).textContent = words;
  }
});

/** @param {Element} row */
function ruleOf(row) {
  const text = /** @param {string} name */ (name) => /** @type {HTMLInputElement | HTMLSelectElement} */ (row.querySelector(`[name="${name}"]`)).value.trim();
  return { recipe: text("recipe"), into: text("into"), query: queryOf(text("query")) };
}
