"""The other media of a table: LaTeX, HTML, Markdown and the report must show the cells that its CSV shows.

A version is compared by its CSV; this holds the rest to it. What is compared of a cell is what it says: its
letters, digits, signs and points, without the markup that sets them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from replication.project import escape
from replication.project.strict import plain_text, rows_of
from replication.versions.grades import Move

Grid = list[list[str]]
MOST_ON_A_LINE = 6  # rows of a table that a medium sets beside one another

_MARKUP = re.compile(r"\\textendash|\\phantom\{[^}]*\}|\\(?:quad|rlap|shortstack\[[lr]\])(?![A-Za-z])")
_POWER = re.compile(r"\$\\times10\^\{(-?\d+)\}\$|×10(?=-?\d)")
_UNSAID = re.compile(r"[^\w.<-]|_")
_LABEL = re.compile(r"\\label\{tab:([^}]*)\}")


def disagreements(folder: Path) -> Iterator[tuple[str, list[Move]]]:
    """For each table of a study and each medium that does not show its cells: the file, and what differs."""
    for path in sorted((folder / "tables").glob("*.csv")):
        shown = _read_csv(path)
        for ending, read, escaped in MEDIA:
            other = path.with_suffix(ending)
            if other.is_file():
                moves = _differences(shown, read(other).get(path.stem, []), escaped)
                if moves:
                    yield f"tables/{other.name}", moves


def report_disagreements(report: Path, studies: Mapping[str, Path]) -> list[Move]:
    """What the report page shows otherwise than the tables of the studies, or leaves out."""
    pages, moves = _html_grids(report), []
    for study, folder in studies.items():
        for path in sorted((folder / "tables").glob("*.csv")):
            grids = pages.get(f"table-{study}-{path.stem}", [])
            found = _differences(_read_csv(path), grids, str)
            moves += [
                Move(f"{study}/{path.stem}, {move.cell}", move.grade, move.old, move.new) for move in found
            ]
    return moves


def _read_csv(path: Path) -> Grid:
    return rows_of(path) or [[]]


def _markdown_grids(path: Path) -> dict[str, list[Grid]]:
    lines = plain_text(path).splitlines()
    rows = [unescape(line)[2:-2].split(" | ") for line in lines if line.startswith("| ")]
    return {path.stem: [rows[:1] + rows[2:]]}  # the second line is the ruler


def _latex_grids(path: Path) -> dict[str, list[Grid]]:
    """The panels of each table by the table's label: LaTeX breaks what is wider than the page."""
    found: dict[str, list[Grid]] = {}
    name, begins = "", False
    for line in plain_text(path).splitlines():
        label = _LABEL.search(line)
        name = label[1] if label else name
        begins = begins or line.startswith((r"\begin{tabular}", r"\begin{longtable}"))
        if line.endswith(r" \\"):
            panels = found.setdefault(name, [])
            panels += [[]] if begins or not panels else []
            panels[-1].append(line.removesuffix(r" \\").split(" & "))
            begins = False
    return {name: [_once(grid) for grid in grids] for name, grids in found.items()}


def _once(grid: Grid) -> Grid:
    """A table over several pages has its heading twice."""
    return grid[1:] if len(grid) > 1 and grid[0] == grid[1] else grid


