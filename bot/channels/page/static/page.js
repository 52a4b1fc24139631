/** The client's page: puts its parts together. */

import { START, draft, newId, queue } from "./keep.js";
import { conversation } from "./log.js";
import { outgoing, postJson } from "./outgoing.js";
import { scroller } from "./scroll.js";
import { uploads } from "./upload.js";
import { connect } from "./stream.js";

const { words, limit } = JSON.parse(document.getElementById("config").textContent);
const [log, form, text, typing, line, spoken] = ["log", "form", "text", "typing", "state", "spoken"].map((id) =>
  document.getElementById(id),
);
const MAX_BYTES = 63000;
const CALM = ["restored", "connecting", "uploading", "drop"];
const title = document.title;
const language = document.documentElement.lang;
const scroll = scroller(document.getElementById("newer"), log);
const chat = conversation(log, { words, language, onPress: press, onCopy: copy, onEdit: writeAnew });
const out = outgoing({ onChange: changed, onStranger: stranger, onUnreachable: doubt });

let begun = false;
let told = false;
let unseen = 0;
let acknowledged = 0;
const timers = {};

function later(name, pause, act) {
  clearTimeout(timers[name]);
  timers[name] = setTimeout(act, pause);
}

// --- what the visitor does ---

function send() {
  const written = text.value.toWellFormed ? text.value.toWellFormed() : text.value;
  if (!written.trim()) return text.focus();
  if (tooLong(written)) return say("error_long", "!");
  say("");
  submit({ kind: "text", text: written.trim(), action: "" });
  text.value = "";
  draft.set("");
  grow();
}

/** By characters, or by bytes on the way: emoji take four. */
function tooLong(written) {
  const size = new TextEncoder().encode(JSON.stringify(written)).length;
  return Array.from(written).length > limit || size > MAX_BYTES;
}

function press(button, node) {
  if (node.classList.contains("chosen") && Date.now() - Number(node.dataset.at) < 1000) return;
  node.classList.add("chosen");
  node.dataset.at = Date.now();
  submit({ kind: "button", text: button.label, action: button.action });
}

function submit(content) {
  const entry = { ...content, id: newId(), language, at: Date.now() };
  chat.add(entry, begun);
  out.add(entry);
  scroll.down();
}

function writeAnew(entry) {
  queue.remove(entry.id);
  text.value = text.value.trim() ? `${entry.text}\n${text.value}` : entry.text;
  draft.set(text.value);
  grow();
  text.focus();
}

async function copy(value, node) {
  try {
    await navigator.clipboard.writeText(value);
  } catch {
    copyTheOldWay(value);
  }
  announce(`${words.copied}: ${value}`);
  node.dataset.copied = `✓ ${words.copied}`;
  later("copied", 2000, () => log.querySelectorAll("[data-copied]").forEach((n) => n.removeAttribute("data-copied")));
}

function copyTheOldWay(value) {
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.value = value;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  focused?.focus();
}

// --- what the server says ---

/** The past is told, or can't be told now: from here on things are shown and sent as they come. */
function begin() {
  if (begun) return;
  begun = true;
  clearTimeout(timers.begin);
  chat.reveal();
  out.start();
  scroll.down(false);
}

function ready() {
  if (!told && chat.last() === 0) {
    out.add({ id: START, kind: "start", text: "", action: "", language, at: Date.now() }, { first: true });
  }
  begin();
  if (!told) later("live", 250, live);
  told = true;
  out.flush();
  acknowledge();
}

/** New messages are read out from now on; the past was not. */
function live() {
  log.removeAttribute("aria-busy");
  log.setAttribute("aria-live", "polite");
}

function receive(message) {
  const node = chat.show(message);
  if (message.own) out.confirm(message.key);
  if (!message.own) {
    waitForAnswer(false);
    if (told && document.hidden) badge(unseen + 1);
  }
  if (node && begun) scroll.follow(node);
  later("acknowledge", 300, acknowledge);
}

