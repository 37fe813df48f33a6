// @ts-check
/** The page that takes files in: what is dropped, chosen and pressed. */

import { ask } from "./dialogs.js";
import { refuse, say } from "./notices.js";
import { onKey } from "./shortcuts.js";
import { onTrouble } from "./uploader-patience.js";
import { chosen, droppedIn, words } from "./uploader-pick.js";
import { Queue } from "./uploader-queue.js";
import { Resume } from "./uploader-resume.js";
import { View, element } from "./uploader-view.js";
import { plural } from "./uploader-words.js";

/** @typedef {import("./uploader-pick.js").Found} Found */
/** @typedef {import("./uploader-pick.js").LeftOut} LeftOut */

const page = element("upload");
const queue = new Queue(page.dataset.library ?? "");
const resume = new Resume(queue);
const view = new View(queue);
const tags = /** @type {HTMLInputElement} */ (element("tags"));

/** Files are taken one batch after the other: what is known of each is asked for. @type {Promise<void>} */
let taking = resume.load().then(refresh);

/** @param {Found[]} found */
function take(found) {
  taking = taking.then(() => resume.add(found)).then(refresh, refuse);
}

/** @param {LeftOut} left */
function sayLeftOut(left) {
  const said = words(left);
  element("left-out").hidden = !said;
  element("left-out").textContent = said;
}

function refresh() {
  const absent = resume.absent.length;
  element("resume").hidden = !absent;
  element("resume-words").textContent = `${plural(absent, "file was", "files were")} on the way when the page was closed.`;
  element("resume-reach").hidden = !resume.canReach;
  view.refresh();
}

for (const [button, input] of [["choose-files", "files"], ["choose-folder", "folder"]]) {
  const field = /** @type {HTMLInputElement} */ (element(input));
  element(button).addEventListener("click", () => field.click());
  field.addEventListener("change", () => {
    if (field.files) sayLeftOut(chosen(field.files, take));
    field.value = ""; // the same ones may be chosen again
  });
}

/** @param {DragEvent} event */
const hasFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault(); // anywhere on the page: beside the mark, a browser would open the file
  page.classList.add("over");
});
addEventListener("dragleave", (event) => event.relatedTarget ?? page.classList.remove("over"));
addEventListener("drop", (event) => {
  page.classList.remove("over");
  if (!event.dataTransfer || !hasFiles(event)) return;
  event.preventDefault();
  void droppedIn(event.dataTransfer, take).then(sayLeftOut);
});

const readTags = () => queue.putTags(tags.value.split(",").map((tag) => tag.trim()).filter(Boolean));
tags.addEventListener("input", readTags);
readTags(); // what the browser has filled in again

const pauseAll = () => (queue.items.forEach((item) => queue.pause(item)), view.refresh());
const resumeAll = () => (queue.items.forEach((item) => queue.resume(item)), view.refresh());
element("pause-all").addEventListener("click", pauseAll);
element("resume-all").addEventListener("click", resumeAll);
element("cancel-all").addEventListener("click", async () => {
  const title = "Cancel all that is on its way?";
  const said = "What was sent of these files is thrown away. What is in the library stays there.";
  if (!(await ask({ title, words: said, action: "Cancel all", danger: true }))) return;
  for (const item of queue.items) if (item.state !== "absent") queue.cancel(item);
  view.refresh();
});
element("again-all").addEventListener("click", () => {
  for (const item of queue.items) if (item.state === "failed") queue.again(item).catch(refuse);
  view.refresh();
});
element("clear-done").addEventListener("click", () => {
  queue.clear((item) => item.isSettled);
  refresh();
});
element("resume-reach").addEventListener("click", async () => {
  if (!(await resume.reach())) say("Not all of them can be read. Add the same files or folder again.");
  refresh();
});
element("resume-forget").addEventListener("click", () => void resume.forget().then(refresh, refuse));

onTrouble((said) => {
  element("line").hidden = !said;
  element("line").textContent = said;
});
addEventListener("beforeunload", (event) => {
  if (queue.items.some((item) => item.needsPage)) event.preventDefault();
});

const isMoving = () => queue.items.some((item) => item.needsPage);
onKey("f", "Choose files", () => element("files").click());
onKey("d", "Choose a folder", () => element("folder").click());
onKey("p", "Pause or resume all", () => (isMoving() ? pauseAll() : resumeAll()), () => queue.items.length > 0);
