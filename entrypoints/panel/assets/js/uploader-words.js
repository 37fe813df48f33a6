// @ts-check
/** Figures of an upload as people read them. */

const STEPS = ["bytes", "kB", "MB", "GB", "TB", "PB"];

/** In steps of 1000, as disks are sold. @param {number} count of bytes @returns {string} */
export function size(count) {
  let amount = count;
  let step = 0;
  while (amount >= 999.5 && step < STEPS.length - 1) {
    amount /= 1000;
    step += 1;
  }
  return `${amount.toFixed(step === 0 || amount >= 99.5 ? 0 : 1)} ${count === 1 ? "byte" : STEPS[step]}`;
}

/** @param {number} count @param {string} one @param {string} [many] @returns {string} */
export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

/** With thin spaces between thousands. @param {number} count @returns {string} */
export const number = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, "\u2009");

/** Rough, as it is a guess: nobody wants to see it jump. @param {number} seconds @returns {string} */
export function timeLeft(seconds) {
  if (seconds < 5) return "a few seconds left";
  if (seconds < 55) return `${5 * Math.ceil(seconds / 5)} s left`;
  const minutes = Math.ceil(seconds / 60 - 0.2);
  if (minutes < 60) return `${minutes} min left`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}

/** "12 MB of 1.2 GB · 8.1 MB/s · 3 min left". @param {number} sent @param {number} total @param {number} rate in bytes/s */
export function progress(sent, total, rate) {
  const said = [`${size(sent)} of ${size(total)}`];
  if (rate > 0 && sent < total) said.push(`${size(rate)}/s`, timeLeft((total - sent) / rate));
  return said.join(" · ");
}