async function acknowledge() {
  const upto = chat.last();
  if (upto <= acknowledged) return;
  try {
    if ((await postJson("/chat/ack", { upto })).ok) acknowledged = Math.max(acknowledged, upto);
  } catch {
    // The next message, or the next time the line is back, acknowledges this one too.
  }
}

function changed(entry, state, error) {
  if (entry.kind !== "start") {
    chat.mark(entry, state, error);
    if (state !== "sending") announce(words[state]);
  }
  waitForAnswer(state === "delivered");
  if (state === "delivered" && broken) stream.open();
}

function waitForAnswer(wanted) {
  clearTimeout(timers.typing);
  typing.hidden = true;
  if (!wanted) return;
  later("typing", 600, () => {
    typing.hidden = false;
    scroll.keep();
    later("typing", 8000, () => (typing.hidden = true));
  });
}

/** The server does not know this browser: a fresh page brings a fresh cookie, unless it keeps none. */
function stranger() {
  const key = "otklik.reloaded";
  try {
    if (Date.now() - Number(sessionStorage.getItem(key)) > 60000) {
      sessionStorage.setItem(key, Date.now());
      return location.reload();
    }
  } catch {
    // No store, no way to tell a loop: say it instead.
  }
  say("error_cookies", "!");
}

async function refused() {
  try {
    if ((await postJson("/chat/ack", { upto: 0 })).status === 403) stranger();
  } catch {
    // Not reachable at all; the line says so.
  }
}

// --- the line ---

let broken = false;

function lineState(state) {
  const was = broken;
  broken = state === "broken";
  document.body.classList.toggle("broken", broken);
  if (broken) {
    later("begin", 0, begin);
    later("line", was ? 0 : 1000, () => say(navigator.onLine ? "reconnecting" : "offline", navigator.onLine ? "↻" : "⚠"));
    return;
  }
  clearTimeout(timers.line);
  if (!was || line.hidden) return;
  say("restored", "✓");
  later("line", 2500, () => say(""));
}

/** A message got no answer: the line may be dead without having said so. */
function doubt() {
  if (!broken) stream.open();
}

/** One line above the field, in words and with a sign; empty: none. */
function say(word, sign = "", more = "") {
  line.classList.toggle("bad", !CALM.includes(word));
  const hadRoom = line.hidden;
  line.hidden = !word;
  const shown = word ? `${sign} ${words[word]}${more}` : "";
  if (line.textContent !== shown) line.textContent = shown;
  if (hadRoom !== line.hidden) scroll.keep();
}

function announce(words_) {
  spoken.textContent = words_;
}

function badge(count) {
  unseen = count;
  document.title = count ? `(${count}) ${title}` : title;
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + text.offsetHeight - text.clientHeight}px`;
}

// --- start ---

function listen() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  text.addEventListener("keydown", (event) => {
    const typed = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || typed) return;
    event.preventDefault();
    send();
  });
  text.addEventListener("input", () => {
    draft.set(text.value);
    grow();
  });
  document.addEventListener("visibilitychange", () => document.hidden || badge(0));
  addEventListener("online", () => out.flush());
}

/** Take up what an earlier visit left unsent. */
function adopt() {
  queue.remove(START);
  for (const entry of queue.all()) {
    chat.add(entry, false);
    if (entry.error) chat.mark(entry, "failed", entry.error);
    else out.add(entry);
  }
}

document.getElementById("fallback").remove();
uploads({
  button: document.getElementById("attach"),
  field: document.getElementById("files"),
  area: document.body,
  language,
  words,
  tell: say,
  announce,
  onSent: () => waitForAnswer(true),
});
text.value = draft.get();
listen();
grow();
adopt();
later("begin", 2000, begin);
later("line", 1500, () => begun || say("connecting", "↻"));
const stream = connect({ onMessage: receive, onReady: ready, onState: lineState, onRefused: refused });
if (matchMedia("(hover: hover) and (pointer: fine)").matches) text.focus({ preventScroll: true });
