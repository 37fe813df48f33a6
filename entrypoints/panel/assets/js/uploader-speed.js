// @ts-check
/** How fast bytes go out: the mean of the last seconds, where what is older counts for less. */

const MEMORY_SECONDS = 6;

export class Speed {
  /** In bytes per second. */
  rate = 0;
  #sent = 0;
  #at = 0;

  /** @param {number} sent in all, so far @param {number} at in milliseconds */
  look(sent, at) {
    const seconds = (at - this.#at) / 1000;
    const [before, isFirst] = [this.#sent, !this.#at];
    if (!isFirst && seconds < 0.2) return;
    this.#sent = sent;
    this.#at = at;
    if (isFirst) return;
    const now = Math.max(0, sent - before) / seconds; // a part that has to go again takes its bytes back
    const weight = 1 - Math.exp(-seconds / MEMORY_SECONDS);
    this.rate = this.rate ? this.rate + weight * (now - this.rate) : now;
    if (this.rate < 1) this.rate = 0;
  }

  /** After a pause: what comes next says nothing of the time in between. */
  rest() {
    this.rate = 0;
    this.#at = 0;
  }
}
