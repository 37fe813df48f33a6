// @ts-check
/** Draws levels of a waveform into a canvas: lines of peaks with the RMS inside, or the samples as a curve. */

/** @typedef {import("./player-level.js").Level} Level */

/** A sample gets a dot where it has this many pixels. */
const DOT_PIXELS = 6;

/** @param {string} name of a custom property of the page */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * @param {CanvasRenderingContext2D} context all of its canvas is drawn on
 * @param {{peaks: Level | null, rms: Level | null, start: number, end: number, apart: boolean, foot?: number}} what
 * `foot` is the share of the height that is left free below
 */
export function drawWave(context, { peaks, rms, start, end, apart, foot = 0 }) {
  const { width } = context.canvas;
  const height = context.canvas.height * (1 - foot);
  context.clearRect(0, 0, width, context.canvas.height);
  if (!peaks) return;
  const all = peaks.low.map((_, channel) => channel);
  const lanes = apart ? all.map((channel) => [channel]) : [all];
  const tall = height / lanes.length;
  lanes.forEach((channels, n) => {
    const middle = tall * (n + 0.5);
    const scale = (tall / 2) * 0.96;
    context.fillStyle = colour("--pico-muted-border-color");
    context.fillRect(0, Math.round(middle), width, 1);
    if (n) context.fillRect(0, Math.round(tall * n), width, 1);
    const window = { start, perPixel: (end - start) / width, width };
    if (peaks.single && peaks.step > window.perPixel) {
      for (const channel of channels) drawCurve(context, peaks, channel, window, middle, scale);
      return;
    }
    fillColumns(context, columns(peaks, channels, window), middle, scale, colour("--wave"));
    if (rms) fillColumns(context, columns(rms, channels, window), middle, scale, colour("--wave-played"));
  });
}

/**
 * Lowest and highest by pixel: of all points that a pixel touches; NaN where there are none.
 * @param {Level} level @param {number[]} channels @param {{start: number, perPixel: number, width: number}} window
 */
function columns(level, channels, window) {
  const low = new Float32Array(window.width).fill(Number.NaN);
  const high = new Float32Array(window.width).fill(Number.NaN);
  const length = level.low[0]?.length ?? 0;
  for (let x = 0; x < window.width; x += 1) {
    const from = (window.start + x * window.perPixel - level.start) / level.step;
    const first = Math.max(0, Math.floor(from));
    // One sample more than the pixel's own, so that the curve between two pixels has no gap.
    const stop = Math.min(length, Math.max(first + 1, Math.ceil(from + window.perPixel / level.step)) + (level.single ? 1 : 0));
    for (let point = first; point < stop; point += 1) {
      for (const channel of channels) {
        if (!(low[x] <= level.low[channel][point])) low[x] = level.low[channel][point];
        if (!(high[x] >= level.high[channel][point])) high[x] = level.high[channel][point];
      }
    }
  }
  return { low, high };
}

/**
 * @param {CanvasRenderingContext2D} context @param {{low: Float32Array, high: Float32Array}} columns
 * @param {number} middle @param {number} scale @param {string} fill
 */
function fillColumns(context, { low, high }, middle, scale, fill) {
  context.fillStyle = fill;
  context.beginPath();
  for (let x = 0; x < low.length; x += 1) {
    if (Number.isNaN(low[x])) continue;
    const top = middle - Math.min(1, high[x]) * scale;
    context.rect(x, top, 1, Math.max(1, middle - Math.max(-1, low[x]) * scale - top));
  }
  context.fill();
}

/**
 * @param {CanvasRenderingContext2D} context @param {Level} level @param {number} channel
 * @param {{start: number, perPixel: number, width: number}} window @param {number} middle @param {number} scale
 */
function drawCurve(context, level, channel, window, middle, scale) {
  const values = level.low[channel];
  const first = Math.max(0, Math.floor((window.start - level.start) / level.step) - 1);
  const stop = Math.min(values.length, Math.ceil((window.start + window.width * window.perPixel - level.start) / level.step) + 2);
  const place = (/** @type {number} */ n) => (level.start + n * level.step - window.start) / window.perPixel;
  context.strokeStyle = context.fillStyle = colour(channel % 2 ? "--wave-played" : "--wave");
  context.lineWidth = Math.max(1, devicePixelRatio);
  context.beginPath();
  for (let n = first; n < stop; n += 1) context.lineTo(place(n), middle - values[n] * scale);
  context.stroke();
  if (level.step / window.perPixel < DOT_PIXELS) return;
  context.beginPath();
  for (let n = first; n < stop; n += 1) {
    context.moveTo(place(n), middle - values[n] * scale);
    context.arc(place(n), middle - values[n] * scale, 2 * context.lineWidth, 0, 2 * Math.PI);
  }
  context.fill();
}
