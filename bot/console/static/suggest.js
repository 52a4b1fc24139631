/* Templates into the answer: suggested ones by Alt and a digit, any other found behind a slash. */

/** ``text`` is the answer's field in ``form``. */
export function suggest(form, text) {
  const finder = document.getElementById("templates");
  const query = document.getElementById("template-q");
  const list = document.getElementById("template-list");
  const buttons = [...form.querySelectorAll("[data-inserts]")];
  let found = [];
  let chosen = 0;
  let asked = 0;
  let answered = Promise.resolve();

  const insert = (words) => {
    const gap = text.value && !text.value.endsWith("\n") ? "\n" : "";
    text.value += gap + words;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  };

  const close = () => {
    asked += 1;
    finder.hidden = true;
    query.value = "";
    list.replaceChildren();
    text.focus();
  };

  const show = () => {
    const items = found.map((one, place) => {
      const item = document.createElement("li");
      const title = Object.assign(document.createElement("strong"), { textContent: one.title });
      const words = Object.assign(document.createElement("span"), { textContent: one.text });
      item.append(title, words);
      item.id = `template-${place}`;
      item.role = "option";
      item.ariaSelected = String(place === chosen);
      item.addEventListener("click", () => take(place));
      return item;
    });
    if (!items.length) items.push(Object.assign(document.createElement("li"), { textContent: list.dataset.none, className: "none" }));
    list.replaceChildren(...items);
    query.setAttribute("aria-activedescendant", found.length ? `template-${chosen}` : "");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  };

  const take = (place) => {
    if (!found[place]) return;
    const words = found[place].text;
    close();
    insert(words);
  };

  const fetched = async () => {
    try {
      const response = await fetch(`${query.dataset.source}?q=${encodeURIComponent(query.value)}`, { headers: { Accept: "application/json" } });
      return response.ok ? await response.json() : [];
    } catch {
      return [];
    }
  };

  const search = async () => {
    const turn = ++asked;
    const items = await fetched();
    if (turn !== asked) return;
    found = items;
    chosen = 0;
    show();
  };

  const ask = () => {
    answered = search();
  };

  // What is shown may still be the answer to an earlier word: Enter takes from the answer to what stands typed.
  const takeTyped = async () => {
    const turn = asked;
    await answered;
    if (turn === asked) take(chosen);
  };

  const open = () => {
    finder.hidden = false;
    query.focus();
    ask();
  };

  buttons.forEach((button) => button.addEventListener("click", () => insert(button.dataset.inserts)));
  form.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const button = /^Digit[1-9]$/.test(event.code) ? buttons[Number(event.code.slice(5)) - 1] : null;
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  text.addEventListener("keydown", (event) => {
    // The same key bears a full stop in the Russian layout, which begins no answer.
    const slash = event.key === "/" || (event.code === "Slash" && !event.shiftKey);
    if (!slash || text.value.trim()) return;
    event.preventDefault();
    open();
  });
  query.addEventListener("input", ask);
  query.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      chosen = Math.min(Math.max(chosen + step, 0), found.length - 1);
      show();
    } else if (event.key === "Enter") {
      event.preventDefault();
      takeTyped();
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
}
