// @ts-check
/** A recipe, or steps that are not one yet, tried on an excerpt. */

import { Problem, call } from "./api.js";
import { refuse } from "./notices.js";
import { Comparison } from "./recipe-compare.js";
import { drawFigures } from "./recipe-figures.js";
import { RecordingPicker } from "./recording-picker.js";

const section = document.getElementById("try");
if (section?.dataset.recipe) tryWith(() => ({ recipe: section.dataset.recipe }));

/**
 * @param {() => Record<string, unknown> | null} what the recipe or the steps; null: they are not fit to be tried
 * @param {(problem: Problem) => void} [blame] shows at the steps what is wrong with them
 */
export function tryWith(what, blame) {
  const form = /** @type {HTMLFormElement} */ (part("try-form"));
  const start = /** @type {HTMLInputElement} */ (form.elements.namedItem("start"));
  const length = /** @type {HTMLSelectElement} */ (form.elements.namedItem("seconds"));
  const slide = /** @type {HTMLInputElement} */ (part("try-slide"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  const picker = new RecordingPicker(part("try-recording"));
  const comparison = new Comparison();
  /** @type {any} */
  let made = null;

  const follow = () => {
    const last = Math.max(0, (picker.picked?.seconds ?? 0) - 1);
    slide.disabled = !picker.picked?.seconds;
    slide.max = start.max = String(last);
    start.value = String(Math.min(Number(start.value), last));
    slide.value = start.value;
  };
  picker.addEventListener("picked", follow);
  follow();
  slide.addEventListener("input", () => (start.value = slide.value));
  start.addEventListener("input", () => (slide.value = start.value));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    part("try-problem").hidden = true;
    if (!picker.picked) {
      part("try-said").textContent = "Choose a recording first.";
      picker.input.focus();
      return;
    }
    const asked = what();
    if (!asked) return;
    comparison.stop();
    button.ariaBusy = "true";
    button.disabled = true;
    part("try-said").textContent = "The excerpt is processed and measured…";
    try {
      made = await call("POST", `/recordings/${picker.picked.id}/recipe-previews`, {
        body: { ...asked, start: Number(start.value), seconds: Number(length.value) },
      });
      part("try-said").textContent = "The preview is ready. It is kept for an hour.";
      part("try-made").hidden = false;
      offerPieces();
      show(0);
    } catch (error) {
      part("try-said").textContent = "";
      part("try-made").hidden = true;
      if (!(error instanceof Problem)) refuse(error);
      else tell(error);
    } finally {
      button.ariaBusy = null;
      button.disabled = false;
    }
  });

  const pieces = /** @type {HTMLSelectElement} */ (part("try-piece"));
  pieces.addEventListener("change", () => show(Number(pieces.value)));

  function offerPieces() {
    part("try-piece-label").hidden = made.after.length < 2;
    pieces.replaceChildren(...made.after.map((/** @type {unknown} */ _, /** @type {number} */ n) => new Option(`${n + 1} of ${made.outputs}`, String(n))));
  }

  /** @param {number} n of the files that it makes */
  function show(n) {
    const after = made.after[n];
    drawFigures(made, after);
    comparison.load(
      { address: made.before.links.sound, lufs: made.before.measured.integrated_loudness_lufs },
      after ? { address: after.links.sound, lufs: after.measured.integrated_loudness_lufs } : null,
    );
  }

  /** @param {Problem} problem */
  function tell(problem) {
    const isOfSteps = problem.mistakes.some(({ field }) => field.startsWith("steps")) || String(problem.body.field ?? "").startsWith("steps");
    if (isOfSteps && blame) return blame(problem);
    const box = part("try-problem");
    /** @type {HTMLElement} */ (box.querySelector("strong")).textContent = problem.title;
    const words = problem.mistakes.map(({ message }) => message).join(" ");
    /** @type {HTMLElement} */ (box.querySelector("p")).textContent = words || problem.message;
    box.hidden = false;
  }
}

/** @param {string} id @returns {HTMLElement} */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
