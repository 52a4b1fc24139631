// A replay under way: how far it has come, and its result as soon as there is one.

const EVERY = 1500;
const shown = document.getElementById("replaying");

async function look() {
  try {
    const response = await fetch(shown.dataset.source, { headers: { Accept: "application/json" } });
    if (response.ok) {
      const found = await response.json();
      if (!found.running) {
        location.reload();
        return;
      }
      const bar = shown.querySelector("progress");
      bar.max = found.total || 1;
      bar.value = found.done;
      const told = shown.querySelector("[data-told]");
      if (told.textContent !== found.told) told.textContent = found.told;
    }
  } catch {
    // The connection is lost: the replay goes on, and so does looking.
  }
  setTimeout(look, EVERY);
}

if (shown) setTimeout(look, EVERY);
