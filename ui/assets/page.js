"use strict";
/* The page's own few lines: it remembers runs and language in the address, and lets keys do what a mouse does. */
window.palimpsest = {
  remember(runs, lang) {
    const address = new URL(window.location.href);
    if (runs) address.searchParams.set("runs", runs);
    address.searchParams.set("lang", lang);
    window.history.replaceState(null, "", address);
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  },
  show(runs, lang) {
    this.remember(runs, lang);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const panels = document.querySelector("#panels");
    if (runs && panels.getBoundingClientRect().top > window.innerHeight / 3) {
      document.querySelector("#verdict").scrollIntoView({ behavior: still ? "auto" : "smooth" });
    }
  },
  /* Keys may come before the page listens: Start is pressed once it can be, unless a run is going. */
  start(tries) {
    const button = document.querySelector("#start");
    if (!button.disabled) button.click();
    else if (tries && document.querySelector("#stop").disabled) setTimeout(() => this.start(tries - 1), 100);
  },
  closeCitations(except) {
    for (const open of document.querySelectorAll("details.cite[open]")) {
      if (open !== except) open.open = false;
    }
  },
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") window.palimpsest.closeCitations(null);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest("#task")) {
    window.palimpsest.start(100);
  }
});
document.addEventListener("click", (event) => {
  window.palimpsest.closeCitations(event.target.closest("details.cite"));
});