class _Tables(HTMLParser):
    """The grids of a page by the id of the figure around them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[Grid]] = {}
        self.name = ""
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "figure":
            self.name = dict(attrs).get("id") or ""
        elif tag == "table":
            self.found.setdefault(self.name, []).append([])
        elif tag == "tr" and self.name in self.found:
            self.found[self.name][-1].append([])
        elif tag in ("td", "th") and self.name in self.found:
            if not self.found[self.name][-1]:
                self.found[self.name][-1].append([])
            self.found[self.name][-1][-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.inside = False
        elif tag == "figure":
            self.name = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[self.name][-1][-1][-1] += data


def _html_grids(path: Path) -> dict[str, list[Grid]]:
    page = _Tables()
    page.feed(plain_text(path))
    return page.found


Read = Callable[[Path], dict[str, list[Grid]]]
# Each with the function by which a cell's text entered it.
MEDIA: tuple[tuple[str, Read, Callable[[str], str]], ...] = (
    (".tex", _latex_grids, escape.latex),
    (".html", _html_grids, str),
    (".md", _markdown_grids, str),
)


@lru_cache(maxsize=100_000)  # each cell is read in five files, and the same words stand in many
def said(text: str) -> str:
    """What a cell says, whatever the medium: letters, digits, points, signs."""
    plain = _MARKUP.sub("", text.replace("$-$", "-"))
    plain = unicodedata.normalize("NFKC", plain).replace("\u2212", "-")
    return _UNSAID.sub("", _POWER.sub(lambda power: f"e{power[1] or ''}", plain))


def _differences(table: Grid, panels: list[Grid], escaped: Callable[[str], str]) -> list[Move]:
    """Cells that panels show otherwise; they hold the table's columns in order, each led by the labels."""
    if not panels or not any(panels):
        return [Move("all of it", "vanished", "", "")]
    moves: list[Move] = []
    at = 1
    for panel in panels:
        width = len(panel[0]) if panel else 1
        columns = [0, *range(at, at + width - 1)]
        at += width - 1
        moves += _panel_differences(table, panel, columns, escaped)
    left_out = table[0][at:] if table else []
    return moves + [Move(heading, "vanished", heading, "") for heading in left_out]


def _panel_differences(
    table: Grid, panel: Grid, columns: list[int], escaped: Callable[[str], str]
) -> list[Move]:
    """Lines of a panel against rows of the table, of which a line may set several beside one another."""
    heading = [table[0][column] if column < len(table[0]) else "" for column in columns]
    cells = [[row[column] if column < len(row) else "" for column in columns] for row in table[1:]]
    rows = [[(cell, said(escaped(cell))) for cell in row] for row in _speaking(cells)]
    moves = _unlike(heading, [(cell, said(escaped(cell))) for cell in heading], panel[0])
    at = 0
    for line in _speaking(panel[1:]):
        shown = [said(cell) for cell in line]
        taken = _taken(rows[at : at + MOST_ON_A_LINE], shown)
        moves += _unlike(heading, _together(rows[at : at + taken], shown), line)
        at += taken
    return moves + [Move(row[0][0], "vanished", row[0][0], "") for row in rows[at:]]


def _taken(rows: list[list[tuple[str, str]]], shown: list[str]) -> int:
    """How many of the next rows say together most of what a line shows; the fewest of those that do."""
    alike: list[int] = []
    while len(alike) < MOST_ON_A_LINE and max(alike, default=-1) < len(shown) - 1:
        alike.append(_alike(rows[: len(alike) + 1], shown))
    return alike.index(max(alike)) + 1


def _together(rows: list[list[tuple[str, str]]], shown: list[str]) -> list[tuple[str, str]]:
    """Rows of the table as one line would set them: each cell as it stands, and what it says.

    The label of a line stands before its rows; it is one of theirs, or the beginning of one.
    """
    if not rows:
        return [("", "")] * len(shown)
    joined = [
        ("; ".join(filter(None, c)), "".join(s))
        for c, s in (zip(*column, strict=True) for column in zip(*rows, strict=True))
    ]
    labels = [label for row in rows for label in row[:1]]
    return [next((label for label in labels if label[1].startswith(shown[0])), labels[0]), *joined[1:]]


def _alike(rows: list[list[tuple[str, str]]], shown: list[str]) -> int:
    """In how many columns, the labels apart, rows together say what a line shows."""
    pairs = zip(_together(rows, shown)[1:], shown[1:], strict=False)
    return sum(cell[1] == text for cell, text in pairs)


def _unlike(heading: list[str], expected: list[tuple[str, str]], line: list[str]) -> list[Move]:
    """Cells of a line that do not show what is expected; a label may be the beginning of it."""
    return [
        Move(", ".join(part for part in (expected[0][0], heading[place]) if part), "value", cell, shown)
        for place, ((cell, told), shown) in enumerate(zip(expected, line, strict=False))
        if not (
            told == said(shown)
            or (place == 0 and len(line) > 1 and said(shown) and told.startswith(said(shown)))
        )
    ]


def _speaking(rows: Grid) -> Grid:
    """Rows that say anything beside their label: a panel may leave out the others."""
    return [row for row in rows if len(row) == 1 or any(map(said, row[1:]))]
