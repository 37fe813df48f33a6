// @ts-check
/** The queue on the page: how far all of it is, and as many of its files as somebody looks at. */

import { Speed } from "./uploader-speed.js";
import { Row, write } from "./uploader-row.js";
import { number, plural, progress } from "./uploader-words.js";

/** @typedef {import("./uploader-item.js").Item} Item */
/** @typedef {import("./uploader-queue.js").Queue} Queue */

const EVERY_MS = 400;
const SHOWN = 100;
const NOT_SENT = new Set(["cancelled", "duplicate", "refused", "absent", "failed"]);

/** @type {Record<string, (item: Item) => boolean>} */
const KINDS = {
  all: () => true,
  way: (item) => !item.isSettled && item.state !== "absent",
  trouble: (item) => item.isTrouble,
  ready: (item) => item.state === "ready",
};

/** @param {string} id @returns {HTMLElement} */
export const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class View {
  #kind = "all";
  #shown = SHOWN;
  /** @type {Map<number, Row>} */
  #rows = new Map();
  #speed = new Speed();
  #isDone = true;

  /** @param {Queue} queue */
  constructor(queue) {
    this.queue = queue;
    for (const tab of this.#tabs) tab.addEventListener("click", () => this.show(tab.dataset.show ?? "all"));
    element("more-files").addEventListener("click", () => ((this.#shown += SHOWN), this.refresh()));
    setInterval(() => this.refresh(), EVERY_MS);
  }

  get #tabs() {
    return /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-show]"));
  }

  /** @param {string} kind */
  show(kind) {
    this.#kind = kind;
    this.#shown = SHOWN;
    this.refresh();
  }

  refresh() {
    const { items } = this.queue;
    element("queue").hidden = !items.length;
    if (items.length) {
      this.#summarise(items);
      this.#list(items);
    }
  }

  /** @param {Item[]} items */
  #summarise(items) {
    /** @type {Record<string, number>} */
    const count = {};
    let [sent, total, isSending] = [0, 0, false];
    for (const item of items) {
      count[item.state] = (count[item.state] ?? 0) + 1;
      isSending ||= item.state === "sending";
      if (NOT_SENT.has(item.state)) continue;
      sent += item.sent;
      total += item.size;
    }
    if (isSending) this.#speed.look(sent, performance.now());
    else this.#speed.rest();
    const onWay = items.filter(KINDS.way).length;
    const bar = /** @type {HTMLProgressElement} */ (element("overall-bar"));
    bar.max = Math.max(1, total);
    bar.value = sent;
    bar.hidden = !onWay;
    const through = items.length - onWay - (count.absent ?? 0);
    write(element("overall"), onWay ? `${number(through)} of ${plural(items.length, "file")} through` : summary(count));
    write(element("overall-words"), onWay ? progress(sent, total, this.#speed.rate) : "");
    element("pause-all").hidden = !(count.sending || count.waiting);
    element("resume-all").hidden = !count.paused;
    element("cancel-all").hidden = !(count.sending || count.waiting || count.paused);
    element("again-all").hidden = !count.failed || onWay > 0;
    element("clear-done").hidden = onWay > 0 || !through;
    this.#linkToLibrary(items);
    for (const tab of this.#tabs) {
      const kind = tab.dataset.show ?? "all";
      tab.setAttribute("aria-pressed", String(kind === this.#kind));
      write(/** @type {HTMLElement} */ (tab.querySelector(".count")), number(items.filter(KINDS[kind]).length));
    }
    if (!onWay && !this.#isDone) write(element("told"), summary(count));
    this.#isDone = !onWay;
  }

  /** @param {Item[]} items */
  #linkToLibrary(items) {
    const link = /** @type {HTMLAnchorElement} */ (element("to-library"));
    const since = items.reduce((first, item) => (item.created && (!first || item.created < first) ? item.created : first), "");
    link.hidden = !since;
    const address = `/?${new URLSearchParams({ "created[gte]": since })}`;
    if (since && link.getAttribute("href") !== address) link.href = address;
  }

  /** Of many, those that are ready fold up: what is left to be done stays in sight. @param {Item[]} items */
  #list(items) {
    const folds = this.#kind === "all" && items.length > SHOWN;
    const chosen = items.filter((item) => KINDS[this.#kind](item) && !(folds && (item.state === "ready" || item.state === "cancelled")));
    const shown = chosen.slice(0, this.#shown);
    const list = element("files-list");
    const template = /** @type {HTMLTemplateElement} */ (element("file-row"));
    /** @type {Map<number, Row>} */
    const rows = new Map();
    for (const [n, item] of shown.entries()) {
      const row = this.#rows.get(item.id) ?? new Row(item, this.queue, template, () => this.refresh());
      rows.set(item.id, row);
      row.refresh();
      if (list.children[n] !== row.element) list.insertBefore(row.element, list.children[n] ?? null);
    }
    while (list.children.length > shown.length) list.lastElementChild?.remove();
    this.#rows = rows;
    const hidden = chosen.length - shown.length;
    element("more-files").hidden = !hidden;
    write(element("more-files"), `Show more (${number(hidden)} are not shown)`);
    const folded = folds ? items.length - items.filter((item) => item.state !== "ready" && item.state !== "cancelled").length : 0;
    write(element("folded"), folded ? `${plural(folded, "file")} that are ready or cancelled are folded up.` : chosen.length ? "" : "There are none.");
  }
}

/** @param {Record<string, number>} count of items by state @returns {string} */
function summary(count) {
  const said = [];
  if (count.ready) said.push(`${number(count.ready)} ready`);
  if (count.quarantined) said.push(`${number(count.quarantined)} held back`);
  if (count.duplicate) said.push(plural(count.duplicate, "duplicate"));
  if (count.refused) said.push(`${number(count.refused)} refused`);
  if (count.failed) said.push(`${number(count.failed)} failed`);
  if (count.cancelled) said.push(`${number(count.cancelled)} cancelled`);
  if (count.absent) said.push(plural(count.absent, "file is needed", "files are needed"));
  return said.join(", ");
}
