/* Parts of the page that are fetched anew, and the stream that tells when. */

const policy = globalThis.trustedTypes?.createPolicy("desk", { createHTML: (html) => html }) ?? { createHTML: (html) => html };
const waiting = new Map();

/**
 * Replaces a part by what our own server renders (escaped there); focus stays where it was.
 * Of several at once the last one counts; that it must be done whatever is open there is not forgotten with the others.
 */
export async function put(part, address, { always = false } = {}) {
  const wish = waiting.get(part) ?? { turn: 0, always: false };
  waiting.set(part, wish);
  const turn = ++wish.turn;
  wish.always ||= always;
  let response;
  try {
    response = await fetch(address, { headers: { Accept: "text/html" }, redirect: "manual" });
  } catch {
    return;
  }
  if (!response.ok || wish.turn !== turn) return;
  const html = await response.text();
  if (wish.turn !== turn || (!wish.always && busy(part))) return;
  wish.always = false;
  const key = part.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
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
  if (key) part.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

/** Somebody types, chooses or has a menu open in it: it can wait. */
function busy(part) {
  if (part.querySelector("details[open]")) return true;
  return part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
}

/** Follows the stream; shows whether it is alive. */
export function listen(address, on) {
  const line = document.getElementById("line");
  const show = (state) => {
    if (line.dataset.state === state) return;
    line.dataset.state = state;
    line.textContent = line.dataset[state];
  };
  const source = new EventSource(`${document.body.dataset.base}/live?address=${address}`);
  let lost = false;
  source.addEventListener("ready", () => {
    show("on");
    if (lost) for (const one of Object.values(on)) one();
    lost = false;
  });
  source.addEventListener("signed_out", () => {
    show("over");
    source.close();
  });
  source.addEventListener("error", () => {
    lost = true;
    show("off");
    // A refused stream is not tried again by the browser itself.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(address, on), 5000);
  });
  for (const [name, react] of Object.entries(on)) source.addEventListener(name, react);
}
