/* The next stage of a request: a refusal asks for its reasons, and what is typed is kept. */

import { keep } from "./keep.js";

const form = document.getElementById("move");
const refusal = document.getElementById("refusal");

if (form) {
  const sent = sessionStorage.getItem("desk.moving");
  // Sent, and what is shown is newer, without a word of trouble: it was done, so nothing is left to keep.
  const done = sent && sent !== form.elements.seen.value && !document.querySelector(".notice-bad");
  sessionStorage.removeItem("desk.moving");
  if (done) localStorage.removeItem(`desk.draft.${form.dataset.kept}`);
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
    sessionStorage.setItem("desk.moving", form.elements.seen.value);
  });
  show();
}
