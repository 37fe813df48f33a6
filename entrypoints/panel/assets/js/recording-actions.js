// @ts-check
/** What is decided of the recording: into the trash and out again, released or rejected, with a note. */

import { element } from "./about-parts.js";
import { open } from "./dialogs.js";
import { onKey } from "./shortcuts.js";

const WORDS = {
  release: { title: "Release it?", words: "It is ready for use from then on, whatever the policy says of it.", action: "Release" },
  reject: { title: "Reject it?", words: "It is kept, and cannot be used. A rejected one can be released later.", action: "Reject" },
};

/** @param {import("./about.js").About} about */
export function decideByKeys(about) {
  const dialog = /** @type {HTMLDialogElement} */ (element("decide-dialog"));
  const form = /** @type {HTMLFormElement} */ (element("decide-form"));
  /** @type {keyof typeof WORDS} */
  let decision = "release";
  const prepare = (/** @type {keyof typeof WORDS} */ wanted) => {
    decision = wanted;
    element("decide-title").textContent = WORDS[wanted].title;
    element("decide-words").textContent = WORDS[wanted].words;
    element("decide").textContent = WORDS[wanted].action;
    element("decide").classList.toggle("danger", wanted === "reject");
  };
  for (const name of /** @type {(keyof typeof WORDS)[]} */ (Object.keys(WORDS))) {
    const button = element(name);
    // Before the click opens the dialog.
    button.addEventListener("click", () => prepare(name));
    onKey(name === "release" ? "a" : "x", WORDS[name].action, () => (prepare(name), open(dialog.id)), () => !button.hidden);
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const note = String(new FormData(form).get("note")).trim() || null;
    if (!(await about.decide("POST", `/${decision}`, { note }))) return;
    dialog.close();
    location.reload(); // the player and its words are of another standing now
  });

  const reopen = async () => {
    if (await about.decide("POST", "/reopen")) location.reload();
  };
  element("reopen").addEventListener("click", () => void reopen());
  onKey("u", "Undo what was done last", () => void (about.canUndo ? about.undo() : reopen()),
    () => about.canUndo || !element("reopen").hidden);

  /** @returns {Promise<void>} */
  const trash = async () => {
    if (await about.decide("DELETE")) about.offer("Moved to the trash.", restore);
  };
  /** @returns {Promise<void>} */
  const restore = async () => {
    if (await about.decide("POST", "/restore")) about.offer("Restored.", trash);
  };
  element("trash").addEventListener("click", () => void trash());
  element("restore").addEventListener("click", () => void restore());

  about.addEventListener("change", () => {
    const { status, links } = about.view;
    element("trash").hidden = status === "trashed";
    element("restore").hidden = status !== "trashed";
    for (const name of [...Object.keys(WORDS), "reopen"]) element(name).hidden = !links?.[name];
  });
}
