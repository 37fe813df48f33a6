// @ts-check
/** What was measured of an excerpt before and after, and whether the recipe keeps what it promises. */

/** @typedef {{integrated_loudness_lufs: number | null, true_peak_dbtp: number | null, reasons: Record<string, string>, audio: any, findings: {code: string, detail?: string}[]}} Measured */

/** @param {any} made @param {any} file one of what came out; undefined where nothing did */
export function drawFigures(made, file) {
  /** @type {Measured} */
  const before = made.before.measured;
  /** @type {Measured | null} */
  const after = file?.measured ?? null;
  part("try-figures").replaceChildren(
    level("Loudness", "LUFS", before, after, "integrated_loudness_lufs"),
    level("True peak", "dBTP", before, after, "true_peak_dbtp"),
    row("Length", seconds(before.audio?.duration_seconds), seconds(after?.audio?.duration_seconds), difference(before.audio?.duration_seconds, after?.audio?.duration_seconds, 2, "s")),
    row("Format", format(before.audio), format(after?.audio), ""),
    row("Findings", findings(before), after ? findings(after) : "–", ""),
  );
  drawProof(file?.proof ?? []);
  drawNotes(made.notes);
}

/** @param {string} name @param {string} unit @param {Measured} before @param {Measured | null} after @param {"integrated_loudness_lufs" | "true_peak_dbtp"} key */
function level(name, unit, before, after, key) {
  const told = (/** @type {Measured | null} */ one) => (one === null ? "–" : one[key] === null ? one.reasons[key] ?? "not known" : number(one[key], 1, unit));
  return row(name, told(before), told(after), difference(before[key], after?.[key], 1, "dB"));
}

/** @param {{what: string, asked: string | number, measured: string | number | null, unit: string, tolerance: number, passed: boolean | null, reason: string | null}[]} proof */
function drawProof(proof) {
  part("try-unproven").hidden = proof.length > 0;
  part("try-proof").hidden = !proof.length;
  const told = (/** @type {string | number | null} */ value, /** @type {string} */ unit) => (value === null ? "–" : typeof value === "number" ? number(value, 2, unit) : value);
  part("try-proof").querySelector("tbody")?.replaceChildren(
    ...proof.map((check) => {
      const line = row(check.what.replaceAll("_", " "), told(check.asked, check.unit), told(check.measured, check.unit), check.tolerance ? number(check.tolerance, 2, check.unit) : "–");
      const kept = document.createElement("td");
      const mark = document.createElement("span");
      mark.className = check.passed === null ? "mark warn" : check.passed ? "mark good" : "mark bad";
      mark.textContent = check.passed === null ? "not measured" : check.passed ? "kept" : "missed";
      kept.append(mark);
      if (check.reason) kept.append(` ${check.reason}`);
      line.append(kept);
      return line;
    }),
  );
}

/** @param {Record<string, string | number>} notes */
function drawNotes(notes) {
  const entries = Object.entries(notes);
  part("try-notes").hidden = !entries.length;
  part("try-notes").querySelector("dl")?.replaceChildren(
    ...entries.flatMap(([name, value]) => [make("dt", name.replaceAll(/[_.]/g, " ")), make("dd", typeof value === "number" ? number(value, 3, "") : value)]),
  );
}

/** @param {string} name @param {...string} figures */
function row(name, ...figures) {
  const line = document.createElement("tr");
  const head = make("th", name);
  head.setAttribute("scope", "row");
  line.append(head, ...figures.map((figure) => {
    const cell = make("td", figure);
    cell.className = "figure";
    return cell;
  }));
  return line;
}

/** @param {string} name @param {string} words */
function make(name, words) {
  const made = document.createElement(name);
  made.textContent = words;
  return made;
}

/** @param {any} audio */
function format(audio) {
  if (!audio) return "–";
  const parts = [audio.codec, `${(audio.sample_rate_hz / 1000).toLocaleString("en")} kHz`, audio.channels === 1 ? "1 channel" : `${audio.channels} channels`];
  if (audio.bit_depth) parts.push(`${audio.bit_depth} bits`);
  return parts.join(", ");
}

/** @param {Measured} measured */
const findings = (measured) => [...new Set(measured.findings.map((one) => one.code))].join(", ") || "none";

/** @param {number | null | undefined} value */
const seconds = (value) => (value == null ? "–" : number(value, 2, "s"));

/** @param {number | null | undefined} before @param {number | null | undefined} after @param {number} digits @param {string} unit */
function difference(before, after, digits, unit) {
  if (before == null || after == null) return "";
  const by = after - before;
  return Math.abs(by) < 0.5 * 10 ** -digits ? "none" : `${by > 0 ? "+" : ""}${number(by, digits, unit)}`;
}

/** @param {number | null} value @param {number} digits at the most @param {string} unit */
function number(value, digits, unit) {
  if (value === null) return "–";
  const text = value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits === 1 ? 1 : 0 });
  return `${text.replaceAll(",", "\u202f").replace("-", "\u2212")}${unit ? ` ${unit}` : ""}`;
}

/** @param {string} id @returns {HTMLElement} */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
