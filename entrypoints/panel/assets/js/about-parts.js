// @ts-check
/** What the editors of title, tags and fields have in common. */

import { Problem } from "./api.js";
import { refuse } from "./notices.js";

/** @param {string} id */
export function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no ${id}.`);
  return found;
}

/** A new copy of what the template holds. @param {string} id @returns {HTMLElement} */
export function copyOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (element(id));
  const made = template.content.firstElementChild?.cloneNode(true);
  if (!(made instanceof HTMLElement)) throw new Error(`The template ${id} is empty.`);
  return made;
}

/** What is wrong with what was typed; nothing: it is fine. @param {HTMLFormElement} form @param {string} words */
export function mistake(form, words) {
  const place = form.querySelector(".mistake");
  if (!(place instanceof HTMLElement)) return;
  place.textContent = words;
  place.hidden = !words;
}

/** A refusal of what was typed stands beside it; others are told at the edge. @param {HTMLFormElement} form @param {unknown} error */
export function refused(form, error) {
  if (error instanceof Problem && [400, 409, 422].includes(error.status)) {
    mistake(form, error.mistakes[0]?.message ?? error.message);
    form.querySelector("input")?.focus();
  } else refuse(error);
}
