// @ts-check
/** The parts of one file: each to the address that the service handed out, some at a time, again where one was lost. */

import { Problem, call } from "./api.js";
import { canDigest, sha256 } from "./uploader-digests.js";
import { patiently } from "./uploader-patience.js";
import { Slots } from "./uploader-slots.js";

/** @typedef {{n: number, offset: number, size: number, received: boolean, url: string | null, headers: Record<string, string>}} Part */
/** @typedef {{id: string, recording: string, size: number, part_size: number, part_sha256: boolean, status: string, parts: Part[]}} Upload */

const AT_ONCE = 4; // of all files together: as many as a browser's six connections to one host leave beside the API and the events
const ADDRESSED_AT_ONCE = 8;
const ADDRESS_TRIES = 3;
const SILENCE_MS = 60_000;
const OWN_PART = /^\/api\/v1\/uploads\/[^/]+\/parts\/\d+$/;

const slots = new Slots(AT_ONCE);

/**
 * @param {Upload} upload @param {File} file @param {Map<number, number>} sent is told the bytes of each part as they go
 * @param {AbortSignal} signal
 * @throws {Problem} what no other try would mend
 */
export async function sendParts(upload, file, sent, signal) {
  const missing = upload.parts.filter((part) => !part.received);
  const ending = new AbortController(); // one part that cannot be sent ends the others
  const end = AbortSignal.any([signal, ending.signal]);
  /** @type {Set<Promise<void>>} */
  const running = new Set();
  try {
    for (let start = 0; start < missing.length; start += ADDRESSED_AT_ONCE) {
      for (const part of await addressed(upload, missing.slice(start, start + ADDRESSED_AT_ONCE), file, end)) {
        if (running.size >= AT_ONCE) await Promise.race(running);
        const sending = sendPart(upload, part, file, sent, end).finally(() => running.delete(sending));
        sending.catch(() => undefined); // heard below
        running.add(sending);
      }
    }
    await Promise.all(running);
  } catch (error) {
    ending.abort(error);
    await Promise.allSettled(running);
    throw error;
  }
}

/**
 * Where each is bound to its digest, an address takes these bytes and no others.
 * @param {Upload} upload @param {Part[]} parts @param {File} file @param {AbortSignal} signal @returns {Promise<Part[]>}
 */
async function addressed(upload, parts, file, signal) {
  if (!upload.part_sha256) return parts.every((part) => part.url) ? parts : renewed(upload, parts, undefined, signal);
  if (!canDigest) throw new Problem({ status: 400, detail: "The upload was begun on a page that could hash its parts. Cancel it and begin again." });
  const digests = [];
  for (const part of parts) digests.push({ n: part.n, sha256: await sha256(blobOf(part, file)) });
  return renewed(upload, parts, { parts: digests }, signal);
}

/** @param {Upload} upload @param {Part[]} parts @param {unknown} body @param {AbortSignal} signal @returns {Promise<Part[]>} */
async function renewed(upload, parts, body, signal) {
  const wanted = new Set(parts.map((part) => part.n));
  /** @type {Upload} */
  const fresh = await patiently(() => call("POST", `/uploads/${upload.id}/parts`, { body, signal }), signal);
  return fresh.parts.filter((part) => wanted.has(part.n) && !part.received);
}

/** @param {Upload} upload @param {Part} part @param {File} file @param {Map<number, number>} sent @param {AbortSignal} signal */
async function sendPart(upload, part, file, sent, signal) {
  /** @type {Part | undefined} */
  let to = part;
  for (let tries = 1; to; tries += 1) {
    const { url, headers, n } = to;
    try {
      await patiently(() => slots.hold(() => put(String(url), headers, blobOf(part, file), (bytes) => sent.set(n, bytes), signal)), signal);
      break;
    } catch (error) {
      sent.delete(n);
      // 403: the address is too old. 400: other bytes arrived than were announced.
      const isMended = error instanceof Problem && (error.status === 403 || error.status === 400) && tries < ADDRESS_TRIES;
      if (!isMended) throw error;
      [to] = await addressed(upload, [{ ...part, url: null }], file, signal);
    }
  }
  sent.set(part.n, part.size);
}

/** @param {Part} part @param {File} file */
const blobOf = (part, file) => file.slice(part.offset, part.offset + part.size);

/**
 * By XMLHttpRequest, since fetch tells nothing of how much has gone out. To other origins it sends no cookies.
 * @param {string} url @param {Record<string, string>} headers @param {Blob} blob @param {(bytes: number) => void} told
 * @param {AbortSignal} signal @returns {Promise<void>}
 */
function put(url, headers, blob, told, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    let silence = setTimeout(stop, SILENCE_MS);
    request.upload.onprogress = (event) => {
      clearTimeout(silence);
      silence = setTimeout(stop, SILENCE_MS);
      told(Math.min(event.loaded, blob.size));
    };
    request.onloadend = () => {
      clearTimeout(silence);
      signal.removeEventListener("abort", stop);
      if (request.status >= 200 && request.status < 300) return resolve();
      if (signal.aborted) return reject(signal.reason);
      // A file that cannot be read fails just as a line that is dead.
      return void (request.status ? Promise.resolve() : blob.slice(0, 1).arrayBuffer())
        .then(() => reject(refusal(request)), reject);
    };
    signal.addEventListener("abort", stop);
    request.open("PUT", ownAddress(url));
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(blob);
  });
}

/** Parts that come to this service go the way that the page came, whatever a proxy made of its name. @param {string} url */
function ownAddress(url) {
  const { pathname, search } = new URL(url, location.href);
  return OWN_PART.test(pathname) ? pathname + search : url;
}

/** @param {XMLHttpRequest} request */
function refusal(request) {
  const told = { status: request.status, detail: "The store did not take a part of the file." };
  const problem = new Problem({ ...told, ...parsed(request.responseText) });
  problem.retryAfter = Number(request.getResponseHeader("Retry-After")) || 0;
  return problem;
}

/** @param {string} text of the service, in JSON, or of the store, in XML */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
