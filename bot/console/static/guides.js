/* Rules and canned answers beside the answer: found by their words, put into the field by a press. */

/** ``panel``: the whole of it; null where there is none. */
export function guides(panel) {
  if (!panel) return;
  const text = document.getElementById("text");
  const query = document.getElementById("guide-q");
  const none = document.getElementById("guide-none");
  const sections = [...panel.querySelectorAll("section")];

  query.addEventListener("input", () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const section of sections) {
      const items = [...section.querySelectorAll("li")];
      for (const item of items) {
        const held = item.textContent.toLowerCase();
        item.hidden = !words.every((word) => held.includes(word));
      }
      section.hidden = items.every((item) => item.hidden);
    }
    none.hidden = !sections.every((section) => section.hidden);
  });
  // Enter in a search is no wish to send the answer around it.
  query.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });

  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-puts]");
    if (!button) return;
    const gap = text.value && !text.value.endsWith("\n") ? "\n" : "";
    text.value += gap + button.dataset.puts;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    panel.open = false;
    text.focus();
  });
}
