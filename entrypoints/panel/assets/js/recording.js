// @ts-check
/** The page of one recording: what happens here begins here. */

import "./shortcuts.js";
