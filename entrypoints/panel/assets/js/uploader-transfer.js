// @ts-check
/** One file, from the agreement on it until all of it is there. Begun again, it goes on with what is missing. */

import { Problem, call } from "./api.js";
import { canDigest, edges, sha256 } from "./uploader-digests.js";
import { remember } from "./uploader-memory.js";
import { sendParts } from "./uploader-parts.js";
import { patiently } from "./uploader-patience.js";
import { Slots } from "./uploader-slots.js";

/** @typedef {import("./uploader-item.js").Item} Item */
/** @typedef {import("./uploader-parts.js").Upload} Upload */

const ONE_PART_BYTES = 5 * 1024 * 1024;
const WHOLE_BYTES = 64 * 1024 * 1024; // a browser hashes what is in memory, and nothing bit by bit: one such file at a time
const hashing = new Slots(1);
const BEGINNINGS = 3;

/** What cannot be read any more, or is not what it was. */
export class Unreadable extends Error {}

/**
 * @param {Item} item with its file
 * @param {AbortSignal} signal
 * @throws {Problem | Unreadable}
 */
export async function transfer(item, signal) {
  const file = /** @type {File} */ (item.file);
  for (let beginnings = 1; ; beginnings += 1) {
    try {
      const upload = await agreed(item, file, signal);
      noteReceived(item, upload);
      if (upload.status === "open") await sendParts(upload, file, item.parts, signal);
      await complete(item, upload, signal);
      return;
    } catch (error) {
      if (error instanceof DOMException && error.name !== "AbortError") throw new Unreadable();
      if (!isOver(error) || beginnings >= BEGINNINGS) throw error;
      if (!lacksParts(error)) item.startAnew();
    }
  }
}

/** @param {Item} item @param {File} file @param {AbortSignal} signal @returns {Promise<Upload>} */
async function agreed(item, file, signal) {
  const { entry } = item;
  if (entry.upload) return patiently(() => call("GET", `/uploads/${entry.upload}`, { signal }), signal);
  /** @type {Record<string, unknown>} */
  const asked = { filename: item.name, size: file.size, on_duplicate: entry.keeps ? "keep" : "refuse", tags: entry.tags };
  if (file.type && file.type.length <= 255) asked.content_type = file.type;
  entry.edges = await edges(file);
  if (canDigest && file.size <= WHOLE_BYTES) {
    // By this, what the library has already is refused before a byte is sent.
    entry.sha256 = asked.sha256 = await hashing.hold(() => sha256(file));
  }
  if (canDigest && file.size > ONE_PART_BYTES) asked.part_sha256 = true;
  /** @type {Upload} */
  const upload = await patiently(() => call("POST", "/uploads", { body: asked, signal }), signal);
  entry.upload = upload.id;
  entry.recording = upload.recording;
  await remember([entry]);
  return upload;
}

/** @param {Item} item @param {Upload} upload */
function noteReceived(item, upload) {
  item.parts.clear();
  for (const part of upload.parts) if (part.received) item.parts.set(part.n, part.size);
}

/** @param {Item} item @param {Upload} upload @param {AbortSignal} signal */
async function complete(item, upload, signal) {
  const { entry } = item;
  const job = await patiently(() => call("POST", `/uploads/${upload.id}/complete`, { signal }), signal);
  entry.job = job.id;
  entry.state = "sent";
  await remember([entry]);
}

/** The upload was aborted or has expired, or parts are missing that were there: begin again. @param {unknown} error */
function isOver(error) {
  if (!(error instanceof Problem)) return false;
  return error.status === 404 || error.status === 410 || (error.status === 409 && error.code === "conflict");
}

/** @param {unknown} error */
const lacksParts = (error) => error instanceof Problem && Array.isArray(error.body.missing_parts);

/** Throws away what was sent of it. @param {Item} item */
export async function abandon(item) {
  const { upload, recording } = item.entry;
  if (!upload) return;
  try {
    await call("DELETE", `/uploads/${upload}`);
  } catch (error) {
    // It was completed in this moment. After all else it expires by itself.
    const isRecording = error instanceof Problem && error.status === 409;
    if (isRecording) await call("DELETE", `/recordings/${recording}`, { version: "*" }).catch(() => undefined);
  }
}
