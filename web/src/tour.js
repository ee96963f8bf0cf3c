// Eight steps through MobileNetV1 and V2 for readers of the article: each a spec, a view, two sentences.

import { find, make } from "./dom.js";

const STEPS = [
  { spec: "v1", view: "kinds", title: "One layer becomes two", text: "MobileNetV1 splits each convolution into a depthwise one, which filters every channel by itself, and a pointwise one, which mixes them. Nearly all of the work is now in the 1×1 convolutions: look for the blue." },
  { spec: "v1", view: "separable", title: "K²M + MN against K²MN", text: "A standard convolution has K²MN weights; separated, K²M + MN remain, a ratio of 1/N + 1/K². With 3×3 windows that is a little more than a ninth, block after block." },
  { spec: "v1", view: "sweep", title: "One number for the width", text: "The width multiplier scales the channels of every layer, so that costs fall with its square. The resolution scales maps in the same way, and leaves the weights alone." },
  { spec: "v1", view: "memory", title: "What has to be kept", text: "While a layer runs, its input and its output are alive. The first layers have few weights and large maps: they decide the memory." },
  { spec: "v2", view: "residual", title: "Turned inside out", text: "Classic residual blocks are wide outside and narrow within; MobileNetV2's are narrow outside and expand within. The skip then connects the narrow ends, and less is kept alive over the block." },
  { spec: "v2", view: "graph", title: "The table as a graph", text: "Each row of the paper's t, c, n, s table is a run of blocks: expand, filter, project. Press a layer to see where it comes from." },
  { spec: "v2", view: "arena", title: "Fused, it never exists", text: "The generated crate runs a block in bands of rows, so that the expanded tensor is never whole. Its arena is a fraction of the peak that the graph shows." },
  { spec: "v2", view: "relu6", title: "Why ReLU6", text: "Without a clamp activations grow, and half-precision numbers lie further apart the larger they are. Clamped at 6, every value keeps its digits." },
];

export class Tour {
  #page;
  /** Whether a step is shown. */
  begun = false;

  constructor(page) {
    this.#page = page;
    find("#guide").addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#end();
    });
  }

  /** Shows the step that an address names; whether it names one. */
  follow(hash) {
    const match = /^#tour\/([1-9]\d?)$/.exec(hash);
    const step = match && STEPS[Number(match[1]) - 1];
    const guide = find("#guide");
    guide.hidden = !step;
    this.begun = Boolean(step);
    document.body.classList.toggle("guided", Boolean(step));
    if (!step) return false;
    const number = Number(match[1]);
    const { archs, open, views } = this.#page;
    const arch = archs.find(({ name }) => name === step.spec);
    open(`${arch.name}.yaml`, arch.text);
    views.choose(step.view);
    const go = (n, textContent) => (n >= 1 && n <= STEPS.length ? make("a", { href: `#tour/${n}`, textContent }) : make("span", { className: "quiet", textContent }));
    guide.replaceChildren(
      make("p", { className: "quiet", textContent: `Tour, ${number} of ${STEPS.length}` }),
      make("h2", { textContent: step.title }),
      make("p", { textContent: step.text }),
      make("nav", { "aria-label": "Steps of the tour" }, go(number - 1, "Back"), go(number + 1, "Next"), make("button", { type: "button", className: "text", textContent: "End the tour", onclick: () => this.#end() })),
    );
    return true;
  }

  #end() {
    history.replaceState(null, "", location.pathname + location.search);
    this.follow("");
    this.#page.leave();
    find("#tour").focus();
  }
}
