// @ts-check
/** What can be heard of a recording: the original, its previews, and what recipes made of it. */

import { call } from "./api.js";

/**
 * `loudness` is the integrated one in LUFS, null where nobody has measured it; `seconds` null where nobody says.
 * @typedef {{name: string, label: string, address: string, type: string, loudness: number | null, seconds: number | null}} Source
 * @typedef {import("./player-wave.js").Sound} Sound
 */

/** @param {Sound} sound @returns {Source} */
export const original = (sound) => ({
  name: "original", label: "Original", address: `${sound.address}/content`, type: sound.type,
  loudness: sound.loudness, seconds: sound.duration,
});

/** The original first, then what was made, previews before results. @param {Sound} sound @returns {Promise<Source[]>} */
export async function sourcesOf(sound) {
  const { items } = await call("GET", `${sound.address}/renditions`);
  const made = items
    .filter((/** @type {any} */ one) => one.content_type.startsWith("audio/"))
    .map((/** @type {any} */ one) => source(sound, one));
  const isPreview = (/** @type {Source} */ one) => Number(one.name.startsWith("preview"));
  return [original(sound), ...made.sort((/** @type {Source} */ a, /** @type {Source} */ b) => isPreview(b) - isPreview(a))];
}

/** @param {Sound} sound @param {any} rendition @returns {Source} */
function source(sound, rendition) {
  const { name, content_type: type, settings, lineage, links } = rendition;
  const ending = name.slice(name.lastIndexOf(".") + 1);
  const base = { name, address: links.self, type, seconds: number(settings.duration_seconds) };
  if (lineage) return { ...base, label: `${lineage.recipe} (${name})`, loudness: number(settings.integrated_loudness_lufs) };
  if (name.startsWith("preview-matched")) {
    const target = number(settings.target_loudness_lufs);
    return { ...base, label: `Preview at ${target} LUFS (${ending})`, loudness: number(settings.loudness_lufs) };
  }
  if (!name.startsWith("preview")) return { ...base, label: name, loudness: null };
  // As loud as the original, but where channels were mixed to two.
  return { ...base, label: `Preview (${ending})`, loudness: sound.channels.length <= 2 ? sound.loudness : null };
}

/** @param {unknown} value */
const number = (value) => (typeof value === "number" ? value : null);

/** Whether this browser says that it might play it. @param {Source} one */
export const mayPlay = (one) => document.createElement("audio").canPlayType(one.type) !== "";

/**
 * How many decibels each of two is turned down, so that both are as loud as the quieter one; null: not known.
 * @param {Source} a @param {Source} b
 * @returns {{a: number, b: number} | null}
 */
export function matched(a, b) {
  if (a.loudness === null || b.loudness === null) return null;
  const quieter = Math.min(a.loudness, b.loudness);
  return { a: quieter - a.loudness, b: quieter - b.loudness };
}
