// Draws the charts at the width they have, and lets the reader choose the colours.

const draw = (mount, width) => {
  const figures = [...mount.closest(".charts").children].filter((figure) => figure.querySelector("figcaption"));
  const beside = figures.find((figure) => figure.offsetTop === mount.closest("figure").offsetTop);
  const first = !beside || beside === mount.closest("figure");
  const parts = charts[mount.dataset.chart](width, first);
  mount.replaceChildren(...parts);
};

for (const mount of document.querySelectorAll("[data-chart]")) {
  let drawn = 0;
  const observer = new ResizeObserver(() => {
    const width = mount.clientWidth;
    if (width === 0 || width === drawn) return;
    drawn = width;
    // Drawing changes the height, which an observer may not do while it is called.
    requestAnimationFrame(() => draw(mount, width));
  });
  observer.observe(mount);
}

const theme = document.getElementById("theme");
theme.hidden = false;
const chosenTheme = {
  // Pages opened from a file may have no storage.
  get() {
    try {
      return localStorage.getItem("mbgen-theme");
    } catch {
      return null;
    }
  },
  set(value) {
    try {
      localStorage.setItem("mbgen-theme", value);
    } catch {
      return;
    }
  },
};
const apply = (value) => {
  document.documentElement.style.colorScheme = value;
};
theme.addEventListener("change", (event) => {
  apply(event.target.value);
  chosenTheme.set(event.target.value);
});
const before = [...theme.querySelectorAll("input")].find((input) => input.value === chosenTheme.get());
if (before) {
  before.checked = true;
  apply(before.value);
}
