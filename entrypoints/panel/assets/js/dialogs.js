// @ts-check
/** Dialogs: `data-opens="id"` opens one, `data-closes` closes the one it is in; questions that wait for an answer. */

/** @param {string} id */
export function open(id) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  dialog.dispatchEvent(new CustomEvent("opening"));
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const opener = event.target.closest("[data-opens]");
  if (opener instanceof HTMLElement && opener.dataset.opens) open(opener.dataset.opens);
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement) event.target.close(); // its backdrop
});

/**
 * Asks before something is done that cannot be taken back.
 * @param {{title: string, words: string, action: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export function ask(question) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "question-title");
  const article = document.createElement("article");
  const title = document.createElement("h2");
  title.id = "question-title";
  title.textContent = question.title;
  const words = document.createElement("p");
  words.textContent = question.words;
  const footer = document.createElement("footer");
  const no = button("Cancel", "secondary outline");
  const yes = button(question.action, question.danger ? "danger" : "");
  footer.append(no, yes);
  article.append(title, words, footer);
  dialog.append(article);
  document.body.append(dialog);
  return new Promise((resolve) => {
    yes.addEventListener("click", () => dialog.close("yes"));
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => (dialog.remove(), resolve(dialog.returnValue === "yes")));
    dialog.showModal();
  });
}

/** @param {string} words @param {string} kind */
function button(words, kind) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  made.textContent = words;
  return made;
}
