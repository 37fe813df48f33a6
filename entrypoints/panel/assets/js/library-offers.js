// @ts-check
/** The recipes and models that can be chosen, fetched when somebody wants to choose; a model's parameters are its own. */

import { call } from "./api.js";
import { refuse } from "./notices.js";

const LIMIT = 200;

/** @typedef {{name: string, version: number | string, about: string, parameters?: Parameter[]}} Offer */
/** @typedef {{name: string, default: number, least: number, greatest: number, unit: string, meaning: string}} Parameter */

offer("bulk-recipe", `/recipes?limit=${LIMIT}`);
offer("bulk-model", "/models");

/** @param {string} id of the dialog @param {string} path */
function offer(id, path) {
  const dialog = document.getElementById(id);
  const select = dialog?.querySelector("select");
  if (!dialog || !select) return;
  /** @type {Offer[]} */
  let offers = [];
  dialog.addEventListener("opening", async () => {
    select.ariaBusy = "true";
    try {
      offers = (await call("GET", path)).items;
      const before = select.value;
      select.replaceChildren(...offers.map((one) => new Option(one.name, one.name)));
      if (offers.some((one) => one.name === before)) select.value = before;
      show(dialog, offers.find((one) => one.name === select.value));
    } catch (error) {
      if (dialog instanceof HTMLDialogElement) dialog.close();
      refuse(error);
    } finally {
      select.ariaBusy = null;
    }
  });
  select.addEventListener("change", () => show(dialog, offers.find((one) => one.name === select.value)));
}

/** @param {HTMLElement} dialog @param {Offer | undefined} chosen */
function show(dialog, chosen) {
  const about = dialog.querySelector("[data-about]");
  if (about) about.textContent = chosen ? `${chosen.about} (version ${chosen.version})` : "There is none yet.";
  dialog.querySelector("[data-parameters]")?.replaceChildren(...(chosen?.parameters ?? []).map(control));
}

/** @param {Parameter} parameter */
function control(parameter) {
  const label = document.createElement("label");
  label.textContent = `${parameter.name}${parameter.unit ? `, ${parameter.unit}` : ""}`;
  const input = document.createElement("input");
  input.type = "number";
  input.step = "any";
  input.name = `parameters.${parameter.name}`;
  input.dataset.type = "number";
  input.min = String(parameter.least);
  input.max = String(parameter.greatest);
  input.value = String(parameter.default);
  input.required = true;
  const meaning = document.createElement("small");
  meaning.textContent = `${parameter.meaning} ${parameter.least} to ${parameter.greatest}`;
  label.append(input, meaning);
  return label;
}
