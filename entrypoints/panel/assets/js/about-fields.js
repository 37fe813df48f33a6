// @ts-check
/** The fields: each a text, a number, or yes or no; edited in its row, added below. */

import { copyOf, element, mistake, refused } from "./about-parts.js";
import { refuse } from "./notices.js";

/** @typedef {import("./about.js").Value} Value */

/** @param {import("./about.js").About} about */
export function editFields(about) {
  const list = element("fields");
  const adding = /** @type {HTMLFormElement} */ (element("field-form"));

  followType(adding);
  adding.addEventListener("submit", async (event) => {
    event.preventDefault();
    mistake(adding, "");
    const name = control(adding, "name").value.trim();
    const value = valueIn(adding);
    if (value === null) return mistake(adding, "Type a value.");
    if (name in about.view.fields) return mistake(adding, `There is a field ${name} already. Edit it.`);
    try {
      if (!(await about.change(() => ({ fields: { [name]: value } }), `Added: ${name}`))) return;
      adding.reset();
      control(adding, "type").dispatchEvent(new Event("change"));
      control(adding, "name").focus();
    } catch (error) {
      refused(adding, error);
    }
  });
  list.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const row = /** @type {HTMLElement | null | undefined} */ (button?.closest("[data-field]"));
    if (!button || !row) return;
    if (button.matches("[data-edits-field]")) edit(about, row);
    if (button.matches("[data-removes-field]")) void remove(about, row);
  });
  list.addEventListener("dblclick", (event) => {
    const row = event.target instanceof Element && event.target.closest(".value")?.closest("[data-field]");
    if (row instanceof HTMLElement) edit(about, row);
  });
  about.addEventListener("change", () => draw(list, about.view.fields));
}

/** @param {import("./about.js").About} about @param {HTMLElement} row */
function edit(about, row) {
  const name = row.dataset.field ?? "";
  const base = about.view;
  const before = base.fields[name];
  const shown = /** @type {HTMLElement} */ (row.querySelector(".shown"));
  if (before === undefined || shown.hidden) return;
  const form = /** @type {HTMLFormElement} */ (copyOf("field-edit-template"));
  control(form, "type").value = typeOf(before);
  control(form, typeOf(before)).value = wordsOf(before);
  followType(form);
  shown.hidden = true;
  shown.after(form);
  const typed = control(form, typeOf(before));
  typed.focus();
  if (typed instanceof HTMLInputElement) typed.select();
  const leave = () => {
    form.remove();
    shown.hidden = false;
    draw(element("fields"), about.view.fields);
    const again = element("fields").querySelector(`[data-field="${CSS.escape(name)}"] [data-edits-field]`);
    if (again instanceof HTMLElement) again.focus();
  };
  form.querySelector("[data-leaves]")?.addEventListener("click", leave);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.preventDefault(), leave();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    mistake(form, "");
    const value = valueIn(form);
    if (value === null) return mistake(form, "Type a value, or remove the field.");
    if (value === before) return leave();
    try {
      if (await about.change(() => ({ fields: { [name]: value } }), `Saved: ${name}`, base)) leave();
    } catch (error) {
      refused(form, error);
    }
  });
}

/** @param {import("./about.js").About} about @param {HTMLElement} row */
async function remove(about, row) {
  const name = row.dataset.field ?? "";
  try {
    await about.change(() => ({ fields: { [name]: null } }), `Removed: ${name}`);
    element("field-adding").querySelector("summary")?.focus();
  } catch (error) {
    refuse(error);
  }
}

/** A row that is being edited stays, so that nothing typed is lost. @param {HTMLElement} list @param {Record<string, Value>} fields */
function draw(list, fields) {
  const rows = new Map([...list.children].map((row) => [row instanceof HTMLElement ? row.dataset.field : "", row]));
  const names = Object.keys(fields);
  for (const [name, row] of rows) if (row.querySelector("form") && name && !names.includes(name)) names.push(name);
  const drawn = names.sort().map((name) => {
    const row = /** @type {HTMLElement} */ (rows.get(name) ?? copyOf("field-template"));
    if (row.dataset.field !== name) describe(row, name);
    const value = row.querySelector(".value");
    if (value && name in fields) value.textContent = wordsOf(fields[name]);
    return row;
  });
  // What is taken out and put in again loses the focus.
  if (drawn.length !== list.children.length || drawn.some((row, n) => row !== list.children[n])) list.replaceChildren(...drawn);
}

/** @param {HTMLElement} row @param {string} name */
function describe(row, name) {
  row.dataset.field = name;
  const term = row.querySelector("dt");
  if (term) term.textContent = name;
  row.querySelector("[data-edits-field]")?.setAttribute("aria-label", `Edit ${name}`);
  row.querySelector("[data-removes-field]")?.setAttribute("aria-label", `Remove ${name}`);
}

/** Shows the control of the type that is chosen. @param {HTMLFormElement} form */
function followType(form) {
  const type = control(form, "type");
  const show = () => {
    for (const part of form.querySelectorAll("[data-type]")) {
      if (part instanceof HTMLElement) part.hidden = part.dataset.type !== type.value;
    }
  };
  type.addEventListener("change", show);
  show();
}

/** Null: nothing was typed. @param {HTMLFormElement} form @returns {Value | null} */
function valueIn(form) {
  const type = control(form, "type").value;
  const text = control(form, type).value.trim();
  if (type === "yes") return text === "yes";
  if (!text) return null;
  return type === "number" ? Number(text) : text;
}

/** @param {Value} value */
const typeOf = (value) => (typeof value === "boolean" ? "yes" : typeof value === "number" ? "number" : "text");

/** @param {Value} value */
const wordsOf = (value) => (typeof value === "boolean" ? (value ? "yes" : "no") : String(value));

/** @param {HTMLFormElement} form @param {string} name */
function control(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}
