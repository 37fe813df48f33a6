// @ts-check
/** A webhook's secret is shown once; replays go on until all that match are on their way. */

import { call } from "./api.js";
import { bodyOf } from "./forms.js";
import { refuse, sayNext } from "./notices.js";
import { showOnce } from "./secret.js";

const WORDS = "It signs what is sent, so that the receiver knows who sent it (Standard Webhooks). It is shown this once.";

document.getElementById("webhook-form")?.addEventListener("sent", (event) => {
  event.preventDefault();
  const { id, secret } = /** @type {CustomEvent<{id: string, secret: string}>} */ (event).detail;
  showOnce({ title: "The webhook's secret", words: WORDS, secret, then: `/webhooks/${encodeURIComponent(id)}` });
});

document.getElementById("rotate")?.addEventListener("done", (event) => {
  event.preventDefault();
  showOnce({ title: "The new secret", words: WORDS, secret: /** @type {CustomEvent<{secret: string}>} */ (event).detail.secret });
});

const replay = document.getElementById("replay-form");
replay?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (replay instanceof HTMLFormElement) void replayAll(replay);
});

/** @param {HTMLFormElement} form */
async function replayAll(form) {
  const address = `/webhooks/${form.dataset.webhook}/replay`;
  const body = bodyOf(form);
  let replayed = 0;
  /** @type {string | null} */
  let cursor = null;
  try {
    do {
      const answer = await call("POST", address, { body: cursor ? { ...body, cursor } : body, idempotent: true });
      replayed += answer.replayed;
      cursor = answer.next_cursor;
    } while (cursor);
    sayNext(`${replayed} sent once more.`);
    location.reload();
  } catch (error) {
    refuse(error);
  }
}
