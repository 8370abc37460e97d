"""Searches that ended where no maximum is: what they left is not compared between machines, but bounded."""

from __future__ import annotations

import csv
from pathlib import Path

from replication.versions.content import result_folders
from replication.versions.tolerances import LARGEST_GRADIENT


def unfinished(current: Path) -> list[str]:
    """One line for each model whose gradient is above its bound."""
    found = []
    for study, folder in result_folders(current).items():
        path = folder / "telemetry.csv"
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as stream:
                rows = [row for row in csv.DictReader(stream) if row["name"] == "gradient_norm"]
            found += [
                f"{study}/telemetry.csv: {row['model']}: gradient norm {row['value']} is above its bound of "
                f"{LARGEST_GRADIENT:g}: no maximum"
                for row in rows
                if not float(row["value"] or "nan") <= LARGEST_GRADIENT
            ]
    return found
