// @ts-check
/** The page of one recording: what happens here begins here. */

import { call } from "./api.js";
import { onEvents } from "./events.js";
import { refuse, say } from "./notices.js";

const section = document.getElementById("player");
const silent = document.getElementById("silent");
if (section) void begin(section);
if (silent) wait(silent);

/** @param {HTMLElement} section */
async function begin(section) {
  /** @type {import("./player-wave.js").Sound} */
  const sound = JSON.parse(section.dataset.player ?? "");
  let player, panel;
  try {
    const [{ Player }, { RegionsPanel }] = await Promise.all([import("./player.js"), import("./regions-panel.js")]);
    player = new Player(sound);
    panel = new RegionsPanel(player, section.dataset.mayWrite !== undefined);
  } catch {
    section.classList.add("plain"); // the browser's own controls are left
    document.getElementById("regions")?.setAttribute("hidden", "");
    say("The waveform cannot be drawn in this browser. The sound plays.", { bad: true });
    return;
  }
  // A button that was clicked leaves the keys to the player; who walks there by keyboard stays there.
  for (const part of [section, document.getElementById("regions")]) {
    part?.addEventListener("click", (event) => {
      if (event.detail && event.target instanceof Element) event.target.closest("button")?.blur();
    });
  }
  onEvents(["job.changed"], ({ data }) => {
    if (data.status === "succeeded" && data.kind !== "predict") player.reload().catch(refuse);
    if (data.status === "succeeded" && data.kind === "predict") panel.regions.load().catch(refuse);
  }, { recording: sound.id });
  await Promise.all([player.load().catch(refuse), panel.regions.load().catch(refuse)]);
  const asked = /^#t=([\d.]+)(?:,([\d.]+))?$/.exec(location.hash);
  if (asked) document.dispatchEvent(new CustomEvent("seek", { detail: { start: Number(asked[1]) } }));
}

/** Until there is something to hear. @param {HTMLElement} silent */
function wait(silent) {
  const { recording = "", status } = silent.dataset;
  const progress = document.getElementById("progress");
  onEvents(["recording.changed", "job.changed"], ({ kind, data }) => {
    if (kind === "job.changed" && progress instanceof HTMLProgressElement && data.progress > 0) progress.value = data.progress;
    if (kind !== "recording.changed" || data.status === status || data.id !== recording) return;
    // What somebody is typing is not taken away.
    if (document.activeElement?.matches("input, textarea, select") || document.querySelector("dialog[open]")) {
      say(`The recording is ${data.status} now.`, { action: "Show it", act: () => location.reload(), stays: true });
    } else location.reload();
  }, { recording });
  document.getElementById("retry")?.addEventListener("click", () => void retry(recording));
}

/** The job that failed, once more. @param {string} recording */
async function retry(recording) {
  try {
    const { items } = await call("GET", `/jobs?recording=${encodeURIComponent(recording)}&status=failed&limit=1`);
    if (!items.length) {
      say("No failed job of it is left to try again. Upload the file again.", { bad: true });
      return;
    }
    await call("POST", `/jobs/${items[0].id}/retry`, { idempotent: true });
    say("It is being listened to again.");
  } catch (error) {
    refuse(error);
  }
}
