// @ts-check
/** Two people have changed the same: both versions side by side, and what is to stand is chosen member by member. */

import { open } from "./dialogs.js";
import { bothTags, clashes, replacing, same, theirsAlone, valueIn, valueOf } from "./about-merge.js";

/** @typedef {import("./about.js").View} View */
/** @typedef {import("./about.js").Patch} Patch */
/** @typedef {import("./about-merge.js").Member} Member */

/** @param {View} base @param {View} theirs @param {Patch} mine @returns {Promise<Patch | null>} null: neither, yet */
export function chooseVersions(base, theirs, mine) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("conflict-dialog"));
  const form = /** @type {HTMLFormElement} */ (document.getElementById("conflict-form"));
  const clashing = clashes(base, theirs, mine);
  const both = bothTags(base, theirs, mine);
  form.querySelector("tbody")?.replaceChildren(
    ...clashing.map((member) => row(member, base, theirs, mine, both)),
    ...theirsAlone(base, theirs, mine).map((member) => row(member, base, theirs, null, both)),
  );
  dialog.returnValue = "";
  open(dialog.id);
  form.querySelector("input")?.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const pick = /** @param {string} member */ (member) =>
        dialog.returnValue === "chosen" ? String(new FormData(form).get(member)) : dialog.returnValue;
      if (!dialog.returnValue) return resolve(null);
      resolve(replacing(mine, new Map(clashing.map((member) => [member, value(pick(member), member, mine, both)]))));
    }, { once: true });
  });
}

/** Undefined: theirs stays. @param {string} pick @param {string} member @param {Patch} mine @param {string[]} both @returns {Member | undefined} */
function value(pick, member, mine, both) {
  if (pick === "theirs") return undefined;
  return pick === "both" ? both : valueOf(mine, member);
}

/** @param {string} member @param {View} base @param {View} theirs @param {Patch | null} mine null: nothing to choose @param {string[]} both */
function row(member, base, theirs, mine, both) {
  const made = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = nameOf(member);
  made.append(head, cell(words(valueIn(base, member))));
  const now = valueIn(theirs, member);
  if (!mine) {
    made.append(cell(words(now)), cell("not changed"), cell(""));
    return made;
  }
  made.append(choice(member, "theirs", words(now)), choice(member, "mine", words(valueOf(mine, member))));
  const differs = member === "tags" && !same(both, now) && !same(both, valueOf(mine, member));
  made.append(differs ? choice(member, "both", `both: ${words(both)}`) : cell(""));
  const preferred = made.querySelector(`input[value="${differs ? "both" : "mine"}"]`);
  if (preferred instanceof HTMLInputElement) preferred.checked = true;
  return made;
}

/** @param {string} member */
const nameOf = (member) => (member.startsWith("fields.") ? member.slice("fields.".length) : member);

/** @param {Member} of */
function words(of) {
  if (Array.isArray(of)) return of.join(", ") || "none";
  if (typeof of === "boolean") return of ? "yes" : "no";
  return of === null ? "nothing" : String(of);
}

/** @param {string} text */
function cell(text) {
  const made = document.createElement("td");
  made.textContent = text;
  return made;
}

/** @param {string} member @param {string} pick @param {string} text */
function choice(member, pick, text) {
  const made = document.createElement("td");
  const label = document.createElement("label");
  const radio = document.createElement("input");
  radio.type = "radio";
  radio.name = member;
  radio.value = pick;
  label.append(radio, text);
  made.append(label);
  return made;
}
