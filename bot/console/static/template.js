/* The editor of a template: what is typed is kept until it is saved; the focus goes to what came of it. */

const form = document.getElementById("template");
const trouble = document.getElementById("trouble");
(trouble ?? document.getElementById("done"))?.focus();

if (form?.querySelector("fieldset:not(:disabled)")) {
  const key = `desk.draft.${form.dataset.kept}`;
  const sign = document.getElementById("kept");
  const restored = document.getElementById("restored");
  const fields = [...form.querySelectorAll("fieldset input, fieldset textarea, fieldset select")];
  const read = () => fields.map((field) => (field.type === "checkbox" ? field.checked : field.value));
  const put = (values) => fields.forEach((field, place) => {
    if (field.type === "checkbox") field.checked = values[place] === true;
    else field.value = values[place] ?? "";
  });
  const shown = read();
  const forget = () => {
    localStorage.removeItem(key);
    restored.hidden = true;
    sign.textContent = "";
  };

  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    kept = null;
  }
  if (form.hasAttribute("data-saved")) forget();
  else if (kept && !trouble && kept.values.length === fields.length && String(kept.values) !== String(shown)) {
    put(kept.values);
    // What was seen when the words were written: whatever changed since must be seen before they go in.
    form.elements.seen.value = kept.seen;
    form.elements.base.value = kept.base;
    restored.hidden = false;
  }

  const save = () => {
    try {
      const { seen, base } = form.elements;
      localStorage.setItem(key, JSON.stringify({ seen: seen.value, base: base.value, values: read() }));
      sign.textContent = sign.dataset.kept;
    } catch {
      sign.textContent = "";
    }
  };
  form.addEventListener("input", save);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) form.requestSubmit();
  });
  if (trouble) save();
  document.getElementById("forget").addEventListener("click", () => {
    forget();
    location.reload();
  });
}
