// @ts-check
/** What becomes of files once all of them is there: told by events, and asked for now and then, as events may be missed. */

import { Problem, call } from "./api.js";
import { onEvents } from "./events.js";

/** @typedef {import("./uploader-item.js").Item} Item */

const TICK_MS = 1000;
const POLL_TICKS = 5;
const REST_MS = 3000;
const AT_ONCE = 4;
const PENDING = new Set(["receiving", "processing"]);
const WORLDS = new Set(["engine-failure", "corrupt-blob", "unavailable", "internal", "lease-lost", "error"]);

export class Follower {
  /** @type {Map<string, Item>} by recording */
  #followed = new Map();
  /** @type {Set<string>} recordings that have news */
  #due = new Set();
  #ticks = 0;
  #looks = false;
  #restsUntil = 0;

  /** @param {(item: Item) => void} settled */
  constructor(settled) {
    this.settled = settled;
    onEvents(["recording.changed", "recording.removed"], ({ subject, data }) => {
      if (this.#followed.has(subject) && !PENDING.has(data.status)) this.#due.add(subject);
    });
    onEvents(["job.changed"], ({ data }) => {
      const item = this.#followed.get(data.recording);
      if (!item || data.kind !== "ingest") return;
      item.progress = data.stage === "assembling" ? null : data.progress;
      if (data.status === "failed") this.#due.add(data.recording);
    });
    setInterval(() => void this.#tick(), TICK_MS);
  }

  /** @param {Item} item @param {boolean} [asks] at once: it may have been heard long ago */
  follow(item, asks = false) {
    this.#followed.set(item.entry.recording, item);
    if (asks) this.#due.add(item.entry.recording);
  }

  async #tick() {
    if (!this.#followed.size || this.#looks || performance.now() < this.#restsUntil) return;
    this.#looks = true;
    this.#ticks += 1;
    try {
      if (this.#due.size > AT_ONCE || this.#ticks % POLL_TICKS === 0) await this.#lookAtLatest();
      for (const id of [...this.#due].slice(0, AT_ONCE)) await this.#lookAt(id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error; // the service is away, or asks for fewer requests
      this.#restsUntil = performance.now() + Math.max(REST_MS, 1000 * error.retryAfter);
    } finally {
      this.#looks = false;
    }
  }

  /** Many at the price of one, and the one that waits longest. */
  async #lookAtLatest() {
    const { items } = await call("GET", "/recordings?sort=-updated&limit=200");
    for (const recording of items) await this.#take(recording);
    const [oldest] = this.#followed.keys();
    if (oldest) this.#due.add(oldest);
  }

  /** @param {string} id */
  async #lookAt(id) {
    try {
      await this.#take(await call("GET", `/recordings/${id}`));
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
      this.#end(id, "cancelled", "The recording was removed meanwhile.");
    }
    this.#due.delete(id);
  }

  /** @param {any} recording as the API has it */
  async #take(recording) {
    const item = this.#followed.get(recording.id);
    if (!item || PENDING.has(recording.status)) {
      const [oldest] = this.#followed.keys();
      if (item && oldest === recording.id) this.#followed.delete(oldest), this.#followed.set(oldest, item); // the next one's turn
      return;
    }
    const { id, failure, verdict } = recording;
    item.created = recording.created_at;
    if (recording.status === "ready") {
      item.heard = { duration: recording.audio?.duration_seconds ?? null, loudness: recording.loudness_lufs };
      this.#end(id, "ready");
    } else if (recording.status === "quarantined") {
      this.#end(id, "quarantined", verdict?.reasons.join(" ") || "Somebody has to decide about it.");
    } else if (recording.status === "trashed") {
      this.#end(id, "cancelled", "The recording was put in the trash meanwhile.");
    } else if (verdict?.verdict === "reject") {
      this.#end(id, "refused", failure?.detail);
    } else if (WORLDS.has(failure?.code)) {
      this.#end(id, "failed", failure.detail);
    } else {
      await this.#takeBack(item, failure);
    }
  }

  /** Nothing of what cannot be used is left lying about. @param {Item} item @param {{code: string, detail: string}} failure */
  async #takeBack(item, failure) {
    const id = item.entry.recording;
    await call("DELETE", `/recordings/${id}`, { version: "*" });
    item.entry.upload = "";
    if (failure.code === "digest-mismatch") return this.#end(id, "failed", failure.detail);
    if (failure.code !== "duplicate-recording") return this.#end(id, "refused", `${failure.detail} It was put in the trash.`);
    const known = item.entry.sha256 ? `sha256=${item.entry.sha256}` : `size=${item.size}`; // the same bytes are as many
    const { items } = await call("GET", `/recordings?${known}&limit=2`);
    item.other = items.length === 1 ? items[0].id : "";
    return this.#end(id, "duplicate", "The library has a recording of these very bytes.");
  }

  /** @param {string} id @param {import("./uploader-item.js").State} state @param {string} [reason] */
  #end(id, state, reason) {
    const item = this.#followed.get(id);
    this.#followed.delete(id);
    this.#due.delete(id);
    if (!item || item.state !== "listening") return;
    item.become(state, reason);
    this.settled(item);
  }
}
