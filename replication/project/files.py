"""Writing files so that a reader never sees half of one, and reading their checksums.

pandas and pyarrow are loaded where a table is written: what only looks at files starts at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from replication.errors import DataError
from replication.project.escape import csv_text
from replication.project.lock import file_aside

if TYPE_CHECKING:
    import pandas as pd


def sha256(path: Path) -> str:
    """Checksum of a plain file's bytes, in hexadecimal; a pipe would be waited for, a device never ends."""
    if not path.is_file():
        raise DataError(f"{path}: missing, or no plain file")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files_at(place: Path) -> list[Path]:
    """The file there, or all files of the folder there but hidden ones."""
    if not place.is_dir():
        return [place]
    inside = [path for path in sorted(place.rglob("*")) if path.is_file()]
    return [path for path in inside if not any(_hidden(part) for part in path.relative_to(place).parts)]


def _hidden(part: str) -> bool:
    """Programs that write a table in shards leave _SUCCESS and .crc files beside them."""
    return part.startswith(("_", "."))


def checksums(place: Path, name: str) -> dict[str, str]:
    """Checksum of each file there, by its path; `name` is that of the place."""
    return {(Path(name) / path.relative_to(place)).as_posix(): sha256(path) for path in files_at(place)}


def changed_line_ends(content: bytes, recorded: str) -> bool:
    """Whether a file has this checksum once its line ends are plain again: git on Windows makes them CRLF."""
    return b"\r\n" in content and hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest() == recorded


def checksum(path: Path) -> str:
    """Checksum of a file; empty where no plain file of that name is there, or a link to one."""
    return sha256(path) if path.is_file() and not path.is_symlink() else ""


def write_aside(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file beside `path`, then rename it over `path` in one step."""
    with file_aside(path) as aside:
        write(aside)
        aside.chmod(0o644)
        aside.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with plain line feeds, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes, whole or not at all."""
    write_aside(path, lambda aside: aside.write_bytes(content))


def write_json(path: Path, content: Any) -> None:
    """Write what JSON can hold; letters stay letters, what could move a cursor becomes its code."""
    text = json.dumps(content, indent=1, ensure_ascii=False)
    write_text(path, "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text) + "\n")


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV: numbers in full precision (the shortest text that reads back to the same double),
    texts as `escape.csv_text` makes them safe; parquet holds them as they are."""
    safe = {name: table[name].map(_cell, na_action="ignore") for name in _texts(table)}
    header = [csv_text(str(name)) for name in table.columns]
    write_text(path, table.assign(**safe).to_csv(index=False, header=header, lineterminator="\n"))


def _cell(value: object) -> object:
    return csv_text(value) if isinstance(value, str) else value


def _texts(table: pd.DataFrame) -> list[str]:
    return list(table.select_dtypes(include=["object", "str", "category"]).columns)


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write a table as parquet, whole or not at all."""
    write_parquet_parts(path, iter([table]))


def write_parquet_parts(path: Path, parts: Iterator[pd.DataFrame]) -> None:
    """The same for a table that comes in parts, at least one: no more than one is held at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def write(aside: Path) -> None:
        first = pa.Table.from_pandas(next(parts), preserve_index=False)
        with pq.ParquetWriter(aside, first.schema, compression="zstd") as writer:
            writer.write_table(first)
            del first
            for part in parts:
                writer.write_table(pa.Table.from_pandas(part, writer.schema, preserve_index=False))

    write_aside(path, write)
