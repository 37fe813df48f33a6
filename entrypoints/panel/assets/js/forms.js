// @ts-check
/**
 * Forms that are sent to the API: `<form data-api="POST /keys" data-then="reload">`.
 *
 * Each named control becomes a member of the JSON body; dots in names nest. `data-type` on a control says what its
 * text is: number, integer, json, list (by commas), datetime (local, sent with its zone); a checkbox is true or false.
 * Checked boxes within `<fieldset data-list="kinds">` become the list `kinds`, which may be empty.
 * Empty ones are left out, or sent as null with `data-empty="null"`. `data-version` on the form becomes If-Match.
 * `data-then`: reload, or an address to go to; in it `{id}` and the like stand for members of the answer.
 * The form hears `sent` with the answer in `detail`; whoever handles that calls preventDefault.
 */

import { Problem, call, idempotencyKey } from "./api.js";
import { refuse } from "./notices.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.api) return;
  event.preventDefault();
  void send(form);
});

/** @param {HTMLFormElement} form */
async function send(form) {
  clear(form);
  const [method, path] = (form.dataset.api ?? "").split(" ");
  const submit = form.querySelector('[type="submit"]');
  submit?.setAttribute("aria-busy", "true");
  form.dataset.idempotency ??= idempotencyKey(); // the same one while it is tried again
  try {
    const version = form.dataset.version ? Number(form.dataset.version) : undefined;
    const answer = await call(method, path, { body: bodyOf(form), version, idempotent: method === "POST" && form.dataset.idempotency });
    delete form.dataset.idempotency;
    if (!form.dispatchEvent(new CustomEvent("sent", { detail: answer, cancelable: true, bubbles: true }))) return;
    form.closest("dialog")?.close();
    go(form.dataset.then, answer);
  } catch (error) {
    if (error instanceof Problem && error.status) delete form.dataset.idempotency; // it was answered: changed words are another request
    if (!(error instanceof Problem) || !show(form, error)) refuse(error);
  } finally {
    submit?.removeAttribute("aria-busy");
  }
}

/** @param {HTMLFormElement} form @returns {Record<string, any>} */
export function bodyOf(form) {
  /** @type {Record<string, any>} */
  const body = {};
  for (const control of form.elements) {
    if (!(control instanceof HTMLInputElement || control instanceof HTMLSelectElement || control instanceof HTMLTextAreaElement)) continue;
    const list = control instanceof HTMLInputElement ? control.closest("fieldset[data-list]")?.getAttribute("data-list") : null;
    if (list) {
      body[list] ??= [];
      if (/** @type {HTMLInputElement} */ (control).checked) body[list].push(control.value);
      continue;
    }
    if (!control.name || control.disabled) continue;
    const value = valueOf(control);
    if (value !== undefined) place(body, control.name.split("."), value);
  }
  return body;
}

/** @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} control @returns {unknown} undefined: leave it out */
export function valueOf(control) {
  if (control instanceof HTMLInputElement && control.type === "checkbox") return control.checked;
  if (control instanceof HTMLInputElement && control.type === "radio" && !control.checked) return undefined;
  const text = control.value.trim();
  if (!text && control.dataset.type !== "list") return control.dataset.empty === "null" ? null : undefined;
  switch (control.dataset.type) {
    case "number": return Number(text);
    case "integer": return Math.round(Number(text));
    case "json": return JSON.parse(text);
    case "list": return text.split(",").map((one) => one.trim()).filter(Boolean);
    case "datetime": return new Date(text).toISOString();
    default: return text;
  }
}

/** @param {Record<string, any>} body @param {string[]} path @param {unknown} value */
function place(body, [first, ...rest], value) {
  if (!rest.length) body[first] = value;
  else place((body[first] ??= {}), rest, value);
}

/** @param {HTMLFormElement} form */
function clear(form) {
  for (const old of form.querySelectorAll(".mistake")) old.remove();
  for (const marked of form.querySelectorAll("[aria-invalid]")) {
    marked.removeAttribute("aria-invalid");
    marked.removeAttribute("aria-describedby");
  }
}

/** Words at their controls. @param {HTMLFormElement} form @param {Problem} problem @returns {boolean} whether all had one */
function show(form, problem) {
  const named = problem.mistakes.length ? problem.mistakes : [{ field: String(problem.body.field ?? ""), message: problem.message }];
  let all = true;
  let first = true;
  for (const { field, message } of named) {
    const control = form.elements.namedItem(field);
    if (!(control instanceof HTMLElement)) {
      all = false;
      continue;
    }
    const words = document.createElement("small");
    words.className = "mistake";
    words.id = `mistake-${field.replace(/\W/g, "-")}`;
    words.textContent = message;
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", words.id);
    control.insertAdjacentElement("afterend", words);
    if (first) control.focus();
    first = false;
  }
  return all;
}

/** @param {string | undefined} then @param {any} answer */
function go(then, answer) {
  if (!then) return;
  if (then === "reload") location.reload();
  else location.assign(then.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(answer?.[name] ?? ""))));
}
