"""Writing files so that a reader never sees half of one, and reading their checksums."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from replication.project.lock import file_aside


def sha256(path: Path) -> str:
    """Checksum of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def changed_line_ends(content: bytes, checksum: str) -> bool:
    """Whether a file has this checksum once its line ends are plain again: git on Windows makes them CRLF."""
    return b"\r\n" in content and hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest() == checksum


def write_aside(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file beside `path`, then rename it over `path` in one step."""
    with file_aside(path) as aside:
        write(aside)
        aside.chmod(0o644)
        aside.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with plain line feeds, whole or not at all."""
    write_aside(path, lambda aside: aside.write_bytes(text.encode("utf-8")))


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV in full precision (shortest text that reads back to the same double)."""
    write_text(path, table.to_csv(index=False, lineterminator="\n"))


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write a table as parquet, whole or not at all."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    write_aside(path, lambda aside: pq.write_table(arrow, aside, compression="zstd"))
