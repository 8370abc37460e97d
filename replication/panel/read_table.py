"""A file that a user brings -> a table whose every column is of one kind, and how it was read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from replication.errors import DataError, one_of
from replication.language.named_numbers import Labels
from replication.panel.column_kinds import (
    Column,
    Fields,
    Wishes,
    column_of_fields,
    column_of_numbers,
    column_of_texts,
    fields_of,
    holds_texts,
    wishes_of,
)
from replication.panel.grid import Grid, refuse_twice, tidied
from replication.panel.joined import with_joined
from replication.panel.limits import MAX_BYTES, check_size
from replication.panel.numerals import Spelling, spelling_of, spelling_with
from replication.panel.read_csv import read_csv
from replication.panel.read_folder import read_folder
from replication.panel.read_parquet import read_parquet
from replication.panel.read_stata import read_stata
from replication.panel.reading import Place, Reading, among
from replication.project.strict import neighbour
from replication.spec.entries import FileKeys

Arrays = Mapping[str, pa.ChunkedArray]
Found = tuple[dict[str, Column], list[str]]
Check = Callable[[int], object]
TEXT = (".csv", ".tsv", ".tab", ".txt")


def _workbook(path: Path, keys: FileKeys) -> Grid:
    from replication.panel.read_excel import read_excel  # openpyxl takes long to load

    return read_excel(path, keys)


READERS: dict[str, Callable[[Path, FileKeys], Grid]] = {
    **dict.fromkeys(TEXT, read_csv),
    ".xlsx": _workbook,
    ".dta": read_stata,
    ".parquet": read_parquet,
}
# Keys of [study] that only some formats need.
FOR = {"sheet": (".xlsx",), "header": (*TEXT, ".xlsx"), "decimal": (*TEXT, ".xlsx"), "encoding": TEXT}
# What cannot be read, and how a file that can is made of it.
MAKE = {
    **dict.fromkeys((".xls", ".xlsm", ".xlsb", ".ods", ".numbers"), "save it as .xlsx"),
    **dict.fromkeys((".gz", ".zip", ".bz2", ".xz", ".zst"), "unpack it first"),
    ".sav": "in R: haven::write_dta(haven::read_sav(FILE), OTHER)",
    ".sas7bdat": "in R: haven::write_dta(haven::read_sas(FILE), OTHER)",
    ".rds": "in R: write.csv(readRDS(FILE), OTHER, row.names = FALSE)",
    ".rdata": "in R: load(FILE), then write.csv(TABLE, OTHER, row.names = FALSE)",
    ".feather": "in Python: pandas.read_feather(FILE).to_parquet(OTHER)",
    **dict.fromkeys((".json", ".doc", ".docx", ".pdf", ""), "save it as CSV"),
}


def read_user_table(path: Path, keys: FileKeys | None = None) -> Reading:
    """The table in a user's file or folder, each column typed as a whole, and what was assumed.

    Parameters
    ----------
    keys : FileKeys, optional
        What the study says of the file.

    Raises
    ------
    DataError
        Missing or unreadable file, another format, a heading twice, rows of uneven length, no rows, more than
        is read, a key that does not fit the file.
    """
    keys = keys or FileKeys()
    _check_file(path, keys)
    if path.is_dir():
        return reading_of(read_folder(path), keys, path.name, lambda letters: None)
    return reading_of(
        READERS[path.suffix.lower()](path, keys), keys, path.name, partial(check_size, path=path)
    )


def reading_of(grid: Grid, keys: FileKeys, origin: str, check: Check) -> Reading:
    """The columns of a file or frame, each typed as a whole; `check` refuses texts of too many bytes."""
    grid = tidied(grid)
    names = _names(grid, keys, origin)
    if not grid.columns or not len(grid.columns[0]):
        raise DataError(f"{origin}: no rows")
    read = _spelled if grid.spelled else _typed
    wishes = wishes_of(keys.text, keys.numbers, keys.missing)
    place = _place(grid, origin)
    arrays = dict(zip(names, grid.columns, strict=True))
    columns, notes = read(arrays, grid, keys, wishes, place, check)
    found = Reading(
        table=pd.DataFrame({name: column.values for name, column in columns.items()}, copy=False),
        origin=origin,
        place=place,
        why={name: column.why for name, column in columns.items() if column.why} | dict(grid.left),
        assumed=(*grid.notes, *notes, *_assumed(columns)),
        named={name: column.named for name, column in columns.items() if column.named is not None},
        labels={
            name: grid.labels[old]
            for name, old in zip(names, grid.headings, strict=True)
            if old in grid.labels
        },
        padded={name: column.padded for name, column in columns.items() if column.padded},
        other_sheets=grid.other_sheets,
    )
    return with_joined(found, keys.joined)


def _place(grid: Grid, origin: str) -> Place:
    return lambda row: f"{origin}, {grid.place(row)}"


def _check_file(path: Path, keys: FileKeys) -> None:
    """Refuse what is no file of a known format, and keys that this format has no use for."""
    ending = path.suffix.lower()
    if re.match(r"[a-z]+:/", str(path)):
        raise DataError(f"{path}: is an address; download the file and name it instead")
    if not path.exists():
        raise DataError(f"{path}: there is no such file{neighbour(path)}")
    if path.is_dir():
        _refuse_keys(path, keys, ".parquet")
        return
    if not path.is_file():
        raise DataError(f"{path}: is no plain file; allowed: one of format {', '.join(READERS)}, or a folder")
    if ending not in READERS:
        known = f"format {path.suffix!r} is not known; allowed: {', '.join(READERS)}"
        raise DataError(f"{path.name}: {known}; {MAKE.get(ending, 'save it as CSV')}")
    size = path.stat().st_size
    if size == 0:
        raise DataError(f"{path.name}: is empty")
    if size > MAX_BYTES:
        raise DataError(f"{path.name}: {size:,} bytes; allowed: at most {MAX_BYTES:,}")
    _refuse_keys(path, keys, ending)


def _refuse_keys(path: Path, keys: FileKeys, ending: str) -> None:
    for key, formats in FOR.items():
        if key in keys.model_fields_set and ending not in formats:
            raise DataError(
                f"{path.name}: study.{key} is for {', '.join(formats)}; leave it out for this file"
            )


def _names(grid: Grid, keys: FileKeys, origin: str) -> list[str]:
    """Headings, renamed as the study says; none twice."""
    refuse_twice(grid.headings, origin)
    for name, heading in keys.columns.items():
        if heading not in grid.headings:
            raise DataError(f"{origin}: study.columns.{name}: {one_of('heading', heading, grid.headings)}")
    own = {heading: name for name, heading in keys.columns.items()}
    names = [own.get(heading, heading) for heading in grid.headings]
    for name, count in Counter(names).items():
        if count > 1:
            raise DataError(f"{origin}: study.columns.{name}: the file has a column of this name already")
    for key in ("text", "numbers"):
        for name in getattr(keys, key):
            if name not in names:
                raise DataError(f"{origin}: study.{key}: {one_of('column', name, names)}")
    return names


def _spelled(arrays: Arrays, grid: Grid, keys: FileKeys, wishes: Wishes, place: Place, check: Check) -> Found:
    """The columns that a file of texts spells, and how it spells figures if not in the commonest way."""
    fields = [fields_of(name, values) for name, values in arrays.items()]
    check(sum(entry.letters for entry in fields))
    spelling = _spelling(fields, grid, keys, wishes)
    columns = {entry.name: column_of_fields(entry, wishes, spelling, place) for entry in fields}
    figures = [entry for entry in fields if not columns[entry.name].why and not columns[entry.name].named]
    parted = [entry.name for entry in figures if spelling.parts(entry.texts)]
    notes = ["decimal comma"] if spelling.decimal == "," else []
    return columns, notes + ([f"thousands parted in {among(parted)}"] if parted else [])


def _spelling(fields: list[Fields], grid: Grid, keys: FileKeys, wishes: Wishes) -> Spelling:
    """How figures are spelled in the file, by what the study says or by all of its columns."""
    if keys.decimal is not None:
        return spelling_with(keys.decimal)
    figures = (entry for entry in fields if entry.name not in wishes.texts)
    return spelling_of((pc.drop_null(entry.there(wishes, markers=False)) for entry in figures), grid.commas)


def _typed(arrays: Arrays, grid: Grid, keys: FileKeys, wishes: Wishes, place: Place, check: Check) -> Found:
    """The columns of a file that knows their kinds."""
    named = {name: grid.named.get(heading) for name, heading in zip(arrays, grid.headings, strict=True)}
    texts = {name: fields_of(name, values) for name, values in arrays.items() if holds_texts(values)}
    check(sum(entry.letters for entry in texts.values()))
    columns = {
        name: column_of_texts(texts[name], wishes, place)
        if name in texts
        else column_of_numbers(name, values, named.get(name), wishes, place)
        for name, values in arrays.items()
    }
    return columns, []


def _assumed(columns: Mapping[str, Column]) -> Iterator[str]:
    """What was read as missing, which texts were kept though they say so, which figures are codes."""
    for what, said in (("read_missing", "read as missing in"), ("kept", "a text in")):
        found = {name: getattr(column, what) for name, column in columns.items()}
        for word in dict.fromkeys(word for words in found.values() for word in words):
            yield f"{word} {said} {among(name for name, words in found.items() if word in words)}"
    labelled = [name for name, column in columns.items() if isinstance(column.named, Labels)]
    if labelled:
        yield f"codes with labels: {among(labelled)}"
    codes = [name for name, column in columns.items() if column.codes]
    if codes:
        yield f"codes, and so texts: {among(codes)}"
