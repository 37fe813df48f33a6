// @ts-check
/** One file of the queue: where it stands, and what is to be said of it. */

import { idempotencyKey } from "./api.js";
import { Speed } from "./uploader-speed.js";

/** @typedef {import("./uploader-memory.js").Entry} Entry */
/** @typedef {import("./uploader-pick.js").Found} Found */
/**
 * `absent`: known from before, but its file is not at hand. What is `refused` was not kept; what `failed` may go again.
 * @typedef {"absent" | "waiting" | "sending" | "paused" | "listening" | "ready" | "quarantined" | "duplicate" | "refused" |
 *   "failed" | "cancelled"} State
 */

/** @type {Record<State, string>} */
export const WORDS = {
  absent: "file needed", waiting: "waiting", sending: "sending", paused: "paused", listening: "listening…", ready: "ready",
  quarantined: "held back", duplicate: "duplicate", refused: "refused", failed: "failed", cancelled: "cancelled",
};
const SETTLED = new Set(["ready", "quarantined", "duplicate", "refused", "failed", "cancelled"]);
const TROUBLE = new Set(["absent", "quarantined", "duplicate", "refused", "failed"]);

let last = 0;

export class Item {
  id = (last += 1);
  /** @type {State} */
  state = "waiting";
  /** @type {string} why it is in this state, in a sentence or two */
  reason = "";
  /** @type {string} the recording that has the same bytes */
  other = "";
  /** @type {{duration: number | null, loudness: number | null} | null} */
  heard = null;
  /** @type {string} when its recording was made, by the service's clock */
  created = "";
  /** @type {number | null} how far the listening is, 0 to 1 */
  progress = null;
  speed = new Speed();
  /** @type {AbortController | null} */
  running = null;
  /** @type {Map<number, number>} bytes of each part that have gone out */
  parts = new Map();

  /** @param {Entry} entry @param {File | null} file @param {FileSystemHandle} [root] */
  constructor(entry, file, root) {
    this.entry = entry;
    this.file = file;
    this.root = root;
  }

  /** @param {Found} found @param {string} library @param {string[]} tags */
  static of(found, library, tags) {
    const { file, path } = found;
    /** @type {Entry} */
    const entry = {
      key: idempotencyKey(), library, path, size: file.size, changed: file.lastModified, edges: "", sha256: "", upload: "",
      recording: "", job: "", tags, keeps: false, state: "sending", at: 0, root: null,
    };
    return new Item(entry, file, found.root);
  }

  get name() {
    return this.entry.path.slice(this.entry.path.lastIndexOf("/") + 1);
  }

  get folder() {
    return this.entry.path.slice(0, Math.max(0, this.entry.path.lastIndexOf("/")));
  }

  get size() {
    return this.entry.size;
  }

  get sent() {
    if (this.entry.state !== "sending" || this.state === "ready") return this.size;
    let sent = 0;
    for (const bytes of this.parts.values()) sent += bytes;
    return sent;
  }

  /** Nothing more happens to it by itself. */
  get isSettled() {
    return SETTLED.has(this.state);
  }

  get isTrouble() {
    return TROUBLE.has(this.state);
  }

  /** The page has to stay open for it. */
  get needsPage() {
    return this.state === "sending" || (this.state === "waiting" && this.file !== null);
  }

  /** @param {State} state @param {string} [reason] */
  become(state, reason = "") {
    this.state = state;
    this.reason = reason;
    if (state !== "sending") this.speed.rest();
  }

  /** Back to before anything was agreed on; `entry.keeps` stays. */
  startAnew() {
    Object.assign(this.entry, { upload: "", recording: "", job: "", state: "sending" });
    this.parts.clear();
    Object.assign(this, { other: "", heard: null, progress: null });
  }
}
