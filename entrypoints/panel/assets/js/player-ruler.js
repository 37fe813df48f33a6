// @ts-check
/** Round times for the ruler: where ticks are, which of them are labelled, and how. */

import { clock } from "./times.js";

/** Between labels, in pixels. */
const APART = 100;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

/**
 * @param {number} start of the window @param {number} span @param {number} width in pixels
 * @returns {{first: number, step: number, labelled: number}} the first tick, which has a label, and how many ticks make one
 */
export function ticks(start, span, width) {
  const wanted = (span / width) * APART;
  const between = wanted <= 1 ? fraction(wanted) : STEPS.find((step) => step >= wanted) ?? Math.ceil(wanted / 86400) * 86400;
  const labelled = [5, 4, 3, 2].find((parts) => between <= 1 || (between / parts) % 1 === 0) ?? 1;
  return { first: Math.ceil(start / between - 1e-9) * between, step: between / labelled, labelled };
}

/** 1, 2 or 5 of a decimal place. @param {number} wanted */
function fraction(wanted) {
  const place = 10 ** Math.floor(Math.log10(wanted));
  return (wanted <= place * 1.0001 ? 1 : [2, 5, 10].find((n) => n * place >= wanted) ?? 10) * place;
}

/** With as many places as neighbours differ in. @param {number} time @param {number} between labels */
export function label(time, between) {
  const digits = Math.max(0, Math.ceil(-Math.log10(between) - 1e-9));
  return clock(time + between * 1e-6, digits);
}
