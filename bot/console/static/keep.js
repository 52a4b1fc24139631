/* What a person types stays in the browser until it is sent: through reloads, lost connections and an ended session. */

const PREFIX = "desk.draft.";

/** Keeps the fields of a form; returns how to drop them. */
export function keep(form, sign) {
  const key = PREFIX + form.dataset.kept;
  const fields = [...form.querySelectorAll("textarea, input[type=radio]")];
  const texts = fields.filter((field) => field.tagName === "TEXTAREA");
  const show = (on) => { if (sign) sign.textContent = on ? sign.dataset.kept : ""; };

  const save = () => {
    const value = { seen: form.elements.seen.value, texts: texts.map((field) => field.value) };
    value.radios = fields.filter((field) => field.checked).map((field) => [field.name, field.value]);
    try {
      if (value.texts.some((text) => text.trim())) localStorage.setItem(key, JSON.stringify(value));
      else localStorage.removeItem(key);
      show(value.texts.some((text) => text.trim()));
    } catch {
      show(false);
    }
  };

  const restore = () => {
    let value;
    try {
      value = JSON.parse(localStorage.getItem(key) ?? "null");
    } catch {
      value = null;
    }
    if (!value || texts.some((field) => field.value.trim())) return;
    texts.forEach((field, place) => { field.value = value.texts[place] ?? ""; });
    for (const [name, chosen] of value.radios ?? []) {
      const radio = fields.find((field) => field.name === name && field.value === chosen);
      if (radio) radio.checked = true;
    }
    // The version shown when the words were written: what happened since must be seen before they go out.
    form.elements.seen.value = value.seen;
    show(true);
  };

  restore();
  form.addEventListener("input", save);
  return {
    save,
    drop: () => {
      localStorage.removeItem(key);
      show(false);
    },
  };
}

/** Whoever signs out leaves nothing behind. */
export function forgetAll() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  }
}
