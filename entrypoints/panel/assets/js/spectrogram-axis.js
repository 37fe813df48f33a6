// @ts-check
/** The frequency axis: round frequencies at the rows where the picture has them. */

import { colour } from "./player-drawing.js";

/** Between labels, in CSS pixels. */
const APART = 22;
const ROUND = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000];

// Slaney's mel scale, as librosa has it: linear below 1 kHz, logarithmic above.
const LINEAR_HZ = 200 / 3;
const CORNER_HZ = 1000;
const LOG_STEP = Math.log(6.4) / 27;

/** @param {number} hz */
export const mel = (hz) => (hz < CORNER_HZ ? hz / LINEAR_HZ : CORNER_HZ / LINEAR_HZ + Math.log(hz / CORNER_HZ) / LOG_STEP);

/** @type {Record<string, (hz: number) => number>} */
const SCALES = { mel, log: Math.log, linear: (hz) => hz };

/** From 0 at the bottom to 1 at the top. @param {number} hz @param {{scale: string, low: number, high: number}} axis */
export function place(hz, { scale, low, high }) {
  const of = SCALES[scale];
  return (of(hz) - of(low)) / (of(high) - of(low));
}

/** @param {{scale: string, low: number, high: number}} axis @param {number} height @returns {{hz: number, y: number}[]} */
export function rows(axis, height) {
  const step = axis.scale === "linear" ? roundStep((axis.high - axis.low) / (height / (2 * APART))) : 0;
  const wanted = step ? Array.from({ length: Math.floor(axis.high / step) + 1 }, (_, n) => n * step) : [0, ...ROUND];
  let last = Infinity;
  const found = [];
  for (const hz of wanted) {
    if (hz < axis.low || hz > axis.high) continue;
    const y = height * (1 - place(hz, axis));
    if (last - y < APART) continue;
    last = y;
    found.push({ hz, y });
  }
  return found;
}

/** 1, 2 or 5 of a decimal place. @param {number} least */
function roundStep(least) {
  const place = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((n) => n * place).find((one) => one >= least) ?? 10 * place;
}

/** @param {HTMLCanvasElement} canvas @param {{scale: string, low: number, high: number}} axis */
export function drawAxis(canvas, axis) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext("2d");
  if (!context || !width) return;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  context.scale(devicePixelRatio, devicePixelRatio);
  context.fillStyle = colour("--pico-muted-color");
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const { hz, y } of rows(axis, height)) {
    context.fillRect(width - 4, Math.min(height - 1, Math.round(y)), 4, 1);
    context.fillText(hz >= 1000 ? `${hz / 1000}k` : String(hz), width - 7, Math.min(height - 6, Math.max(6, y)));
  }
}
