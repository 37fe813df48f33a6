// @ts-check
/** What is wrong, at the control that it is about: bounds at once, everything else in the service's own words. */

import { controlIn, parameterIn } from "./builder-step.js";

/** @typedef {import("./builder-step.js").Control} Control */
/** @typedef {import("./api.js").Problem} Problem */

/** A number out of its bounds, or a needed one that is missing, once it was touched. @param {Control} control */
export function checkBounds(control) {
  unmark(control);
  const words = wordsOf(control);
  if (words) mark(control, words);
  return !words;
}

/** @param {Control} control */
function wordsOf(control) {
  const { title = "This", bounds } = control.dataset;
  if (control.validity.badInput) return "A number is needed.";
  if (control.validity.valueMissing) return control instanceof HTMLSelectElement ? "Choose one." : `Needed${bounds ? `: ${bounds}` : ""}.`;
  if (control.validity.rangeUnderflow || control.validity.rangeOverflow) return `${title} lies within ${bounds}.`;
  if (control.validity.patternMismatch) return "It starts with a letter; lower-case letters, digits and “-” follow.";
  if (control.validity.stepMismatch) return "A whole number is needed.";
  return "";
}

/**
 * @param {HTMLFormElement} form
 * @param {Problem} problem
 * @returns {string[]} what belongs to no control
 */
export function place(form, problem) {
  const told = problem.mistakes.length ? problem.mistakes : [{ field: String(problem.body.field ?? ""), message: problem.message }];
  /** @type {string[]} */
  const homeless = [];
  /** @type {Control | null} */
  let first = null;
  for (const { field, message } of told) {
    const control = controlOf(form, field);
    if (!control) {
      homeless.push(message);
      continue;
    }
    mark(control, message);
    first ??= control;
  }
  first?.focus();
  return homeless;
}

/** `name`, `about`, or `steps.0.trim.threshold_dbfs`. @param {HTMLFormElement} form @param {string} field @returns {Control | null} */
function controlOf(form, field) {
  const [root, n, , name] = field.split(".");
  if (root !== "steps") return form.querySelector(`[name="${CSS.escape(root)}"]`);
  const card = form.querySelectorAll(".step")[Number(n)];
  const there = card && name ? parameterIn(card, name) : null;
  return there && controlIn(there);
}

/** @param {Control} control @param {string} words */
function mark(control, words) {
  unmark(control);
  const said = document.createElement("small");
  said.className = "mistake";
  said.ariaLive = "polite";
  said.id = `mistake-of-${control.getAttribute("aria-describedby") ?? control.name}`;
  said.textContent = words;
  (control.closest(".parameter") ?? control.closest("label") ?? control).append(said);
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-errormessage", said.id);
}

/** @param {Control} control */
function unmark(control) {
  if (!control.hasAttribute("aria-invalid")) return;
  document.getElementById(control.getAttribute("aria-errormessage") ?? "")?.remove();
  control.removeAttribute("aria-invalid");
  control.removeAttribute("aria-errormessage");
}

/** @param {ParentNode} part */
export function unmarkAll(part) {
  for (const control of part.querySelectorAll("[aria-invalid]")) unmark(/** @type {Control} */ (control));
}
