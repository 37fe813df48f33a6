// @ts-check
/** The player: one window over a recording, with all that is drawn of it and heard of it. */

import { refuse } from "./notices.js";
import { Deck } from "./player-deck.js";
import { original, sourcesOf } from "./player-sources.js";
import { Strip } from "./player-strip.js";
import { Transport } from "./player-transport.js";
import { View } from "./player-view.js";
import { Wave } from "./player-wave.js";
import { onKey } from "./shortcuts.js";
import { Spectrogram } from "./spectrogram.js";
import { clock } from "./times.js";

/** @typedef {import("./player-wave.js").Sound} Sound */

const ZOOM = 1.6;
const WHEEL_ZOOM = 1.0035;
const SHOWS = "player-shows";

export class Player {
  /** @param {Sound} sound */
  constructor(sound) {
    this.sound = sound;
    this.view = new View(sound.duration, sound.rate);
    const audio = /** @type {HTMLAudioElement} */ (document.getElementById("sound"));
    this.deck = new Deck(audio, original(sound));
    this.transport = new Transport(this.deck, sound);
    this.wave = new Wave(element("wave"), element("ruler"), this.view, sound);
    this.strip = new Strip(element("strip"), this.view, sound);
    this.spectrogram = new Spectrogram(this.view, sound);
    /** @type {Promise<import("./loudness.js").Loudness> | null} */
    this.loudness = null;
    this.#follow();
    this.#zooms();
    this.wave.addEventListener("arrange", () => this.#axis());
    this.#axis();
    this.#shows();
    this.wave.addEventListener("pick", (event) => this.deck.seek(/** @type {CustomEvent<number>} */ (event).detail));
    this.wave.addEventListener("lost", (event) => refuse(/** @type {CustomEvent} */ (event).detail));
    this.view.addEventListener("move", () => this.#place());
    this.#place();
  }

  async load() {
    this.wave.fetch();
    await Promise.all([this.strip.load(), this.reload()]);
  }

  /** What can be heard, anew. */
  async reload() {
    this.deck.offer(await sourcesOf(this.sound));
  }

  /** The cursor, and the window after it: it turns a page when sound leaves it, unless somebody looks elsewhere. */
  #follow() {
    let last = this.deck.time;
    this.deck.addEventListener("time", () => {
      const { time, playing } = this.deck;
      const { start, end, span } = this.view;
      if (playing && last >= start && last <= end && time > end) this.view.show(time, time + span);
      last = time;
      this.#place();
    });
  }

  #place() {
    const share = this.view.share(this.deck.time);
    const cursor = element("cursor");
    cursor.hidden = share < 0 || share > 1;
    cursor.style.left = `${100 * share}%`;
    element("span").textContent = length(this.view.span);
    element("wave").setAttribute("aria-label", `Waveform from ${clock(this.view.start, 2)} to ${clock(this.view.end, 2)}`);
  }

  #zooms() {
    const { view } = this;
    const around = () => (this.deck.time >= view.start && this.deck.time <= view.end ? this.deck.time : undefined);
    /** @type {Record<string, () => void>} */
    const acts = { in: () => view.zoom(1 / ZOOM, around()), out: () => view.zoom(ZOOM, around()), fit: () => view.fit() };
    for (const button of document.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => acts[button.getAttribute("data-zoom") ?? ""]?.());
    }
    onKey("+", "Zoom in", acts.in);
    onKey("-", "Zoom out", acts.out);
    onKey("f", "Show all of it", acts.fit);
    onKey("PageUp", "Window back", () => view.pan(-0.9 * view.span), () => !view.isWhole);
    onKey("PageDown", "Window on", () => view.pan(0.9 * view.span), () => !view.isWhole);
    element("lanes").addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  /** With Ctrl it zooms around the pointer; sideways, or with Shift, it pans. The rest scrolls the page. @param {WheelEvent} event */
  #wheel(event) {
    if (event.ctrlKey) {
      event.preventDefault();
      this.view.zoom(WHEEL_ZOOM ** Math.min(200, Math.max(-200, event.deltaY)), this.wave.timeAt(event));
      return;
    }
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : 0;
    if (!sideways || this.view.isWhole) return;
    event.preventDefault();
    this.view.pan((sideways / this.wave.width) * this.view.span);
  }

  /** What is shown besides; it stays so from one recording to the next. */
  #shows() {
    /** @type {Record<string, (shown: boolean) => void>} */
    const parts = {
      channels: (shown) => this.wave.arrange({ apart: shown }),
      spectrogram: (shown) => this.spectrogram.show(shown),
      loudness: (shown) => this.#showLoudness(shown),
    };
    const kept = new Set((localStorage.getItem(SHOWS) ?? "spectrogram").split(" "));
    const keys = { channels: "c", spectrogram: "s", loudness: "d" };
    for (const [part, show] of Object.entries(parts)) {
      const button = /** @type {HTMLElement} */ (document.querySelector(`[data-shows="${part}"]`));
      const set = (/** @type {boolean} */ shown) => {
        button.setAttribute("aria-pressed", String(shown));
        if (shown) kept.add(part);
        else kept.delete(part);
        show(shown);
      };
      const toggle = () => {
        set(button.getAttribute("aria-pressed") !== "true");
        localStorage.setItem(SHOWS, [...kept].join(" "));
      };
      button.addEventListener("click", toggle);
      onKey(keys[/** @type {keyof typeof keys} */ (part)], `Show: ${button.textContent?.trim()}`, toggle, () => !button.hidden);
      set(kept.has(part) && !button.hidden);
    }
  }

  /** Fetched when it is wanted first. @param {boolean} shown */
  #showLoudness(shown) {
    if (!shown && !this.loudness) return;
    this.loudness ??= import("./loudness.js").then(({ Loudness }) => new Loudness(this.view, this.sound));
    this.loudness.then((loudness) => loudness.show(shown)).catch(refuse);
  }

  /** Names beside the channels. */
  #axis() {
    const { channels } = this.sound;
    const names = this.wave.apart || channels.length === 1 ? channels : ["All"];
    element("wave-axis").style.height = `${this.wave.height}px`;
    element("wave-axis").replaceChildren(
      ...names.map((name) => {
        const made = document.createElement("span");
        made.textContent = name;
        return made;
      }),
    );
  }
}

/** How much is shown. @param {number} seconds */
function length(seconds) {
  if (seconds >= 60) return clock(seconds, 0);
  return seconds >= 1 ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s` : `${(seconds * 1000).toFixed(seconds < 0.01 ? 2 : 0)} ms`;
}

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no ${id}.`);
  return found;
}
