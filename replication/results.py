"""The folder of one study's results: writing it in one go, and reading it back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from replication.aside import folder_aside, held
from replication.clean.pipeline import raw_behind
from replication.errors import DataError
from replication.files import sha256, write_csv, write_parquet, write_text
from replication.fingerprint import packages
from replication.project import Project
from replication.publish.account import ModelAccount
from replication.studies.model import Study

MANIFEST = "manifest.json"
COLUMNS = {
    "estimates": [
        "study",
        "model",
        "term",
        "estimate",
        "std_error",
        "statistic",
        "p_value",
        "conf_low",
        "conf_high",
    ],
    "models": ["study", "model", "name", "value"],
    "statistics": ["study", "statistic", "group", "period", "value", "unit"],
    "dropped_rows": ["study", "model", "entity", "time", "cause"],
}
NUMBERS = ("estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high", "value")


@dataclass(frozen=True)
class Records:
    """The tidy tables of one study and the accounts of its models."""

    estimates: pd.DataFrame
    models: pd.DataFrame
    statistics: pd.DataFrame
    dropped_rows: pd.DataFrame
    accounts: tuple[ModelAccount, ...]


def tables_read(study: Study) -> list[str]:
    """Processed tables that a study names, each once, its panel first."""
    entries = [*study.statistics, *study.tables, *study.figures]
    panels = [model.data or study.study.data for model in study.models]
    return [name for name in dict.fromkeys([*panels, *(entry.table for entry in entries)]) if name]


def records(
    study: str, frames: dict[str, Iterable[pd.DataFrame]], accounts: Iterable[ModelAccount]
) -> Records:
    """Gather the frames of all models and statistics into the tidy tables, empty ones included."""
    return Records(
        **{name: _tidy(study, name, list(frames.get(name, ()))) for name in COLUMNS}, accounts=tuple(accounts)
    )


def _tidy(study: str, name: str, frames: list[pd.DataFrame]) -> pd.DataFrame:
    columns = COLUMNS[name]
    if not frames:
        kinds = {column: "float64" if _is_number(name, column) else "str" for column in columns}
        return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in kinds.items()})
    table = pd.concat(frames, ignore_index=True).assign(study=study)
    return table[columns]


def _is_number(table: str, column: str) -> bool:
    return column in NUMBERS and not (table == "statistics" and column == "statistic")


def write_records(folder: Path, found: Records) -> None:
    """Write the tidy tables as CSV and parquet, and the accounts as JSON."""
    for name in COLUMNS:
        write_csv(folder / f"{name}.csv", getattr(found, name))
        write_parquet(folder / f"{name}.parquet", getattr(found, name))
    accounts = [asdict(account) for account in found.accounts]
    write_text(folder / "accounts.json", json.dumps(accounts, indent=1, ensure_ascii=False) + "\n")


def read_records(folder: Path) -> Records:
    """The tidy tables and accounts of a folder that `write_records` filled."""
    try:
        frames = {name: pd.read_parquet(folder / f"{name}.parquet") for name in COLUMNS}
        accounts = json.loads((folder / "accounts.json").read_text(encoding="utf-8"))
        return Records(**frames, accounts=tuple(_account(entry) for entry in accounts))
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise DataError(f"{folder}: these results cannot be read ({problem}); run the study again") from None


def _account(entry: dict) -> ModelAccount:
    entry = {**entry, "warnings": tuple(entry["warnings"])}
    return ModelAccount(**{**entry, "dropped": tuple((cause, count) for cause, count in entry["dropped"])})


class Staging:
    """A folder beside the results in which everything is made before any of it is put in place.

    Used with `with`: what was made replaces the old results at the end, unless an error came first, in
    which case the old results stay as they were. The manifest leaves first and arrives last, so that a
    step that is cut off between is found unfinished and made again. A second run into the same folder
    waits for the first.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.holds = ExitStack()

    def __enter__(self) -> Path:
        _check_target(self.target)
        self.folder = self.holds.enter_context(folder_aside(self.target))
        return self.folder

    def __exit__(self, kind, problem, trace) -> None:
        with self.holds:
            if kind is None:
                with held(self.target.parent):
                    self._put_in_place()

    def _put_in_place(self) -> None:
        made = sorted(path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        before = [Path(name) for name in files_of(self.target)]
        for name in {*made, *before}:
            _refuse_links(self.target, name)
        (self.target / MANIFEST).unlink(missing_ok=True)
        for name in made:
            if str(name) != MANIFEST:
                (self.target / name).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / name).replace(self.target / name)
        for name in sorted(set(before) - set(made)):
            (self.target / name).unlink(missing_ok=True)
        (self.folder / MANIFEST).replace(self.target / MANIFEST)


def _check_target(target: Path) -> None:
    """Refuse what is no folder for results alone."""
    if target.is_symlink():
        raise DataError(f"{target}: is a symbolic link; allowed: a folder itself")
    if target.exists() and not target.is_dir():
        raise DataError(f"{target}: is no folder")
    if Path.cwd().is_relative_to(target.resolve()):
        raise DataError(f"{target}: holds the folder that you are in; allowed: one for results alone")


def _refuse_links(target: Path, name: Path) -> None:
    """Refuse to write or remove anything through a folder that is a link to elsewhere."""
    for folder in name.parents:
        if (target / folder).is_symlink():
            raise DataError(f"{target / folder}: is a symbolic link; allowed: a folder itself")


def made_from(project: Project, tables: Iterable[str], code: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """For a manifest: checksums of processed tables and of the raw files behind them, code, packages."""
    names = list(tables)
    return {
        "inputs": {f"{name}.parquet": sha256(project.processed / f"{name}.parquet") for name in names},
        "raw": raw_behind(project, names),
        "code": dict(code),
        "packages": packages(),
    }


def write_manifest(folder: Path, about: dict) -> None:
    """Write what the results rest on, and the checksum of every file beside the manifest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    sums = {path.relative_to(folder).as_posix(): sha256(path) for path in files}
    write_text(folder / MANIFEST, json.dumps({**about, "files": sums}, indent=1, ensure_ascii=False) + "\n")


def files_of(folder: Path) -> list[str]:
    """Files that a manifest lists, so that a new run removes what it no longer makes and nothing else."""
    try:
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [name for name in listed if not Path(name).is_absolute() and ".." not in Path(name).parts]
