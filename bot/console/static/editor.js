/* Beside the editor: previews and warnings while it is written, and a box to try a question. */

import { trusted } from "./parts.js";

const PAUSE = 600;

/** Posts fields and shows what our own server renders of them (escaped there). True when it came. */
async function show(part, address, fields) {
  const turn = (part.turn = (part.turn ?? 0) + 1);
  const response = await fetch(address, { method: "POST", body: fields, redirect: "manual" }).catch(() => null);
  if (part.turn !== turn) return false;
  if (!response || response.type === "opaqueredirect" || response.status >= 500) {
    if (part.dataset.lost) part.textContent = part.dataset.lost;
    return false;
  }
  part.innerHTML = trusted(await response.text());
  return response.ok;
}

const form = document.getElementById("template");
const phones = document.getElementById("phones");

if (form && phones) {
  const languages = [...document.querySelectorAll("#preview [name=preview-language]")];
  const channels = [...document.querySelectorAll("#preview [name=preview-channel]")];
  const reader = document.getElementById("preview-reader");
  const nearer = document.getElementById("nearer");
  const pauses = {};
  const chosen = (radios) => radios.find((radio) => radio.checked)?.value ?? "";
  const fields = () => new URLSearchParams(new FormData(form));
  const preview = () => {
    const sent = fields();
    sent.set("language", chosen(languages));
    sent.set("reader", reader?.value ?? "");
    return show(phones, phones.dataset.source, sent);
  };
  const compare = async () => {
    const came = await show(nearer, nearer.dataset.source, fields());
    nearer.hidden = !came || !nearer.children.length;
  };
  const soon = (name, work, pause) => {
    clearTimeout(pauses[name]);
    pauses[name] = setTimeout(work, pause);
  };
  form.addEventListener("input", (event) => {
    soon("preview", preview, PAUSE);
    if (/^(samples|title)-/.test(event.target.name)) soon("compare", compare, 2 * PAUSE);
  });
  reader?.addEventListener("change", preview);
  languages.forEach((radio) => radio.addEventListener("change", preview));
  channels.forEach((radio) => radio.addEventListener("change", () => { phones.dataset.shows = radio.value; }));
  preview();
  compare();
}

const trial = document.getElementById("try");

trial?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const part = document.getElementById("tried");
  const fields = new URLSearchParams(new FormData(trial));
  const turn = (trial.turn = (trial.turn ?? 0) + 1);
  let came = await show(part, trial.action, fields);
  fields.set("wait", "1");
  // Each of these waits at the server until the draft is learned, twenty seconds at most.
  while (came && turn === trial.turn && part.querySelector("[data-learning]")) came = await show(part, trial.action, fields);
});
