// @ts-check
/** What is shown once: a token or a secret, in a dialog that is left on purpose, with a button that copies it. */

import { say } from "./notices.js";

/**
 * @param {{title: string, words: string, secret: string, then?: string}} shown `then`: an address, or reload
 */
export function showOnce({ title, words, secret, then = "reload" }) {
  const template = document.getElementById("secret");
  if (!(template instanceof HTMLTemplateElement)) throw new Error("the page has no template for secrets");
  const part = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const dialog = /** @type {HTMLDialogElement} */ (part.querySelector("dialog"));
  const field = /** @type {HTMLInputElement} */ (part.querySelector("input"));
  /** @type {HTMLElement} */ (part.querySelector("h2")).textContent = title;
  /** @type {HTMLElement} */ (part.querySelector("p")).textContent = words;
  field.value = secret;
  part.querySelector("[data-copies]")?.addEventListener("click", () => void copy(field));
  dialog.addEventListener("cancel", (event) => event.preventDefault()); // Escape is pressed too soon
  dialog.addEventListener("close", () => (then === "reload" ? location.reload() : location.assign(then)));
  document.body.append(part);
  dialog.showModal();
  field.select();
}

/** @param {HTMLInputElement} field */
async function copy(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    say("Copied.");
  } catch {
    say("It is selected: press Ctrl+C to copy it."); // the clipboard is closed to pages without https
  }
}
