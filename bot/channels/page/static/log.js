/** The conversation on the screen. */

import { START } from "./keep.js";
import { attached, buttons, element, formatted, hidden } from "./render.js";

const SIGNS = { waiting: "◷", sending: "…", delivered: "✓", failed: "!" };
const ON_THE_WAY = ["waiting", "sending"];
const DAY = 86400000;

/** `onPress(button, node)`, `onCopy(text, node)`, `onEdit(entry)`: a message refused, to be written anew. */
export function conversation(log, { words, language, onPress, onCopy, onEdit }) {
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const near = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  /** By id: { entry, node, state, error, echoed }; what was sent from here and is not known to have come back. */
  const locals = new Map();
  let last = 0;

  /** Show a message that the server has. Its node, or null when it was there before or shows nothing. */
  function show(message) {
    if (message.id <= last) return null;
    last = message.id;
    if (!message.own) return mended(message) ?? place(bubble(message, "theirs"), message.at);
    const mine = locals.get(message.key);
    if (!mine) return message.key === START ? null : place(told(message), message.at);
    mine.echoed = true;
    stamp(draw(mine), message.at);
    days();
    settle(mine);
    return mine.node;
  }

  /** An earlier message with new words, where it stood. */
  function mended(message) {
    const old = message.replaces && log.querySelector(`[data-id="${message.replaces}"]`);
    if (!old) return null;
    const made = bubble({ ...message, id: message.replaces }, "theirs");
    stamp(made, old.querySelector("time").dateTime);
    old.replaceWith(made);
    return made;
  }

  /** The visitor's own words from an earlier visit; what was personal in them is not given back. */
  function told(message) {
    const made = bubble(message.text ? message : { ...message, text: words.private }, "own");
    made.classList.toggle("private", !message.text);
    return made;
  }

  /** Take note of a message from here; `draw` says whether to show it at once. */
  function add(entry, shown) {
    const mine = { entry, node: null, state: "sending", error: "", echoed: false };
    locals.set(entry.id, mine);
    if (shown) draw(mine);
  }

  /** Show whatever was only noted so far. */
  function reveal() {
    locals.forEach(draw);
  }

  function draw(mine) {
    if (mine.node) return mine.node;
    mine.node = bubble({ text: mine.entry.text, marks: [], rows: [] }, "own");
    mine.node.append(element("p", { class: "delivery", "aria-live": "off" }));
    insert(mine.node, mine.entry.at, null);
    state(mine);
    return mine.node;
  }

  /** A message from here changed its state: waiting | sending | delivered | failed. */
  function mark(entry, to, error = "") {
    const mine = locals.get(entry.id);
    if (!mine) return;
    Object.assign(mine, { state: to, error });
    if (mine.node) state(mine);
    settle(mine);
  }

  function settle(mine) {
    if (mine.echoed && mine.state === "delivered") locals.delete(mine.entry.id);
  }

  function state(mine) {
    const line = [element("span", { class: "sign", "aria-hidden": "true" }, SIGNS[mine.state]), said(mine)];
    if (mine.state === "failed") line.push(editor(mine));
    mine.node.dataset.state = mine.state;
    mine.node.querySelector(".delivery").replaceChildren(...line);
  }

  function said({ state: now, error }) {
    if (now === "waiting") return words[error] ?? words.waiting;
    return now === "failed" ? `${words.failed}. ${words[error] ?? words.error_bad}` : words[now];
  }

  function editor({ entry, node }) {
    const button = element("button", { type: "button", class: "edit" }, words.edit);
    button.addEventListener("click", () => {
      locals.delete(entry.id);
      node.remove();
      days();
      onEdit(entry);
    });
    return button;
  }

  function bubble(message, side) {
    const text = element("div", { class: "text", dir: "auto" });
    text.append(...formatted(message.text, message.marks, { words, onCopy, links: side === "theirs" }));
    const who = hidden(`${side === "own" ? words.you : words.assistant}: `);
    const file = attached(message.file, { words, language });
    const inside = [who, ...(file ? [file] : []), ...(message.text ? [text] : []), element("time")];
    const made = element("div", { class: `message ${side}` }, element("div", { class: "bubble" }, ...inside));
    if (message.id) made.dataset.id = message.id;
    const options = buttons(message.rows, { words, onPress });
    if (options) made.append(options);
    if (options) only(made, "newest");
    if (side === "own") only(made, "latest");
    return made;
  }

  function only(node, name) {
    for (const older of log.querySelectorAll(`.${name}`)) older.classList.remove(name);
    node.classList.add(name);
  }

  /** What the server has stands above what is still on its way. */
  function place(node, at) {
    const open = [...locals.values()].find((m) => m.node && !m.echoed && ON_THE_WAY.includes(m.state));
    return insert(node, at, open ? open.node : null);
  }

  function insert(node, at, before) {
    stamp(node, at);
    const above = before?.previousElementSibling;
    log.insertBefore(node, above?.className === "day" ? above : before);
    days();
    return node;
  }

  function stamp(node, at) {
    const moment = new Date(at);
    const time = node.querySelector("time");
    time.dateTime = moment.toISOString();
    time.textContent = clock.format(moment);
    node.dataset.day = moment.toDateString();
  }

  /** A line above the first message of each day. One that is right stays: a reader would tell it again. */
  function days() {
    let day = "";
    let line = null;
    for (const child of [...log.children]) {
      if (child.className === "day") {
        line?.remove();
        line = child;
        continue;
      }
      const begins = child.dataset.day !== day;
      day = child.dataset.day;
      if (begins && line?.dataset.of !== day) child.before(element("p", { class: "day", "data-of": day }, dayName(new Date(day))));
      if (!begins || line?.dataset.of !== day) line?.remove();
      line = null;
    }
    line?.remove();
  }

  function dayName(day) {
    const ago = Math.round((new Date(new Date().toDateString()) - day) / DAY);
    if (ago === 0 || ago === 1) return near.format(-ago, "day");
    const year = day.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
    return new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year }).format(day);
  }

  return { show, add, reveal, mark, last: () => last };
}
