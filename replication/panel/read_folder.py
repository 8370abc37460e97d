"""A folder of parquet files -> its columns, as one file of them would be read."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from replication.errors import DataError
from replication.panel.arrow_columns import grid_of, readable
from replication.panel.grid import Grid
from replication.panel.limits import MOST_TOGETHER
from replication.panel.shards import Shards, shards_of, told_of

BY_PARTITION = (
    "beyond that: models by ols with one or two effects whose errors are classical, hc0, hc1 or clustered by "
    "one column, made of functions of a row (docs/data.md)"
)


def read_folder(folder: Path) -> Grid:
    """Every column of figures, texts, truth values or dates.

    Raises
    ------
    DataError
        Files that do not belong together, are damaged, or are more than is read as a whole.
    """
    shards = shards_of(folder)
    if shards.size > MOST_TOGETHER:
        raise DataError(f"{too_large(shards)}; {BY_PARTITION}")
    fields = [pa.field(name, kind) for name, kind in shards.kinds.items()]
    plain = [field.name for field in fields if readable(field.type)]
    with told_of(folder.name):
        return grid_of(shards.whole(plain), fields)


def too_large(shards: Shards) -> str:
    """The sentence for a folder that is not read as a whole."""
    return f"{shards.folder.name}: {shards.said}; allowed: at most {MOST_TOGETHER:,} for a table in memory"
