// @ts-check
/** Times in the reader's own zone. The server writes `<time datetime="…">` in UTC; this changes what is shown. */

const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** @param {ParentNode} part */
export function localTimes(part) {
  for (const time of part.querySelectorAll("time[datetime]:not([data-local])")) {
    if (!(time instanceof HTMLTimeElement)) continue;
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    time.title = `${time.textContent?.trim() ?? ""}`;
    time.textContent = format.format(moment);
    time.dataset.local = "";
  }
}

/** m:ss.t, or h:mm:ss from an hour on. @param {number} seconds @param {number} [digits] of the fraction */
export function clock(seconds, digits = 1) {
  const whole = Math.max(0, seconds);
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  const s = (Math.floor((whole % 60) * 10 ** digits) / 10 ** digits).toFixed(digits).padStart(digits ? 3 + digits : 2, "0");
  return h ? `${h}:${String(m).padStart(2, "0")}:${s}` : `${m}:${s}`;
}
