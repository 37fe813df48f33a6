// @ts-check
/** The files of this page: a few on their way at a time, the others in the order in which they came. */

import { Problem, call } from "./api.js";
import { Follower } from "./uploader-follow.js";
import { Item } from "./uploader-item.js";
import { forget, remember, rememberRoot } from "./uploader-memory.js";
import { Slots } from "./uploader-slots.js";
import { Unreadable, abandon, transfer } from "./uploader-transfer.js";

/** @typedef {import("./uploader-pick.js").Found} Found */

const FILES_AT_ONCE = 4;
/** What another try would end in as well. After all else, such as a session that ran out, one may help. */
const REFUSALS = new Set([400, 409, 413, 415, 422]);

export class Queue {
  /** @type {Item[]} */
  items = [];
  /** Of what is added from now on, and of what waits. @type {string[]} */
  tags = [];

  #slots = new Slots(FILES_AT_ONCE);
  #follower = new Follower((item) => this.#settled(item));

  /** @param {string} library */
  constructor(library) {
    this.library = library;
  }

  /** @param {Found[]} found */
  add(found) {
    const items = found.map((one) => Item.of(one, this.library, this.tags));
    for (const item of items) this.take(item);
    void rememberReachable(items);
  }

  /** @param {Item} item new, or from the memory */
  take(item) {
    this.items.push(item);
    if (item.entry.state === "sent") {
      item.become("listening");
      this.#follower.follow(item, true);
    } else if (item.file) this.start(item);
    else item.become("absent");
  }

  /** @param {Item} item */
  start(item) {
    item.become("waiting");
    const running = (item.running = new AbortController());
    void this.#slots.hold(async () => {
      if (!running.signal.aborted) await this.#run(item, running.signal);
    });
  }

  /** @param {Item} item @param {AbortSignal} signal */
  async #run(item, signal) {
    item.become("sending");
    try {
      await transfer(item, signal);
      item.become("listening");
      this.#follower.follow(item);
    } catch (error) {
      if (!signal.aborted) this.#end(item, error);
    }
  }

  /** @param {Item} item @param {unknown} error */
  #end(item, error) {
    if (error instanceof Unreadable) {
      item.become("failed", "The file cannot be read any more: it was moved, changed or removed. Add it again.");
    } else if (!(error instanceof Problem)) {
      item.become("failed", "Something went wrong in this page. Reload it, then add the file again.");
      console.error(error);
    } else if (error.code === "duplicate-recording") {
      item.other = String(error.body.recording_id ?? "");
      item.become("duplicate", "The library has a recording of these very bytes.");
    } else item.become(REFUSALS.has(error.status) ? "refused" : "failed", error.message);
    this.#settled(item);
  }

  /** @param {Item} item */
  #settled(item) {
    const { entry } = item;
    if (item.state === "ready" || item.state === "quarantined") {
      entry.state = "settled"; // known again, should it be added once more
      void remember([entry]);
    } else void forget([entry.key]);
  }

  /** @param {Item} item */
  pause(item) {
    if (item.state !== "waiting" && item.state !== "sending") return;
    item.become("paused");
    item.running?.abort();
  }

  /** @param {Item} item */
  resume(item) {
    if (item.state === "paused") this.start(item);
  }

  /** Whatever was sent of it is thrown away. @param {Item} item */
  cancel(item) {
    if (item.isSettled || item.state === "listening") return;
    item.become("cancelled");
    item.running?.abort();
    void forget([item.entry.key]);
    void abandon(item);
  }

  /** Once more, from what is there. @param {Item} item */
  async again(item) {
    if (item.entry.state === "sent" && item.entry.upload) {
      await call("POST", `/jobs/${item.entry.job}/retry`);
      item.become("listening");
      this.#follower.follow(item);
    } else {
      item.startAnew();
      this.start(item);
    }
  }

  /** Beside the recording that has the same bytes. @param {Item} item */
  keepBoth(item) {
    item.entry.keeps = true;
    item.startAnew();
    this.start(item);
  }

  /** What is over and said leaves the list. @param {(item: Item) => boolean} which */
  clear(which) {
    this.items = this.items.filter((item) => !which(item));
  }

  /** @param {string[]} tags */
  putTags(tags) {
    this.tags = tags;
    for (const { entry } of this.items) if (!entry.upload) entry.tags = tags;
  }
}

/** What waits, and can be had again without its being added: all else becomes known once it is on its way. @param {Item[]} items */
async function rememberReachable(items) {
  for (const item of items) item.entry.root = await rememberRoot(item.root);
  await remember(items.filter((item) => item.entry.root !== null && !item.isSettled).map((item) => item.entry));
}
