// @ts-check
/** What was on its way when the page was closed: found again, by the browser or by the files that are added. */

import { call } from "./api.js";
import { edges } from "./uploader-digests.js";
import { Item } from "./uploader-item.js";
import { entries, forget, forgetRoots, isAlone, root } from "./uploader-memory.js";

/** @typedef {import("./uploader-memory.js").Entry} Entry */
/** @typedef {import("./uploader-pick.js").Found} Found */
/** @typedef {import("./uploader-queue.js").Queue} Queue */

export class Resume {
  /** @type {Map<string, Entry>} what became a recording, or may be sent by another page: by path, size and time of change */
  #known = new Map();

  /** @param {Queue} queue */
  constructor(queue) {
    this.queue = queue;
  }

  /** Items of the memory that need their file, or are listened to. */
  async load() {
    if (!(await isAlone())) return;
    const all = await entries(this.queue.library);
    for (const entry of all) {
      if (entry.state === "settled") this.#known.set(nameOf(entry.path, entry.size, entry.changed), entry);
      else this.queue.take(new Item(entry, null));
    }
    if (all.every((entry) => entry.state === "settled" || entry.root === null)) await forgetRoots();
  }

  get absent() {
    return this.queue.items.filter((item) => item.state === "absent");
  }

  /** Whether a click may bring the files back, without their being added again. */
  get canReach() {
    return this.absent.some((item) => item.entry.root !== null && typeof FileSystemHandle === "function");
  }

  /** To be called by a click: the browser asks whether the page may read the folder again. @returns {Promise<boolean>} whether all came back */
  async reach() {
    /** @type {Map<number, Promise<FileSystemHandle | null>>} */
    const roots = new Map();
    for (const item of this.absent) {
      const key = item.entry.root;
      if (key === null) continue;
      if (!roots.has(key)) roots.set(key, permitted(key));
      const handle = await roots.get(key);
      const file = handle ? await fileBelow(handle, item.entry.path) : null;
      if (file && (await fits(file, item.entry))) this.#bring(item, file);
    }
    return !this.absent.length;
  }

  /** Files that were added: those that are known go on, the others are new. @param {Found[]} found */
  async add(found) {
    const absent = new Map(this.absent.map((item) => [nameOf(item.entry.path, item.size, item.entry.changed), item]));
    for (const one of found) {
      const name = nameOf(one.path, one.file.size, one.file.lastModified);
      const [item, entry] = [absent.get(name), this.#known.get(name)];
      if (item && (await fits(one.file, item.entry))) this.#bring(item, one.file);
      else if (entry && (await fits(one.file, entry)) && (await isThere(entry))) this.#alreadyThere(one, entry);
      else this.queue.add([one]);
    }
  }

  async forget() {
    const absent = this.absent;
    for (const item of absent) this.queue.cancel(item);
    this.queue.clear((item) => absent.includes(item));
    await forget(absent.map((item) => item.entry.key));
  }

  /** @param {Item} item @param {File} file */
  #bring(item, file) {
    item.file = file;
    this.queue.start(item);
  }

  /** @param {Found} found @param {Entry} entry */
  #alreadyThere(found, entry) {
    const item = Item.of(found, this.queue.library, this.queue.tags);
    item.other = entry.recording;
    item.become("duplicate", "It was uploaded from here before.");
    this.queue.items.push(item);
  }
}

/** Added by itself, a file has no folder before its name. @param {string} path @param {number} size @param {number} changed */
const nameOf = (path, size, changed) => [path.slice(path.lastIndexOf("/") + 1), size, changed].join("\n");

/** @param {File} file @param {Entry} entry */
async function fits(file, entry) {
  if (file.size !== entry.size || file.lastModified !== entry.changed) return false;
  return !entry.edges || (await edges(file).catch(() => "")) === entry.edges;
}

/** @param {Entry} entry */
async function isThere(entry) {
  const recording = await call("GET", `/recordings/${entry.recording}`).catch(() => null);
  return recording !== null && !["failed", "trashed"].includes(recording.status);
}

/** @param {number} key @returns {Promise<FileSystemHandle | null>} */
async function permitted(key) {
  const handle = await root(key);
  const state = await handle?.requestPermission?.({ mode: "read" }).catch(() => "denied");
  return handle && state === "granted" ? handle : null;
}

/** @param {FileSystemHandle} root @param {string} path with the root's own name first @returns {Promise<File | null>} */
async function fileBelow(root, path) {
  const [, ...names] = path.split("/");
  try {
    let handle = root;
    for (const [n, name] of names.entries()) {
      const folder = /** @type {FileSystemDirectoryHandle} */ (handle);
      handle = n < names.length - 1 ? await folder.getDirectoryHandle(name) : await folder.getFileHandle(name);
    }
    return handle instanceof FileSystemFileHandle ? await handle.getFile() : null;
  } catch {
    return null;
  }
}
