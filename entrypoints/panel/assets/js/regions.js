// @ts-check
/** The regions of a recording: what people marked, what was found, what models said, and what was decided about it. */

import { Problem, call } from "./api.js";

/** @typedef {"person" | "finding" | "model"} Kind */
/** @typedef {{kind: "finding" | "prediction", name: string, n: number}} Origin */
/**
 * As the API has it.
 * @typedef {{id: string, start_seconds: number, end_seconds: number, label: string, channel: number | null, note: string | null,
 *            verdict: "confirmed" | "dismissed" | null, origin: (Origin & {version: string}) | null, version: number,
 *            created_at: string}} Region
 */
/**
 * One stretch to look at. `region` is what a person said of it, null while nobody has; `about` who or what it is from.
 * @typedef {{id: string, kind: Kind, start: number, end: number, label: string, about: string, channel: number | null,
 *            origin: Origin | null, region: Region | null}} Item
 */
/**
 * What a person says of a stretch.
 * @typedef {{start_seconds: number, end_seconds: number, label: string, channel: number | null, note: string | null,
 *            verdict: string | null}} Mark
 */

/** Of models, the newest predictions: older ones of the same model are a matter of its own page. */
const MOST_MODELS = 8;

/** Says `change` when there are other items, `select` when another one is selected. */
export class Regions extends EventTarget {
  /** @type {Item[]} by their start */
  items = [];
  /** @type {Set<Kind>} */
  hidden = new Set();
  /** @type {Item | null} */
  selected = null;
  /** @type {Item[]} */
  #found = [];
  /** What people marked, as it came. */
  #marked = "";

  /** @param {import("./player-wave.js").Sound} sound */
  constructor(sound) {
    super();
    this.sound = sound;
    this.address = `${sound.address}/regions`;
  }

  /** Those that are not hidden. */
  get shown() {
    return this.items.filter((item) => !this.hidden.has(item.kind));
  }

  /** All anew. Throws Problem. */
  async load() {
    const [said, marked] = await Promise.all([this.#predictions(), call("GET", this.address)]);
    this.#found = [...findings(this.sound), ...said];
    this.#put(marked.items);
  }

  /** What people marked, anew, where it has changed: one is told of one's own changes, too. Throws Problem. */
  async refresh() {
    const { items } = await call("GET", this.address);
    if (JSON.stringify(items) !== this.#marked) this.#put(items);
  }

  async #predictions() {
    const { items } = await call("GET", `${this.sound.address}/predictions?limit=100`);
    /** @type {Map<string, any>} */
    const newest = new Map();
    for (const one of items) if (!newest.has(one.model) && one.span_count) newest.set(one.model, one);
    const told = [...newest.values()].slice(0, MOST_MODELS);
    const whole = await Promise.all(told.map((one) => call("GET", one.links.self)));
    return whole.flatMap(spans);
  }

  /** @param {Region[]} marked */
  #put(marked) {
    const byOrigin = new Map(marked.filter((one) => one.origin).map((one) => [originId(one), one]));
    const corrected = this.#found.map((item) => {
      const region = byOrigin.get(item.id);
      byOrigin.delete(item.id);
      return region ? { ...item, ...place(region), region } : item;
    });
    const own = marked.filter((one) => !one.origin || byOrigin.has(originId(one))).map(itemOf);
    this.#marked = JSON.stringify(marked);
    this.items = [...corrected, ...own].sort((a, b) => a.start - b.start || a.end - b.end || a.id.localeCompare(b.id));
    this.selected = this.items.find((item) => item.id === this.selected?.id) ?? null;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {Item | null} item */
  select(item) {
    if (item?.id === this.selected?.id) return;
    this.selected = item;
    this.dispatchEvent(new Event("select"));
  }

  /** The next one that begins after a time, or the one before it. @param {number} direction @param {number} time */
  next(direction, time) {
    const { shown } = this;
    const at = shown.findIndex((item) => item.id === this.selected?.id);
    if (at >= 0) return shown[at + direction] ?? null;
    return (direction > 0 ? shown.find((item) => item.start > time) : shown.slice().reverse().find((item) => item.start < time)) ?? null;
  }

  /** @param {string} id */
  find(id) {
    return this.items.find((item) => item.id === id) ?? null;
  }

  /** What a person says, for the first time or anew. @param {Item | null} item null: newly drawn @param {Mark} mark @param {number} [version]
   *  @returns {Promise<Region>} */
  async save(item, mark, version) {
    const region = item?.region;
    const saved = region
      ? await call("PATCH", `${this.address}/${region.id}`, { body: mark, version: version ?? region.version })
      : await call("POST", this.address, { body: { ...mark, origin: item?.origin ?? null }, idempotent: true });
    await this.refresh();
    this.select(this.items.find((one) => one.region?.id === saved.id) ?? null);
    return saved;
  }

  /** @param {Region} region */
  async remove(region) {
    await call("DELETE", `${this.address}/${region.id}`, { version: region.version });
    await this.refresh();
  }

  /** What another one has made of it, where that is why a change was refused. @param {unknown} error @param {Item | null} item
   *  @returns {Promise<Region | null>} */
  async theirs(error, item) {
    if (!(error instanceof Problem)) return null;
    const id = error.status === 412 ? item?.region?.id : error.status === 409 ? error.body.region_id : null;
    return typeof id === "string" ? call("GET", `${this.address}/${id}`) : null;
  }
}

/** @param {import("./player-wave.js").Sound} sound @returns {Item[]} */
function findings(sound) {
  return sound.findings.flatMap((finding) =>
    finding.ranges.map(([start, end], n) => ({
      id: `finding:${finding.code}:${finding.version}:${n}`, kind: /** @type {Kind} */ ("finding"), start, end,
      label: finding.code, about: finding.detail, channel: null,
      origin: { kind: /** @type {"finding"} */ ("finding"), name: finding.code, n }, region: null,
    })),
  );
}

/** @param {any} prediction @returns {Item[]} */
function spans(prediction) {
  return prediction.spans.map((/** @type {any} */ span, /** @type {number} */ n) => ({
    id: `prediction:${prediction.key}::${n}`, kind: "model", start: span.start_seconds, end: span.end_seconds,
    label: span.label, about: `${prediction.model} ${prediction.version} is ${Math.round(span.confidence * 100)} % sure`,
    channel: null, origin: { kind: "prediction", name: prediction.key, n }, region: null,
  }));
}

/** @param {Region} region */
const originId = ({ origin }) => `${origin?.kind}:${origin?.name}:${origin?.version}:${origin?.n}`;

/** @param {Region} region */
const place = (region) => ({
  start: region.start_seconds, end: region.end_seconds, label: region.label, channel: region.channel,
});

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** @param {Region} region @returns {Item} */
function itemOf(region) {
  /** @type {Kind} */
  const kind = region.origin ? (region.origin.kind === "finding" ? "finding" : "model") : "person";
  const about = region.origin ? "About what an older version had found" : `Marked on ${day.format(new Date(region.created_at))}`;
  return { id: region.id, kind, ...place(region), about, origin: region.origin, region };
}
