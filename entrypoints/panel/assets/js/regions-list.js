// @ts-check
/** The list of regions below the waveform: the same as drawn, for the keyboard and for those who hear the page. */

import { clock } from "./times.js";

/** @typedef {import("./regions.js").Item} Item */
/** @typedef {import("./regions.js").Kind} Kind */

const AT_ONCE = 100;
const KINDS = /** @type {Record<Kind, string>} */ ({ person: "Marked", finding: "Finding", model: "Model" });
const VERDICTS = { confirmed: { words: "right", mark: "good" }, dismissed: { words: "wrong", mark: "bad" } };

/** Says `pick` and `edit` with an item. */
export class RegionList extends EventTarget {
  #most = AT_ONCE;

  /** @param {import("./regions.js").Regions} regions @param {boolean} mayWrite */
  constructor(regions, mayWrite) {
    super();
    this.regions = regions;
    this.mayWrite = mayWrite;
    this.list = /** @type {HTMLElement} */ (document.getElementById("region-list"));
    this.words = /** @type {HTMLElement} */ (document.getElementById("region-words"));
    this.more = /** @type {HTMLElement} */ (document.getElementById("more-regions"));
    this.row = /** @type {HTMLTemplateElement} */ (document.getElementById("region-row"));
    regions.addEventListener("change", () => this.draw());
    regions.addEventListener("select", () => this.#mark());
    this.more.addEventListener("click", () => ((this.#most += AT_ONCE), this.draw()));
    for (const button of document.querySelectorAll("[data-kind]")) {
      if (button instanceof HTMLElement) button.addEventListener("click", () => this.#toggle(button));
    }
    this.list.addEventListener("click", (event) => this.#clicked(event));
  }

  draw() {
    const { items, shown } = this.regions;
    this.list.replaceChildren(...shown.slice(0, this.#most).map((item) => this.#line(item)));
    this.more.hidden = shown.length <= this.#most;
    this.more.textContent = `Show ${Math.min(AT_ONCE, shown.length - this.#most)} more of ${shown.length}`;
    for (const button of document.querySelectorAll("[data-kind]")) {
      const kind = button.getAttribute("data-kind");
      const count = button.querySelector(".count");
      if (count) count.textContent = String(items.filter((item) => item.kind === kind).length);
    }
    const how = this.mayWrite ? "Drag over the waveform to mark one, or press n." : "";
    this.words.textContent = items.length ? (shown.length ? "" : "All kinds are hidden.") : `Nothing is marked or found here. ${how}`;
    this.#mark();
  }

  /** @param {Item} item */
  #line(item) {
    const line = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (this.row.content.cloneNode(true)).firstElementChild);
    line.dataset.item = item.id;
    line.querySelector(".swatch")?.classList.add(`of-${item.kind}`);
    const label = /** @type {HTMLElement} */ (line.querySelector(".label"));
    label.textContent = item.label;
    const pick = /** @type {HTMLElement} */ (line.querySelector(".pick"));
    pick.title = item.about;
    pick.setAttribute("aria-label", `${KINDS[item.kind]}: ${item.label}. ${item.about}. Play from ${clock(item.start, 2)}`);
    const length = item.end > item.start ? `${clock(item.start, 2)} – ${clock(item.end, 2)}` : clock(item.start, 2);
    /** @type {HTMLElement} */ (line.querySelector(".times")).textContent = length;
    const told = item.region?.verdict && VERDICTS[item.region.verdict];
    const verdict = /** @type {HTMLElement} */ (line.querySelector(".verdict"));
    if (told) {
      verdict.hidden = false;
      verdict.textContent = told.words;
      verdict.classList.add(told.mark);
    }
    const edit = line.querySelector(".edit");
    if (edit) edit.textContent = item.kind === "person" || item.region ? "Edit" : "Decide";
    edit?.setAttribute("aria-label", `${edit.textContent}: ${item.label}`);
    return line;
  }

  /** The selected one, in sight. */
  #mark() {
    const id = this.regions.selected?.id;
    const place = id === undefined ? -1 : this.regions.shown.findIndex((item) => item.id === id);
    if (place >= this.#most) {
      this.#most = Math.ceil((place + 1) / AT_ONCE) * AT_ONCE;
      return this.draw();
    }
    for (const line of this.list.children) {
      const isIt = line instanceof HTMLElement && line.dataset.item === id;
      line.classList.toggle("selected", isIt);
      line.querySelector(".pick")?.toggleAttribute("aria-current", isIt);
      // Within the list alone: the page stays where it is.
      if (isIt) this.list.scrollTop += outside(line.getBoundingClientRect(), this.list.getBoundingClientRect());
    }
  }

  /** @param {HTMLElement} button */
  #toggle(button) {
    const kind = /** @type {Kind} */ (button.dataset.kind);
    const shown = this.regions.hidden.delete(kind);
    if (!shown) this.regions.hidden.add(kind);
    button.setAttribute("aria-pressed", String(shown));
    this.regions.dispatchEvent(new Event("change"));
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const target = event.target instanceof Element ? event.target.closest("button") : null;
    const id = target?.closest("li")?.dataset.item;
    const item = id === undefined ? null : this.regions.find(id);
    if (!target || !item) return;
    this.dispatchEvent(new CustomEvent(target.classList.contains("edit") ? "edit" : "pick", { detail: { item } }));
  }
}

/** How far a line is above or below what is seen of the list. @param {DOMRect} line @param {DOMRect} list */
const outside = (line, list) => Math.min(0, line.top - list.top) || Math.max(0, line.bottom - list.bottom);
