// @ts-check
/** Two players of which one is heard: A or B, at the same position and as loud as each other. */

import { matched, mayPlay } from "./player-sources.js";

/** @typedef {import("./player-sources.js").Source} Source */
/** @typedef {"a" | "b"} Side */

/** Says `time` while it plays and after a jump, `state` when it starts or stops, `source` when something else is heard. */
export class Deck extends EventTarget {
  #frame = 0;

  /** @param {HTMLAudioElement} first @param {Source} source */
  constructor(first, source) {
    super();
    this.players = { a: first, b: new Audio() };
    this.players.b.preload = "metadata";
    /** @type {{a: Source, b: Source}} */
    this.chosen = { a: source, b: source };
    /** @type {Source[]} */
    this.sources = [source];
    /** @type {Side} */
    this.side = "a";
    this.volume = 1;
    this.rate = 1;
    /** @type {{start: number, end: number} | null} */
    this.loop = null;
    /** @type {Set<string>} of sources that turned out not to play */
    this.unplayable = new Set(mayPlay(source) ? [] : [source.name]);
    for (const side of /** @type {Side[]} */ (["a", "b"])) this.#attend(side);
  }

  /** @param {Side} side */
  #attend(side) {
    const player = this.players[side];
    const heard = (/** @type {() => void} */ act) => () => side === this.side && act();
    for (const name of ["play", "pause", "ended"]) player.addEventListener(name, heard(() => this.#tell("state")));
    player.addEventListener("play", heard(() => this.#run()));
    for (const name of ["seeked", "loadedmetadata"]) player.addEventListener(name, heard(() => this.#tell("time")));
    player.addEventListener("error", () => this.#lost(side));
  }

  get player() {
    return this.players[this.side];
  }

  get playing() {
    return !this.player.paused && !this.player.ended;
  }

  get time() {
    return this.player.currentTime;
  }

  /** What is heard. */
  get source() {
    return this.chosen[this.side];
  }

  /** What can be chosen now. @param {Source[]} sources */
  offer(sources) {
    this.sources = sources;
    for (const side of /** @type {Side[]} */ (["a", "b"])) {
      this.chosen[side] = sources.find((one) => one.name === this.chosen[side].name) ?? sources[0];
    }
    if (this.chosen.b === this.chosen.a) this.chosen.b = this.#other(this.chosen.a) ?? this.chosen.a;
    if (this.unplayable.has(this.chosen.a.name)) this.#lost("a");
    this.#match();
    this.#tell("source");
  }

  /** A result of a recipe before a preview, since that is what one compares. @param {Source} than */
  #other(than) {
    const others = this.sources.filter((one) => one !== than && !this.unplayable.has(one.name) && mayPlay(one)).reverse();
    return others.find((one) => !one.name.startsWith("preview")) ?? others.find((one) => one.name === "preview.opus") ?? others[0];
  }

  /** @param {Side} side @param {string} name */
  choose(side, name) {
    const source = this.sources.find((one) => one.name === name);
    if (!source) return;
    this.chosen[side] = source;
    if (side === this.side || this.players[side].src) this.#put(side);
    this.#match();
    this.#tell("source");
  }

  /** The other one, at the same position. */
  switch() {
    const was = this.player;
    const { playing, time } = this;
    this.side = this.side === "a" ? "b" : "a";
    if (!this.player.src) this.#put(this.side);
    this.seek(time);
    if (playing) void this.play();
    was.pause();
    this.#match();
    this.#tell("source");
    this.#tell("state");
  }

  /** The source that was chosen, where the old one stood. @param {Side} side */
  #put(side) {
    const player = this.players[side];
    const source = this.chosen[side];
    const playing = !player.paused;
    const time = this.time;
    player.src = source.address;
    player.currentTime = time;
    player.playbackRate = this.rate;
    if (playing) player.play().catch(() => {});
  }

  /** What does not play gives way to a preview. @param {Side} side */
  #lost(side) {
    const lost = this.chosen[side];
    this.unplayable.add(lost.name);
    const instead = this.sources.find((one) => one.name.startsWith("preview.") && !this.unplayable.has(one.name) && mayPlay(one));
    if (instead) {
      this.chosen[side] = instead;
      this.#put(side);
      this.#match();
    }
    this.#tell("source");
  }

  /** In decibels, 0 or less; null where a loudness is not known. */
  get gains() {
    return matched(this.chosen.a, this.chosen.b);
  }

  /** Only ever down, so that nothing is cut off. */
  #match() {
    const { gains } = this;
    for (const side of /** @type {Side[]} */ (["a", "b"])) {
      this.players[side].volume = this.volume * 10 ** ((gains?.[side] ?? 0) / 20);
    }
  }

  /** @param {number} volume 0 to 1 */
  setVolume(volume) {
    this.volume = volume;
    this.#match();
  }

  /** @param {number} rate */
  setRate(rate) {
    this.rate = rate;
    for (const player of [this.players.a, this.players.b]) player.playbackRate = player.defaultPlaybackRate = rate;
  }

  async play() {
    try {
      await this.player.play();
    } catch (error) {
      // Loading failed, which is told by its own event, or something else was put in.
      if (!(error instanceof DOMException)) throw error;
    }
  }

  toggle() {
    if (this.playing) this.player.pause();
    else void this.play();
  }

  /** @param {number} time */
  seek(time) {
    const last = Number.isFinite(this.player.duration) ? this.player.duration : Infinity;
    this.player.currentTime = Math.min(last, Math.max(0, time));
    this.#tell("time");
  }

  #run() {
    cancelAnimationFrame(this.#frame);
    const step = () => {
      if (this.loop && this.time >= this.loop.end) this.seek(this.loop.start);
      this.#tell("time");
      if (this.playing) this.#frame = requestAnimationFrame(step);
    };
    step();
  }

  /** @param {string} name */
  #tell(name) {
    this.dispatchEvent(new Event(name));
  }
}
