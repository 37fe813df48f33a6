// @ts-check
/**
 * What a browser remembers of uploads, so that they go on after the page was closed: one entry a file, in IndexedDB.
 *
 * Entries of another library are left alone, and those that are older than an upload lives are dropped. Where nothing
 * can be kept (a private window), all works but that.
 */

/**
 * `state` "sent": all of it is there, and what becomes of it can be asked for. `root` is the key of a handle.
 * @typedef {{key: string, library: string, path: string, size: number, changed: number, edges: string, sha256: string,
 *   upload: string, recording: string, job: string, tags: string[], keeps: boolean, state: "sending" | "sent" | "settled", at: number,
 *   root: number | null}} Entry
 */

const DAY_MS = 24 * 3600 * 1000;
/** Uploads live a day; what has become a recording is known again for longer, so that it is not sent twice. */
const KEPT_MS = { sending: DAY_MS, sent: 7 * DAY_MS, settled: 7 * DAY_MS };

const byPath = new Intl.Collator(undefined, { numeric: true });

/** @type {Promise<IDBDatabase | null> | undefined} */
let opened;

/** @returns {Promise<IDBDatabase | null>} */
function database() {
  opened ??= new Promise((resolve) => {
    const asked = globalThis.indexedDB?.open("audio-uploads", 1);
    if (!asked) return resolve(null);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("files", { keyPath: "key" });
      asked.result.createObjectStore("roots", { autoIncrement: true });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve(null);
    return undefined;
  });
  return opened;
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * @template T
 * @param {"files" | "roots"} store @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => Promise<T>} act
 * @returns {Promise<T | undefined>} undefined where nothing can be kept
 */
async function within(store, mode, act) {
  const opened = await database();
  try {
    return opened ? await act(opened.transaction(store, mode).objectStore(store)) : undefined;
  } catch {
    return undefined; // the disk is full, or the browser forbids it
  }
}

/** In the order of their paths. @param {string} library @returns {Promise<Entry[]>} */
export async function entries(library) {
  /** @type {Entry[]} */
  const all = (await within("files", "readonly", (store) => done(store.getAll()))) ?? [];
  const now = Date.now();
  const late = all.filter((entry) => now - entry.at > KEPT_MS[entry.state]);
  if (late.length) await forget(late.map((entry) => entry.key));
  const own = all.filter((entry) => entry.library === library && !late.includes(entry));
  return own.sort((one, other) => byPath.compare(one.path, other.path));
}

/** @param {Entry[]} some */
export async function remember(some) {
  await within("files", "readwrite", async (store) => {
    for (const entry of some) store.put({ ...entry, at: Date.now() });
  });
}

/** @param {string[]} keys of entries */
export async function forget(keys) {
  await within("files", "readwrite", async (store) => {
    for (const key of keys) store.delete(key);
  });
}

/** @type {Map<FileSystemHandle, Promise<number | null>>} */
const known = new Map();

/** @param {FileSystemHandle | undefined} handle @returns {Promise<number | null>} the key that it is found by again */
export async function rememberRoot(handle) {
  if (!handle) return null;
  let key = known.get(handle);
  if (!key) {
    key = within("roots", "readwrite", (store) => done(store.add(handle))).then((made) => Number(made) || null);
    known.set(handle, key);
  }
  return key;
}

/** @param {number} key @returns {Promise<FileSystemHandle | undefined>} */
export const root = (key) => within("roots", "readonly", (store) => done(store.get(key)));

/** Once no entry is left that needs one. */
export async function forgetRoots() {
  known.clear();
  await within("roots", "readwrite", (store) => done(store.clear()));
}

/** Whether no other page of this browser uploads just now: what that one works on is not to be taken up here, too. */
export function isAlone() {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    void navigator.locks.request("audio-uploads", { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => undefined) : undefined; // held as long as the page is there
    });
  });
}
