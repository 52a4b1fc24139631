/* Before the first paint: light or dark, as the screen asks. */
const dark = matchMedia("(prefers-color-scheme: dark)");
const show = () => document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
dark.addEventListener("change", show);
show();
