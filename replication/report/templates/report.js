// Folds open when a link leads into them. A table is one stop of the Tab key; arrow keys go through its figures.
const unfold = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", unfold);
addEventListener("DOMContentLoaded", unfold);

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const figuresOf = (row) => [...row.querySelectorAll("a.from")];

const beside = (link, [down, right]) => {
  const row = link.closest("tr");
  if (right) {
    const figures = figuresOf(row);
    return figures[figures.indexOf(link) + right];
  }
  const column = link.closest("td").cellIndex;
  const rows = [...link.closest("table").rows];
  for (let place = row.rowIndex + down; rows[place]; place += down) {
    const below = rows[place].cells[column]?.querySelector("a.from");
    if (below) return below;
  }
};

addEventListener("keydown", (event) => {
  const table = event.target.closest?.(".wide");
  if (!table || event.altKey || event.ctrlKey || event.metaKey) return;
  const inside = event.target !== table;
  if (event.key === "Escape" && inside) table.focus();
  else if (inside && event.key in STEPS) beside(event.target, STEPS[event.key])?.focus();
  else if (!inside && event.key === "Enter") table.querySelector("a.from")?.focus();
  else return;
  event.preventDefault();
});
