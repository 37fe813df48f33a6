// @ts-check
/** Texts for the clipboard. */

import { call } from "./api.js";
import { say } from "./notices.js";

/** @param {string} text @param {string} [words] */
export async function copyText(text, words = "Copied.") {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else copyByHand(text); // without https there is no clipboard
  say(words);
}

/** @param {string} text */
function copyByHand(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden-label";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** @typedef {{name: string, value: number | string | (number | null)[] | null, unit: string, reason: string | null}} Descriptor */

/** @param {string} recording its id @param {string} format csv or json */
export async function copyAnalysis(recording, format) {
  const analysis = await call("GET", `/recordings/${encodeURIComponent(recording)}/analysis`);
  const text = format === "csv" ? csvOf(analysis.descriptors) : JSON.stringify(analysis, null, 2);
  await copyText(text, `Copied: ${analysis.descriptors.length} measurements as ${format.toUpperCase()}.`);
}

/** A row for each; lists stand in one cell, parted by semicolons. @param {Descriptor[]} descriptors */
function csvOf(descriptors) {
  const rows = descriptors.map(({ name, value, unit, reason }) => [name, Array.isArray(value) ? value.map((one) => one ?? "").join(";") : value, unit, reason]);
  return [["name", "value", "unit", "reason"], ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
}

/** A text that a table would take for a formula is marked as text. @param {string | number | null} value */
function cell(value) {
  const text = typeof value === "string" && /^[=+@\t\r-]/.test(value) && Number.isNaN(Number(value.split(";")[0])) ? `'${value}` : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
