/* A hint while an answer is written: how plain it is and what would be plainer. It never stands in the way of sending. */

const PAUSE = 800;
const SHORTEST = 15;

/** ``text`` is the answer's field in ``form``. Returns how to take the hint away. */
export function plainness(form, text) {
  const hint = document.getElementById("plain");
  const ease = hint.querySelector("[data-ease]");
  const list = hint.querySelector("[data-sentences]");
  let asked = 0;
  let pause = null;

  const hide = () => {
    asked += 1;
    clearTimeout(pause);
    hint.hidden = true;
    ease.textContent = "";
    list.replaceChildren();
  };

  const show = (told) => {
    const items = told.sentences.map((one) => {
      const item = document.createElement("li");
      item.append(Object.assign(document.createElement("q"), { textContent: one.text }));
      item.append(...one.remarks.map((words) => Object.assign(document.createElement("span"), { textContent: words })));
      return item;
    });
    ease.textContent = told.ease;
    list.replaceChildren(...items);
    hint.hidden = !told.ease && !items.length;
  };

  const ask = async () => {
    // A note stays among colleagues, who know the words.
    if (text.value.trim().length < SHORTEST || form.elements.kind.value === "note") return hide();
    const turn = ++asked;
    try {
      const response = await fetch(hint.dataset.source, {
        method: "POST",
        body: new URLSearchParams({ form: form.elements.form.value, text: text.value }),
        headers: { Accept: "application/json" },
      });
      const told = response.ok ? await response.json() : null;
      if (turn !== asked) return;
      if (told) show(told);
      else hide();
    } catch {
      if (turn === asked) hide();
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(ask, PAUSE);
  });
  ask();
  return { hide };
}
