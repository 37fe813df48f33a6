// @ts-check
/** The strip: the whole recording, and the window as a box on it that can be moved. */

import { drawWave } from "./player-drawing.js";
import { level } from "./player-level.js";

/** @param {number} value @param {number} least @param {number} most */
const between = (value, least, most) => Math.min(most, Math.max(least, value));

export class Strip {
  /** @param {HTMLElement} element @param {import("./player-view.js").View} view @param {import("./player-wave.js").Sound} sound */
  constructor(element, view, sound) {
    this.element = element;
    this.view = view;
    this.sound = sound;
    this.canvas = /** @type {HTMLCanvasElement} */ (element.querySelector("canvas"));
    this.box = /** @type {HTMLElement} */ (element.querySelector(".box"));
    /** @type {import("./player-level.js").Level | null} */
    this.peaks = null;
    view.addEventListener("move", () => this.#place());
    addEventListener("themechange", () => this.#draw());
    new ResizeObserver(() => this.#draw()).observe(element);
    element.addEventListener("pointerdown", (event) => this.#drag(event));
    element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.#place();
  }

  async load() {
    this.peaks = await level(this.sound, { start: 0, end: this.sound.duration }, this.element.clientWidth * devicePixelRatio, "peaks");
    this.#draw();
  }

  #draw() {
    const context = this.canvas.getContext("2d");
    if (!context || !this.element.clientWidth) return;
    this.canvas.width = Math.round(this.element.clientWidth * devicePixelRatio);
    this.canvas.height = Math.round(this.element.clientHeight * devicePixelRatio);
    drawWave(context, { peaks: this.peaks, rms: null, start: 0, end: this.sound.duration, apart: false });
  }

  #place() {
    const { start, end, span, duration } = this.view;
    this.box.style.left = `${(100 * start) / duration}%`;
    this.box.style.width = `${(100 * span) / duration}%`;
    const room = duration - span;
    this.box.setAttribute("aria-valuenow", String(room ? Math.round((100 * start) / room) : 0));
    this.box.setAttribute("aria-valuetext", `${start.toFixed(2)} to ${end.toFixed(2)} of ${duration.toFixed(2)} seconds`);
  }

  /** The box follows the pointer; beside it, it comes there first. @param {PointerEvent} event */
  #drag(event) {
    if (event.button) return;
    const { left, width } = this.element.getBoundingClientRect();
    const timeAt = (/** @type {PointerEvent} */ one) => ((one.clientX - left) / width) * this.view.duration;
    const at = timeAt(event);
    const inside = at >= this.view.start && at <= this.view.end;
    const grip = inside ? at - this.view.start : this.view.span / 2;
    const move = (/** @type {PointerEvent} */ one) => this.view.pan(timeAt(one) - grip - this.view.start);
    move(event);
    this.element.setPointerCapture(event.pointerId);
    this.element.addEventListener("pointermove", move);
    const end = () => this.element.removeEventListener("pointermove", move);
    this.element.addEventListener("pointerup", end, { once: true });
    this.element.addEventListener("pointercancel", end, { once: true });
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (this.view.isWhole || event.ctrlKey) return;
    event.preventDefault();
    this.view.pan((between(event.deltaX || event.deltaY, -100, 100) / 100) * this.view.span * 0.25);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { view } = this;
    /** @type {Record<string, number>} */
    const steps = {
      ArrowLeft: -0.1 * view.span, ArrowRight: 0.1 * view.span, PageUp: -0.9 * view.span, PageDown: 0.9 * view.span,
      Home: -view.duration, End: view.duration,
    };
    if (!(event.key in steps)) return;
    event.preventDefault();
    view.pan(steps[event.key]);
  }
}
