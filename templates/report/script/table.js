// Tables: sorted by the column whose heading is pressed, filtered by what is typed.

const exact = (cell) => cell.dataset.v ?? cell.textContent;

/** Smaller numbers before larger ones, numbers before words, nothing last. */
function compared(a, b) {
  if (a === "" || b === "") return (a === "") - (b === "");
  const [x, y] = [Number(a), Number(b)];
  const words = Number.isNaN(x) - Number.isNaN(y);
  return words || (Number.isNaN(x) ? a.localeCompare(b, "en", { numeric: true }) : x - y);
}

for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  const order = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      // Numbers begin with the largest; a third press restores the order of the report.
      const turns = head.classList.contains("n") ? ["descending", "ascending", null] : ["ascending", "descending", null];
      const next = turns[(turns.indexOf(head.getAttribute("aria-sort")) + 1) % 3];
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      if (next) head.setAttribute("aria-sort", next);
      const sign = next === "descending" ? -1 : 1;
      const rows = order.map((row) => [exact(row.cells[column]), row]);
      if (next) rows.sort(([a], [b]) => (a === "" || b === "" ? compared(a, b) : sign * compared(a, b)));
      body.append(...rows.map(([, row]) => row));
    });
  });

  const tools = table.closest("section").querySelector(".tools");
  if (!tools) continue;
  tools.hidden = false;
  const output = tools.querySelector("output");
  const filter = () => {
    const words = tools.querySelector("[type=search]").value.toLowerCase().replaceAll(/(\d)x(?=\d)/g, "$1×").split(/\s+/);
    for (const row of order) {
      const text = [...row.cells].map((cell) => cell.textContent.toLowerCase()).join(" ");
      row.hidden = !words.every((word) => text.includes(word));
    }
    const shown = order.filter((row) => !row.hidden).length;
    output.textContent = shown === order.length ? `${count(shown)} rows` : `${count(shown)} of ${count(order.length)} rows`;
  };
  tools.querySelector("[type=search]").addEventListener("input", filter);
  tools.querySelector(".all").addEventListener("change", (event) => table.classList.toggle("wide", event.target.checked));
  filter();
}
