// @ts-check
/** Editing one region: its words and times, and whether what was found is right. A conflict shows both versions. */

import { Problem } from "./api.js";
import { open } from "./dialogs.js";
import { refuse, say } from "./notices.js";
import { differences } from "./regions-conflict.js";

/** @typedef {import("./regions.js").Item} Item */
/** @typedef {import("./regions.js").Region} Region */
/** @typedef {import("./regions.js").Mark} Mark */

/** In seconds: "83.25", "1:23.25" or "1:02:03.5"; NaN for anything else. @param {string} text */
export function secondsOf(text) {
  if (!/^(\d+:){0,2}\d+([.,]\d*)?$/.test(text.trim())) return Number.NaN;
  return text.trim().replace(",", ".").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

const TITLES = { person: "Region", finding: "Finding", model: "What a model said" };

export class RegionDialog {
  /** @type {Item | null} */
  #item = null;
  /** @type {Region | null} */
  #theirs = null;

  /** @param {import("./regions.js").Regions} regions */
  constructor(regions) {
    this.regions = regions;
    this.dialog = /** @type {HTMLDialogElement} */ (document.getElementById("region-dialog"));
    this.form = /** @type {HTMLFormElement} */ (document.getElementById("region-form"));
    this.mistake = element("region-mistake");
    this.conflict = element("region-conflict");
    this.form.addEventListener("submit", (event) => (event.preventDefault(), void this.#save()));
    element("region-remove").addEventListener("click", () => void this.#remove());
    element("keep-theirs").addEventListener("click", () => void this.#keepTheirs());
    element("keep-mine").addEventListener("click", () => void this.#keepMine());
    const channel = this.#control("channel");
    regions.sound.channels.forEach((name, n) => channel.append(new Option(name, String(n))));
    element("region-channel").hidden = regions.sound.channels.length < 2;
  }

  /** @param {Item | null} item null: a new one @param {{start: number, end: number}} [stretch] other than the item's */
  edit(item, stretch) {
    this.#item = item;
    const start = stretch?.start ?? item?.start ?? 0;
    const end = stretch?.end ?? item?.end ?? start;
    const region = item?.region ?? null;
    this.#fill({
      start_seconds: start, end_seconds: end, label: item?.label ?? "", channel: item?.channel ?? null,
      note: region?.note ?? null, verdict: region?.verdict ?? null,
    });
    element("region-dialog-title").textContent = item ? TITLES[item.kind] : "New region";
    const about = element("region-about");
    about.hidden = !item?.origin;
    about.textContent = item?.about ?? "";
    element("region-verdict").hidden = !item?.origin;
    const remove = element("region-remove");
    remove.hidden = !region;
    remove.textContent = item?.origin ? "Take back" : "Remove";
    this.#calm();
    open("region-dialog");
    const first = item?.origin ? this.form.querySelector('[name="verdict"]:checked') : this.form.elements.namedItem("label");
    if (first instanceof HTMLElement) first.focus();
  }

  /** @param {string} name */
  #control(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name));
  }

  /** @param {Mark} mark */
  #fill(mark) {
    this.#control("label").value = mark.label;
    this.#control("start_seconds").value = String(Number(mark.start_seconds.toFixed(6)));
    this.#control("end_seconds").value = String(Number(mark.end_seconds.toFixed(6)));
    this.#control("channel").value = mark.channel === null ? "" : String(mark.channel);
    this.#control("note").value = mark.note ?? "";
    for (const radio of this.form.querySelectorAll('[name="verdict"]')) {
      if (radio instanceof HTMLInputElement) radio.checked = radio.value === (mark.verdict ?? "");
    }
  }

  /** @returns {Mark} */
  #mark() {
    const channel = this.#control("channel").value;
    return {
      label: this.#control("label").value.trim(),
      start_seconds: secondsOf(this.#control("start_seconds").value),
      end_seconds: secondsOf(this.#control("end_seconds").value),
      channel: channel === "" ? null : Number(channel),
      note: this.#control("note").value.trim() || null,
      verdict: (this.#item?.origin && /** @type {RadioNodeList} */ (this.form.elements.namedItem("verdict")).value) || null,
    };
  }

  #calm() {
    this.mistake.hidden = this.conflict.hidden = true;
    element("region-save").hidden = false;
    this.#theirs = null;
    for (const marked of this.form.querySelectorAll("[aria-invalid]")) marked.removeAttribute("aria-invalid");
  }

  /** @param {string} words @param {string} [field] */
  #refused(words, field) {
    this.mistake.textContent = words;
    this.mistake.hidden = false;
    const control = field ? this.form.elements.namedItem(field) : null;
    if (!(control instanceof HTMLElement)) return;
    control.setAttribute("aria-invalid", "true");
    control.focus();
  }

  /** @param {number} [version] */
  async #save(version) {
    this.#calm();
    const mark = this.#mark();
    if (!mark.label) return this.#refused("A region has a label.", "label");
    for (const name of /** @type {const} */ (["start_seconds", "end_seconds"])) {
      if (Number.isNaN(mark[name])) return this.#refused("Write a time as seconds, 83.25, or as 1:23.25.", name);
    }
    if (mark.end_seconds < mark.start_seconds) return this.#refused("It ends before it starts.", "end_seconds");
    try {
      await this.regions.save(this.#item, mark, version);
      this.dialog.close();
    } catch (error) {
      await this.#failed(error, mark);
    }
  }

  /** @param {unknown} error @param {Mark} mark */
  async #failed(error, mark) {
    try {
      const theirs = await this.regions.theirs(error, this.#item);
      if (theirs) return this.#show(theirs, mark);
    } catch (other) {
      error = other;
    }
    if (error instanceof Problem) this.#refused(error.message, error.mistakes[0]?.field ?? String(error.body.field ?? ""));
    else refuse(error);
  }

  /** Side by side. @param {Region} theirs @param {Mark} mine */
  #show(theirs, mine) {
    this.#theirs = theirs;
    this.conflict.hidden = false;
    element("region-save").hidden = true;
    this.conflict.querySelector("tbody")?.replaceChildren(
      ...differences(theirs, mine, this.regions.sound.channels, Boolean(this.#item?.origin)),
    );
    element("keep-mine").focus();
  }

  async #keepTheirs() {
    const theirs = this.#theirs;
    try {
      await this.regions.refresh();
      this.regions.select(this.regions.items.find((item) => item.region?.id === theirs?.id) ?? null);
      this.dialog.close();
    } catch (error) {
      refuse(error);
    }
  }

  /** Over theirs, which is named: what a third one saves meanwhile is asked about again. */
  async #keepMine() {
    const theirs = this.#theirs;
    if (!theirs) return;
    if (this.#item) this.#item = { ...this.#item, region: theirs };
    await this.#save(theirs.version);
  }

  async #remove() {
    const region = this.#item?.region;
    if (!region) return;
    try {
      await this.regions.remove(region);
    } catch (error) {
      return this.#failed(error, this.#mark());
    }
    this.dialog.close();
    say(region.origin ? "Taken back: it is undecided again." : `Removed: ${region.label}`, {
      action: "Undo", act: () => void this.#restore(region),
    });
  }

  /** @param {Region} region */
  async #restore(region) {
    const { start_seconds, end_seconds, label, channel, note, verdict, origin } = region;
    const from = origin && { kind: origin.kind, name: origin.name, n: origin.n };
    /** @type {any} */
    const item = { origin: from, region: null };
    try {
      await this.regions.save(item, { start_seconds, end_seconds, label, channel, note, verdict });
    } catch (error) {
      refuse(error);
    }
  }
}

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no ${id}.`);
  return found;
}
