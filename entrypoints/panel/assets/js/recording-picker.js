// @ts-check
/** A recording, found by words: what is typed is searched for, and one of what is found is chosen. */

import { call } from "./api.js";
import { refuse } from "./notices.js";
import { clock } from "./times.js";

const SHOWN = 8;
const WAIT_MS = 250;

/** @typedef {{id: string, title: string, seconds: number | null}} Picked */

/** Tells of each choice by the event `picked`. */
export class RecordingPicker extends EventTarget {
  /** @type {Picked | null} */
  picked = null;
  #asked = 0;

  /** @param {HTMLElement} place made by the macro `picker` */
  constructor(place) {
    super();
    this.input = /** @type {HTMLInputElement} */ (place.querySelector("input"));
    this.list = /** @type {HTMLUListElement} */ (place.querySelector("ul"));
    this.said = /** @type {HTMLElement} */ (place.querySelector("[role=status]"));
    this.chosen = /** @type {HTMLElement} */ (place.querySelector(".chosen"));
    this.label = /** @type {HTMLElement} */ (this.input.closest("label"));
    let timer = 0;
    this.input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => void this.#search(), WAIT_MS);
    });
    this.input.addEventListener("focus", () => this.list.children.length || void this.#search());
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") (event.preventDefault(), this.#walk(-1, 1));
      if (event.key === "Enter") (event.preventDefault(), void this.#search());
    });
    this.list.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const at = [...this.list.querySelectorAll("button")].findIndex((one) => one === document.activeElement);
      if (step) (event.preventDefault(), this.#walk(at, step));
    });
    this.chosen.querySelector("button")?.addEventListener("click", () => this.#again());
    const { id, title = "", seconds } = place.dataset;
    if (id) this.#pick({ id, title, seconds: seconds ? Number(seconds) : null });
  }

  async #search() {
    const asked = ++this.#asked;
    const words = this.input.value.trim();
    const query = new URLSearchParams({ status: "ready", limit: String(SHOWN), ...(words ? { text: words } : {}) });
    try {
      const { items } = await call("GET", `/recordings?${query}`);
      if (asked !== this.#asked) return;
      this.list.replaceChildren(...items.map((/** @type {any} */ one) => this.#entry(one)));
      this.said.textContent = items.length ? "" : words ? "Nothing that is ready matches these words." : "No recording is ready yet.";
    } catch (error) {
      refuse(error);
    }
  }

  /** @param {any} recording */
  #entry(recording) {
    const picked = { id: recording.id, title: recording.title, seconds: recording.audio?.duration_seconds ?? null };
    const entry = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet small";
    const title = document.createElement("span");
    title.className = "clip";
    title.textContent = picked.title;
    const length = document.createElement("span");
    length.className = "aside";
    length.textContent = picked.seconds === null ? "" : clock(picked.seconds);
    button.append(title, " ", length);
    button.addEventListener("click", () => {
      this.#pick(picked);
      this.chosen.querySelector("button")?.focus();
    });
    entry.append(button);
    return entry;
  }

  /** @param {number} from @param {number} step */
  #walk(from, step) {
    const buttons = this.list.querySelectorAll("button");
    if (from + step < 0) this.input.focus();
    else buttons[Math.min(from + step, buttons.length - 1)]?.focus();
  }

  /** @param {Picked} picked */
  #pick(picked) {
    this.picked = picked;
    this.list.replaceChildren();
    this.label.hidden = true;
    this.chosen.hidden = false;
    const title = /** @type {HTMLElement} */ (this.chosen.querySelector("strong"));
    title.textContent = title.title = picked.title;
    /** @type {HTMLElement} */ (this.chosen.querySelector(".aside")).textContent = picked.seconds === null ? "" : clock(picked.seconds);
    this.dispatchEvent(new Event("picked"));
  }

  #again() {
    this.picked = null;
    this.label.hidden = false;
    this.chosen.hidden = true;
    this.input.focus();
    this.dispatchEvent(new Event("picked"));
  }
}
