// @ts-check
/** The regions of the window over the waveform, by wavesurfer's plugin: clicked, dragged, drawn. */

import RegionsPlugin from "../vendor/wavesurfer-regions.esm.js";

/** @typedef {import("./regions.js").Item} Item */
/** @typedef {import("../vendor/wavesurfer-regions.esm.js").Region} Drawn */

/** More would hide each other: of a larger number the longest are drawn. */
const MOST = 300;
const DRAG_PIXELS = 5;
const EDGE_SECONDS = 1e-6;
/** Of a row below the waveform: findings have one, and what models said. */
const ROW_PIXELS = 20;

/**
 * Says `pick` with an item and the clicked time, `zoom` with an item, `drawn` with a stretch, `changed` with an item and a
 * stretch; times are the recording's.
 */
export class RegionLayer extends EventTarget {
  /** @type {Map<string, Item>} */
  #there = new Map();
  #held = false;
  #waits = false;

  /**
   * @param {import("./player-wave.js").Wave} wave @param {import("./regions.js").Regions} regions
   * @param {boolean} mayWrite
   */
  constructor(wave, regions, mayWrite) {
    super();
    this.wave = wave;
    this.regions = regions;
    this.mayWrite = mayWrite;
    this.left = 0;
    /** @type {Map<string, number>} by kind: which row from above */
    this.rows = new Map();
    this.plugin = wave.surfer.registerPlugin(RegionsPlugin.create());
    wave.addEventListener("draw", () => this.draw());
    regions.addEventListener("change", () => (this.#arrange(), this.draw()));
    regions.addEventListener("select", () => this.draw());
    wave.container.addEventListener("pointerdown", () => (this.#held = true));
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => this.#release());
    this.plugin.on("region-clicked", (drawn, event) => this.#picked(drawn, event));
    this.plugin.on("region-double-clicked", (drawn, event) => {
      event.stopPropagation();
      this.#tell("zoom", { item: this.#there.get(drawn.id) });
    });
    this.plugin.on("region-updated", (drawn) => this.#moved(drawn));
    this.plugin.on("region-created", (drawn) => this.#made(drawn));
    // A finger scrolls the page; regions are drawn with what points finely.
    if (mayWrite && matchMedia("(pointer: fine)").matches) this.plugin.enableDragSelection({ color: "var(--drawn)" }, DRAG_PIXELS);
  }

  /** After the plugin has heard of it, and of the click that comes with it. */
  #release() {
    if (!this.#held) return;
    setTimeout(() => {
      this.#held = false;
      if (this.#waits) this.draw();
    });
  }

  /** Rows for the kinds that there are. */
  #arrange() {
    const rows = ["finding", "model"].filter((kind) => this.regions.shown.some((item) => item.kind === kind));
    this.rows = new Map(rows.map((kind, n) => [kind, n]));
    this.wave.arrange({ foot: rows.length * ROW_PIXELS });
  }

  /** Unless something is being dragged, which would be lost: then once it is let go. */
  draw() {
    this.#waits = this.#held;
    if (this.#held) return;
    const { start, end } = this.wave.view;
    const inside = this.regions.shown.filter((item) => item.end >= start && item.start <= end);
    const longest = inside.length > MOST ? inside.slice().sort((a, b) => b.end - b.start - (a.end - a.start)).slice(0, MOST) : inside;
    this.left = inside.length - longest.length;
    this.#there = new Map(longest.map((item) => [item.id, item]));
    this.plugin.clearRegions();
    for (const item of longest) this.#add(item, start, end);
    this.#tell("left", { left: this.left });
  }

  /** @param {Item} item @param {number} start @param {number} end */
  #add(item, start, end) {
    const isSelected = item.id === this.regions.selected?.id;
    const isWhole = item.start >= start - EDGE_SECONDS && item.end <= end + EDGE_SECONDS;
    const drawn = this.plugin.addRegion({
      id: item.id,
      start: Math.max(item.start, start) - start,
      end: Math.min(item.end, end) - start,
      color: "transparent",
      content: words(item),
      drag: this.mayWrite && isSelected && isWhole,
      resize: this.mayWrite && item.end > item.start,
      resizeStart: item.start >= start - EDGE_SECONDS,
      resizeEnd: item.end <= end + EDGE_SECONDS,
    });
    if (!drawn.element) return;
    // The plugin puts it in a moment later: nothing to see, and to press, until then.
    this.wave.surfer.getWrapper().querySelector('[part="regions-container"]')?.append(drawn.element);
    drawn.element.part.add(item.kind);
    this.#place(drawn.element.style, item);
    if (isSelected) drawn.element.part.add("selected");
    if (item.region?.verdict === "dismissed") drawn.element.part.add("dismissed");
    drawn.element.title = `${item.label}: ${item.about}`;
  }

  /** @param {CSSStyleDeclaration} style @param {Item} item */
  #place(style, item) {
    const { height, foot, apart, sound } = this.wave;
    const row = this.rows.get(item.kind);
    const lane = height / sound.channels.length;
    const isOneLane = apart && item.channel !== null;
    style.top = `${row === undefined ? (isOneLane ? lane * (item.channel ?? 0) : 0) : height + row * ROW_PIXELS}px`;
    style.height = `${row === undefined ? (isOneLane ? lane : height + foot) : ROW_PIXELS - 1}px`;
  }

  /** @param {Drawn} drawn @param {MouseEvent} event */
  #picked(drawn, event) {
    event.stopPropagation();
    const item = this.#there.get(drawn.id);
    if (item) this.#tell("pick", { item, time: this.wave.timeAt(event) });
  }

  /** Only the ends that moved: what reaches out of the window keeps the ends that nobody sees. @param {Drawn} drawn */
  #moved(drawn) {
    const item = this.#there.get(drawn.id);
    if (!item) return;
    const { start, end } = this.wave.view;
    const told = { start: start + drawn.start, end: start + drawn.end };
    const stretch = {
      start: item.start < start && drawn.start < EDGE_SECONDS ? item.start : told.start,
      end: item.end > end && told.end > end - EDGE_SECONDS ? item.end : told.end,
    };
    if (Math.abs(stretch.start - item.start) < EDGE_SECONDS && Math.abs(stretch.end - item.end) < EDGE_SECONDS) return;
    this.#tell("changed", { item, ...stretch });
  }

  /** The plugin says so of what is added here, too. @param {Drawn} drawn */
  #made(drawn) {
    if (this.#there.has(drawn.id)) return;
    const { start } = this.wave.view;
    const stretch = { start: start + drawn.start, end: start + drawn.end };
    queueMicrotask(() => drawn.remove());
    this.#tell("drawn", stretch);
  }

  /** @param {string} name @param {object} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {Item} item */
function words(item) {
  const made = document.createElement("div");
  const verdict = item.region?.verdict;
  made.textContent = (verdict ? { confirmed: "✓ ", dismissed: "✗ " }[verdict] : "") + item.label;
  return made;
}
