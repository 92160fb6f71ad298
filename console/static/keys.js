// Keys for the hands on the keyboard; every page works without this file.
"use strict";

const typing = (target) => target.closest("input, textarea, select") !== null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/") {
    const box = document.getElementById("quick");
    if (box) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  } else if (event.key === "?") {
    location.assign("/help");
  } else if (event.key === "j" || event.key === "k") {
    const entries = [...document.querySelectorAll("[data-entry]")];
    if (!entries.length) return;
    const here = entries.indexOf(document.activeElement);
    const step = event.key === "j" ? 1 : -1;
    const next = here < 0 ? (step > 0 ? 0 : entries.length - 1) : here + step;
    const chosen = entries[Math.min(Math.max(next, 0), entries.length - 1)];
    chosen.focus();
    (chosen.closest("li, tr") || chosen).scrollIntoView({ block: "nearest" });
  }
});
