// @ts-check
/** Whoever comes back from a recording finds the list where it was left: as many rows, scrolled to the same one. */

import { goTo } from "./library-cursor.js";
import { MOST_AT_A_TIME, following, idOf, rowOf, rows } from "./library-rows.js";

const PLACE = "library-place";
const MOST_ROWS = 2_000; // 10 requests; further down, the list begins anew

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="/recordings/"]') : null;
  const row = link && rowOf(link);
  if (!row) return;
  const place = { address: location.pathname + location.search, id: idOf(row), rows: rows().length };
  sessionStorage.setItem(PLACE, JSON.stringify(place));
});

/** Only for "back" and a reload: a link to the library leads to its top. */
export async function restorePlace() {
  const kept = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  const [navigation] = performance.getEntriesByType("navigation");
  if (!kept || !(navigation instanceof PerformanceNavigationTiming) || navigation.type !== "back_forward") return;
  const place = JSON.parse(kept);
  if (place.address !== location.pathname + location.search || place.rows > MOST_ROWS) return;
  const row = () => rows().find((one) => idOf(one) === place.id);
  for (let before = -1; !row() && before < rows().length && rows().length < place.rows; ) {
    before = rows().length;
    await fetchMore();
  }
  const found = row();
  if (!found) return;
  goTo(found);
  found.scrollIntoView({ block: "center" });
}

async function fetchMore() {
  const more = following();
  const address = more?.getAttribute("hx-get");
  if (more && address) await htmx.ajax("GET", `${address}&limit=${MOST_AT_A_TIME}`, { source: more, target: more, swap: "outerHTML settle:0", push: "false" });
}
