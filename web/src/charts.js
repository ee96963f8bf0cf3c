// The charts of the reports, with a report of this page's. The bundle puts the reports' own scripts
// in the place of "reports:charts".

import { charts, show } from "reports:charts";

import { find, make } from "./dom.js";

/** Figures with the charts of a section. */
export function figures(section) {
  return make(
    "div",
    { className: "charts" },
    section.charts.map(({ name, caption }) => make("figure", { id: name }, caption ? make("figcaption", { textContent: caption }) : null, make("div", { className: "chart", "data-chart": name, role: "group", tabIndex: 0 }))),
  );
}

/** Draws the charts in `root` for a report, at the width they have. */
export function draw(root, report) {
  show(report);
  for (const mount of root.querySelectorAll("[data-chart]")) {
    const width = mount.clientWidth;
    if (width === 0) continue;
    const beside = [...mount.closest(".charts").children].filter((figure) => find("figcaption", figure));
    const own = mount.closest("figure");
    const first = beside.find((figure) => figure.offsetTop === own.offsetTop) ?? own;
    try {
      mount.replaceChildren(...charts[mount.dataset.chart](width, first === own));
      // Names of marks are for no reader; the drawing has a description of its own.
      for (const mark of mount.querySelectorAll("g[aria-label]")) {
        if (mark.getAttribute("aria-label") === "tip") mark.setAttribute("role", "group");
        else mark.removeAttribute("aria-label");
      }
      const svg = find("svg[aria-label]", mount);
      svg?.setAttribute("role", "img");
      mount.setAttribute("aria-label", `${svg?.getAttribute("aria-label") ?? "Chart"}; the arrow keys walk through it`);
    } catch (error) {
      mount.replaceChildren(make("p", { className: "quiet", textContent: "Plot" in globalThis ? "Nothing to draw for this network." : "Charts are missing: a part of the page, plot.js, is not to be had. A reload tries again." }));
      console.warn(error);
    }
  }
}
