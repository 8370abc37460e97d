"""README.md as PDF, which repositories ask for beside it: page by page, the same bytes each time."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from replication.project.files import write_bytes

COLUMNS, LINES = 112, 72  # of a page
SIZE, MARGIN, LETTERS = (8.27, 11.69), 0.6, 7.5  # A4 and its margin in inches; points
# The typeface comes with matplotlib, so that it is there on every machine.
TYPEFACE = "DejaVu Sans Mono"


def write_readme_pdf(path: Path, text: str) -> None:
    """Lay the lines of a Markdown text out on pages of A4; a row of a table is one paragraph."""
    lines = list(_lines(text))
    pages = [lines[start : start + LINES] for start in range(0, len(lines), LINES)]
    look = rc_context({"font.family": TYPEFACE, "font.size": LETTERS})
    made = BytesIO()
    with look, PdfPages(made, metadata={"Title": "README", "CreationDate": None}) as book:
        for number, page in enumerate(pages, 1):
            book.savefig(_page(page, f"README, page {number} of {len(pages)}"))
    write_bytes(path, made.getvalue())


def _page(lines: list[str], foot: str) -> Figure:
    page = Figure(figsize=SIZE)
    left, top = MARGIN / SIZE[0], 1 - MARGIN / SIZE[1]
    page.text(left, top, "\n".join(lines), va="top", linespacing=1.15, parse_math=False)
    page.text(0.5, MARGIN / SIZE[1] / 2, foot, ha="center")
    return page


def _lines(text: str) -> Iterator[str]:
    """Lines as wide as a page, without the rules under the headings of tables."""
    for line in text.splitlines():
        if set(line) <= set("|-: ") and "-" in line:
            continue
        row = line.startswith("| ")
        words = line.strip("| ").replace("\\|", "|") if row else line
        wrapped = textwrap.wrap(words, COLUMNS, subsequent_indent="    ", break_on_hyphens=False)
        yield from wrapped or [""]
        if row:
            yield ""
