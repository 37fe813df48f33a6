// @ts-check
/** What people say of the recording on this page: title, tags and fields, as it stands, and how it is changed. */

import { Problem, call } from "./api.js";
import { clashes, inverse, isEmpty } from "./about-merge.js";
import { onEvents } from "./events.js";
import { refuse, say } from "./notices.js";

/** @typedef {string | number | boolean} Value */
/** @typedef {{id: string, version: number, status: string, title: string, tags: string[], fields: Record<string, Value>, updated_at?: string, links?: Record<string, string>}} View */
/** @typedef {{title?: string, tags?: string[], fields?: Record<string, Value | null>}} Patch a JSON merge patch */
/** @typedef {(base: View, theirs: View, patch: Patch) => Promise<Patch | null>} Ask what is to stand; null: nothing yet */

const TRIES = 5;

/** Says `change` when it stands otherwise than before, whoever has changed it. */
export class About extends EventTarget {
  /** @type {(() => Promise<unknown>) | null} */
  #back = null;
  #busy = Promise.resolve(true);
  #forget = () => {};

  /** @param {View} view @param {Ask} ask of two versions that clash */
  constructor(view, ask) {
    super();
    this.view = view;
    this.ask = ask;
    this.path = `/recordings/${encodeURIComponent(view.id)}`;
    onEvents(["recording.changed"], ({ subject, data }) => {
      if (subject === view.id && data.version > this.view.version) this.refresh().catch(refuse);
    }, { recording: view.id });
  }

  /** @param {View} view */
  take(view) {
    if (view.version <= this.view.version) return; // known, or an answer that was overtaken
    this.view = view;
    this.dispatchEvent(new Event("change"));
  }

  async refresh() {
    this.take(await call("GET", this.path));
  }

  /**
   * One change after the other, so that the next one builds on what the one before has made.
   * @param {(view: View) => Patch} make of the recording as it stands then
   * @param {string} words what was done
   * @param {View} [base] what was looked at when the change was begun, where that is not what stands
   * @returns {Promise<boolean>} whether something stands for it now; else what was typed is to stay
   * @throws {Problem}
   */
  change(make, words, base) {
    const after = this.#busy.catch(() => true).then(() => this.#change(make(this.view), words, base ?? this.view));
    this.#busy = after;
    return after;
  }

  /** @param {Patch} patch @param {string} words @param {View} base */
  async #change(patch, words, base) {
    for (let tries = 0; tries < TRIES; tries++) {
      if (isEmpty(patch)) return true;
      try {
        const after = await call("PATCH", this.path, { body: patch, version: base.version });
        const back = inverse(patch, base);
        this.take(after);
        this.offer(words, () => this.change(() => back, "Taken back.", after));
        return true;
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 412) throw error;
      }
      const theirs = await call("GET", this.path);
      const chosen = clashes(base, theirs, patch).length ? await this.ask(base, theirs, patch) : patch;
      this.take(theirs);
      if (chosen === null) return false;
      [patch, base] = [chosen, theirs];
    }
    throw new Problem({ status: 412, title: "It keeps changing", detail: "Others are changing the recording just now. Try again in a moment." });
  }

  /** Says what was done, with its way back: that of what was done before is no longer offered. @param {string} words @param {() => Promise<unknown>} back */
  offer(words, back) {
    this.#forget();
    this.#back = back;
    this.#forget = say(words, { action: "Undo", act: () => void this.undo() });
  }

  get canUndo() {
    return this.#back !== null;
  }

  /** What was done last on this page; the same again brings it back. */
  async undo() {
    const back = this.#back;
    this.#back = null;
    this.#forget();
    await back?.().catch(refuse);
  }

  /**
   * Trash, restore, release and reject: for the version that is shown.
   * @param {string} method @param {string} [below] @param {unknown} [body]
   * @returns {Promise<boolean>}
   */
  async decide(method, below = "", body) {
    try {
      this.take(await call(method, `${this.path}${below}`, { version: this.view.version, body }));
      return true;
    } catch (error) {
      if (error instanceof Problem && (error.status === 412 || error.status === 409)) {
        await this.refresh();
        say("Somebody else has changed the recording meanwhile. It is shown as it is now: look at it, then try again.", { bad: true });
        return false;
      }
      refuse(error);
      return false;
    }
  }
}
