// @ts-check
/** The library's policy: a rule for each box that is checked. */

import { Problem, request } from "./api.js";
import { refuse, say } from "./notices.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("policy-form"));

/** @param {HTMLInputElement} box @returns {HTMLInputElement} */
const secondsOf = (box) => /** @type {HTMLInputElement} */ (box.parentElement?.querySelector('input[type="number"]'));

/** @returns {HTMLInputElement[]} */
const boxes = () => [...form.querySelectorAll("input[data-verdict]")].filter((one) => one instanceof HTMLInputElement);

function draw() {
  for (const box of boxes()) secondsOf(box).disabled = !box.checked;
}

form.addEventListener("change", draw);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const rules = boxes().filter((box) => box.checked).map((box) => {
    const seconds = secondsOf(box).value.trim();
    return { code: box.dataset.code, verdict: box.dataset.verdict, min_seconds: seconds ? Number(seconds) : null };
  });
  const kept = JSON.parse(form.dataset.kept ?? "[]");
  const submit = form.querySelector('[type="submit"]');
  submit?.setAttribute("aria-busy", "true");
  try {
    const answer = await request("PUT", "/library/policy", { body: { rules: [...rules, ...kept] }, version: Number(form.dataset.version) });
    form.dataset.version = (answer.headers.get("ETag") ?? "").replaceAll('"', "");
    say(rules.length ? "Saved, for what is heard from now on." : "Saved: nothing is held back from now on.");
  } catch (error) {
    if (error instanceof Problem && error.status === 412) {
      say("Somebody else has changed the policy meanwhile. Load it again, then repeat your change.", { bad: true, action: "Load it again", act: () => location.reload() });
    } else refuse(error);
  } finally {
    submit?.removeAttribute("aria-busy");
  }
});
draw(); // the browser remembers boxes over a reload
