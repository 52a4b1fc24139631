/** Scrolling: the newest is followed only by who stands at the bottom; others get a button that leads there. */

const NEAR = 60;

export function scroller(button, log) {
  const page = document.documentElement;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let stuck = true;
  let height = scrollY;

  const atBottom = () => innerHeight + scrollY >= page.scrollHeight - NEAR;

  function to(top, smooth) {
    scrollTo({ top, behavior: smooth && !calm.matches ? "smooth" : "auto" });
  }

  /** To the bottom, and stay there. */
  function down(smooth = true) {
    stuck = true;
    button.hidden = true;
    to(page.scrollHeight, smooth);
  }

  /** Stay at the bottom when something grew, if that is where the reader is. */
  function keep() {
    if (stuck) to(page.scrollHeight, false);
  }

  /** A message came. One that is taller than the screen is shown from its beginning. */
  function follow(node) {
    if (!stuck) {
      button.hidden = atBottom();
      return;
    }
    const top = scrollY + node.getBoundingClientRect().top - inset("--above") - 8;
    if (page.scrollHeight - top <= innerHeight) return down();
    stuck = false;
    to(top, true);
  }

  function inset(name) {
    return parseFloat(page.style.getPropertyValue(name)) || 0;
  }

  /** What the fixed parts cover, so that focus is never hidden behind them. */
  function measure() {
    for (const [name, tag] of [["--above", "header"], ["--below", "footer"]]) {
      const part = document.querySelector(tag);
      const fixed = getComputedStyle(part).position === "sticky";
      page.style.setProperty(name, fixed ? `${part.offsetHeight}px` : "0px");
    }
    keep();
  }

  addEventListener("scroll", () => {
    if (scrollY < height - 2) stuck = atBottom();
    else if (atBottom()) stuck = true;
    if (stuck) button.hidden = true;
    height = scrollY;
  }, { passive: true });
  button.addEventListener("click", () => {
    down();
    log.focus({ preventScroll: true });
  });
  if (window.ResizeObserver) new ResizeObserver(measure).observe(document.querySelector("footer"));
  addEventListener("resize", measure);
  history.scrollRestoration = "manual";
  measure();
  return { down, keep, follow };
}
