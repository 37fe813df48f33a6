// @ts-check
/**
 * Buttons that call the API: `<button data-api="POST /webhooks/ID/test" data-then="reload">`.
 *
 * `data-version` becomes If-Match, `data-body` is JSON. `data-asks` is a question that is asked first, with
 * `data-asks-title` and `data-danger`. `data-then` is reload or an address; `data-said` what is said once it is done,
 * on the next page where there is one. The button hears `done` with the answer in `detail`, as forms hear `sent`.
 */

import { call } from "./api.js";
import { ask } from "./dialogs.js";
import { refuse, say, sayNext } from "./notices.js";

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-api]") : null;
  if (button instanceof HTMLButtonElement && !button.disabled) void act(button);
});

/** @param {HTMLButtonElement} button */
async function act(button) {
  const { api = "", asks, asksTitle, danger, version, body, then, said } = button.dataset;
  const action = button.textContent?.trim() ?? "";
  const question = asks && { title: asksTitle ?? `${action}?`, words: asks, action, danger: danger !== undefined };
  if (question && !(await ask(question))) return;
  const [method, path] = api.split(" ");
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await call(method, path, {
      body: body === undefined ? undefined : JSON.parse(body),
      version: version ? Number(version) : undefined,
      idempotent: method === "POST",
    });
    if (!button.dispatchEvent(new CustomEvent("done", { detail: answer, cancelable: true, bubbles: true }))) return;
    if (said && then) sayNext(said);
    else if (said) say(said);
    if (then === "reload") location.reload();
    else if (then) location.assign(then);
  } catch (error) {
    refuse(error);
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}
