// @ts-check
/** The window: the part of a recording that is shown, in seconds. */

/** Of the samples that the deepest zoom shows, at the least. */
const FEWEST_SAMPLES = 24;
/** The shortest stretch that the service answers for, and a little. */
const SHORTEST_SECONDS = 0.002;

/** Says `move` on each change. */
export class View extends EventTarget {
  /** @param {number} duration @param {number} rate */
  constructor(duration, rate) {
    super();
    this.duration = duration;
    this.least = Math.min(duration, Math.max(SHORTEST_SECONDS, FEWEST_SAMPLES / rate));
    this.start = 0;
    this.end = duration;
  }

  get span() {
    return this.end - this.start;
  }

  /** Whether all is shown. */
  get isWhole() {
    return this.start === 0 && this.end === this.duration;
  }

  /** What is asked for, as far as there is any: moved inside, and no shorter than can be drawn. @param {number} start @param {number} end */
  show(start, end) {
    const span = Math.min(this.duration, Math.max(this.least, end - start));
    const middle = (start + end) / 2;
    const from = Math.min(this.duration - span, Math.max(0, middle - span / 2));
    if (from === this.start && span === this.span) return;
    this.start = from;
    this.end = Math.min(this.duration, from + span);
    this.dispatchEvent(new Event("move"));
  }

  /** @param {number} factor above 1: more is shown @param {number} [around] stays where it is */
  zoom(factor, around = (this.start + this.end) / 2) {
    const span = Math.min(this.duration, Math.max(this.least, this.span * factor));
    const start = around - ((around - this.start) / this.span) * span;
    const inside = Math.min(this.duration - span, Math.max(0, start));
    this.show(inside, inside + span);
  }

  /** @param {number} seconds */
  pan(seconds) {
    const start = Math.min(this.duration - this.span, Math.max(0, this.start + seconds));
    this.show(start, start + this.span);
  }

  fit() {
    this.show(0, this.duration);
  }

  /** A stretch with some room around it. @param {number} start @param {number} end */
  showAround(start, end) {
    const room = Math.max((end - start) * 0.25, this.least);
    this.show(start - room, end + room);
  }

  /** Into sight, if it is not there. @param {number} time */
  reveal(time) {
    if (time < this.start || time > this.end) this.show(time - this.span / 2, time + this.span / 2);
  }

  /** 0 to 1 inside of the window. @param {number} time */
  share(time) {
    return (time - this.start) / this.span;
  }

  /**
   * Calls once the window has stayed for a while, and tells the call before to stop.
   * @param {number} milliseconds
   * @param {(signal: AbortSignal) => void} hear
   * @returns {() => void} asks for the same again, now
   */
  onRest(milliseconds, hear) {
    let timer = 0;
    let running = new AbortController();
    const start = () => {
      clearTimeout(timer);
      running.abort();
      running = new AbortController();
      hear(running.signal);
    };
    this.addEventListener("move", () => {
      clearTimeout(timer);
      timer = setTimeout(start, milliseconds);
    });
    return start;
  }
}
