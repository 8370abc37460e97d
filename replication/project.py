"""Where things are: the one place that builds paths."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Project:
    """A folder laid out as the README describes.

    Attributes
    ----------
    root : Path
        Folder that holds `data`, `specs`, `claims` and `results`.
    """

    root: Path

    @property
    def raw(self) -> Path:
        """Figures as published; nothing but a person writes here."""
        return self.root / "data" / "raw"

    @property
    def registry(self) -> Path:
        """Origin and checksum of every raw file."""
        return self.raw / "SOURCES.toml"

    @property
    def processed(self) -> Path:
        """Typed tables, made from the raw figures."""
        return self.root / "data" / "processed"

    @property
    def specs(self) -> Path:
        """Study files."""
        return self.root / "specs"

    @property
    def claims(self) -> Path:
        """Claims files."""
        return self.root / "claims"

    @property
    def current(self) -> Path:
        """Results of the last run, one folder a study."""
        return self.root / "results" / "current"

    @property
    def ledger(self) -> Path:
        """The claims ledger."""
        return self.current / "claims"

    @property
    def report(self) -> Path:
        """The report page."""
        return self.current / "report.html"
