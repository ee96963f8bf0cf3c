// What the page looks like: its colours, and one pane at a time on narrow screens.

import { find } from "./dom.js";

const COLOURS = "mbgen-theme";

/** Shows the colours that were chosen before, whichever spec that was for, and remembers others. */
export function theme() {
  const theme = find("#theme");
  try {
    const known = localStorage.getItem(COLOURS);
    for (const input of theme.querySelectorAll("input")) input.checked ||= input.value === known;
  } catch {
    // Those of the system.
  }
  theme.addEventListener("change", ({ target }) => {
    try {
      localStorage.setItem(COLOURS, target.value);
    } catch {
      // They last as long as the page.
    }
  });
}

/** Lets a pane be chosen, first the results; `shown` hears which. Gives what shows one. */
export function panes(shown) {
  const tabs = [...document.querySelectorAll(".panes [role=tab]")];
  const show = (id) => {
    document.body.dataset.pane = id;
    for (const tab of tabs) {
      const chosen = tab.getAttribute("aria-controls") === id;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
    }
    shown(id);
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => show(tab.getAttribute("aria-controls")));
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
      const other = tabs[1 - i];
      other.focus();
      show(other.getAttribute("aria-controls"));
    });
  });
  show("results");
  return show;
}
