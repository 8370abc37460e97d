"""Small files that claim to hold more than a machine does, and what reading them takes."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

BOMBS = ("corner", "far row", "far column", "long text", "rows", "dictionary", "few values", "zeros")
SECONDS, MEGABYTES = 2, 500  # that reading one may take


def sheet(path: Path, *rows: tuple, title: str = "Data", more: tuple = ()) -> Path:
    """A workbook with these rows, and more sheets."""
    book = openpyxl.Workbook()
    for name, content in ((title, rows), *more):
        page = book.active if name == title else book.create_sheet(name)
        page.title = name
        for row in content:
            page.append(row)
    book.save(path)
    return path


def bomb(name: str, folder: Path) -> Path:
    """A small file that claims to hold more than a machine does."""
    path = folder / ("a.parquet" if name in BOMBS[4:7] else "a.csv" if name == "zeros" else "a.xlsx")
    match name:
        case "zeros":
            with path.open("wb") as stream:
                stream.truncate(1_900_000_000)
        case "rows":
            one = pa.chunked_array([pa.repeat(pa.scalar(1.0), 1_000_000)] * 20)
            pq.write_table(pa.table({f"c{n}": one for n in range(4)}), path)
        case "few values":
            one = pa.chunked_array([pa.repeat(pa.scalar(1), 1_000_000)] * 9)
            pq.write_table(pa.table({f"c{n}": one for n in range(9)}), path)
        case "dictionary":
            places = pa.array(np.zeros(2000, np.int32))
            texts = pa.DictionaryArray.from_arrays(places, pa.array(["x" * 1_000_000]))
            pq.write_table(pa.table({"t": texts, "n": list(range(2000))}), path, compression="zstd")
        case "long text":
            sheet(path, ("a", "b"), (1, "x"))
            _with_part(
                path, "xl/sharedStrings.xml", b"<sst><si><t>" + b"x" * 600_000_000 + b"</t></si></sst>"
            )
        case _:
            far = {"corner": [(1, "XFD", 1048576)], "far row": [(1, "A", 10**9)]}
            rows = far.get(name, [(row, "XFD", row) for row in range(1, 3001)])
            body = "".join(
                f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="{c}{r}"><v>1</v></c></row>' for n, c, r in rows
            )
            sheet(path, ("a", "b"), (1, "x"))
            _with_part(
                path,
                "xl/worksheets/sheet1.xml",
                f"<worksheet><sheetData>{body}</sheetData></worksheet>".encode(),
            )
    return path


def _with_part(path: Path, part: str, content: bytes) -> None:
    """A workbook with another content of one part."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, old in (parts | {part: content}).items():
            archive.writestr(name, content if name == part else old)


READ = """
import resource, sys, time
from pathlib import Path
from replication.errors import DataError
from replication.panel.read_table import read_user_table
start, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(len(read_user_table(Path(sys.argv[1])).table))
except DataError as problem:
    print(problem)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(time.process_time() - start, (after - before) / 1e3)
"""


def bomb_faults(name: str, folder: Path) -> list[str]:
    """What was wrong when a process of its own read one: too long, too much memory, no reason told."""
    words = [sys.executable, "-c", READ, str(bomb(name, folder))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        return [f"ended with {done.returncode}: {done.stderr[-200:]!r}"]
    told, cost = done.stdout.splitlines()
    seconds, megabytes = map(float, cost.split())
    faults = [f"{seconds:.1f} s"] * (seconds >= SECONDS) + [f"{megabytes:.0f} MB"] * (megabytes >= MEGABYTES)
    small = name == "far column"  # its one heading over the far column makes it a small table
    reasons = ("a.xlsx", "bytes unpacked", "zero bytes")
    return faults + ([] if small or any(part in told for part in reasons) else [f"told {told[:200]!r}"])
