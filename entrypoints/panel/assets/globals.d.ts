// What the pages load as classic scripts stands in the global scope.
import type Htmx from "htmx.org";
import type UPlot from "uplot";

declare global {
  const htmx: typeof Htmx;
  const uPlot: typeof UPlot;
}
