// @ts-check
/** Distributions as bars, drawn by uPlot from what the server has counted. A click leads to the recordings. */

/** @type {Map<HTMLElement, {plot: any, watch: ResizeObserver}>} */
const drawn = new Map();
const HEIGHT = 190;

/** Draws all of the part, in the colours of the theme. @param {ParentNode} part */
export function drawPlots(part) {
  for (const [place, { plot, watch }] of drawn) {
    plot.destroy();
    watch.disconnect();
    drawn.delete(place);
  }
  for (const place of part.querySelectorAll("[data-plot]")) if (place instanceof HTMLElement) draw(place);
}

/** @param {HTMLElement} place */
function draw(place) {
  const { uPlot } = /** @type {any} */ (window);
  /** @type {string[]} */
  const labels = JSON.parse(place.dataset.labels ?? "[]");
  /** @type {number[]} */
  const counts = JSON.parse(place.dataset.counts ?? "[]");
  /** @type {string[]} */
  const addresses = JSON.parse(place.dataset.addresses ?? "[]");
  const colour = /** @param {string} name */ (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { stroke: colour("--pico-muted-color"), grid: { stroke: colour("--pico-muted-border-color"), width: 1 }, ticks: { show: false }, font: "11px system-ui" };
  const every = Math.max(1, Math.ceil(labels.length / Math.max(2, place.clientWidth / 55)));
  const plot = new uPlot({
    width: place.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { points: { show: false }, drag: { x: false, y: false } },
    scales: { x: { time: false, range: [-0.6, labels.length - 0.4] }, y: { range: (/** @type {any} */ _u, /** @type {number} */ _least, /** @type {number} */ most) => [0, Math.max(1, most * 1.05)] } },
    axes: [
      { ...axis, grid: { show: false }, splits: () => labels.map((_, n) => n).filter((n) => n % every === 0), values: (/** @type {any} */ _u, /** @type {number[]} */ splits) => splits.map((n) => labels[n]) },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6] },
    ],
    series: [{}, { stroke: colour("--wave"), fill: colour("--wave"), width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.8, 48] }) }],
    hooks: {
      setCursor: [(/** @type {any} */ u) => {
        const n = u.cursor.idx;
        place.title = n == null || labels[n] === undefined ? "" : `${place.dataset.unit} ${labels[n]}: ${counts[n].toLocaleString()}`;
      }],
    },
  }, [labels.map((_, n) => n), counts], place);
  plot.over.addEventListener("click", () => {
    const n = plot.cursor.idx;
    if (n != null && counts[n]) location.assign(addresses[n]);
  });
  const watch = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
  watch.observe(place);
  drawn.set(place, { plot, watch });
}
