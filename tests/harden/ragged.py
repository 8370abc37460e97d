"""Panels as CSV with uneven, quoted, marked or odd rows: read as another reader does, or refused."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pandas as pd

from replication.errors import UserError
from replication.panel.read_table import read_user_table
from tests.harden.call import foreign, guarded

HEADINGS = ("land", "jahr", "y", "x")


def ragged(draw: random.Random) -> bytes:
    """A CSV of thirty rows, with one to three things done to it."""
    rows = [[land, str(year), f"{draw.gauss(0, 9):.3f}", f"{draw.gauss(0, 9):.3f}"]
            for land in "ABC" for year in range(1990, 2000)]  # fmt: skip
    lines = [list(HEADINGS), *rows]
    for _ in range(draw.randint(1, 3)):
        _spoil(draw, lines)
    stream = io.StringIO(newline="")
    ends, quoting = draw.choice(("\n", "\r\n")), draw.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(stream, lineterminator=ends, quoting=quoting).writerows(lines)
    text = stream.getvalue() + draw.choice(("", "", "\n", "\n\n"))
    return text.encode(draw.choice(("utf-8", "utf-8", "utf-8-sig")))


def _spoil(draw: random.Random, lines: list[list[str]]) -> None:
    place = draw.randrange(1, len(lines))
    column = draw.randrange(4)
    match draw.randrange(9):
        case 0:
            lines[place].append("7")
        case 1:
            del lines[place][-1:]
        case 2:
            for line in lines[1:]:
                line.append("7")
        case 3:
            for line in lines:
                line.append("")
        case 4:
            for number, line in enumerate(lines[1:]):
                line.insert(0, str(number))
        case 5:
            lines[place][0] = draw.choice(('say "A"', "two\nlines", "a,b", " A ", "'A", "\u00e9"))
        case 6:
            lines[place][column] = draw.choice(
                ("", "NA", "n/a", ".", "1e3", "0x10", "1_0", "１２", "9" * 30, "TRUE")
            )
        case 7:
            lines[0][column] = draw.choice(("y", "", "jahr", " y", "Y", "1"))
        case 8:
            lines.insert(place, [])


def read_faults(path: Path) -> tuple[bool, list[str]]:
    """Whether a file is refused; if not, what is read is what stands in it: rows, fields and numbers."""
    found: list[pd.DataFrame] = []
    problem, faults = guarded(lambda: found.append(read_user_table(path).table), path.parent)
    if isinstance(problem, UserError):
        return True, faults + foreign(str(problem))
    if problem is not None:
        return True, [*faults, f"{type(problem).__name__}: {str(problem)[:200]}"]
    return False, faults + _misread(path, found[0])


def _misread(path: Path, table: pd.DataFrame) -> list[str]:
    """Where a table is not what Python's own reader finds in the file."""
    header, *rows = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
    rows = [row for row in rows if row]
    uneven = [row for row in rows if len(row) != len(header)]
    if uneven:
        return [f"uneven rows were read: {uneven[0]}"]
    kept = [place for place, heading in enumerate(header) if heading.strip()]  # others are left out, and told
    rows = [[row[place] for place in kept] for row in rows]
    return _other_cells(table, [header[place] for place in kept], rows)


def _other_cells(table: pd.DataFrame, header: list[str], rows: list[list[str]]) -> list[str]:
    if table.shape != (len(rows), len(header)):
        return [f"{table.shape} read, {(len(rows), len(header))} in the file"]
    for place in range(len(header)):
        for read, written in zip(table.iloc[:, place], (row[place] for row in rows), strict=True):
            if not _same(read, written):
                return [f"{header[place]}: {written!r} was read as {read!r}"]
    return []


def _same(read: object, written: str) -> bool:
    if pd.isna(read):
        return written.strip() in ("", "NA", "n/a", ".")
    if isinstance(read, str):
        return read.strip() == written.strip()
    try:
        return float(read) == float(written)
    except ValueError:
        return str(read).lower() == written.strip().lower()
