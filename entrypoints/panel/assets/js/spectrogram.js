// @ts-check
/** The spectrogram of the window: the service's picture, laid where its time is, with a frequency axis beside it. */

import { drawAxis } from "./spectrogram-axis.js";
import { call } from "./api.js";

const REST_MS = 250;
const HEIGHT = 220;
/** What the service draws at once, in seconds and in samples of all channels; beyond that there is a picture of the whole. */
const MOST_SECONDS = 600;
const MOST_SAMPLES = 240_000_000;
const NARROWEST = 16;

/**
 * A picture, the part of it that is plot, and what it shows.
 * @typedef {{image: HTMLImageElement, left: number, top: number, width: number, height: number, start: number, end: number,
 *            scale: string, low: number, high: number, floor: number, ceiling: number}} Picture
 */

export class Spectrogram {
  /** @type {Picture | null} */
  #picture = null;
  /** @type {Promise<Picture> | null} */
  #whole = null;

  /** @param {import("./player-view.js").View} view @param {import("./player-wave.js").Sound} sound */
  constructor(view, sound) {
    this.view = view;
    this.sound = sound;
    this.lane = element("spectrogram-lane");
    this.legend = element("spectrogram-legend");
    this.canvas = /** @type {HTMLCanvasElement} */ (element("spectrogram"));
    this.axis = /** @type {HTMLCanvasElement} */ (element("spectrogram-axis"));
    this.scale = /** @type {HTMLSelectElement} */ (element("spectrogram-scale"));
    this.busy = /** @type {HTMLElement} */ (this.lane.querySelector(".busy"));
    this.words = element("spectrogram-words");
    view.addEventListener("move", () => this.#draw());
    this.fetch = view.onRest(REST_MS, (signal) => void this.#fetch(signal));
    this.scale.addEventListener("change", () => this.fetch());
    new ResizeObserver(() => this.#draw()).observe(this.lane);
    addEventListener("themechange", () => this.#draw());
    drawColours(/** @type {HTMLCanvasElement} */ (element("spectrogram-colours")));
  }

  /** @param {boolean} shown */
  show(shown) {
    this.lane.hidden = this.legend.hidden = !shown;
    if (shown) this.fetch();
  }

  /** @param {AbortSignal} signal */
  async #fetch(signal) {
    if (this.lane.hidden) return;
    const { start, end, span } = this.view;
    const most = Math.min(MOST_SECONDS, MOST_SAMPLES / (this.sound.rate * this.sound.channels.length));
    this.busy.hidden = false;
    this.words.textContent = "";
    try {
      const picture = span <= most ? await this.#window(start, end, signal) : await (this.#whole ??= this.#ofWhole());
      if (signal.aborted) return;
      this.#picture = picture;
      if (span > most) this.words.textContent = "The picture of the whole, in mel: zoom in to ten minutes for a finer one.";
    } catch {
      if (signal.aborted) return;
      this.#whole = null;
      this.words.textContent = "There is no spectrogram of this part. Move or zoom to ask again.";
    }
    this.busy.hidden = true;
    this.#draw();
  }

  /** @param {number} start @param {number} end @param {AbortSignal} signal @returns {Promise<Picture>} */
  async #window(start, end, signal) {
    const width = Math.round(Math.min(4096, Math.max(NARROWEST, this.canvas.clientWidth * Math.min(2, devicePixelRatio))));
    const scale = this.scale.value;
    const seen = (end - start) * this.sound.rate;
    // Short windows show when, long ones at which frequency.
    const window = Math.min(2048, Math.max(256, 2 ** Math.round(Math.log2(seen / 24))));
    const query = new URLSearchParams({
      start: start.toFixed(6), end: end.toFixed(6), width: String(width), height: String(HEIGHT), scale, window: String(window),
    });
    const image = await load(`${this.sound.address}/spectrogram?${query}`, signal);
    const low = scale === "log" ? 20 : 0;
    const { naturalWidth, naturalHeight } = image;
    return {
      image, left: 0, top: 0, width: naturalWidth, height: naturalHeight, start, end, scale, low, high: this.sound.rate / 2,
      floor: -100, ceiling: 0,
    };
  }

  /** The rendition that listening has left; its settings say where the plot lies in it. @returns {Promise<Picture>} */
  async #ofWhole() {
    const { items } = await call("GET", `${this.sound.address}/renditions`);
    const found = items.find((/** @type {any} */ one) => one.name === "spectrogram.png");
    if (!found) throw new Error("There is no spectrogram.");
    const told = found.settings;
    return {
      image: await load(found.links.self), left: told.plot_left, top: told.plot_top, width: told.plot_width, height: told.plot_height,
      start: 0, end: told.plot_seconds, scale: "mel", low: told.min_hz, high: told.max_hz, floor: told.floor_db, ceiling: told.ceiling_db,
    };
  }

  /** What there is, where it belongs in the window: a new picture takes its place when it is there. */
  #draw() {
    if (this.lane.hidden || !this.canvas.clientWidth) return;
    const context = this.canvas.getContext("2d");
    if (!context) return;
    this.canvas.width = Math.round(this.canvas.clientWidth * devicePixelRatio);
    this.canvas.height = Math.round(this.canvas.clientHeight * devicePixelRatio);
    const told = this.#picture;
    if (!told) return;
    const { start, span } = this.view;
    const perSecond = this.canvas.width / span;
    // A canvas that is drawn on far beyond its edges is slow: the part that is seen is cut out of the picture.
    const from = Math.max(start, told.start);
    const to = Math.min(start + span, told.end);
    const pixels = told.width / (told.end - told.start);
    context.imageSmoothingEnabled = (to - from) * pixels > 64;
    if (to > from) {
      context.drawImage(
        told.image, told.left + (from - told.start) * pixels, told.top, (to - from) * pixels, told.height,
        (from - start) * perSecond, 0, (to - from) * perSecond, this.canvas.height,
      );
    }
    drawAxis(this.axis, told);
    element("spectrogram-floor").textContent = `${told.floor} dB`.replace("-", "−");
    element("spectrogram-ceiling").textContent = `${told.ceiling} dB, a sine at full scale`;
  }
}

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no ${id}.`);
  return found;
}

/** @param {string} address @param {AbortSignal} [signal] @returns {Promise<HTMLImageElement>} */
function load(address, signal) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error("The picture did not come."));
    signal?.addEventListener("abort", () => (image.removeAttribute("src"), reject(new Error("Not wanted any more."))));
    image.src = address;
  });
}

/** The service's colours, dark to light. */
const COLOURS = ["#000004", "#280b54", "#65156e", "#9f2a63", "#d44842", "#f57d15", "#fac127", "#fcffa4"];

/** @param {HTMLCanvasElement} canvas */
function drawColours(canvas) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const gradient = context.createLinearGradient(0, 0, canvas.width, 0);
  COLOURS.forEach((one, n) => gradient.addColorStop(n / (COLOURS.length - 1), one));
  context.fillStyle = gradient;
  context.fillRect(0, 0, canvas.width, canvas.height);
}
