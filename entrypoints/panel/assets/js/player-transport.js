// @ts-check
/** Buttons, keys and words of playing: where it stands, how fast and how loud, and which of two is heard. */

import { onKey } from "./shortcuts.js";
import { clock } from "./times.js";

/** @typedef {import("./player-deck.js").Deck} Deck */
/** @typedef {import("./player-sources.js").Source} Source */

/** Lengths that differ by more are no longer the same sound at the same position. */
const SAME_SECONDS = 0.2;

export class Transport {
  /** @param {Deck} deck @param {import("./player-wave.js").Sound} sound */
  constructor(deck, sound) {
    this.deck = deck;
    this.sound = sound;
    this.clock = element("clock");
    this.play = element("play");
    this.heard = element("heard");
    this.words = element("player-words");
    this.choices = { a: select("source-a"), b: select("source-b") };
    deck.addEventListener("time", () => (this.clock.textContent = clock(deck.time, 3)));
    deck.addEventListener("state", () => this.#state());
    deck.addEventListener("source", () => this.#source());
    this.play.addEventListener("click", () => deck.toggle());
    element("switch").addEventListener("click", () => deck.switch());
    for (const button of document.querySelectorAll("[data-skip]")) {
      button.addEventListener("click", () => this.skip(Number(button.getAttribute("data-skip"))));
    }
    const speed = select("speed");
    speed.addEventListener("change", () => deck.setRate(Number(speed.value)));
    const volume = /** @type {HTMLInputElement} */ (element("volume"));
    volume.addEventListener("input", () => deck.setVolume(Number(volume.value) ** 2)); // nearer to how loud it seems
    this.choices.a.addEventListener("change", () => deck.choose("a", this.choices.a.value));
    this.choices.b.addEventListener("change", () => deck.choose("b", this.choices.b.value));
    this.#keys(speed);
  }

  /** @param {HTMLSelectElement} speed */
  #keys(speed) {
    const faster = (/** @type {number} */ by) => {
      speed.selectedIndex = Math.min(speed.options.length - 1, Math.max(0, speed.selectedIndex + by));
      this.deck.setRate(Number(speed.value));
    };
    onKey(" ", "Play or pause", () => this.deck.toggle());
    onKey("ArrowLeft", "Back 5 seconds", () => this.skip(-5), free);
    onKey("ArrowRight", "On 5 seconds", () => this.skip(5), free);
    onKey("Shift+ArrowLeft", "Back half a second", () => this.skip(-0.5), free);
    onKey("Shift+ArrowRight", "On half a second", () => this.skip(0.5), free);
    onKey("<", "Slower", () => faster(-1));
    onKey(">", "Faster", () => faster(1));
    onKey("b", "Hear A or B", () => this.deck.switch(), () => !element("sources").hidden);
    onKey("0", "To the start", () => this.deck.seek(0));
    for (let tenth = 1; tenth < 10; tenth += 1) {
      onKey(String(tenth), `To ${tenth}0 %`, () => this.deck.seek((this.sound.duration * tenth) / 10));
    }
  }

  /** @param {number} seconds */
  skip(seconds) {
    this.deck.seek(this.deck.time + seconds);
  }

  #state() {
    this.play.textContent = this.deck.playing ? "Pause" : "Play";
  }

  #source() {
    const { sources, chosen, side, unplayable } = this.deck;
    const playable = sources.filter((one) => !unplayable.has(one.name));
    element("sources").hidden = playable.length < 2;
    for (const each of /** @type {const} */ (["a", "b"])) {
      const list = this.choices[each];
      list.replaceChildren(...sources.map((one) => new Option(one.label, one.name, false, one === chosen[each])));
      for (const option of list.options) option.disabled = unplayable.has(option.value);
    }
    this.heard.textContent = `Heard: ${side.toUpperCase()}, ${this.deck.source.label}. ${this.#match()}`;
    this.words.textContent = this.#lost();
  }

  /** By how much what is heard was turned down, and whether the two can be compared. */
  #match() {
    const { chosen, side } = this.deck;
    if (chosen.a === chosen.b) return "A and B are the same.";
    const unknown = [chosen.a, chosen.b].find((one) => one.loudness === null);
    const { a, b } = chosen;
    const seconds = a.seconds !== null && b.seconds !== null ? Math.abs(a.seconds - b.seconds) : 0;
    const other = seconds > SAME_SECONDS ? ` They differ by ${clock(seconds, 1)} in length: positions may not agree.` : "";
    if (unknown) return `The loudness of ${unknown.label} is not known: they are not matched.${other}`;
    const gains = this.deck.gains;
    const down = -(gains?.[side] ?? 0);
    if (gains && Math.abs(gains.a - gains.b) < 0.05) return `Both are equally loud.${other}`;
    return down >= 0.05 ? `Turned down ${down.toFixed(1)} dB to match.${other}` : `As loud as it is; the other one is matched to it.${other}`;
  }

  #lost() {
    const { sources, unplayable, source } = this.deck;
    const lost = sources.find((one) => unplayable.has(one.name));
    if (!lost) return "";
    if (!unplayable.has(source.name)) return `This browser cannot play “${lost.label}”. ${source.label} is heard instead.`;
    return `This browser cannot play “${lost.label}”, and there is no preview yet. It appears here once it was made.`;
  }
}

/** Whether the arrows are not some control's own. */
const free = () => !document.activeElement?.matches('input[type="range"], [role="scrollbar"], audio');

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no ${id}.`);
  return found;
}

/** @param {string} id */
const select = (id) => /** @type {HTMLSelectElement} */ (element(id));
