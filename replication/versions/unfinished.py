"""Searches that ended where no maximum is: what they left is not compared between machines, but bounded."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from replication.project.strict import plain_text
from replication.versions.content import result_folders
from replication.versions.tolerances import LARGEST_GRADIENT


def unfinished(current: Path) -> list[str]:
    """One line for each model whose gradient is above its bound."""
    found = []
    for study, folder in result_folders(current).items():
        path = folder / "telemetry.csv"
        if path.is_file():
            told = csv.DictReader(io.StringIO(plain_text(path), newline=""))
            rows = [row for row in told if row.get("name") == "gradient_norm"]
            found += [
                f"{study}/telemetry.csv: {row.get('model')}: gradient norm {row.get('value')} is "
                f"above its bound of {LARGEST_GRADIENT:g}: no maximum"
                for row in rows
                if not _number(row.get("value")) <= LARGEST_GRADIENT
            ]
    return found


def _number(text: str | None) -> float:
    """What stands in a cell; not a number where none does, which is below no bound."""
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")
