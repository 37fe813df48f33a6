// @ts-check
/** The library: its parts, and what each key does there. */

import "./library-bulk.js";
import "./library-export.js";
import "./library-live.js";
import "./library-offers.js";
import { here, moveBy } from "./library-cursor.js";
import { isOn, seek, stop, toggle } from "./library-listen.js";
import { restorePlace } from "./library-place.js";
import "./library-saved.js";
import "./library-search.js";
import { clearPicks, pickPage, picks, togglePick } from "./library-picks.js";
import { undoLast } from "./library-progress.js";
import { onKey } from "./shortcuts.js";

for (const key of ["ArrowDown", "j"]) onKey(key, "Next recording", () => moveBy(1));
for (const key of ["ArrowUp", "k"]) onKey(key, "Recording before", () => moveBy(-1));
onKey("Enter", "Open the recording", () => here()?.querySelector("th a")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true })), () => here() !== null);
onKey(" ", "Play or pause", () => toggle(here()), () => here() !== null);
onKey("ArrowRight", "5 s ahead, while playing", () => seek(5), isOn);
onKey("ArrowLeft", "5 s back, while playing", () => seek(-5), isOn);
onKey("x", "Select the recording, or not", () => togglePick(here()), () => here() !== null);
onKey("a", "Select all that are shown", pickPage);
onKey("Escape", "Select nothing, stop playing", () => (clearPicks(), stop()), () => picks.count > 0 || isOn());
onKey("u", "Undo the last change of many", undoLast);

void restorePlace();
