// @ts-check
/** Before and after, heard at the same position, and equally loud where that is wanted. */

import { onKey } from "./shortcuts.js";
import { clock } from "./times.js";

/** @typedef {"before" | "after"} Side */
/** @typedef {{address: string, lufs: number | null}} Sound */

export class Comparison {
  /** @type {Side} */
  side = "after";
  players = { before: new Audio(), after: new Audio() };
  /** @type {Record<Side, number | null>} */
  lufs = { before: null, after: null };

  constructor() {
    this.time = /** @type {HTMLInputElement} */ (part("try-time"));
    this.matching = /** @type {HTMLInputElement} */ (part("try-match"));
    this.button = part("try-play");
    this.sides = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll("#try [data-side]")]);
    this.button.addEventListener("click", () => this.toggle());
    this.matching.addEventListener("change", () => this.#match());
    this.time.addEventListener("input", () => (this.player.currentTime = Number(this.time.value)));
    for (const one of this.sides) one.addEventListener("click", () => this.hear(/** @type {Side} */ (one.dataset.side)));
    for (const player of Object.values(this.players)) {
      player.preload = "auto";
      for (const name of ["play", "pause", "ended", "timeupdate", "loadedmetadata", "error"]) player.addEventListener(name, () => this.#show());
    }
    const isThere = () => !part("try-made").hidden;
    onKey(" ", "Play or pause the preview", () => this.toggle(), isThere);
    onKey("b", "Hear before or after", () => this.hear(this.side === "after" ? "before" : "after"), isThere);
  }

  get player() {
    return this.players[this.side];
  }

  /** @param {Sound} before @param {Sound | null} after null: nothing came out of it */
  load(before, after) {
    this.stop();
    this.players.before.src = before.address;
    if (after) this.players.after.src = after.address;
    else this.players.after.removeAttribute("src");
    this.lufs = { before: before.lufs, after: after?.lufs ?? null };
    this.side = after ? "after" : "before";
    for (const one of this.sides) one.disabled = one.dataset.side === "after" && !after;
    this.#match();
    this.#show();
  }

  /** @param {Side} side */
  hear(side) {
    if (side === this.side || this.sides.some((one) => one.dataset.side === side && one.disabled)) return;
    const was = this.player;
    const playing = !was.paused;
    was.pause();
    this.side = side;
    this.player.currentTime = was.currentTime;
    if (playing) void this.#play();
    this.#show();
  }

  toggle() {
    if (this.player.paused) void this.#play();
    else this.player.pause();
  }

  stop() {
    for (const player of Object.values(this.players)) player.pause();
  }

  async #play() {
    try {
      await this.player.play();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // what does not load is told by its own event
    }
  }

  /** Only ever down, so that nothing is cut off. */
  #match() {
    const { before, after } = this.lufs;
    const known = before !== null && after !== null;
    this.matching.disabled = !known;
    const least = known ? Math.min(before, after) : 0;
    for (const side of /** @type {Side[]} */ (["before", "after"])) {
      const gain = known && this.matching.checked ? least - Number(this.lufs[side]) : 0;
      this.players[side].volume = 10 ** (gain / 20);
    }
    const louder = known && before > after ? "Before" : "After";
    const by = known ? Math.abs(before - after).toFixed(1) : "";
    part("try-matched").textContent = !known
      ? "The loudness of one of them is not known: they are heard as they are."
      : Number(by) === 0 ? "Both are equally loud as they are."
      : this.matching.checked ? `${louder} is played ${by} dB lower, so that the louder one does not win by that alone.` : "Both are heard as loud as they are.";
  }

  #show() {
    const { player } = this;
    const length = Number.isFinite(player.duration) ? player.duration : 0;
    this.time.max = String(length || 1);
    this.time.value = String(player.currentTime);
    this.time.setAttribute("aria-valuetext", `${clock(player.currentTime)} of ${clock(length)}`);
    part("try-clock").textContent = player.error ? "This browser cannot play it." : `${clock(player.currentTime)} / ${clock(length)}`;
    this.button.textContent = player.paused ? "Play" : "Pause";
    for (const one of this.sides) one.setAttribute("aria-pressed", String(one.dataset.side === this.side));
  }
}

/** @param {string} id @returns {HTMLElement} */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
