"""The estimates of a curve, a file a column: read one at a time, a million specifications take 8 MB."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.robustness.cells import NUMBERS
from replication.robustness.pieces import pieces

TYPES = {"number": "<i4", **dict.fromkeys(NUMBERS, "<f8"), "nobs": "<i8", "one_by_one": "?"}
"""Columns; number is that of the combination."""


@dataclass(frozen=True)
class Estimates:
    """What was found of every specification that could be estimated, by number, the reported one first.

    Attributes
    ----------
    size : int
    columns : mapping of str to Path or array
        Of TYPES: files of plain numbers, or the numbers themselves.
    """

    size: int
    columns: Mapping[str, Path | NDArray]

    def column(self, name: str, part: slice | None = None) -> NDArray:
        """A column, or the rows of it from one place to another."""
        column, rows = self.columns[name], part or slice(0, self.size)
        if not isinstance(column, Path):
            return column[rows]
        kind = np.dtype(TYPES[name])
        return np.fromfile(column, kind, rows.stop - rows.start, offset=rows.start * kind.itemsize)

    def parts(self) -> Iterator[pd.DataFrame]:
        """All columns, some rows at a time."""
        for part in pieces(self.size):
            yield pd.DataFrame({name: self.column(name, part) for name in TYPES})

    def in_memory(self) -> Estimates:
        """The same without files."""
        return Estimates(self.size, {name: self.column(name) for name in TYPES})


def write_estimates(folder: Path, tables: Iterable[pd.DataFrame]) -> tuple[Estimates, Counter[str]]:
    """Put the answers to tasks together, by the number of the combination.

    Parameters
    ----------
    folder : Path
        Where the files are put; it is there.
    tables : iterable of DataFrame
        As `tasks.do` gives them.

    Returns
    -------
    The specifications that could be estimated; why others could not, and how many.
    """
    size, failed = 0, Counter[str]()
    files = {name: folder / name for name in TYPES}
    with ExitStack() as stack:
        streams = {name: stack.enter_context(path.open("wb")) for name, path in files.items()}
        for table in tables:
            able = table["problem"] == ""
            failed.update(table.loc[~able, "problem"])
            size += int(able.sum())
            for name, stream in streams.items():
                stream.write(table.loc[able, name].to_numpy().astype(TYPES[name]).tobytes())
    found = Estimates(size, files)
    order = np.argsort(found.column("number"), kind="stable")
    for name, path in files.items():
        write_column(path, found.column(name)[order])
    return found, failed


def write_column(path: Path, values: NDArray) -> None:
    """Write plain numbers; numpy's `tofile` tells of no full disk where they are few."""
    path.write_bytes(values.tobytes())
