// @ts-check
/** What happens in the library, as it happens. One stream a page, which rests while nobody looks. */

/** @typedef {{kind: string, subject: string, data: Record<string, any>}} Happening */

/** @type {EventSource | null} */
let source = null;
/** @type {{kinds: string[], hear: (happening: Happening) => void}[]} */
const listeners = [];
let query = "";

/**
 * @param {string[]} kinds such as "job.changed"
 * @param {(happening: Happening) => void} hear
 * @param {{job?: string, recording?: string}} [only] narrows the page's stream
 */
export function onEvents(kinds, hear, only = {}) {
  listeners.push({ kinds, hear });
  if (only.job) query = `?job=${encodeURIComponent(only.job)}`;
  else if (only.recording) query = `?recording=${encodeURIComponent(only.recording)}`;
  connect();
}

function connect() {
  source?.close();
  source = null;
  if (document.hidden || !listeners.length) return;
  source = new EventSource(`/api/v1/events${query}`);
  for (const kind of new Set(listeners.flatMap((one) => one.kinds))) {
    source.addEventListener(kind, (event) => {
      const told = JSON.parse(/** @type {MessageEvent<string>} */ (event).data);
      const happening = { kind, subject: String(told.id), data: told };
      for (const one of listeners) if (one.kinds.includes(kind)) one.hear(happening);
    });
  }
  source.addEventListener("end", () => source?.close());
}

document.addEventListener("visibilitychange", connect);
addEventListener("pagehide", () => source?.close());
