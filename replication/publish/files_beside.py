"""The line under an exhibit that leads to its files beside the page."""

from __future__ import annotations

import re
from collections.abc import Collection

from markupsafe import Markup

LEAD = "Files beside this page:"
LINE = re.compile(rf'\n<p class="files">{LEAD} .*?</p>')
LINK = re.compile(r'(<a href="([^"]*)">[^<]*</a>)')
TABLE = {"tables/{}.csv": "CSV", "tables/{}.tex": "LaTeX", "tables/{}.docx": "Word"}
ALL_TABLES = {"tables.docx": "Word, all tables"}  # where a table has no document of its own
FIGURE = {"figures/{}.png": "PNG", "figures/{}.pdf": "PDF", "figures/{}.svg": "SVG"}


def files_of_table(folder: str, name: str, made: Collection[str]) -> Markup:
    """Links to the files of a table, of those that were made in a folder of results."""
    own = {form.format(name): word for form, word in TABLE.items()}
    document = {} if f"tables/{name}.docx" in made else ALL_TABLES
    return _line(folder, {**own, **document}, made)


def files_of_figure(folder: str, name: str, made: Collection[str]) -> Markup:
    """Links to the files of a figure, of those that were made in a folder of results."""
    return _line(folder, {form.format(name): word for form, word in FIGURE.items()}, made)


def leading_only_to(page: str, kept: Collection[str]) -> str:
    """A page whose lines of links lead to these files alone: to what stands beside a copy of it."""

    def line(found: re.Match[str]) -> str:
        links = [link for link, path in LINK.findall(found[0]) if path in kept]
        return f'\n<p class="files">{LEAD} {", ".join(links)}</p>' if links else ""

    return LINE.sub(line, page)


def _line(folder: str, words: dict[str, str], made: Collection[str]) -> Markup:
    link = Markup('<a href="{}/{}">{}</a>')
    links = [link.format(folder, path, word) for path, word in words.items() if path in made]
    return (
        Markup('\n<p class="files">{} {}</p>').format(LEAD, Markup(", ").join(links)) if links else Markup("")
    )
