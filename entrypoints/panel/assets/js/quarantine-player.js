// @ts-check
/** The small player beside the list: the waveform with its findings, the suspicious part as a picture, the sound. */

import { say } from "./notices.js";
import { colour, drawWave } from "./player-drawing.js";
import { level } from "./player-level.js";
import { clock } from "./times.js";

/** @typedef {import("./player-wave.js").Sound & {worst: [number, number]}} Suspect */

const REST_MS = 250; // who goes through the list quickly asks for no pictures
const PICTURE_HEIGHT = 160;
const ROOM_SECONDS = 1;
const SHORTEST_SECONDS = 0.4; // a click is heard with what is around it
const MOST_SECONDS = 60;

let gone = new AbortController();
/** @type {HTMLAudioElement | null} */
let audio = null;
let until = Infinity;
/** @type {(start: number, end: number) => void} */
let show = () => {};

export const isPlaying = () => audio !== null && !audio.paused;

export function toggle() {
  if (!audio) return;
  until = Infinity;
  if (audio.paused) void play();
  else audio.pause();
}

/** Of the part that is left, nothing sounds and nothing is fetched any more. */
export function unmount() {
  gone.abort();
  audio?.pause();
  audio = null;
}

/** Goes to the next range of a finding, or the one before, and plays it. @param {number} step */
export function stepFinding(step) {
  const all = [...document.querySelectorAll("#item button[data-start]")];
  const now = all.findIndex((one) => one.ariaCurrent === "true");
  const next = all[now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step];
  if (next instanceof HTMLButtonElement) next.click();
}

async function play() {
  const wanted = audio;
  try {
    await wanted?.play();
  } catch (error) {
    if (wanted !== audio || !wanted || (error instanceof DOMException && error.name === "AbortError")) return;
    if (!playOriginal(wanted)) say("The browser cannot play it. Download the original from its own page.", { bad: true });
    else await play();
  }
}

/** A preview that is not there gives way. @param {HTMLAudioElement} one @returns {boolean} whether there is another one */
function playOriginal(one) {
  const { original } = one.dataset;
  if (!original) return false;
  delete one.dataset.original;
  if (one.getAttribute("src") === original) return false;
  one.src = original;
  return true;
}

/** Once the part stands there. */
export function mount() {
  unmount();
  const section = document.getElementById("listen");
  if (!section) return;
  gone = new AbortController();
  const { signal } = gone;
  /** @type {Suspect} */
  const sound = JSON.parse(section.dataset.player ?? "");
  audio = /** @type {HTMLAudioElement} */ (document.getElementById("sound"));
  until = Infinity;
  const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById("peaks"));
  const draw = drawing(canvas, sound, signal);
  addEventListener("themechange", draw, { signal });
  addEventListener("resize", draw, { signal });
  canvas.addEventListener("click", (event) => seek((event.offsetX / canvas.clientWidth) * sound.duration));
  show = (start, end) => picture(sound, start, end, signal);
  show(...sound.worst);
  document.getElementById("item")?.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-start]") : null;
    if (button instanceof HTMLButtonElement) playRange(button, sound.duration);
  }, { signal });
  follow(audio, sound.duration, signal);
}

/** @param {number} time */
function seek(time) {
  if (!audio) return;
  until = Infinity;
  audio.currentTime = time;
  void play();
}

/** @param {HTMLButtonElement} button @param {number} duration */
function playRange(button, duration) {
  for (const one of document.querySelectorAll("#item button[data-start]")) one.ariaCurrent = one === button ? "true" : null;
  const start = Number(button.dataset.start);
  const end = Number(button.dataset.end);
  seek(Math.max(0, Math.min(start, duration - SHORTEST_SECONDS)));
  until = Math.max(end, start + SHORTEST_SECONDS);
  const first = Math.max(0, start - ROOM_SECONDS);
  show(first, Math.min(duration, end + ROOM_SECONDS, first + MOST_SECONDS));
}

/** The cursor goes along, and a range ends where it ends. @param {HTMLAudioElement} heard @param {number} duration @param {AbortSignal} signal */
function follow(heard, duration, signal) {
  const cursor = document.getElementById("cursor");
  const move = () => {
    if (signal.aborted || !cursor) return;
    cursor.style.left = `${(100 * heard.currentTime) / duration}%`;
    if (heard.currentTime >= until) {
      heard.pause();
      until = Infinity;
    }
    if (!heard.paused) requestAnimationFrame(move);
  };
  for (const kind of ["play", "seeked", "pause"]) heard.addEventListener(kind, move, { signal });
}

/** @param {HTMLCanvasElement} canvas @param {Suspect} sound @param {AbortSignal} signal @returns {() => void} draws what is there */
function drawing(canvas, sound, signal) {
  /** @type {import("./player-level.js").Level | null} */
  let peaks = null;
  const draw = () => {
    const context = canvas.getContext("2d");
    if (!context || !canvas.clientWidth) return;
    canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
    canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
    drawWave(context, { peaks, rms: null, start: 0, end: sound.duration, apart: false });
    context.globalCompositeOperation = "destination-over"; // beneath the wave
    context.fillStyle = colour("--suspect");
    const perSecond = canvas.width / sound.duration;
    for (const [start, end] of sound.findings.flatMap((finding) => finding.ranges)) {
      context.fillRect(start * perSecond, 0, Math.max(2, (end - start) * perSecond), canvas.height);
    }
  };
  const width = Math.min(4096, canvas.clientWidth * devicePixelRatio);
  level(sound, { start: 0, end: sound.duration }, Math.max(1, width), "peaks", signal).then((found) => {
    peaks = found;
    if (!signal.aborted) draw();
  }, () => {}); // without a waveform the sound can still be heard
  draw();
  return draw;
}

/** @param {Suspect} sound @param {number} start @param {number} end @param {AbortSignal} signal */
function picture(sound, start, end, signal) {
  const image = /** @type {HTMLImageElement} */ (document.getElementById("suspect"));
  const words = /** @type {HTMLElement} */ (document.getElementById("suspect-words"));
  const width = Math.round(Math.min(2048, Math.max(16, image.parentElement?.clientWidth ?? 0) * Math.min(2, devicePixelRatio)));
  const seen = (end - start) * sound.rate;
  const window = Math.min(2048, Math.max(256, 2 ** Math.round(Math.log2(seen / 24)))); // short parts show when, long ones at which frequency
  const query = new URLSearchParams({
    start: start.toFixed(6), end: end.toFixed(6), width: String(width), height: String(PICTURE_HEIGHT), window: String(window),
  });
  const place = `${clock(start)} to ${clock(end)}`;
  setTimeout(() => {
    if (signal.aborted) return;
    image.onload = () => {
      image.hidden = false;
      words.textContent = `Spectrogram of ${place}, 0 to ${sound.rate / 2000} kHz in mel`;
    };
    image.onerror = () => {
      image.hidden = true;
      words.textContent = `There is no spectrogram of ${place}.`;
    };
    image.alt = `Spectrogram of ${place}`;
    image.src = `${sound.address}/spectrogram?${query}`;
  }, REST_MS);
}
