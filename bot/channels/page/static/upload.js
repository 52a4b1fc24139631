/** Files on their way to the server: one after another, with progress, by button and by drop. */

import { newId } from "./keep.js";

const LIMIT = 20 * 1024 * 1024;

/**
 * `button` opens `field`, `area` takes drops. `tell(word, sign, more)` shows a line, empty: none;
 * `announce(words)` is read out; `onSent()` when the server has a file.
 */
export function uploads({ button, field, area, language, words, tell, announce, onSent }) {
  const waiting = [];
  let busy = false;
  let depth = 0;

  function add(files) {
    for (const file of files) {
      if (file.size > LIMIT) fail("error_file_big", file);
      else waiting.push(file);
    }
    next();
  }

  async function next() {
    if (busy) return;
    busy = true;
    while (waiting.length) await one(waiting.shift());
    busy = false;
  }

  async function one(file) {
    announce(`${words.uploading}: ${file.name}`);
    const error = await send(file);
    if (error) return fail(error, file);
    tell("");
    announce(`${words.uploaded}: ${file.name}`);
    onSent();
  }

  function send(file) {
    const address = `/chat/files?id=${newId()}&language=${language}&name=${encodeURIComponent(file.name.slice(-120))}`;
    return new Promise((settled) => {
      const request = new XMLHttpRequest();
      request.open("POST", address);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.onprogress = (at) => tell("uploading", "📎", `: ${file.name}, ${percent(at)}`);
      request.onload = () => settled(request.status === 202 ? "" : reason(request));
      request.onerror = request.ontimeout = () => settled("error_file");
      request.timeout = 300000;
      tell("uploading", "📎", `: ${file.name}`);
      request.send(file);
    });
  }

  function percent({ loaded, total }) {
    return new Intl.NumberFormat(language, { style: "percent" }).format(total ? loaded / total : 1);
  }

  function reason(request) {
    try {
      const { error } = JSON.parse(request.responseText);
      return words[error] ? error : "error_file";
    } catch {
      return "error_file";
    }
  }

  function fail(word, file) {
    tell(word, "!", ` (${file.name})`);
  }

  function over(change) {
    depth = Math.max(0, depth + change);
    area.classList.toggle("dropping", depth > 0);
    if (depth > 0) tell("drop", "📎");
  }

  button.addEventListener("click", () => field.click());
  field.addEventListener("change", () => {
    add([...field.files]);
    field.value = "";
  });
  area.addEventListener("dragenter", (event) => holds(event) && over(1));
  area.addEventListener("dragleave", (event) => {
    if (!holds(event)) return;
    over(-1);
    if (!depth) tell("");
  });
  area.addEventListener("dragover", (event) => holds(event) && event.preventDefault());
  area.addEventListener("drop", (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    depth = 0;
    over(0);
    tell("");
    add([...event.dataTransfer.files]);
  });
}

function holds(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}
