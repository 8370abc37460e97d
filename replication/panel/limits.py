"""How much of a user's file is read: limits that are computed before anything is allocated."""

from __future__ import annotations

from pathlib import Path

from replication.errors import DataError

MAX_BYTES = 2_000_000_000  # of a file, and of its table in memory
MAX_COLUMNS = 32_767  # as many as Stata/SE holds
CELL = 8  # bytes of a figure in memory
# A small file that claims to hold much is no table of figures: what it may grow to, whatever its size, and
# for each of its bytes. Figures are packed ten to one, columns of a few levels a hundred to one.
FREE, GROWTH = 64_000_000, 200
MOST_TOGETHER = 500_000_000  # bytes in memory of a folder of parquet files that is read as one table


def check_columns(columns: int, path: Path) -> None:
    """Refuse a table too wide.

    Raises
    ------
    DataError
    """
    if columns > MAX_COLUMNS:
        raise DataError(f"{path.name}: {columns:,} columns; allowed: at most {MAX_COLUMNS:,}")


def check_size(unpacked: int, path: Path, growth: int = GROWTH) -> None:
    """Refuse a table that takes more bytes in memory than a file of this size may.

    Raises
    ------
    DataError
    """
    packed = path.stat().st_size
    allowed = min(MAX_BYTES, FREE + growth * packed)
    if unpacked > allowed:
        room = f"allowed: at most {allowed:,} from a file of {packed:,}"
        raise DataError(f"{path.name}: {unpacked:,} bytes unpacked; {room}")
