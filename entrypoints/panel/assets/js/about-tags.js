// @ts-check
/** The tags: Enter or a comma adds one, its × takes it out. Those of the library complete what is typed. */

import { copyOf, element, mistake, refused } from "./about-parts.js";
import { call } from "./api.js";
import { refuse } from "./notices.js";
import { onKey } from "./shortcuts.js";

/** @param {import("./about.js").About} about */
export function editTags(about) {
  const list = element("tags");
  const form = /** @type {HTMLFormElement} */ (element("tag-form"));
  const input = /** @type {HTMLInputElement} */ (element("tag-input"));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    mistake(form, "");
    const typed = input.value;
    const wanted = typed.split(",").map((tag) => tag.trim().normalize("NFC")).filter(Boolean);
    if (!wanted.length) return;
    input.value = "";
    try {
      if (await about.change((view) => added(view, wanted), `Tagged: ${wanted.join(", ")}`)) return;
      input.value ||= typed;
    } catch (error) {
      input.value ||= typed;
      refused(form, error);
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "," && !event.isComposing) event.preventDefault(), form.requestSubmit();
    if (event.key === "Escape") input.value = "", input.blur();
  });
  list.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-removes-tag]") : null;
    const tag = button?.closest("li")?.dataset.tag;
    if (!button || tag === undefined) return;
    const place = [...list.querySelectorAll("[data-removes-tag]")].indexOf(button);
    try {
      await about.change((view) => removed(view, tag), `Tag removed: ${tag}`);
      const next = list.querySelectorAll("[data-removes-tag]")[place];
      (next instanceof HTMLElement ? next : input).focus();
    } catch (error) {
      refuse(error);
    }
  });
  input.addEventListener("focus", () => void offer(), { once: true });
  onKey("t", "Add a tag", () => input.focus());
  about.addEventListener("change", () => draw(list, about.view.tags));
}

/** @param {import("./about.js").View} view @param {string[]} wanted @returns {import("./about.js").Patch} */
function added(view, wanted) {
  const tags = [...new Set([...view.tags, ...wanted])].sort();
  return tags.length === view.tags.length ? {} : { tags };
}

/** @param {import("./about.js").View} view @param {string} tag @returns {import("./about.js").Patch} */
function removed(view, tag) {
  return view.tags.includes(tag) ? { tags: view.tags.filter((one) => one !== tag) } : {};
}

/** @param {HTMLElement} list @param {string[]} tags */
function draw(list, tags) {
  if ([...list.children].map((one) => one instanceof HTMLElement && one.dataset.tag).join("\n") === tags.join("\n")) return;
  list.replaceChildren(
    ...tags.map((tag) => {
      const mark = copyOf("tag-template");
      mark.dataset.tag = tag;
      const link = /** @type {HTMLAnchorElement} */ (mark.querySelector("a"));
      link.href = `/?tag=${encodeURIComponent(tag)}`;
      link.textContent = tag;
      mark.querySelector("button")?.setAttribute("aria-label", `Remove the tag ${tag}`);
      return mark;
    }),
  );
}

/** The library's most frequent tags. Without them one types all of it. */
async function offer() {
  const tally = await call("GET", "/tally").catch(() => null);
  const names = /** @type {{value: string}[]} */ (tally?.by.tag ?? []);
  element("known-tags").replaceChildren(...names.map(({ value }) => new Option("", value)));
}
