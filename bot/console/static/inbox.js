/* The inbox while it is open: what changed is fetched anew, what is typed is kept, forms go without leaving. */

import { guides } from "./guides.js";
import { keep } from "./keep.js";
import { listen, put, signIn } from "./parts.js";
import { plainness } from "./plain.js";
import { suggest } from "./suggest.js";

const queue = document.getElementById("queue");
const talk = document.getElementById("talk");
const conversation = document.getElementById("conversation");
const about = document.getElementById("about");
const answer = document.getElementById("answer");
const text = document.getElementById("text");
const trouble = document.getElementById("trouble");
const address = talk?.dataset.address ?? "0";
const kept = answer ? keep(answer, document.getElementById("kept")) : null;
const hint = answer ? plainness(answer, text) : null;

listen(address, {
  queue: () => put(queue, queue.dataset.part),
  conversation: talked,
});
setInterval(() => put(queue, queue.dataset.part), 30000);

async function talked() {
  if (!talk) return;
  const log = () => conversation.querySelector(".log");
  const before = spoken();
  await Promise.all([put(conversation, talk.dataset.part), put(about, about.dataset.part)]);
  showAbout();
  // A log that is replaced as a whole is read out by no screen reader; what is new in it is said here.
  const fresh = [...spoken()].filter(([key]) => !before.has(key)).map(([, words]) => words);
  if (fresh.length) document.getElementById("heard").textContent = fresh.join("\n");
  if (!answer) return;
  const seen = answer.elements.seen;
  if (Number(log().dataset.version) <= Number(seen.value)) return;
  // A version that came while something is being written stays unseen, so that sending asks again.
  if (text.value.trim()) tell(trouble.dataset.away, []);
  else seen.value = log().dataset.version;
}

/** Who said what, by what tells it apart. */
function spoken() {
  const key = (said) => `${said.className} ${said.dataset.line}`;
  const words = (said) => `${said.querySelector("header").textContent.trim()}: ${said.querySelector(".text").textContent}`;
  return new Map([...conversation.querySelectorAll(".said")].map((said) => [key(said), words(said)]));
}

function tell(words, changes) {
  trouble.querySelector("[data-says]").textContent = words;
  const items = changes.map((change) => Object.assign(document.createElement("li"), { textContent: change }));
  trouble.querySelector("[data-changes]").replaceChildren(...items);
  trouble.hidden = !words;
}

/** Sends a form; what comes back is the answer of the server, or null without one. */
async function send(form) {
  try {
    // A field of the form is called "action" too, and hides the form's own.
    const response = await fetch(form.getAttribute("action"), {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: "application/json" },
    });
    if (response.status === 401) return location.assign(signIn());
    const told = await response.json();
    return response.ok ? told : { ...told, status: response.status };
  } catch {
    return { fault: "network" };
  }
}

async function sendAnswer(event) {
  event.preventDefault();
  const button = document.getElementById("send");
  if (button.disabled || !text.value.trim()) return;
  button.disabled = true;
  const before = gestures;
  const told = await send(answer);
  button.disabled = false;
  if (!told) return;
  if (told.fault === "network") return tell(trouble.dataset.network, []);
  if (told.fault === "conflict") {
    answer.elements.seen.value = told.version;
    answer.elements.action.value = told.action;
    tell(trouble.dataset.conflict, told.changes);
    await put(conversation, talk.dataset.part, { always: true });
    toEnd();
    return text.focus();
  }
  if (told.fault) {
    if (told.action) answer.elements.action.value = told.action;
    return tell(told.text || trouble.dataset.broken, []);
  }
  kept.drop();
  hint.hide();
  text.value = "";
  answer.elements.action.value = told.action;
  answer.elements.kind.value = "answer";
  tell("", []);
  await refresh();
  toEnd();
  if (gestures === before) text.focus();
}

/** After something of our own: what we see now is what we have seen. */
async function refresh(always = false) {
  await Promise.all([put(conversation, talk.dataset.part, { always }), put(queue, queue.dataset.part)]);
  showAbout();
  const version = conversation.querySelector(".log").dataset.version;
  if (answer && !text.value.trim()) answer.elements.seen.value = version;
  setTimeout(talked, 2500);
}

/** Counts what a person does: whoever has done something since has moved on, and the focus stays with him. */
let gestures = 0;
for (const name of ["keydown", "pointerdown"]) addEventListener(name, () => { gestures += 1; }, { capture: true });

