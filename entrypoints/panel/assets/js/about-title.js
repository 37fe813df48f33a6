// @ts-check
/** The title, edited where it stands: a click or `e` begins, Enter saves, Escape leaves it as it was. */

import { element, mistake, refused } from "./about-parts.js";
import { onKey } from "./shortcuts.js";

/** @param {import("./about.js").About} about */
export function editTitle(about) {
  const head = element("title");
  const form = /** @type {HTMLFormElement} */ (element("title-form"));
  const input = /** @type {HTMLInputElement} */ (element("title-input"));
  const button = element("rename");
  /** What was seen when the editing began. @type {import("./about.js").View | null} */
  let base = null;

  const show = (/** @type {boolean} */ editing) => {
    form.hidden = !editing;
    head.classList.toggle("hidden-label", editing); // the page keeps its heading
    button.hidden = editing;
    if (!editing) base = null;
  };
  const begin = () => {
    if (base || about.view.status === "trashed") return;
    base = about.view;
    input.value = base.title;
    mistake(form, "");
    show(true);
    input.focus();
    input.select();
  };
  const leave = () => (show(false), button.focus());

  button.addEventListener("click", begin);
  head.addEventListener("click", () => {
    if (document.getSelection()?.isCollapsed !== false) begin();
  });
  onKey("e", "Rename", begin);
  form.querySelector("[data-leaves]")?.addEventListener("click", leave);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.preventDefault(), leave();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    mistake(form, "");
    const title = input.value.trim();
    if (!base || title === base.title) return leave();
    try {
      if (await about.change(() => ({ title }), "Renamed.", base)) leave();
    } catch (error) {
      refused(form, error);
    }
  });
  about.addEventListener("change", () => {
    head.textContent = about.view.title;
    document.title = document.title.replace(/^.* · (?=[^·]*$)/, () => `${about.view.title} · `);
  });
}
