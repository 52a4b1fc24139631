/**
 * The line to the server: messages as they come, silence noticed, broken lines made anew.
 * A hidden tab lets its line go after a while and only looks in: browsers allow six lines a site.
 */

import { backoff } from "./outgoing.js";

const SILENCE = 40000;
const REST_AFTER = 300000;
const LOOK_EVERY = 60000;

/**
 * `onMessage(message)`, `onReady()`: the past is told; `onState("online" | "broken")`;
 * `onRefused()`: the server answered, but not with a stream. `open` of the result: try anew, now.
 */
export function connect({ onMessage, onReady, onState, onRefused }) {
  let source = null;
  let after = 0;
  let failures = 0;
  let resting = false;
  let next = 0;
  let watchdog = 0;
  let tired = 0;

  function open() {
    close();
    source = new EventSource(`/chat/stream?after=${after}`);
    source.addEventListener("message", (event) => {
      alive();
      after = Math.max(after, Number(event.lastEventId) || 0);
      onMessage(JSON.parse(event.data));
    });
    source.addEventListener("ready", () => {
      failures = 0;
      alive();
      onState("online");
      onReady();
      if (resting) sleep();
    });
    source.addEventListener("ping", alive);
    source.addEventListener("error", () => {
      if (source && source.readyState === EventSource.CLOSED) onRefused();
      lost();
    });
    alive();
  }

  function close() {
    clearTimeout(next);
    clearTimeout(watchdog);
    if (source) source.close();
    source = null;
  }

  function lost() {
    close();
    failures += 1;
    onState("broken");
    next = setTimeout(open, backoff(failures - 1));
  }

  function alive() {
    clearTimeout(watchdog);
    watchdog = setTimeout(lost, SILENCE);
  }

  function sleep() {
    close();
    next = setTimeout(open, LOOK_EVERY);
  }

  function rest() {
    resting = true;
    if (source) sleep();
  }

  function wake() {
    resting = false;
    if (!source) open();
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(tired);
    if (document.hidden) tired = setTimeout(rest, REST_AFTER);
    else wake();
  });
  addEventListener("online", open);
  addEventListener("offline", () => onState("broken"));
  addEventListener("pageshow", (event) => event.persisted && open());
  addEventListener("pagehide", close);
  open();
  return { open };
}
