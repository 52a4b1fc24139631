/**
 * What a browser keeps for its owner: the draft, and messages the server has not confirmed yet.
 * A store that is full or forbidden is survived: then things are kept while the page is open.
 */

const DRAFT = "otklik.draft";
const QUEUE = "otklik.queue";
const memory = new Map();

function read(key) {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

function write(key, value) {
  memory.set(key, value);
  try {
    localStorage.setItem(key, value);
  } catch {
    // Kept in memory above.
  }
}

export const draft = {
  get: () => read(DRAFT) ?? "",
  set: (text) => write(DRAFT, text),
};

/** Entries by id. Read anew each time: another tab of the same owner writes here too. */
function entries() {
  try {
    const found = JSON.parse(read(QUEUE) ?? "[]");
    return Array.isArray(found) ? found.filter((e) => e && typeof e.id === "string") : [];
  } catch {
    return [];
  }
}

export const queue = {
  all: entries,
  put(entry) {
    const others = entries().filter((e) => e.id !== entry.id);
    const place = entries().findIndex((e) => e.id === entry.id);
    others.splice(place < 0 ? others.length : place, 0, entry);
    write(QUEUE, JSON.stringify(others));
  },
  remove(id) {
    write(QUEUE, JSON.stringify(entries().filter((e) => e.id !== id)));
  },
};

/** The id of opening the chat: the same each time, so that the server takes it once. It is nobody's words. */
export const START = "start";

/** An id of our own making. randomUUID is missing where the page is not served over https. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
