// @ts-check
/** Two versions of a region side by side, with what differs in bold. */

import { clock } from "./times.js";

/** @typedef {import("./regions.js").Mark} Mark */

/**
 * @param {Mark} theirs @param {Mark} mine @param {string[]} channels their names
 * @param {boolean} isDecision whether there is something to be right or wrong about
 * @returns {HTMLTableRowElement[]}
 */
export function differences(theirs, mine, channels, isDecision) {
  /** @type {[string, (mark: Mark) => string][]} */
  const members = [
    ["Label", (mark) => mark.label],
    ["Start", (mark) => clock(mark.start_seconds, 3)],
    ["End", (mark) => clock(mark.end_seconds, 3)],
    ["Channel", (mark) => (mark.channel === null ? "All" : channels[mark.channel])],
    ["Note", (mark) => mark.note ?? "–"],
  ];
  if (isDecision) members.push(["Right?", decision]);
  return members.map(([name, of]) => row(name, of(theirs), of(mine)));
}

/** @param {Mark} mark */
function decision(mark) {
  if (mark.verdict === "confirmed") return "Right";
  return mark.verdict === "dismissed" ? "Wrong" : "Undecided";
}

/** @param {string} name @param {string} theirs @param {string} mine */
function row(name, theirs, mine) {
  const made = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  made.append(head);
  for (const words of [theirs, mine]) {
    const cell = document.createElement("td");
    const text = document.createElement(theirs === mine ? "span" : "strong");
    text.textContent = words;
    cell.append(text);
    made.append(cell);
  }
  return made;
}
