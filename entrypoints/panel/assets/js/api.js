// @ts-check
/** The API, as the panel's scripts call it: JSON in and out, problems as errors. */

const ROOT = "/api/v1";

/** What the API refused, in its own words. */
export class Problem extends Error {
  /** @param {{code?: string, title?: string, detail?: string, status: number, [member: string]: unknown}} body */
  constructor(body) {
    super(String(body.detail ?? body.title ?? "The request was refused."));
    this.name = "Problem";
    this.status = body.status;
    this.code = String(body.type ?? "").replace("/problems/", "");
    this.title = String(body.title ?? "");
    /** @type {{field: string, message: string}[]} */
    this.mistakes = Array.isArray(body.errors) ? body.errors : [];
    this.body = body;
    /** After how many seconds it may be asked again; 0 where nothing was said. */
    this.retryAfter = 0;
  }
}

/** A key that makes a repeated request the same request. @returns {string} */
export function idempotencyKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is not there without https
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @returns {string} */
export const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";

/**
 * @param {string} method
 * @param {string} path below /api/v1, or a whole path of an answer's links
 * @param {{body?: unknown, type?: string, version?: number | "*", idempotent?: boolean | string, signal?: AbortSignal,
 *          accept?: string}} [options] `version` becomes If-Match (* for whatever is there); `idempotent` a key of its own
 * @returns {Promise<any>} the parsed body; null where there is none
 * @throws {Problem}
 */
export async function call(method, path, options = {}) {
  const response = await request(method, path, options);
  return response.status === 204 || response.headers.get("Content-Length") === "0" ? null : response.json();
}

/**
 * The same, for whoever needs headers.
 * @param {string} method
 * @param {string} path
 * @param {{body?: unknown, type?: string, version?: number | "*", idempotent?: boolean | string, signal?: AbortSignal,
 *          accept?: string}} [options]
 * @returns {Promise<Response>}
 * @throws {Problem}
 */
export async function request(method, path, options = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: options.accept ?? "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken();
  if (options.body !== undefined) {
    headers["Content-Type"] = options.type ?? (method === "PATCH" ? "application/merge-patch+json" : "application/json");
  }
  if (options.version !== undefined) headers["If-Match"] = options.version === "*" ? "*" : `"${options.version}"`;
  if (options.idempotent) headers["Idempotency-Key"] = options.idempotent === true ? idempotencyKey() : options.idempotent;
  const body = options.body === undefined ? undefined : JSON.stringify(options.body);
  let response;
  try {
    response = await fetch(path.startsWith("/api/") ? path : ROOT + path, {
      method, headers, body, signal: options.signal, credentials: "same-origin",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem({ status: 0, title: "No answer", detail: "The service cannot be reached. Nothing was changed; try again." });
  }
  if (response.ok) return response;
  throw await problemOf(response);
}

/** @param {Response} response @returns {Promise<Problem>} */
export async function problemOf(response) {
  if (response.status === 401) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  const body = await response.json().catch(() => null);
  const problem = new Problem(body ?? { status: response.status, title: `Status ${response.status}`, detail: "The service gave no reason." });
  problem.retryAfter = Number(response.headers.get("Retry-After")) || 0;
  return problem;
}
