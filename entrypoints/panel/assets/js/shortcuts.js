// @ts-check
/** Keys: each page names its own, and `?` shows them all. */

/** @typedef {{keys: string, words: string, act: (event: KeyboardEvent) => void, when?: () => boolean}} Shortcut */

/** @type {Shortcut[]} */
const known = [];
let pending = "";
let pendingSince = 0;
const SEQUENCE_MS = 1_200;

/**
 * @param {string} keys one key as KeyboardEvent.key has it ("a", "?", "ArrowLeft", " "), with "Shift+" where it is
 * held for a named key, or two after each other: "g l"
 * @param {string} words what it does, for the help
 * @param {(event: KeyboardEvent) => void} act
 * @param {() => boolean} [when] false: the key is left to the browser
 */
export function onKey(keys, words, act, when) {
  known.push({ keys, words, act, when });
}

/** @param {Event} event */
const isTyping = (event) =>
  event.target instanceof HTMLElement &&
  (event.target.isContentEditable ||
    event.target.matches('textarea, select, input:not([type="checkbox"], [type="radio"], [type="range"], [type="button"])'));

/** @param {KeyboardEvent} event */
function nameOf(event) {
  return event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (document.querySelector("dialog[open]") && event.key !== "?") return;
  const onControl = event.target instanceof Element && event.target.closest("button, a, summary, [role=button], input");
  if (onControl && (event.key === " " || event.key === "Enter")) return;
  const name = nameOf(event);
  const second = performance.now() - pendingSince < SEQUENCE_MS ? `${pending} ${name}` : name;
  const found = known.find((one) => one.keys === second && (one.when?.() ?? true)) ??
    known.find((one) => one.keys === name && (one.when?.() ?? true));
  pending = known.some((one) => one.keys.startsWith(`${name} `)) ? name : "";
  pendingSince = performance.now();
  if (!found) return;
  pending = "";
  event.preventDefault();
  found.act(event);
});

const SHOWN = /** @type {Record<string, string>} */ ({ " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" });

/** Fills the help with the keys of this page. */
export function listKeys() {
  const list = document.getElementById("shortcut-list");
  list?.replaceChildren(
    ...known.flatMap((one) => {
      const term = document.createElement("dt");
      for (const [n, key] of (one.keys === " " ? [" "] : one.keys.split(/ |(?<=Shift)\+/)).entries()) {
        if (n) term.append(" ");
        const cap = document.createElement("kbd");
        cap.textContent = SHOWN[key] ?? key;
        term.append(cap);
      }
      const words = document.createElement("dd");
      words.textContent = one.words;
      return [term, words];
    }),
  );
}
