// Before the first paint: the theme that was chosen, or the system's. A classic script, as modules run too late.
// @ts-check
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  /** @returns {string} */
  const wanted = () => localStorage.getItem("theme") ?? (dark.matches ? "dark" : "light");
  const apply = () => {
    document.documentElement.dataset.theme = wanted();
    dispatchEvent(new Event("themechange"));
  };
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest("[data-theme-switch]") : null;
    if (!target) return;
    localStorage.setItem("theme", wanted() === "dark" ? "light" : "dark");
    apply();
  });
  const label = () => {
    const next = wanted() === "dark" ? "Light theme" : "Dark theme";
    for (const button of document.querySelectorAll("[data-theme-switch]")) button.textContent = next;
  };
  addEventListener("themechange", label);
  document.addEventListener("DOMContentLoaded", label);
})();
