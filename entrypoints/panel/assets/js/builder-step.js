// @ts-check
/** One step of the builder: its controls filled from a step, and read again; sliders go along with their numbers. */

const RATIO_STEPS = 1000;
let cards = 0;

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/**
 * @param {string} kind
 * @param {Record<string, any>} [values] the step's parameters; what is not said keeps its default
 * @returns {HTMLElement}
 */
export function cardOf(kind, values = {}) {
  const template = document.querySelector(`template[data-step="${CSS.escape(kind)}"]`);
  if (!(template instanceof HTMLTemplateElement)) throw new Error(`no form for the step ${kind}`);
  const part = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const card = /** @type {HTMLElement} */ (part.querySelector("li"));
  cards += 1;
  for (const place of card.querySelectorAll("[data-parameter]")) {
    if (!(place instanceof HTMLElement)) continue;
    const name = place.dataset.parameter ?? "";
    const control = controlIn(place);
    const meaning = /** @type {HTMLElement} */ (place.querySelector("[data-meaning]"));
    meaning.id = `meaning-${cards}-${name}`;
    control.setAttribute("aria-describedby", meaning.id);
    if (name in values) fill(place, control, values[name]);
    follow(place, control);
  }
  return card;
}

/** @param {Element} card @param {string} name @returns {HTMLElement | null} where a parameter is set */
export const parameterIn = (card, name) => card.querySelector(`[data-parameter="${CSS.escape(name)}"]`);

/** @param {Element} place @returns {Control} */
export const controlIn = (place) => /** @type {Control} */ (place.querySelector("[data-value]"));

/** @param {HTMLElement} card @returns {Record<string, unknown>} as the API has it; what is left empty is left out */
export function stepOf(card) {
  /** @type {Record<string, unknown>} */
  const step = { step: card.dataset.kind };
  for (const place of card.querySelectorAll("[data-parameter]")) {
    if (!(place instanceof HTMLElement)) continue;
    const value = read(place.dataset.kind ?? "", controlIn(place));
    if (value !== undefined) step[place.dataset.parameter ?? ""] = value;
  }
  return step;
}

/** @param {string} kind @param {Control} control @returns {unknown} */
function read(kind, control) {
  if (control instanceof HTMLInputElement && control.type === "checkbox") return control.checked;
  const text = control.value.trim();
  if (!text) return undefined;
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  switch (kind) {
    case "number": return Number(text);
    case "numbers": return numbers(text.replaceAll("\n", ","));
    case "rows-of-numbers": return lines.map(numbers);
    case "texts": return lines;
    default: return text;
  }
}

/** What is no number goes along as it is, for the service to say so. @param {string} text */
const numbers = (text) => text.split(/[,;\s]+/).filter(Boolean).map((one) => (Number.isNaN(Number(one)) ? one : Number(one)));

/** @param {HTMLElement} place @param {Control} control @param {any} value */
function fill(place, control, value) {
  if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = Boolean(value);
  else if (value === null) control.value = "";
  else if (place.dataset.kind === "rows-of-numbers") control.value = value.map((/** @type {number[]} */ row) => row.join(", ")).join("\n");
  else if (place.dataset.kind === "numbers") control.value = value.join(", ");
  else if (place.dataset.kind === "texts") control.value = value.join("\n");
  else control.value = String(value);
}

/** The slider shows what the number says, and sets it. @param {HTMLElement} place @param {Control} control */
function follow(place, control) {
  const slider = place.querySelector("[data-slider]");
  if (!(slider instanceof HTMLInputElement) || !(control instanceof HTMLInputElement)) return;
  const least = Number(control.min);
  const greatest = Number(control.max);
  const byRatio = slider.dataset.byRatio !== undefined;
  const show = () => {
    slider.classList.toggle("unset", control.value === "");
    const value = Math.min(greatest, Math.max(least, control.value === "" ? Math.max(least, 0) : Number(control.value)));
    slider.value = String(byRatio ? (RATIO_STEPS * Math.log(value / least)) / Math.log(greatest / least) : value);
    slider.setAttribute("aria-valuetext", control.value === "" ? "not set" : `${control.value} ${slider.dataset.unit ?? ""}`.trim());
  };
  control.addEventListener("input", show);
  slider.addEventListener("input", () => {
    const at = Number(slider.value);
    const value = byRatio ? Number((least * (greatest / least) ** (at / RATIO_STEPS)).toPrecision(3)) : at;
    control.value = String(control.step === "1" ? Math.round(value) : value);
    control.dispatchEvent(new Event("input", { bubbles: true }));
  });
  show();
}
