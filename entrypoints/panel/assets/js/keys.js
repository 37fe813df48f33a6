// @ts-check
/** A new key's token is shown once. */

import { showOnce } from "./secret.js";

document.getElementById("key-form")?.addEventListener("sent", (event) => {
  event.preventDefault();
  const { name, role, token } = /** @type {CustomEvent<{name: string, role: string, token: string}>} */ (event).detail;
  showOnce({
    title: `The key “${name}”`,
    words: `It is shown this once and kept nowhere. Its role is ${role}. Programs send it as “Authorization: Bearer …”, people sign in with it.`,
    secret: token,
  });
});
