// @ts-check
/** Two versions of what is said of a recording, member by member: "title", "tags", and "fields.NAME" for each field. */

/** @typedef {import("./about.js").View} View */
/** @typedef {import("./about.js").Patch} Patch */
/** @typedef {import("./about.js").Value} Value */
/** @typedef {string | string[] | Value | null} Member null: there is no such field */

/** @param {Patch} patch @returns {string[]} */
export function membersOf(patch) {
  const fields = Object.keys(patch.fields ?? {}).map((name) => `fields.${name}`);
  return [...(patch.title === undefined ? [] : ["title"]), ...(patch.tags === undefined ? [] : ["tags"]), ...fields];
}

/** @param {View} view @param {string} member @returns {Member} */
export function valueIn(view, member) {
  if (member === "title") return view.title;
  if (member === "tags") return view.tags;
  return view.fields[member.slice("fields.".length)] ?? null;
}

/** @param {Patch} patch @param {string} member @returns {Member} */
export function valueOf(patch, member) {
  if (member === "title") return patch.title ?? null;
  if (member === "tags") return [...(patch.tags ?? [])].sort();
  return patch.fields?.[member.slice("fields.".length)] ?? null;
}

/** @param {Member} a @param {Member} b */
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** What both have changed, each to something else. @param {View} base @param {View} theirs @param {Patch} mine */
export function clashes(base, theirs, mine) {
  return membersOf(mine).filter((member) => {
    const now = valueIn(theirs, member);
    return !same(now, valueIn(base, member)) && !same(now, valueOf(mine, member));
  });
}

/** What they alone have changed. @param {View} base @param {View} theirs @param {Patch} mine */
export function theirsAlone(base, theirs, mine) {
  const names = new Set([...Object.keys(base.fields), ...Object.keys(theirs.fields)]);
  const all = ["title", "tags", ...[...names].sort().map((name) => `fields.${name}`)];
  const own = new Set(membersOf(mine));
  return all.filter((member) => !own.has(member) && !same(valueIn(base, member), valueIn(theirs, member)));
}

/** Their tags, with what was added here and without what was taken out. @param {View} base @param {View} theirs @param {Patch} mine */
export function bothTags(base, theirs, mine) {
  const wanted = mine.tags ?? base.tags;
  const kept = theirs.tags.filter((tag) => wanted.includes(tag) || !base.tags.includes(tag));
  return [...new Set([...kept, ...wanted.filter((tag) => !base.tags.includes(tag))])].sort();
}

/** The patch with other values for some members, and without those that are undefined. @param {Patch} patch @param {Map<string, Member | undefined>} values */
export function replacing(patch, values) {
  /** @type {Patch} */
  const made = { ...patch, fields: { ...patch.fields } };
  for (const [member, value] of values) {
    if (member === "title") made.title = value === undefined ? undefined : String(value);
    else if (member === "tags") made.tags = Array.isArray(value) ? value : undefined;
    else if (value === undefined) delete made.fields?.[member.slice("fields.".length)];
    else if (made.fields && !Array.isArray(value)) made.fields[member.slice("fields.".length)] = value;
  }
  if (!Object.keys(made.fields ?? {}).length) delete made.fields;
  return made;
}

/** @param {Patch} patch */
export const isEmpty = (patch) => membersOf(patch).length === 0;

/** What takes the patch back. @param {Patch} patch @param {View} before @returns {Patch} */
export function inverse(patch, before) {
  /** @type {Patch} */
  const back = {};
  if (patch.title !== undefined) back.title = before.title;
  if (patch.tags !== undefined) back.tags = before.tags;
  if (patch.fields) back.fields = Object.fromEntries(Object.keys(patch.fields).map((name) => [name, before.fields[name] ?? null]));
  return back;
}
