// Sets the tables of a page going.

const exact = (cell) => cell.dataset.v ?? cell.textContent;

for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  const order = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const next = turned(head.getAttribute("aria-sort"), head.classList.contains("n"));
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      if (next) head.setAttribute("aria-sort", next);
      body.append(...ordered(order, next, (row) => exact(row.cells[column])));
    });
  });

  const tools = table.closest("section").querySelector(".tools");
  if (!tools) continue;
  tools.hidden = false;
  const output = tools.querySelector("output");
  const filter = () => {
    const fits = fitting(tools.querySelector("[type=search]").value);
    for (const row of order) row.hidden = !fits([...row.cells].map((cell) => cell.textContent).join(" "));
    output.textContent = shownOf(order.filter((row) => !row.hidden).length, order.length);
  };
  tools.querySelector("[type=search]").addEventListener("input", filter);
  tools.querySelector(".all").addEventListener("change", (event) => table.classList.toggle("wide", event.target.checked));
  filter();
}
