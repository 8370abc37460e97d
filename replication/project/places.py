"""Where things are: the one place that builds paths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from replication.errors import DataError

PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\.toml")
PACKAGE = Path(__file__).resolve().parents[1]  # the program itself


@dataclass(frozen=True)
class Project:
    """A folder laid out as the README describes.

    Attributes
    ----------
    root : Path
        Folder that holds `data`, `cleaning`, `specs`, `claims`, `published` and `results`.
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
    def cleaning(self) -> Path:
        """The project's own modules that turn raw files into tables."""
        return self.root / "cleaning"

    @property
    def specs(self) -> Path:
        """Study files."""
        return self.root / "specs"

    @property
    def claims(self) -> Path:
        """Claims files."""
        return self.root / "claims"

    @property
    def published(self) -> Path:
        """Printed tables as files."""
        return self.root / "published"

    @property
    def study_files(self) -> list[Path]:
        """Every study file, in the order of their names."""
        return _plainly_named(self.specs)

    @property
    def claims_files(self) -> list[Path]:
        """Every claims file, in the order of their names."""
        return _plainly_named(self.claims)

    @property
    def published_files(self) -> list[Path]:
        """Every file of printed tables, in the order of their names; the cells of each stand beside it."""
        return _plainly_named(self.published)

    @property
    def results(self) -> Path:
        """What was made of the studies: the last run and the frozen versions."""
        return self.root / "results"

    @property
    def current(self) -> Path:
        """Results of the last run, one folder a study."""
        return self.results / "current"

    @property
    def changelog(self) -> Path:
        """What moved from one frozen version to the next, newest first."""
        return self.results / "CHANGELOG.md"

    @property
    def check_record(self) -> Path:
        """All that the last check found."""
        return self.results / "check.txt"

    @property
    def check_memory(self) -> Path:
        """What the last check found of which content, so that the same is not judged twice."""
        return self.results / "check.json"

    @property
    def attestation(self) -> Path:
        """What the last verification found, as text; the same as JSON stands beside it."""
        return self.results / "attestation.md"

    @property
    def ledger(self) -> Path:
        """The claims ledger."""
        return self.current / "claims"

    def robustness(self, study: str) -> Path:
        """What other reasonable choices make of a study's results: no name of a study has a hyphen."""
        return self.current / f"{study}-robustness"

    @property
    def graded(self) -> Path:
        """Printed tables, graded cell by cell."""
        return self.current / "published"

    @property
    def crosscheck(self) -> Path:
        """What other programs say of the studies' models, one folder a study."""
        return self.results / "crosscheck"

    @property
    def exported(self) -> Path:
        """Scripts for other programs, one folder a study and program."""
        return self.results / "export"

    @property
    def report(self) -> Path:
        """The report page."""
        return self.current / "report.html"

    @property
    def report_record(self) -> Path:
        """What the report page was made from."""
        return self.current / "report.json"

    @property
    def output(self) -> Path:
        """In a deposit: the results as published, which a run of it is compared with."""
        return self.root / "output"

    @property
    def deposit(self) -> Path:
        """The folder that goes to a data editor."""
        return self.root / "deposit"


def _plainly_named(folder: Path) -> list[Path]:
    """TOML files of a folder; a name that a shell, a page or a table could take for more is refused.

    Raises
    ------
    DataError
        The first such name, or a link, whose file is another's to change. Names with a dot in front, which
        editors and file managers make, are left alone.
    """
    paths = sorted(path for path in folder.glob("*.toml") if path.name[0] != ".")
    for path in paths:
        if not PLAIN_NAME.fullmatch(path.name):
            raise DataError(
                f"{folder.name}/{path.name}: a name that is not plain; "
                "allowed: a letter, then letters, digits, _ and -, then .toml"
            )
        if path.is_symlink():
            raise DataError(f"{folder.name}/{path.name}: is a symbolic link; allowed: a file of its own")
    return paths
