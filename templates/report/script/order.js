// How tables are sorted by the column whose heading is pressed, and filtered by what is typed.

/** Smaller numbers before larger ones, numbers before words, nothing last. */
function compared(a, b) {
  if (a === "" || b === "") return (a === "") - (b === "");
  const [x, y] = [Number(a), Number(b)];
  const words = Number.isNaN(x) - Number.isNaN(y);
  return words || (Number.isNaN(x) ? String(a).localeCompare(b, "en", { numeric: true }) : x - y);
}

/** `rows` in the order of a turn by what `of` gives of each; without a turn, as they are. */
function ordered(rows, turn, of) {
  if (!turn) return [...rows];
  const sign = turn === "descending" ? -1 : 1;
  const pairs = rows.map((row) => [of(row), row]);
  pairs.sort(([a], [b]) => (a === "" || b === "" ? compared(a, b) : sign * compared(a, b)));
  return pairs.map(([, row]) => row);
}

/** The turn after `turn`: numbers begin with the largest; a third press restores the order of the report. */
function turned(turn, numeric) {
  const turns = numeric ? ["descending", "ascending", null] : ["ascending", "descending", null];
  return turns[(turns.indexOf(turn) + 1) % 3];
}

/** Whether a text has every word of what is typed. */
function fitting(typed) {
  const words = typed.toLowerCase().replaceAll(/(\d)x(?=\d)/g, "$1×").split(/\s+/);
  return (text) => words.every((word) => text.toLowerCase().includes(word));
}

/** How many rows of `all` are shown, in words. */
const shownOf = (shown, all) => (shown === all ? `${count(shown)} rows` : `${count(shown)} of ${count(all)} rows`);
