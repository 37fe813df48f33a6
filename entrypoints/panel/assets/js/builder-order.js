// @ts-check
/** The order of the steps: by buttons, by Alt with an arrow, and by dragging. */

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} said where it is told to those who do not see it
 * @param {() => void} changed
 */
export function keepOrder(list, said, changed) {
  /** @param {HTMLElement} card @param {number} by */
  const move = (card, by) => {
    const other = by < 0 ? card.previousElementSibling : card.nextElementSibling;
    if (!other) return;
    const focused = document.activeElement;
    list.insertBefore(by < 0 ? card : other, by < 0 ? other : card);
    if (focused instanceof HTMLElement && card.contains(focused)) focused.focus();
    tell(card);
  };
  /** @param {HTMLElement} card */
  const tell = (card) => {
    said.textContent = `${card.dataset.title} is step ${[...list.children].indexOf(card) + 1} of ${list.children.length}.`;
    changed();
  };

  list.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-moves]") : null;
    const card = cardAt(event.target);
    if (button instanceof HTMLElement && card) move(card, Number(button.dataset.moves));
  });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const card = cardAt(event.target);
    if (!event.altKey || !by || !card) return;
    event.preventDefault();
    move(card, by);
  });
  drag(list, tell);
}

/** A card can be dragged by its grip alone, so that texts in it can be selected. @param {HTMLElement} list @param {(card: HTMLElement) => void} tell */
function drag(list, tell) {
  /** @type {HTMLElement | null} */
  let dragged = null;
  list.addEventListener("pointerdown", (event) => {
    const card = event.target instanceof Element && event.target.closest(".grip") ? cardAt(event.target) : null;
    if (card) card.draggable = true;
  });
  list.addEventListener("pointerup", (event) => cardAt(event.target)?.removeAttribute("draggable"));
  list.addEventListener("dragstart", (event) => {
    dragged = cardAt(event.target);
    dragged?.classList.add("dragged");
    event.dataTransfer?.setData("text/plain", dragged?.dataset.title ?? "");
  });
  list.addEventListener("dragover", (event) => {
    const over = cardAt(event.target);
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    const { top, height } = over.getBoundingClientRect();
    const place = event.clientY < top + height / 2 ? over : over.nextElementSibling;
    if (place !== dragged && dragged.nextElementSibling !== place) list.insertBefore(dragged, place);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("dragged");
    dragged.removeAttribute("draggable");
    tell(dragged);
    dragged = null;
  });
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
const cardAt = (target) => (target instanceof Element ? target.closest(".step") : null);
