// Keys for the hands on the keyboard; every page works without this file.
"use strict";

(() => {
  const typing = (target) => target.closest("input:not([type=radio], [type=checkbox]), textarea, select") !== null;
  const entries = () => [...document.querySelectorAll("[data-entry]")];
  // The entry in hand: the one that has the focus, or the only one there is.
  const held = () => document.activeElement.closest(".entry") || (document.querySelectorAll(".entry").length === 1 ? document.querySelector(".entry") : null);

  const step = (forward) => {
    const beside = document.querySelector(forward ? "a[rel=next]" : "a[rel=prev]");
    if (beside) {
      beside.click();
      return;
    }
    const all = entries();
    if (!all.length) return;
    const entry = document.activeElement.closest(".entry");
    const here = all.indexOf(document.activeElement) >= 0 ? all.indexOf(document.activeElement) : all.findIndex((one) => entry && entry.contains(one));
    const next = here < 0 ? (forward ? 0 : all.length - 1) : here + (forward ? 1 : -1);
    const chosen = all[Math.min(Math.max(next, 0), all.length - 1)];
    chosen.focus();
    (chosen.closest("li, tr") || chosen).scrollIntoView({ block: "nearest" });
  };

  const choose = (number) => {
    const form = (held() || document).querySelector("form.decide");
    const radio = form && form.querySelectorAll("[name=verdict]")[number - 1];
    if (!radio) return false;
    const folded = form.closest("details");
    if (folded) folded.open = true;
    radio.checked = true;
    form.querySelector("textarea").focus();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("form.decide textarea")) {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && typing(event.target)) {
      const entry = event.target.closest(".entry");
      event.target.blur();
      if (entry && entry.querySelector("[data-entry]")) entry.querySelector("[data-entry]").focus();
      return;
    }
    if (typing(event.target)) return;
    const box = document.getElementById("quick");
    const entry = held();
    if (event.key === "/" && box) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "?") {
      location.assign("/help");
    } else if (event.key === "j" || event.key === "k") {
      step(event.key === "j");
    } else if (event.key === "o") {
      const link = document.activeElement.matches("[data-entry]") ? document.activeElement : entry && entry.querySelector("[data-entry]");
      if (link) link.click();
    } else if (event.key === "c" && entry && entry.querySelector("[data-claim]")) {
      entry.querySelector("[data-claim]").click();
    } else if (/^[1-9]$/.test(event.key) && choose(Number(event.key))) {
      event.preventDefault();
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    const entry = location.hash.startsWith("#g-") && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (entry && entry.querySelector("[data-entry]")) entry.querySelector("[data-entry]").focus();
  });
})();
