// @ts-check
/** The dashboard is drawn anew each minute while somebody looks, and when the theme changes. */

import { drawPlots } from "./plots.js";

const REFRESH_MS = 60_000;
const dashboard = document.getElementById("dashboard");

if (dashboard) {
  drawPlots(dashboard);
  addEventListener("themechange", () => drawPlots(dashboard));
  document.addEventListener("htmx:after:swap", () => drawPlots(dashboard));
  setInterval(() => {
    const reads = dashboard.contains(document.activeElement) || dashboard.querySelector("details[open]");
    if (!document.hidden && !reads) dashboard.dispatchEvent(new Event("refresh"));
  }, REFRESH_MS);
}
