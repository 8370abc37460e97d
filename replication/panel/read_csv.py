"""A file of fields parted by commas, semicolons or tabs -> headings and texts; every row has every field."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pv

from replication.errors import DataError
from replication.panel.grid import Grid, lines_of
from replication.panel.limits import CELL, check_columns, check_size
from replication.spec.entries import FileKeys

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
BLOCK = 1 << 24  # bytes parsed at a time; no row may be longer
SAMPLE = 1 << 22  # letters in which the headings must end
END_OF_LINE = re.compile(r"\r\n|\r|\n")
UNCLOSED = "a quote that opens there does not close"
FEW = 3  # fields that a line above the headings may have, such as a title
NEAR = 20  # lines below the headings in which the true headings may be sought


def read_csv(path: Path, keys: FileKeys) -> Grid:
    """The headings and fields of a file of text.

    Raises
    ------
    DataError
        Letters that are not in the encoding, a row with more or fewer fields than there are headings, a
        quote that does not close, more cells than are read.
    """
    try:
        skipped, separator = _beginning(path, keys)
        columns = _columns(path, keys, skipped, separator)
    except UnicodeDecodeError:
        raise DataError(_undecodable(path, keys.encoding)) from None
    lines = lines_of(columns, skipped + 1)
    if _is_open(path, keys.encoding, columns[-1][-1].as_py()):
        raise DataError(f"{path.name}, line {lines[-1]}: {UNCLOSED}")
    headings = tuple(column[0].as_py() for column in columns)
    return Grid(
        headings=headings,
        columns=tuple(column.slice(1) for column in columns),
        lines=lines[1:],
        spelled=True,
        unit="line",
        commas=separator == ",",
        notes=(f"parted by {SEPARATORS[separator]}",) if len(headings) > 1 else (),
    )


def _beginning(path: Path, keys: FileKeys) -> tuple[int, str]:
    """How many lines stand above the headings, and what parts the fields."""
    with _opened(path, keys.encoding) as stream:
        sample = stream.read(SAMPLE)
    if "\0" in sample:
        raise DataError(
            f'{path.name}: holds zero bytes, so it is no text, or UTF-16: write encoding = "utf-16"'
        )
    lines = END_OF_LINE.split(sample)
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    skipped = first if keys.header is None else keys.header - 1
    if skipped >= len(lines) or not lines[skipped].strip():
        raise DataError(
            f"{path.name}: line {skipped + 1} is empty; allowed: the line of the headings as header"
        )
    below = "\n".join(lines[skipped : skipped + NEAR])
    return skipped, max(SEPARATORS, key=lambda separator: _fit(below, separator))


def _fit(text: str, separator: str) -> tuple[bool, int]:
    """Whether headings and first row have as many fields, and how many headings there are."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        numbers = [len(row) for row in islice(filter(None, reader), 2)]
    except csv.Error:  # one field of a hundred thousand letters: something else parts the fields
        return False, 0
    return numbers[0] > 1 and len(set(numbers)) == 1, numbers[0]


def _opened(path: Path, encoding: str) -> io.TextIOWrapper:
    return path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")


def _columns(path: Path, keys: FileKeys, skipped: int, separator: str) -> list[pa.ChunkedArray]:
    """All columns as texts, the headings their first row."""
    try:
        reader = _reader(path, keys, skipped, separator)
        check_columns(len(reader.schema), path)
        batches, rows = [], 0
        for batch in reader:
            rows += batch.num_rows
            check_size(rows * batch.num_columns * CELL, path)
            batches.append(batch)
        found: list[pa.ChunkedArray] = pa.Table.from_batches(batches, reader.schema).columns
        return found
    except pa.ArrowInvalid as problem:
        if "UTF8" in str(problem):
            raise DataError(_undecodable(path, keys.encoding)) from None
        uneven = _uneven_row(path, keys, skipped, separator)
        parted = f"{path.name}: not readable as fields parted by {SEPARATORS[separator]}"
        raise DataError(uneven or parted) from None


def _reader(path: Path, keys: FileKeys, skipped: int, separator: str) -> pv.CSVStreamingReader:
    return pv.open_csv(
        path,
        read_options=pv.ReadOptions(
            block_size=BLOCK,
            use_threads=False,
            skip_rows=skipped,
            autogenerate_column_names=True,
            encoding="utf8" if keys.encoding == "utf-8" else keys.encoding,
        ),
        parse_options=pv.ParseOptions(delimiter=separator, newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pv.ConvertOptions(default_column_type=pa.string(), strings_can_be_null=False),
    )


def _is_open(path: Path, encoding: str, last: str) -> bool:
    """Whether the last field of a file opens with a quote and goes on to the end of it."""
    written = ('"' + last.replace('"', '""')).encode(encoding).removeprefix(codecs.BOM_UTF16)
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(size - len(written), 0))
        return bool(last) and stream.read() == written


def _undecodable(path: Path, encoding: str) -> str:
    """Which byte is not in the encoding, and what the file may be instead."""
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return f'{path.name}: is UTF-16, not {encoding}; write encoding = "utf-16" under [study]'
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        return (
            f"{path.name}, line {line}: byte {problem.start + 1} is not {encoding.upper()}; save the file as "
            'UTF-8, or write encoding = "windows-1252" (or another) under [study]'
        )
    return f"{path.name}: is not {encoding.upper()}"


def _uneven_row(path: Path, keys: FileKeys, skipped: int, separator: str) -> str | None:
    """The sentence for the first row that has more or fewer fields than there are headings."""
    with _opened(path, keys.encoding) as stream:
        for _ in range(skipped):
            stream.readline()
        try:
            rows = _rows(csv.reader(stream, delimiter=separator), skipped)
            line, row = next(rows)
            headings = len(row)
            for line, row in rows:
                if row and len(row) != headings:
                    there = f"the headings in line {skipped + 1} are {headings}"
                    return f"{path.name}, line {line}: {_counted(row)}; {there}{_guess(row, headings, line)}"
        except csv.Error:
            return None
    return f"{path.name}, line {line}: {UNCLOSED}" if any("\n" in field for field in row) else None


def _rows(reader: Any, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each begins."""
    line = skipped + 1
    for row in reader:
        yield line, row
        line = skipped + reader.line_num + 1


def _counted(row: list[str]) -> str:
    return f"{len(row)} field{'' if len(row) == 1 else 's'} ({row[0][:40]!r} ...)"


def _guess(row: list[str], headings: int, line: int) -> str:
    """What may have happened to such a row."""
    if any("\n" in cell for cell in row) and len(row) < headings:
        return f"; {UNCLOSED}"
    if len(row) > headings and line <= NEAR and headings < FEW:
        return f"; if line {line} holds the headings, write header = {line} under [study]"
    if len(row) > headings:
        return "; a comma within a text stands in quotes, or a note stands below the table"
    return "; the file is cut or damaged there, or a note stands below the table"
