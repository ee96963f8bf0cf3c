// The picture of the graph: the command's own SVG, to zoom into and to press on.

import { make } from "./dom.js";

/** Colours of the page, whose theme may be another than the system's. */
const PAGE = `
:host { display: block; overflow: auto; }
svg { display: block; }
text { fill: var(--ink); }
.page { fill: var(--paper); }
.key, .name, .shape { fill: var(--muted); }
.frame { fill: var(--band); stroke: var(--line); }
.box { fill: var(--raised); }
${["conv", "dw", "pw", "fc", "add", "gap"].map((op) => `.${op} { fill: var(--${op}); }`).join("\n")}
.input { fill: var(--gap); }
.edge { fill: none; stroke: var(--muted); }
.skip { fill: none; stroke: var(--add); }
.tip { fill: var(--muted); }
.end { fill: var(--add); }
[data-layer] { cursor: pointer; }
:is([data-layer]:hover, .at) .tint { fill-opacity: 0.35; }
.at .box { stroke: var(--accent); stroke-width: 2; }`;

/** The picture of an SVG text; `pointed` and `chosen` hear the names of layers that are walked to and pressed. */
export function picture(svg, remembered, pointed, chosen) {
  // The policy refuses inline styles, in what is only parsed, too: they go into a sheet.
  let style = "";
  const plain = svg.replace(/<style>([^<]*)<\/style>/, (_, text) => {
    style = text;
    return "";
  });
  const parsed = new DOMParser().parseFromString(plain, "image/svg+xml").documentElement;
  const drawn = document.importNode(parsed, true);
  const host = make("div", { className: "picture", tabIndex: 0, role: "region", "aria-label": "Graph of the network; plus and minus zoom, left and right walk through the layers, Enter leads to the row and the spec" });
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${style}\n${PAGE}`);
  root.adoptedStyleSheets = [sheet];
  root.append(drawn);
  const [, , width, height] = drawn.getAttribute("viewBox").split(" ").map(Number);
  const scale = () => {
    drawn.setAttribute("width", width * remembered.zoom);
    drawn.setAttribute("height", height * remembered.zoom);
  };
  const zoom = (factor) => {
    remembered.zoom = Math.min(4, Math.max(0.1, remembered.zoom * factor));
    scale();
  };
  const fit = () => {
    remembered.zoom = Math.min(1.5, Math.max(0.1, (host.clientWidth - 8) / width));
    scale();
  };
  drawn.addEventListener("click", (event) => {
    const node = event.target.closest("[data-layer]");
    if (node) chosen(node.dataset.layer);
  });
  const layers = [...drawn.querySelectorAll("[data-layer]")];
  let at = -1;
  const walk = (step) => {
    layers[at]?.classList.remove("at");
    at = Math.min(layers.length - 1, Math.max(0, at + step));
    layers[at]?.classList.add("at");
    layers[at]?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (layers[at]) pointed(layers[at].dataset.layer);
  };
  host.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fit();
    else if (event.key === "ArrowRight") walk(1);
    else if (event.key === "ArrowLeft") walk(-1);
    else if (event.key === "Enter" && layers[at]) chosen(layers[at].dataset.layer);
    else return;
    event.preventDefault();
  });
  host.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.1 : 0.9);
    },
    { passive: false },
  );
  if (remembered.zoom === 0) requestAnimationFrame(fit);
  else scale();
  const button = (textContent, label, onclick) => make("button", { type: "button", textContent, "aria-label": label, onclick });
  return [make("div", { className: "tools" }, button("−", "Smaller", () => zoom(0.8)), button("+", "Larger", () => zoom(1.25)), button("Fit", "Fit the width", fit)), host];
}
