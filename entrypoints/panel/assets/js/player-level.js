// @ts-check
/** Levels of a waveform: lowest and highest values by point, from the service's zooms or from single samples. */

import { request } from "./api.js";

/**
 * `low` and `high` by channel, in ±1; a point lasts `step` seconds, the first one begins at `start`.
 * @typedef {{start: number, step: number, low: Float32Array[], high: Float32Array[], single: boolean}} Level
 */

/** The finest zoom that listening leaves, in samples per point. */
const FINEST = 256;
/** Excerpts are fetched up to this length: more is seen as well in peaks. */
const MOST_SAMPLE_SECONDS = 2;
/** Around an excerpt, whose ends are faded over 5 ms. */
const FADE_SECONDS = 0.01;

/**
 * @param {{address: string, rate: number, duration: number}} sound
 * @param {{start: number, end: number}} stretch
 * @param {number} width in pixels
 * @param {"peaks" | "rms"} band
 * @param {AbortSignal} [signal]
 * @returns {Promise<Level>}
 */
export async function level(sound, stretch, width, band, signal) {
  const query = new URLSearchParams({
    start: stretch.start.toFixed(6), end: stretch.end.toFixed(6), width: String(Math.ceil(width)), band,
  });
  const told = await (await request("GET", `${sound.address}/waveform?${query}`, { signal })).json();
  const { channels, length, data } = told;
  const low = Array.from({ length: channels }, () => new Float32Array(length));
  const high = Array.from({ length: channels }, () => new Float32Array(length));
  for (let point = 0, n = 0; point < length; point += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      low[channel][point] = data[n++] / 32768;
      high[channel][point] = data[n++] / 32768;
    }
  }
  return { start: told.start_seconds, step: told.samples_per_pixel / told.sample_rate, low, high, single: false };
}

/** Whether pixels are finer than any zoom. @param {number} rate @param {number} span @param {number} width */
export const needsSamples = (rate, span, width) => span <= MOST_SAMPLE_SECONDS && (span * rate) / width < FINEST;

/**
 * The samples themselves.
 * @param {{address: string, rate: number, duration: number}} sound
 * @param {{start: number, end: number}} stretch
 * @param {AbortSignal} [signal]
 * @returns {Promise<Level>}
 */
export async function samples(sound, stretch, signal) {
  const start = Math.max(0, stretch.start - FADE_SECONDS);
  const end = Math.min(sound.duration, stretch.end + FADE_SECONDS);
  const query = new URLSearchParams({ start: start.toFixed(6), end: end.toFixed(6), format: "wav" });
  const { samplesOf } = await import("./player-wav.js"); // few go so deep
  const answer = await request("GET", `${sound.address}/excerpt?${query}`, { signal, accept: "*/*" });
  const { rate, channels } = samplesOf(await answer.arrayBuffer());
  // An excerpt begins with the sample that is at or next to its start.
  return { start: Math.round(Number(start.toFixed(6)) * rate) / rate, step: 1 / rate, low: channels, high: channels, single: true };
}
