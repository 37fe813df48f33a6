// @ts-check
/** Listening through the list: one player for all rows, over their previews. */

import { say } from "./notices.js";
import { rowOf } from "./library-rows.js";

const player = /** @type {HTMLAudioElement} */ (document.getElementById("preview"));
/** @type {HTMLButtonElement | null} */
let playing = null;

/** @param {Element | null} row @returns {HTMLButtonElement | null} */
const buttonOf = (row) => row?.querySelector("button.play") ?? null;

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button.play") : null;
  if (button) toggle(rowOf(button));
});

/** @param {Element | null} row */
export function toggle(row) {
  const button = buttonOf(row);
  if (!button) return;
  if (button === playing && !player.paused) player.pause();
  else if (button === playing) void start();
  else play(button);
}

/** Goes on with another row, where one is being played. @param {Element} row */
export function follow(row) {
  const button = buttonOf(row);
  if (playing && !player.paused && button && button !== playing) play(button);
}

/** @param {number} seconds */
export function seek(seconds) {
  player.currentTime = Math.max(0, player.currentTime + seconds);
}

export const isOn = () => playing !== null;

export function stop() {
  player.pause();
  playing = null;
  draw();
}

/** @param {HTMLButtonElement} button */
function play(button) {
  playing = button;
  player.src = button.dataset.sound ?? "";
  void start();
}

async function start() {
  const wanted = playing;
  try {
    await player.play();
  } catch (error) {
    if (wanted !== playing || (error instanceof DOMException && error.name === "AbortError")) return;
    stop();
    say("There is no preview yet. It is made a moment after a recording was listened to.");
  }
}

function draw() {
  for (const button of document.querySelectorAll("button.play")) {
    const on = button === playing;
    button.ariaPressed = String(on && !player.paused);
    rowOf(button)?.classList.toggle("playing", on);
  }
}

for (const kind of ["play", "pause"]) player.addEventListener(kind, draw);
player.addEventListener("ended", stop);
document.addEventListener("htmx:after:swap", () => {
  if (playing && !playing.isConnected) stop();
});
