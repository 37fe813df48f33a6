// @ts-check
/** Loudness over time in the window: momentary and short-term as lines, the whole's integrated one as a dashed line. */

import { Problem, call } from "./api.js";
import { colour } from "./player-drawing.js";

const REST_MS = 250;
const STEPS = [1, 2, 3, 6, 10, 20];
/** Between labels, in CSS pixels. */
const APART = 24;
/** What is shown around the values, and how much at the least and at the most, in LU: what is quieter leaves the lane. */
const ROOM = 2;
const LEAST_RANGE = 12;
const MOST_RANGE = 40;

/** @typedef {{start: number, seconds_per_point: number, momentary_lufs: (number | null)[], short_term_lufs: (number | null)[]}} Series */

export class Loudness {
  /** @type {Series | null} */
  #series = null;
  #low = -36;
  #high = -12;

  /** @param {import("./player-view.js").View} view @param {import("./player-wave.js").Sound} sound */
  constructor(view, sound) {
    this.view = view;
    this.sound = sound;
    this.lane = /** @type {HTMLElement} */ (document.getElementById("loudness-lane"));
    this.legend = /** @type {HTMLElement} */ (document.getElementById("loudness-legend"));
    this.canvas = /** @type {HTMLCanvasElement} */ (document.getElementById("loudness"));
    this.axis = /** @type {HTMLCanvasElement} */ (document.getElementById("loudness-axis"));
    this.words = /** @type {HTMLElement} */ (document.getElementById("loudness-words"));
    view.addEventListener("move", () => this.#draw());
    this.fetch = view.onRest(REST_MS, (signal) => void this.#fetch(signal));
    new ResizeObserver(() => this.#draw()).observe(this.lane);
    addEventListener("themechange", () => this.#draw());
  }

  /** @param {boolean} shown */
  show(shown) {
    this.lane.hidden = this.legend.hidden = !shown;
    if (shown) this.fetch();
  }

  /** @param {AbortSignal} signal */
  async #fetch(signal) {
    if (this.lane.hidden) return;
    // What ends with a point is drawn at its end: one point more on either side, so that lines reach the edges.
    const room = Math.max(1, this.view.span / 50);
    const start = Math.max(0, this.view.start - room);
    const end = Math.min(this.view.duration, this.view.end + room);
    const query = new URLSearchParams({
      start: start.toFixed(6), end: end.toFixed(6), width: String(Math.max(1, Math.min(1000, this.canvas.clientWidth))),
    });
    try {
      this.#series = await call("GET", `${this.sound.address}/loudness?${query}`, { signal });
      this.#scale();
      const silent = this.#series?.momentary_lufs.every((one) => one === null);
      this.words.textContent = silent ? "Nothing here is loud enough to be measured (−70 LUFS)." : "";
    } catch (error) {
      if (signal.aborted) return;
      this.#series = null;
      this.words.textContent = error instanceof Problem ? error.message : "The loudness did not come.";
    }
    this.#draw();
  }

  /** So that what is measured fills the lane, and small differences do not look large. */
  #scale() {
    const told = [...(this.#series?.momentary_lufs ?? []), ...(this.#series?.short_term_lufs ?? []), this.sound.loudness];
    const values = told.filter((one) => one !== null);
    if (!values.length) return;
    const high = Math.max(...values) + ROOM;
    const low = Math.max(high - MOST_RANGE, Math.min(...values) - ROOM);
    this.#high = Math.ceil(high);
    this.#low = Math.floor(Math.min(low, high - LEAST_RANGE));
  }

  #draw() {
    if (this.lane.hidden || !this.canvas.clientWidth) return;
    const context = sized(this.canvas);
    const axis = sized(this.axis);
    if (!context || !axis) return;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const y = (/** @type {number} */ lufs) => ((this.#high - lufs) / (this.#high - this.#low)) * height;
    this.#grid(context, axis, width, height, y);
    const integrated = this.sound.loudness;
    if (integrated !== null) {
      context.setLineDash([6, 4]);
      stroke(context, colour("--pico-color"), 1, [[0, y(integrated)], [width, y(integrated)]]);
      context.setLineDash([]);
    }
    if (!this.#series) return;
    this.#line(context, this.#series.momentary_lufs, y, width, colour("--wave"), 1);
    this.#line(context, this.#series.short_term_lufs, y, width, colour("--short-term"), 2);
  }

  /**
   * @param {CanvasRenderingContext2D} context @param {CanvasRenderingContext2D} axis @param {number} width @param {number} height
   * @param {(lufs: number) => number} y
   */
  #grid(context, axis, width, height, y) {
    const range = this.#high - this.#low;
    const step = STEPS.find((one) => (one / range) * height >= APART) ?? 20;
    axis.font = "11px system-ui, sans-serif";
    axis.textBaseline = "middle";
    axis.textAlign = "right";
    for (let lufs = Math.floor(this.#high / step) * step; lufs >= this.#low; lufs -= step) {
      context.fillStyle = colour("--pico-muted-border-color");
      context.fillRect(0, Math.round(y(lufs)), width, 1);
      axis.fillStyle = colour("--pico-muted-color");
      // Room for the unit above.
      if (y(lufs) > APART) axis.fillText(String(lufs).replace("-", "−"), this.axis.clientWidth - 7, Math.min(height - 6, y(lufs)));
    }
    axis.fillText("LUFS", this.axis.clientWidth - 7, 7);
  }

  /**
   * With gaps where there is none.
   * @param {CanvasRenderingContext2D} context @param {(number | null)[]} values @param {(lufs: number) => number} y
   * @param {number} width @param {string} ink @param {number} thick
   */
  #line(context, values, y, width, ink, thick) {
    if (!this.#series) return;
    const { start, seconds_per_point: step } = this.#series;
    /** @type {number[][]} */
    let run = [];
    values.forEach((value, n) => {
      if (value === null) {
        stroke(context, ink, thick, run);
        run = [];
      } else {
        run.push([this.view.share(start + (n + 1) * step) * width, y(value)]);
      }
    });
    stroke(context, ink, thick, run);
  }
}

/** @param {HTMLCanvasElement} canvas */
function sized(canvas) {
  canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
  canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
  const context = canvas.getContext("2d");
  context?.scale(devicePixelRatio, devicePixelRatio);
  return context;
}

/** @param {CanvasRenderingContext2D} context @param {string} ink @param {number} thick @param {number[][]} points */
function stroke(context, ink, thick, points) {
  if (!points.length) return;
  context.strokeStyle = context.fillStyle = ink;
  context.lineWidth = thick;
  context.lineJoin = "round";
  if (points.length === 1) return context.fillRect(points[0][0] - 1.5, points[0][1] - 1.5, 3, 3);
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
}
