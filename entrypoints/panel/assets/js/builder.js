// @ts-check
/** The builder of recipes: steps are added, set, put in order and taken out; the whole is saved as a new version. */

import { Problem, call, idempotencyKey } from "./api.js";
import { checkBounds, place, unmarkAll } from "./builder-mistakes.js";
import { keepOrder } from "./builder-order.js";
import { cardOf, controlIn, stepOf } from "./builder-step.js";
import { refuse, sayNext } from "./notices.js";
import { tryWith } from "./recipe-try.js";

const LAST = ["transcode", "tags"]; // of the file, behind what changes the sound

const form = /** @type {HTMLFormElement} */ (document.getElementById("builder"));
const list = part("steps");
const kinds = /** @type {HTMLSelectElement} */ (part("add-kind"));
const most = Number(form.dataset.most);
let saved = "";
let key = "";

/** @returns {HTMLElement[]} */
const cards = () => /** @type {HTMLElement[]} */ ([...list.children]);
const steps = () => cards().map(stepOf);
/** @param {string} name */
const text = (name) => /** @type {HTMLInputElement | HTMLTextAreaElement | null} */ (form.querySelector(`[name="${name}"]`))?.value.trim() ?? "";
const whole = () => JSON.stringify([text("name"), text("about"), steps()]);

for (const { step, ...values } of JSON.parse(form.dataset.steps ?? "[]")) list.append(cardOf(step, values));
keepOrder(list, part("order-said"), follow);
follow();
about();
saved = whole();
tryWith(() => (isSound() ? { steps: steps() } : null), (problem) => tell(problem));

kinds.addEventListener("change", about);
part("add-step").addEventListener("click", () => add(kinds.value));
part("add-format").addEventListener("click", () => add("transcode"));
list.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-removes]") : null;
  const card = button?.closest(".step");
  if (!(card instanceof HTMLElement)) return;
  const next = card.nextElementSibling ?? card.previousElementSibling;
  card.remove();
  part("order-said").textContent = `${card.dataset.title} is taken out.`;
  /** @type {HTMLElement} */ (next?.querySelector("h3") ?? part("add-step")).focus();
  follow();
});
form.addEventListener("input", (event) => {
  const control = event.target;
  if (control instanceof Element && control.matches("[data-value], [name]")) checkBounds(/** @type {HTMLInputElement} */ (control));
  part("builder-problem").hidden = true;
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void save(form.dataset.edits ? Number(form.dataset.edits) : null);
});
addEventListener("beforeunload", (event) => {
  if (whole() !== saved) event.preventDefault();
});

/** @param {string} kind */
function add(kind) {
  const card = cardOf(kind);
  const before = LAST.includes(kind) ? null : cards().find((one) => LAST.includes(one.dataset.kind ?? ""));
  list.insertBefore(card, before ?? null);
  follow();
  part("order-said").textContent = `${card.dataset.title} is step ${cards().indexOf(card) + 1} of ${list.children.length}.`;
  const first = card.querySelector("[data-value]") ?? card.querySelector("h3");
  if (first instanceof HTMLElement) first.focus();
}

/** What depends on which steps there are. */
function follow() {
  for (const [n, card] of cards().entries()) {
    /** @type {HTMLElement} */ (card.querySelector(".number")).textContent = `${n + 1}`;
    /** @type {HTMLButtonElement} */ (card.querySelector('[data-moves="-1"]')).disabled = n === 0;
    /** @type {HTMLButtonElement} */ (card.querySelector('[data-moves="1"]')).disabled = n === list.children.length - 1;
  }
  part("no-steps").hidden = list.children.length > 0;
  part("no-format").hidden = cards().some((card) => card.dataset.kind === "transcode");
  /** @type {HTMLButtonElement} */ (part("add-step")).disabled = list.children.length >= most;
  part("builder-problem").hidden = true;
}

/** What the step does that can be added. */
function about() {
  const template = document.querySelector(`template[data-step="${CSS.escape(kinds.value)}"]`);
  const card = template instanceof HTMLTemplateElement ? template.content.querySelector("li") : null;
  part("add-about").textContent = card?.dataset.about ?? "";
}

/** Whether all bounds are kept; those that are not are shown. @param {boolean} [named] whether it needs its name, too */
function isSound(named = false) {
  unmarkAll(form);
  const name = named ? [.../** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll('[name="name"]'))] : [];
  const controls = [...name, ...[...list.querySelectorAll("[data-parameter]")].map(controlIn)];
  const wrong = controls.filter((control) => !checkBounds(control));
  wrong[0]?.focus();
  return !wrong.length;
}

/** @param {number | null} version that is edited; null makes a new recipe */
async function save(version) {
  part("builder-problem").hidden = true;
  if (!isSound(true)) return;
  const body = { about: text("about"), steps: steps() };
  const now = whole();
  try {
    form.ariaBusy = "true";
    key ||= idempotencyKey(); // the same one while it is tried again
    const recipe = version === null
      ? await call("POST", "/recipes", { body: { ...body, name: text("name") }, idempotent: key })
      : await call("PUT", `/recipes/${form.dataset.name}`, { body, version });
    saved = now;
    sayNext(recipe.version === version ? `Nothing was changed: it stays version ${version}.` : `Saved as version ${recipe.version}.`);
    location.assign(`/recipes/${recipe.name}@${recipe.version}`);
  } catch (error) {
    if (!(error instanceof Problem) || !error.status) return refuse(error);
    key = ""; // it was answered: changed words are another request
    if (error.status === 412) await conflict();
    else tell(error);
  } finally {
    form.ariaBusy = null;
  }
}

/** Somebody was faster: theirs can be looked at, and ours put on top. */
async function conflict() {
  const { name = "" } = form.dataset;
  const latest = await call("GET", `/recipes/${name}`);
  const link = document.createElement("a");
  link.href = `/recipes/${name}@${latest.version}?against=${form.dataset.edits}`;
  link.target = "_blank";
  link.textContent = `See version ${latest.version}`;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "secondary small";
  button.textContent = `Save yours as version ${latest.version + 1}`;
  button.addEventListener("click", () => void save(latest.version));
  show("Somebody has saved another version meanwhile", `It is version ${latest.version}, by ${latest.created_by}. Yours is not saved yet; nothing of it is lost.`, [link, button]);
}

/** @param {Problem} problem */
function tell(problem) {
  const homeless = place(form, problem);
  if (homeless.length) show(problem.title, homeless.join(" "), []);
}

/** @param {string} title @param {string} words @param {HTMLElement[]} ways */
function show(title, words, ways) {
  const box = part("builder-problem");
  /** @type {HTMLElement} */ (box.querySelector("strong")).textContent = title;
  /** @type {HTMLElement} */ (box.querySelector("p")).textContent = words;
  box.querySelector(".row")?.replaceChildren(...ways);
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}

/** @param {string} id @returns {HTMLElement} */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
