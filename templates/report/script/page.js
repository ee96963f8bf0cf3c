// Draws the charts at the width they have.

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
