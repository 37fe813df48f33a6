// @ts-check
/** What was dropped or chosen, as files with the folders that they lay in; what is no content is left out, and said. */

import { plural } from "./uploader-words.js";

const SYSTEM_FILES = new Set([".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db", ".directory"]);
const SYSTEM_FOLDERS = new Set(["__macosx", ".spotlight-v100", ".trashes", "$recycle.bin"]);
const AT_ONCE = 200;

/**
 * `path` has the folders; `root` leads there again after the page was closed, where the browser lends such handles.
 * @typedef {{file: File, path: string, root?: FileSystemHandle}} Found
 * @typedef {{system: number, empty: string[], unreadable: string[]}} LeftOut
 * @typedef {(found: Found[]) => void} Take
 */

/** @param {FileList} files of an input @param {Take} take @returns {LeftOut} */
export function chosen(files, take) {
  const left = nothing();
  const found = [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name })).sort(byPath);
  for (let start = 0; start < found.length; start += AT_ONCE) {
    take(found.slice(start, start + AT_ONCE).filter(({ file, path }) => isContent(file, path, left)));
  }
  return left;
}

/**
 * What a drop holds has to be asked for before the event is over; folders are read afterwards, and taken bit by bit.
 * @param {DataTransfer} dropped @param {Take} take @returns {Promise<LeftOut>}
 */
export async function droppedIn(dropped, take) {
  const sources = [...dropped.items].filter((item) => item.kind === "file").map(sourceOf);
  const left = nothing();
  /** @type {Found[]} */
  let found = [];
  for (const source of sources) {
    for await (const one of await source) {
      if (one.file === null) left.unreadable.push(one.path);
      else if (isContent(one.file, one.path, left)) found.push({ ...one, file: one.file });
      if (found.length >= AT_ONCE) take(found.splice(0).sort(byPath));
    }
  }
  take(found.sort(byPath));
  return left;
}

/** @param {Found} one @param {Found} other */
const byPath = (one, other) => order.compare(one.path, other.path);
const order = new Intl.Collator(undefined, { numeric: true });

/** @typedef {{file: File | null, path: string, root?: FileSystemHandle}} Read without a file where it cannot be read */

/** @param {DataTransferItem} item @returns {Promise<AsyncIterable<Read> | Iterable<Read>>} */
async function sourceOf(item) {
  const [asked, entry, file] = [item.getAsFileSystemHandle?.(), item.webkitGetAsEntry(), item.getAsFile()];
  const handle = await asked?.catch(() => null);
  if (handle) return below(handle, handle.name, handle);
  if (entry) return belowEntry(entry, entry.name);
  return file ? [{ file, path: file.name }] : [];
}

/** @param {FileSystemHandle} handle @param {string} path @param {FileSystemHandle} root @returns {AsyncGenerator<Read>} */
async function* below(handle, path, root) {
  try {
    if (handle instanceof FileSystemFileHandle) yield { file: await handle.getFile(), path, root };
    else if (handle instanceof FileSystemDirectoryHandle && !SYSTEM_FOLDERS.has(handle.name.toLowerCase())) {
      for await (const inside of handle.values()) yield* below(inside, `${path}/${inside.name}`, root);
    }
  } catch {
    yield { file: null, path };
  }
}

/** @param {FileSystemEntry} entry @param {string} path @returns {AsyncGenerator<Read>} */
async function* belowEntry(entry, path) {
  try {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
      yield { file, path };
    } else if (!SYSTEM_FOLDERS.has(entry.name.toLowerCase())) {
      const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
      /** @type {FileSystemEntry[]} */
      let some;
      do {
        some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at a time
        for (const inside of some) yield* belowEntry(inside, `${path}/${inside.name}`);
      } while (some.length);
    }
  } catch {
    yield { file: null, path };
  }
}

/** @param {File} file @param {string} path @param {LeftOut} left @returns {boolean} */
function isContent(file, path, left) {
  const folders = path.toLowerCase().split("/");
  const name = folders.pop() ?? "";
  if (SYSTEM_FILES.has(name) || name.startsWith("._") || folders.some((folder) => SYSTEM_FOLDERS.has(folder))) left.system += 1;
  else if (!file.size) left.empty.push(path);
  else return true;
  return false;
}

/** @returns {LeftOut} */
const nothing = () => ({ system: 0, empty: [], unreadable: [] });

/** What was left out, in a sentence; empty where nothing was. @param {LeftOut} left @returns {string} */
export function words(left) {
  const said = [];
  if (left.empty.length) said.push(`${named(left.empty)} (empty)`);
  if (left.unreadable.length) said.push(`${named(left.unreadable)} (cannot be read)`);
  if (left.system) said.push(plural(left.system, "file of the system", "files of the system"));
  return said.length ? `Left out: ${said.join(", ")}.` : "";
}

/** @param {string[]} paths */
const named = (paths) => (paths.length > 3 ? `${paths.slice(0, 2).join(", ")} and ${paths.length - 2} more` : paths.join(", "));
