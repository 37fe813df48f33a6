// @ts-check
/** The waveform of the window, drawn by wavesurfer: it gets no sound, just the window's length, and what is drawn. */

import TimelinePlugin from "../vendor/wavesurfer-timeline.esm.js";
import WaveSurfer from "../vendor/wavesurfer.esm.js";
import { drawWave } from "./player-drawing.js";
import { level, needsSamples, samples } from "./player-level.js";
import { label, ticks } from "./player-ruler.js";

/** @typedef {import("./player-level.js").Level} Level */
/**
 * What the page says of the recording; a finding's ranges are in seconds.
 * @typedef {{code: string, severity: string, detail: string, remedy: string, ranges: [number, number][], version: string}} Finding
 * @typedef {{id: string, address: string, title: string, duration: number, rate: number, channels: string[], type: string,
 *            loudness: number | null, findings: Finding[]}} Sound
 */

const REST_MS = 120;
const RULER_PIXELS = 20;
const TOGETHER_PIXELS = 150;
const APART_PIXELS = { least: 56, most: 110, all: 440 };

/** Says `draw` once a window stands, so that others lay theirs over it; `arrange` when lanes have another height; `pick` with a
 *  time for a click; `lost` with an error when no peaks came. */
export class Wave extends EventTarget {
  #frame = 0;
  /** The window that is drawn, which may be another one by the next frame. */
  #drawn = { start: 0, end: 0 };
  /** @type {ReturnType<typeof TimelinePlugin.create> | null} */
  #timeline = null;

  /**
   * @param {HTMLElement} container @param {HTMLElement} ruler
   * @param {import("./player-view.js").View} view @param {Sound} sound
   */
  constructor(container, ruler, view, sound) {
    super();
    this.container = container;
    this.ruler = ruler;
    this.view = view;
    this.sound = sound;
    this.apart = false;
    /** In pixels: left free below the waveform. */
    this.foot = 0;
    /** @type {Level | null} */
    this.peaks = null;
    /** @type {Level | null} */
    this.rms = null;
    this.surfer = WaveSurfer.create({
      container,
      height: TOGETHER_PIXELS,
      cursorWidth: 0,
      hideScrollbar: true,
      interact: false,
      cspNonce: document.querySelector('meta[name="style-nonce"]')?.getAttribute("content") ?? "",
      renderFunction: (_, context) => {
        const { start, end } = this.#drawn;
        const foot = this.foot / (this.height + this.foot);
        drawWave(context, { peaks: this.peaks, rms: this.rms, start, end, apart: this.apart, foot });
      },
    });
    this.#drawn = { start: view.start, end: view.end };
    view.addEventListener("move", () => this.draw());
    addEventListener("themechange", () => this.draw());
    this.fetch = view.onRest(REST_MS, (signal) => void this.#fetch(signal));
    this.surfer.getWrapper().addEventListener("click", (event) => {
      this.dispatchEvent(new CustomEvent("pick", { detail: this.timeAt(event) }));
    });
  }

  /** @param {MouseEvent} event */
  timeAt(event) {
    const box = this.container.getBoundingClientRect();
    return this.view.start + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * this.view.span;
  }

  get width() {
    return Math.max(1, this.container.clientWidth);
  }

  /** @param {{apart?: boolean, foot?: number}} options */
  arrange({ apart = this.apart, foot = this.foot }) {
    if (apart === this.apart && foot === this.foot) return;
    [this.apart, this.foot] = [apart, foot];
    this.surfer.setOptions({ height: this.height + foot });
    this.draw();
    this.dispatchEvent(new Event("arrange"));
  }

  /** Of the waveform itself. */
  get height() {
    const count = this.sound.channels.length;
    if (!this.apart || count < 2) return TOGETHER_PIXELS;
    return Math.min(APART_PIXELS.most, Math.max(APART_PIXELS.least, APART_PIXELS.all / count)) * count;
  }

  /** At the next frame, however often it is asked for until then. */
  draw() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      void this.#load();
    });
  }

  async #load() {
    this.#drawn = { start: this.view.start, end: this.view.end };
    const none = this.sound.channels.map(() => [0]);
    // The ruler's ticks are for the old window: as many as a longer one would have, drawing them takes minutes.
    if (this.#timeline) this.surfer.unregisterPlugin(this.#timeline);
    this.#timeline = null;
    try {
      await this.surfer.load("", none, this.view.span);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return; // another window was asked for
      throw error;
    }
    this.#rule();
    this.dispatchEvent(new Event("draw"));
  }

  /** The plugin counts from 0 and has no way to be told of another window: each has its own. */
  #rule() {
    const { first, step, labelled } = ticks(this.view.start, this.view.span, this.width);
    this.#timeline = this.surfer.registerPlugin(
      TimelinePlugin.create({
        container: this.ruler,
        height: RULER_PIXELS,
        timeOffset: first - this.view.start,
        timeInterval: step,
        primaryLabelInterval: Number.NaN, // by count alone: it reckons intervals in hundredths of seconds
        secondaryLabelInterval: Number.NaN,
        primaryLabelSpacing: labelled,
        formatTimeCallback: (seconds) => label(first + seconds, step * labelled),
      }),
    );
  }

  /** @param {AbortSignal} signal */
  async #fetch(signal) {
    const { start, end, span } = this.view;
    const pixels = this.width * Math.min(2, devicePixelRatio);
    try {
      if (needsSamples(this.sound.rate, span, this.width)) {
        const found = await samples(this.sound, { start, end }, signal);
        [this.peaks, this.rms] = [found, null];
      } else {
        const [peaks, rms] = await Promise.all([
          level(this.sound, { start, end }, pixels, "peaks", signal),
          level(this.sound, { start, end }, pixels, "rms", signal).catch(() => null),
        ]);
        if (signal.aborted) return;
        [this.peaks, this.rms] = [peaks, rms];
      }
      this.draw();
    } catch (error) {
      if (signal.aborted) return;
      this.dispatchEvent(new CustomEvent("lost", { detail: error }));
    }
  }
}