async function act(event) {
  const form = event.target.closest("form[data-acts]");
  if (!form) return;
  event.preventDefault();
  const opener = (form.closest("details")?.querySelector("summary") ?? form.querySelector("button")).dataset.key;
  const before = gestures;
  const places = [opener, `case-${form.elements.case.value}`];
  const told = await send(form);
  if (!told) return;
  if (told.done) {
    form.closest("details")?.removeAttribute("open");
    const version = Number(conversation.querySelector(".log").dataset.version);
    const current = answer && Number(answer.elements.seen.value) === version;
    await refresh(true);
    if (current) answer.elements.seen.value = conversation.querySelector(".log").dataset.version;
    tellIfThere("", []);
    if (gestures === before) land(places, { writes: /^(claim|reopen)-/.test(opener) });
    return;
  }
  const words = told.fault === "network" ? trouble?.dataset.unsent : told.text || trouble?.dataset.changed;
  tellIfThere(words ?? "", told.changes ?? []);
  if (told.fault === "network") return;
  if (form.querySelector("textarea")?.value.trim()) {
    // What was typed stays; sent once more, it is sent with what is known now.
    if (told.version) form.elements.seen.value = told.version;
    if (told.action) form.elements.action.value = told.action;
    return;
  }
  await put(conversation, talk.dataset.part, { always: true });
  if (gestures === before) land(places);
}

/** The focus stays with the case that was acted on; who took it, or has no more to do with it, writes on. */
function land(places, { writes = false } = {}) {
  const found = places.map((key) => conversation.querySelector(`[data-key="${CSS.escape(key)}"]`)).find(Boolean);
  ((writes ? text : found) ?? text ?? conversation.querySelector(".log")).focus();
}

/** Older messages come in above, and what is being read stays where it is. */
async function older() {
  const wish = conversation.querySelector("[data-older]");
  if (!wish || wish.ariaBusy) return;
  wish.ariaBusy = "true";
  const focused = document.activeElement === wish;
  const log = () => conversation.querySelector(".log");
  const below = log().scrollHeight - log().scrollTop;
  const wanted = new URL(wish.href).searchParams.get("most");
  const address = `${talk.dataset.part.split("?")[0]}?most=${wanted}`;
  await put(conversation, address, { always: true });
  if (wish.isConnected) return wish.removeAttribute("aria-busy");
  talk.dataset.part = address;
  log().scrollTop = log().scrollHeight - below;
  if (focused) (conversation.querySelector("[data-older]") ?? log()).focus({ preventScroll: true });
}

/** On a narrow screen the client's card lies over the conversation. */
function showAbout(open = document.body.classList.contains("about-open")) {
  document.body.classList.toggle("about-open", open);
  conversation.querySelector(".about-toggle").setAttribute("aria-expanded", String(open));
}

function tellIfThere(words, changes) {
  if (trouble) tell(words, changes);
}

function toEnd() {
  const log = conversation?.querySelector(".log");
  if (log) log.scrollTop = log.scrollHeight;
}

answer?.addEventListener("submit", sendAnswer);
conversation?.addEventListener("submit", act);
let atEnd = true;
conversation?.addEventListener("scroll", (event) => {
  if (!event.target.matches(".log")) return;
  atEnd = event.target.scrollHeight - event.target.scrollTop - event.target.clientHeight < 60;
  if (event.target.scrollTop < 40 && event.target.scrollHeight > event.target.clientHeight) older();
}, { capture: true, passive: true });
conversation?.addEventListener("input", (event) => {
  if (event.target.name !== "body") return;
  const known = [...event.target.list.options].find((one) => one.value === event.target.value);
  if (known) event.target.form.elements.until.value = known.dataset.until;
});
// A warning, a longer answer or the keyboard of a telephone takes room: the last words stay in sight.
if (conversation) new ResizeObserver(() => atEnd && toEnd()).observe(conversation);
if (text) suggest(answer, text);
guides(document.getElementById("guides"));
toEnd();

text?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    answer.requestSubmit();
  }
});

conversation?.addEventListener("click", (event) => {
  if (event.target.closest("[data-older]")) {
    event.preventDefault();
    older();
  }
  if (!event.target.closest(".about-toggle")) return;
  showAbout(!document.body.classList.contains("about-open"));
});

about?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#case-']");
  if (!link) return;
  event.preventDefault();
  showAbout(false);
  document.getElementById(link.hash.slice(1))?.focus();
});

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !document.body.classList.contains("about-open")) return;
  showAbout(false);
  conversation.querySelector(".about-toggle").focus();
});

queue.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select, [contenteditable]") || event.ctrlKey || event.altKey || event.metaKey) return;
  const step = { KeyJ: 1, KeyK: -1 }[event.code];
  if (!step) return;
  const rows = [...queue.querySelectorAll(".row-link")];
  const at = rows.findIndex((row) => row === document.activeElement);
  const chosen = at >= 0 ? at + step : rows.findIndex((row) => row.hasAttribute("aria-current")) + (at < 0 && step > 0 ? 1 : -1);
  rows[Math.min(Math.max(chosen, 0), rows.length - 1)]?.focus();
});
