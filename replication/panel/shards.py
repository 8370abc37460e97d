"""A folder of parquet files as one table: what it holds, as a whole, or batch after batch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from replication.errors import DataError
from replication.panel.arrow_columns import TEXTS, is_one_of
from replication.panel.limits import CELL, MOST_TOGETHER, check_columns
from replication.project.files import files_at

ROWS_AT_ONCE = 1 << 18
"""Rows of a batch."""

WHOLE = re.compile(r"-?\d{1,18}")


@dataclass(frozen=True)
class Shard:
    """One file of a folder.

    Attributes
    ----------
    path : Path
    label : str
        Folder and file, as a message names them.
    rows, size : int
        Its rows; bytes of its columns in memory, about.
    kinds : mapping of str to Arrow type
        Of its columns, those that its folders name (year=1990) left out.
    named : mapping of str to str
        What its folders name.
    """

    path: Path
    label: str
    rows: int
    size: int
    kinds: Mapping[str, pa.DataType]
    named: Mapping[str, str]


@dataclass(frozen=True)
class Shards:
    """The files of a folder, which have the same columns, in the order of their names.

    Attributes
    ----------
    folder : Path
    files : tuple of Shard
    """

    folder: Path
    files: tuple[Shard, ...]

    @property
    def rows(self) -> int:
        """Of all files."""
        return sum(shard.rows for shard in self.files)

    @property
    def size(self) -> int:
        """Bytes of all columns in memory, about."""
        return sum(shard.size for shard in self.files)

    @cached_property
    def kinds(self) -> dict[str, pa.DataType]:
        """Every column and what it holds."""
        kinds = {name: kind for shard in self.files for name, kind in shard.kinds.items()}
        for shard in self.files:
            kinds |= {name: kind for name, kind in shard.kinds.items() if not pa.types.is_null(kind)}
        for name in self.files[0].named:
            whole = all(WHOLE.fullmatch(shard.named[name]) for shard in self.files)
            kinds[name] = pa.int64() if whole else pa.string()
        return kinds

    @property
    def said(self) -> str:
        """How much it is, in a few words."""
        return (
            f"{self.rows:,} rows, {len(self.kinds):,} columns in {len(self.files):,} files: "
            f"{self.size:,} bytes in memory"
        )

    def batches(self, columns: Sequence[str]) -> Iterator[tuple[Shard, pa.Table]]:
        """All rows of some columns once, a batch at a time; in which order, nothing may depend on."""
        for shard in self.files:
            own = [name for name in columns if name not in shard.named]
            with told_of(shard.label), pq.ParquetFile(shard.path) as file:
                for batch in file.iter_batches(ROWS_AT_ONCE, columns=own):
                    yield shard, self._with_named(shard, pa.table(batch)).select(columns)

    def whole(self, columns: Sequence[str]) -> pa.Table:
        """All rows of some columns; texts as a dictionary and its places."""
        tables = []
        for shard in self.files:
            own = [name for name in columns if name not in shard.named]
            texts = [name for name in own if is_one_of(TEXTS, shard.kinds[name])]
            with told_of(shard.label):
                table = pq.ParquetFile(shard.path, read_dictionary=texts).read(columns=own)
            tables.append(self._with_named(shard, table).select(columns))
        return pa.concat_tables(tables, promote_options="default")

    def _with_named(self, shard: Shard, table: pa.Table) -> pa.Table:
        """The rows with the columns that their folders name."""
        for name, value in shard.named.items():
            scalar = pa.scalar(value).cast(self.kinds[name])
            table = table.append_column(name, pa.repeat(scalar, len(table)))
        return table


@contextmanager
def told_of(label: str) -> Iterator[None]:
    """What Arrow finds wrong with a file becomes a sentence that names it."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError):
        raise DataError(f"{label}: not readable as parquet; is it damaged, or cut off?") from None


def shards_of(folder: Path) -> Shards:
    """The parquet files in a folder and its folders, none of which is unlike the others.

    Raises
    ------
    DataError
        No parquet file, another file among them, one that is empty, damaged or has other columns.
    """
    folder = folder.resolve()  # "." has no name
    paths = files_at(folder)
    if not paths:
        raise DataError(f"{folder.name}: no parquet file is in this folder")
    shards = tuple(_shard(folder, path) for path in paths)
    for shard in shards[1:]:
        _refuse_other_columns(shards[0], shard)
    return Shards(folder, shards)


def beyond_memory(path: Path) -> Shards | None:
    """The files of a folder that is too large to be read as a whole; None for any other file or folder."""
    if not path.is_dir():
        return None
    shards = shards_of(path)
    return shards if shards.size > MOST_TOGETHER else None


def _shard(folder: Path, path: Path) -> Shard:
    inside = path.relative_to(folder)
    label = f"{folder.name}/{inside.as_posix()}"
    if path.suffix.lower() != ".parquet":
        raise DataError(f"{label}: is no parquet file; allowed in a folder that is one panel: .parquet alone")
    if path.stat().st_size == 0:
        raise DataError(f"{label}: is empty")
    with told_of(label), pq.ParquetFile(path) as file:
        about, kinds = file.metadata, {field.name: field.type for field in file.schema_arrow}
    check_columns(about.num_columns, path)
    pairs = (part.partition("=") for part in inside.parts[:-1])
    named = {name: unquote(value) for name, sign, value in pairs if sign}
    groups = (about.row_group(place).total_byte_size for place in range(about.num_row_groups))
    size = max(about.num_rows * (len(kinds) + len(named)) * CELL, sum(groups))
    return Shard(path, label, about.num_rows, size, kinds, named)


def _refuse_other_columns(first: Shard, shard: Shard) -> None:
    for here, other in ((first, shard), (shard, first)):
        for name in (*here.kinds, *here.named):
            if name not in (*other.kinds, *other.named):
                raise DataError(f"{other.label}: has no column {name!r}, which {here.label} has; {SAME}")
    if set(shard.named) != set(first.named):
        name = min(set(shard.named) ^ set(first.named))
        raise DataError(f"{shard.label}: {name} is named by a folder for some files alone; {SAME}")
    for name, kind in shard.kinds.items():
        if not _alike(kind, first.kinds[name]):
            found = first.kinds[name]
            raise DataError(f"{shard.label}: {name} is {kind}, in {first.label} it is {found}; {SAME}")


SAME = "allowed: the same columns of the same kinds in every file"


def _alike(one: pa.DataType, other: pa.DataType) -> bool:
    """Whether two columns are of one kind; a column in which nothing stands is of any."""
    one, other = (kind.value_type if pa.types.is_dictionary(kind) else kind for kind in (one, other))
    return bool(one == other or pa.types.is_null(one) or pa.types.is_null(other))
