// @ts-check
/** Regions and the player together: what is picked is played, what is drawn is edited, and the keys for both. */

import { onEvents } from "./events.js";
import { refuse, say } from "./notices.js";
import { RegionLayer } from "./regions-layer.js";
import { RegionList } from "./regions-list.js";
import { Regions } from "./regions.js";
import { onKey } from "./shortcuts.js";

/** @typedef {import("./regions.js").Item} Item */

const HEARD_AGAIN_MS = 400;
/** A region that is made by key, where no stretch was chosen. */
const NEW_SECONDS = 1;

export class RegionsPanel {
  /** @param {import("./player.js").Player} player @param {boolean} mayWrite */
  constructor(player, mayWrite) {
    this.player = player;
    this.regions = new Regions(player.sound);
    this.layer = new RegionLayer(player.wave, this.regions, mayWrite);
    this.list = new RegionList(this.regions, mayWrite);
    this.mayWrite = mayWrite;
    /** @type {Promise<import("./regions-dialog.js").RegionDialog> | null} */
    this.dialog = null;
    this.loop = /** @type {HTMLElement} */ (document.getElementById("loop"));
    this.chosen = /** @type {HTMLElement} */ (document.getElementById("chosen"));
    this.#listen();
    this.#keys();
    let timer = 0;
    onEvents(["region.changed"], () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.regions.refresh().catch(refuse), HEARD_AGAIN_MS);
    }, { recording: player.sound.id });
  }

  #listen() {
    const { layer, list, regions, player } = this;
    /** @param {EventTarget} target @param {string} name @param {(detail: any) => void} act */
    const on = (target, name, act) => target.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));
    on(layer, "pick", ({ item, time }) => (item.id === regions.selected?.id ? player.deck.seek(time) : this.pick(item, true)));
    on(layer, "zoom", ({ item }) => item && player.view.showAround(item.start, item.end));
    on(layer, "drawn", (stretch) => this.edit(null, stretch));
    on(layer, "changed", ({ item, start, end }) => void this.#move(item, start, end));
    on(layer, "left", ({ left }) => this.#left(left));
    on(list, "pick", ({ item }) => this.pick(item, true));
    on(list, "edit", ({ item }) => (regions.select(item), this.edit(item)));
    for (const name of ["select", "change"]) regions.addEventListener(name, () => this.#choose());
    player.view.addEventListener("move", () => this.#choose());
    this.loop.addEventListener("click", () => this.#toggleLoop());
    document.getElementById("mark")?.addEventListener("click", () => this.#mark());
    document.addEventListener("seek", (event) => {
      const { start } = /** @type {CustomEvent<{start: number, end?: number}>} */ (event).detail;
      const item = regions.items.find((one) => one.kind === "finding" && Math.abs(one.start - start) < 1e-6) ?? null;
      regions.select(item);
      this.#go(start, true);
    });
  }

  #keys() {
    const { regions, player } = this;
    const step = (/** @type {number} */ direction) => {
      const item = regions.next(direction, player.deck.time);
      if (item) this.pick(item, false);
    };
    onKey("[", "The region before", () => step(-1));
    onKey("]", "The next region", () => step(1));
    onKey("l", "Loop the selected region, or what is shown", () => this.#toggleLoop());
    onKey("z", "Zoom to the selected region", () => {
      if (regions.selected) player.view.showAround(regions.selected.start, regions.selected.end);
    });
    onKey("Escape", "Select nothing", () => regions.select(null), () => regions.selected !== null);
    if (!this.mayWrite) return;
    onKey("Enter", "Edit the selected region", () => this.edit(regions.selected), () => regions.selected !== null);
    onKey("n", "Mark a region here", () => this.#mark());
  }

  /** With a dialog that is fetched for the first one. @param {Item | null} item @param {{start: number, end: number}} [stretch] */
  edit(item, stretch) {
    this.dialog ??= import("./regions-dialog.js").then(({ RegionDialog }) => new RegionDialog(this.regions));
    this.dialog.then((dialog) => dialog.edit(item, stretch)).catch(refuse);
  }

  /** Selects, shows and plays it. @param {Item} item @param {boolean} plays even if nothing does */
  pick(item, plays) {
    this.regions.select(item);
    this.#go(item.start, plays);
  }

  /** @param {number} time @param {boolean} plays */
  #go(time, plays) {
    const { deck, view } = this.player;
    if (this.isLooping) this.#setLoop(true);
    view.reveal(time);
    deck.seek(time);
    if (plays && !deck.playing) void deck.play();
  }

  get isLooping() {
    return this.player.deck.loop !== null;
  }

  #toggleLoop() {
    this.#setLoop(!this.isLooping);
  }

  /** @param {boolean} on */
  #setLoop(on) {
    const { deck, view } = this.player;
    const item = this.regions.selected;
    const { start, end } = item && item.end > item.start ? item : view;
    deck.loop = on ? { start, end: Math.min(end, this.player.sound.duration - 0.01) } : null;
    this.loop.setAttribute("aria-pressed", String(on));
    if (on && (deck.time < start || deck.time > end)) deck.seek(start);
  }

  /** From the cursor on. */
  #mark() {
    const { deck, sound } = this.player;
    this.edit(null, { start: deck.time, end: Math.min(sound.duration, deck.time + NEW_SECONDS) });
  }

  /** An edge or the whole was dragged: saved at once, and as easily taken back. @param {Item} item @param {number} start @param {number} end */
  async #move(item, start, end) {
    const { region } = item;
    if (!region) {
      this.edit(item, { start, end }); // what was found: a correction wants a word
      this.layer.draw(); // it stays where it was until that is said
      return;
    }
    const { label, channel, note, verdict } = region;
    try {
      const saved = await this.regions.save(item, { label, channel, note, verdict, start_seconds: start, end_seconds: end });
      const moved = this.regions.items.find((one) => one.region?.id === saved.id) ?? null;
      say(`Moved: ${label}`, { action: "Undo", act: () => {
        const before = { label, channel, note, verdict, start_seconds: item.start, end_seconds: item.end };
        this.regions.save(moved, before).catch(refuse);
      } });
    } catch (error) {
      if ((await this.regions.theirs(error, item).catch(() => null)) === null) refuse(error);
      else say("It was changed by somebody else meanwhile: this is how it stands now. Drag it again if you want to.", { bad: true });
      await this.regions.refresh().catch(refuse);
      this.layer.draw();
    }
  }

  /** The selected stretch over all lanes. */
  #choose() {
    const item = this.regions.selected;
    const { view } = this.player;
    this.chosen.hidden = !item || item.end < view.start || item.start > view.end;
    if (!item) return;
    const left = Math.max(0, view.share(item.start));
    this.chosen.style.left = `${100 * left}%`;
    this.chosen.style.width = `${100 * (Math.min(1, view.share(item.end)) - left)}%`;
  }

  /** @param {number} left */
  #left(left) {
    if (left) this.list.words.textContent = `${left} more regions in this window are too many to draw. Zoom in to see them.`;
  }
}
