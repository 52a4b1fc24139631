/**
 * A message as nodes of the document. Everything anyone wrote goes in as text, never as markup.
 */

const LINK = /https?:\/\/[^\s<>«»"]*[^\s<>«»".,;:!?)\]]|(?:\+7|\b8)[ \u00a0(-]*\d{3}[ \u00a0)-]*\d{3}[ \u00a0-]?\d{2}[ \u00a0-]?\d{2}\b/g;
const SCHEMES = ["http:", "https:", "tel:", "mailto:"];

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

export function hidden(text) {
  return element("span", { class: "hidden" }, text);
}

/** Nodes of a text with marks; `start` and `length` count code points. */
export function formatted(text, marks, { words, onCopy, links }) {
  const points = Array.from(text);
  const cuts = new Set([0, points.length]);
  for (const { start, length } of marks) {
    cuts.add(Math.min(start, points.length)).add(Math.min(start + length, points.length));
  }
  const edges = [...cuts].sort((a, b) => a - b);
  return edges.slice(1).flatMap((end, i) => {
    const begin = edges[i];
    const covers = (style) =>
      marks.find((m) => m.style === style && m.start <= begin && end <= m.start + m.length);
    const piece = points.slice(begin, end).join("");
    const code = covers("code");
    const whole = code && points.slice(code.start, code.start + code.length).join("");
    const nodes = code ? [copyable(piece, whole, words, onCopy)] : links ? linked(piece, words) : [piece];
    return covers("bold") ? [element("strong", {}, ...nodes)] : nodes;
  });
}

function copyable(shown, whole, words, onCopy) {
  const made = element("button", { type: "button", class: "code", title: words.copy }, shown, hidden(`, ${words.copy}`));
  made.addEventListener("click", () => onCopy(whole, made));
  return made;
}

function linked(text, words) {
  const nodes = [];
  let done = 0;
  for (const found of text.matchAll(LINK)) {
    nodes.push(text.slice(done, found.index), anchor(found[0], words));
    done = found.index + found[0].length;
  }
  nodes.push(text.slice(done));
  return nodes.filter((node) => node !== "");
}

function anchor(text, words) {
  if (text.startsWith("http")) return external(text, [text], words, "");
  const digits = text.replace(/\D/g, "").replace(/^8/, "7");
  return element("a", { href: `tel:+${digits}` }, text);
}

function external(address, children, words, look) {
  return element(
    "a",
    { href: address, target: "_blank", rel: "noopener noreferrer", class: look || undefined },
    ...children,
    hidden(` (${words.opens})`),
  );
}

/** A file to download, with its size; nothing without one. */
export function attached(file, { words, language }) {
  if (!file) return null;
  const megabytes = file.size >= 1048576;
  const size = new Intl.NumberFormat(language, {
    style: "unit",
    unit: megabytes ? "megabyte" : "kilobyte",
    maximumFractionDigits: megabytes ? 1 : 0,
  }).format(megabytes ? file.size / 1048576 : Math.max(1, file.size / 1024));
  const sign = element("span", { "aria-hidden": "true" }, "⭳");
  const name = element("span", { class: "name" }, file.name, element("span", { class: "size" }, size));
  return element("a", { class: "file", href: file.link, download: file.name }, sign, hidden(`${words.download}: `), name);
}

/** Rows of buttons, or nothing. */
export function buttons(rows, { words, onPress }) {
  const filled = rows.filter((row) => row.length);
  if (!filled.length) return null;
  const group = element("div", { class: "options", role: "group", "aria-label": words.options });
  for (const row of filled) {
    group.append(element("div", { class: "row" }, ...row.map((b) => option(b, words, onPress))));
  }
  return group;
}

function option(button, words, onPress) {
  if (button.link) {
    const sign = element("span", { "aria-hidden": "true" }, "↗");
    if (safe(button.link)) return external(button.link, [button.label, sign], words, "option");
    return element("span", { class: "option" }, button.label);
  }
  const made = element("button", { type: "button", class: "option" }, button.label);
  made.addEventListener("click", () => onPress(button, made));
  return made;
}

function safe(address) {
  try {
    return SCHEMES.includes(new URL(address).protocol);
  } catch {
    return false;
  }
}
