// @ts-check
/** One file of the list. Only what has changed is written, so that nothing flickers and no focus is lost. */

import { refuse } from "./notices.js";
import { clock } from "./times.js";
import { WORDS } from "./uploader-item.js";
import { progress, size } from "./uploader-words.js";

/** @typedef {import("./uploader-item.js").Item} Item */
/** @typedef {import("./uploader-queue.js").Queue} Queue */
/** @typedef {{words: string, act?: () => unknown, to?: string}} Action */

/** @type {Partial<Record<import("./uploader-item.js").State, string>>} */
const MARKS = { ready: "good", quarantined: "warn", duplicate: "warn", refused: "bad", failed: "bad", absent: "warn" };

export class Row {
  element;
  #shown = "";

  /** @param {Item} item @param {Queue} queue @param {HTMLTemplateElement} template @param {() => void} changed */
  constructor(item, queue, template, changed) {
    this.item = item;
    this.queue = queue;
    this.changed = changed;
    this.element = /** @type {HTMLLIElement} */ (template.content.firstElementChild?.cloneNode(true));
    this.#part("name").textContent = item.name;
    this.#part("name").title = item.entry.path;
    this.#part("folder").textContent = item.folder;
    this.#bar.max = item.size;
    this.#bar.setAttribute("aria-label", `Sent of ${item.name}`);
  }

  refresh() {
    const { item } = this;
    const state = this.#part("state");
    const sends = item.state === "sending" || item.state === "paused";
    if (item.state === "sending") item.speed.look(item.sent, performance.now());
    write(state, this.#stateWords());
    this.#bar.hidden = !sends;
    if (sends) this.#bar.value = item.sent;
    write(this.#part("words"), this.#words());
    const shown = `${item.state} ${item.other} ${item.entry.recording}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    state.className = `mark state ${MARKS[item.state] ?? ""}`;
    const actions = this.#part("actions");
    const hadFocus = actions.contains(document.activeElement);
    actions.replaceChildren(...this.#actions().map((action) => this.#control(action)));
    if (hadFocus) /** @type {HTMLElement} */ (actions.firstElementChild ?? this.element).focus();
  }

  #stateWords() {
    const { state, progress: heard } = this.item;
    return state === "listening" && heard ? `listening… ${Math.floor(100 * heard)} %` : WORDS[state];
  }

  #words() {
    const { item } = this;
    if (item.state === "sending") return progress(item.sent, item.size, item.speed.rate);
    if (item.state === "paused") return progress(item.sent, item.size, 0);
    const said = [item.reason || size(item.size)];
    if (item.heard?.duration != null) said.push(clock(item.heard.duration));
    if (item.heard?.loudness != null) said.push(`${item.heard.loudness.toFixed(1).replace("-", "\u2212")} LUFS`);
    return said.join(" · ");
  }

  /** @returns {Action[]} */
  #actions() {
    const { item, queue } = this;
    const open = { words: "Open", to: `/recordings/${item.entry.recording}` };
    const cancel = { words: "Cancel", act: () => queue.cancel(item) };
    switch (item.state) {
      case "waiting":
      case "sending":
        return [{ words: "Pause", act: () => queue.pause(item) }, cancel];
      case "paused":
        return [{ words: "Resume", act: () => queue.resume(item) }, cancel];
      case "absent":
        return [{ ...cancel, words: "Forget" }];
      case "listening":
      case "ready":
        return [open];
      case "quarantined":
        return [{ ...open, words: "Decide" }];
      case "duplicate": {
        const other = item.other ? `/recordings/${item.other}` : `/?size=${item.size}`;
        return [{ words: "Open the other", to: other }, { words: "Keep both", act: () => queue.keepBoth(item) }];
      }
      case "failed":
        return [{ words: "Try again", act: () => queue.again(item) }];
      case "refused": // by the library's policy: it is on record, and may be let through
        return item.entry.state === "sent" && item.entry.upload ? [{ ...open, words: "Look at it" }] : [];
      default:
        return [];
    }
  }

  /** @param {Action} action */
  #control({ words, act, to }) {
    const control = document.createElement(to ? "a" : "button");
    control.textContent = words;
    control.setAttribute("aria-label", `${words}: ${this.item.name}`);
    control.className = "small secondary outline";
    if (control instanceof HTMLAnchorElement) {
      control.href = to ?? "";
      control.target = "_blank"; // here, files are on their way
      control.role = "button";
    } else {
      control.type = "button";
      control.addEventListener("click", () => {
        void Promise.resolve(act?.()).catch(refuse).then(this.changed);
        this.changed();
      });
    }
    return control;
  }

  get #bar() {
    return /** @type {HTMLProgressElement} */ (this.#part("bar"));
  }

  /** @param {string} name @returns {HTMLElement} */
  #part(name) {
    return /** @type {HTMLElement} */ (this.element.querySelector(`.${name}`));
  }
}

/** @param {Element} element @param {string} words */
export function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
