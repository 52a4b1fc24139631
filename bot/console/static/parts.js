/* Parts of the page that are fetched anew, and the stream that tells when. */

const policy = globalThis.trustedTypes?.createPolicy("desk", { createHTML: (html) => html }) ?? { createHTML: (html) => html };
const waiting = new Map();

/** What our own server rendered, as the page's policy lets it in. */
export const trusted = (html) => policy.createHTML(html);

/**
 * Replaces a part by what our own server renders (escaped there); focus stays where it was, or as near as can be.
 * Of several at once the last one counts, for whoever waits for an earlier one too; that it must be done whatever is
 * open there is not forgotten with the others.
 */
export function put(part, address, { always = false } = {}) {
  const wish = waiting.get(part) ?? { turn: 0, always: false };
  waiting.set(part, wish);
  wish.turn += 1;
  wish.always ||= always;
  wish.last = bring(part, address, wish, wish.turn);
  return wish.last;
}

async function bring(part, address, wish, turn) {
  let html;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" }, redirect: "manual" });
    html = response.ok ? await response.text() : null;
  } catch {
    html = null;
  }
  if (wish.turn !== turn) return wish.last;
  if (html === null || (!wish.always && busy(part))) return;
  wish.always = false;
  const keys = keysOf(part);
  const menus = openMenus(part);
  const pictures = [...part.querySelectorAll("img[data-keeps]")].filter((image) => image.complete);
  const read = part.querySelector("[data-keeps-place]");
  const place = read?.scrollTop;
  const atEnd = read && read.scrollHeight - place - read.clientHeight < 60;
  part.innerHTML = policy.createHTML(html);
  // In the same breath: whoever asked for it in the meantime must not find the top and take it for the place.
  const fresh = part.querySelector("[data-keeps-place]");
  if (read && fresh) fresh.scrollTop = atEnd ? fresh.scrollHeight : place;
  // Every fetch of a picture is a look that is kept in the audit: one that is here already stays.
  for (const image of pictures) part.querySelector(`img[data-keeps][src="${CSS.escape(image.getAttribute("src"))}"]`)?.replaceWith(image);
  for (const [key, fields] of menus) reopen(part, key, fields);
  if (keys) focusOn(part, keys)?.focus({ preventScroll: true });
}

/** What is open there, and how its fields stand: they outlive a replacement that could not wait. */
function openMenus(part) {
  const open = [...part.querySelectorAll("details[open]:has(> summary[data-key])")];
  return open.map((menu) => [menu.querySelector("summary").dataset.key, fieldsOf(menu)]);
}

const fieldsOf = (menu) => [...menu.querySelectorAll("input:not([type=hidden]), select, textarea")];

function reopen(part, key, fields) {
  const menu = part.querySelector(`summary[data-key="${CSS.escape(key)}"]`)?.parentElement;
  if (!menu) return;
  menu.open = true;
  for (const fresh of fieldsOf(menu)) {
    const kept = fields.find((field) => field.id === fresh.id);
    if (!kept) continue;
    if (kept.tagName !== "SELECT") fresh.replaceWith(kept);
    else if ([...fresh.options].some((option) => option.value === kept.value)) fresh.value = kept.value;
  }
}

/** What has the focus there, and what it stands in, from within outward; null where the focus is elsewhere. */
function keysOf(part) {
  if (!part.contains(document.activeElement)) return null;
  const keys = document.activeElement.id ? [`#${CSS.escape(document.activeElement.id)}`] : [];
  for (let at = document.activeElement; at !== part; at = at.parentElement) if (at.dataset.key) keys.push(`[data-key="${CSS.escape(at.dataset.key)}"]`);
  return keys;
}

/** The first of them that is still there, else the first place that can have the focus. */
function focusOn(part, keys) {
  const found = keys.map((key) => part.querySelector(key)).find(Boolean);
  return found ?? part.querySelector("[data-keeps-place], [data-key]");
}

/** Somebody types, chooses or has a menu open in it: it can wait. */
function busy(part) {
  if (part.querySelector("details[open]")) return true;
  return part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
}

/** Where to sign in and come back here. */
export const signIn = () => `${document.body.dataset.base}/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;

/** Follows the stream; shows whether it is alive. */
export function listen(address, on) {
  const line = document.getElementById("line");
  const show = (state) => {
    if (line.dataset.state === state) return;
    line.dataset.state = state;
    line.textContent = line.dataset[state];
    if (state === "over") line.replaceChildren(Object.assign(document.createElement("a"), { href: signIn(), textContent: line.dataset.over }));
  };
  let source = null;
  let lost = false;
  let over = false;
  const gone = () => {
    if (over) return;
    lost = true;
    show("off");
  };
  const open = () => {
    if (over) return;
    source?.close();
    source = new EventSource(`${document.body.dataset.base}/live?address=${address}`);
    source.addEventListener("ready", () => {
      show("on");
      if (lost) for (const one of Object.values(on)) one();
      lost = false;
    });
    source.addEventListener("signed_out", () => {
      over = true;
      show("over");
      source.close();
    });
    source.addEventListener("error", (event) => {
      if (event.target !== source) return;
      gone();
      // A refused stream is not tried again by the browser itself.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 5000);
    });
    for (const [name, react] of Object.entries(on)) source.addEventListener(name, react);
  };
  // A cable pulled out breaks no stream for minutes; the browser knows at once.
  addEventListener("offline", gone);
  addEventListener("online", open);
  open();
}
