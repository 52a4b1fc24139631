/**
 * Messages on their way to the server: kept until it confirms each, one after another, in order.
 * The server knows a message by its id, so sending one again is harmless.
 */

import { queue } from "./keep.js";

const PATIENCE = 15000;
const LONGEST_WAIT = 10000;

/**
 * `onChange(entry, state, error)`: state is waiting | sending | delivered | failed.
 * `onStranger()`: the server does not know this browser (no valid cookie).
 * `onUnreachable()`: no answer from the server.
 */
export function outgoing({ onChange, onStranger, onUnreachable }) {
  const waiting = [];
  let started = false;
  let busy = false;
  let failures = 0;
  let notBefore = 0;
  let timer = 0;

  function add(entry, { first = false } = {}) {
    if (waiting.some((e) => e.id === entry.id)) return;
    if (first) waiting.unshift(entry);
    else waiting.push(entry);
    queue.put(entry);
    flush();
  }

  /** Begin to send. */
  function start() {
    started = true;
    flush();
  }

  /** The server showed a message of this id: it has it, whatever became of the answer to the post. */
  function confirm(id) {
    const entry = waiting.find((e) => e.id === id);
    if (entry) settle(entry, () => onChange(entry, "delivered"));
  }

  function settle(entry, tell) {
    waiting.splice(waiting.indexOf(entry), 1);
    queue.remove(entry.id);
    tell();
  }

  /** Send what is left; called again when the line is back. */
  async function flush() {
    if (busy || !started) return;
    clearTimeout(timer);
    const pause = notBefore - Date.now();
    if (pause > 0) return again(pause);
    busy = true;
    try {
      while (waiting.length && (await one(waiting[0])));
    } finally {
      busy = false;
    }
  }

  async function one(entry) {
    onChange(entry, "sending");
    const { verdict, error, after } = await post(entry);
    if (!waiting.includes(entry)) return true;
    if (verdict === "later") {
      failures += 1;
      onChange(entry, "waiting", error);
      if (!error) onUnreachable();
      if (after) notBefore = Date.now() + after * 1000;
      again(after ? after * 1000 : backoff(failures));
      return false;
    }
    failures = 0;
    if (verdict === "stranger") {
      onChange(entry, "waiting");
      onStranger();
      again(LONGEST_WAIT);
      return false;
    }
    if (verdict === "accepted") settle(entry, () => onChange(entry, "delivered"));
    else settle(entry, () => fail(entry, error));
    return true;
  }

  function fail(entry, error) {
    entry.error = error;
    if (entry.kind !== "start") queue.put(entry);
    onChange(entry, "failed", error);
  }

  function again(pause) {
    clearTimeout(timer);
    timer = setTimeout(flush, pause);
  }

  return { add, start, confirm, flush };
}

/** Milliseconds before the next try: doubling, with a random part so that clients don't come in step. */
export function backoff(failures) {
  return Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(failures, 6)) * (0.6 + 0.4 * Math.random());
}

/** POST as JSON, given up after a while. Rejects when the server can't be reached. */
export async function postJson(address, content) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), PATIENCE);
  try {
    return await fetch(address, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(content),
      signal: controller.signal,
    });
  } finally {
    clearTimeout(timer);
  }
}

async function post({ id, kind, text, action, language }) {
  let response;
  try {
    response = await postJson("/chat/messages", { id, kind, text, action, language });
  } catch {
    return { verdict: "later" };
  }
  if (response.status === 202) return { verdict: "accepted" };
  const error = await reason(response);
  if (response.status === 403) return { verdict: "stranger" };
  if ([400, 413, 415, 422].includes(response.status)) return { verdict: "refused", error };
  return { verdict: "later", error, after: Number(response.headers.get("Retry-After")) || 0 };
}

async function reason(response) {
  try {
    return (await response.json()).error ?? "";
  } catch {
    return "";
  }
}
