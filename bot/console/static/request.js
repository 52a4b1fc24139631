/* The next stage of a request: a refusal asks for its reasons, what is typed is kept, the focus goes to what came of it. */

import { keep } from "./keep.js";

const MOVING = "desk.moving";
const { kept: key, version } = document.getElementById("request").dataset;
const form = document.getElementById("move");
const refusal = document.getElementById("refusal");
const moved = document.getElementById("moved");
const trouble = document.getElementById("trouble");

// Sent, and what is shown is newer, without a word of trouble: it was done, so nothing is left to keep.
const sent = sessionStorage.getItem(MOVING) ?? "";
sessionStorage.removeItem(MOVING);
if (sent.startsWith(`${key} `) && sent !== `${key} ${version}` && !trouble) {
  localStorage.removeItem(`desk.draft.${key}`);
  moved.hidden = false;
  moved.focus();
}
trouble?.focus();

if (form) {
  const kept = keep(form, null);
  const show = () => {
    if (!refusal) return;
    const refused = form.querySelector("[name=stage]:checked")?.hasAttribute("data-refusal") ?? false;
    refusal.hidden = !refused;
    for (const field of refusal.querySelectorAll("textarea")) field.required = refused;
  };
  form.addEventListener("change", show);
  form.addEventListener("submit", () => {
    kept.save();
    sessionStorage.setItem(MOVING, `${key} ${form.elements.seen.value}`);
  });
  show();
}
