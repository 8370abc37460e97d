"""The folder of one study's results: writing it in one go, and reading it back."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from replication.errors import StudyError
from replication.project.arithmetic import arithmetic
from replication.project.files import sha256, write_csv, write_json, write_parquet
from replication.project.fingerprint import packages, require_this_program, settings_behind
from replication.project.places import Project
from replication.project.readback import read_back
from replication.project.strict import from_json
from replication.records.account import ModelAccount
from replication.records.tidy_tables import ESTIMATED, OF_STUDIES
from replication.sources.pipeline import raw_behind
from replication.spec.entries import Study
from replication.spec.read_study import read_study

COLUMNS = {name: list(table.columns) for name, table in OF_STUDIES.items()}
NUMBERS = (*ESTIMATED, "value")


@dataclass(frozen=True)
class Records:
    """The tidy tables of one study and the accounts of its models.

    Attributes
    ----------
    estimates : one row a model, error and term
    covariances : one row a model, error and pair of coefficients, none twice
    models : one row a statistic of a model; `error` is empty where it is the same whatever the error
    telemetry : how each model's search went
    statistics : one row a statistic, group and period
    dropped_rows : one row a model and row of its panel that it does not use
    accounts : tuple of ModelAccount
    """

    estimates: pd.DataFrame
    covariances: pd.DataFrame
    models: pd.DataFrame
    telemetry: pd.DataFrame
    statistics: pd.DataFrame
    dropped_rows: pd.DataFrame
    accounts: tuple[ModelAccount, ...]

    @property
    def converged(self) -> bool:
        """Whether every model did."""
        return all(account.converged for account in self.accounts)


def tables_read(study: Study) -> list[str]:
    """Processed tables that a study names, each once, its panel first."""
    tables = [model.data or study.study.table for model in study.models]
    tables += [study.study.table for entry in study.tables if entry.summary]
    tables += [entry.table for entry in study.statistics]
    tables += [table.table for table in study.tables] + [figure.table for figure in study.figures]
    return [name for name in dict.fromkeys(tables) if name]


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
    _refuse_twice(name, table)
    return table[columns]


def _refuse_twice(name: str, table: pd.DataFrame) -> None:
    """Two records of one key: one of them would be shown for the other."""
    names = list(OF_STUDIES[name].key)
    twice = table.duplicated(names)
    if twice.any():
        key = ", ".join(str(value) for value in table.loc[twice, names].iloc[0])
        raise StudyError(f"two {name.replace('_', ' ')} of one name: {key}; give one of them another")


def _is_number(table: str, column: str) -> bool:
    return column in NUMBERS and not (table == "statistics" and column == "statistic")


def write_records(folder: Path, found: Records) -> None:
    """Write the tidy tables as CSV and parquet, and the accounts as JSON."""
    for name in COLUMNS:
        write_csv(folder / f"{name}.csv", getattr(found, name))
        write_parquet(folder / f"{name}.parquet", getattr(found, name))
    accounts = [asdict(account) for account in found.accounts]
    write_json(folder / "accounts.json", accounts)


def read_records(folder: Path) -> Records:
    """The tidy tables and accounts of a folder, as `write_records` wrote them.

    Raises
    ------
    DataError
        A file that is missing or was changed since; records of another version of the program.
    """
    require_this_program(folder)
    frames = {name: pd.read_parquet(io.BytesIO(read_back(folder, f"{name}.parquet"))) for name in COLUMNS}
    accounts = read_back(folder, "accounts.json")
    told = from_json(accounts, tuple[ModelAccount, ...], f"{folder / 'accounts.json'}")
    return Records(**frames, accounts=told)


def read_study_of(folder: Path) -> Study:
    """The study whose results a folder holds, as it was when they were made; refusals of `read_records`."""
    require_this_program(folder)
    read_back(folder, "study.toml")
    return read_study(folder / "study.toml")


def made_from(project: Project, tables: Iterable[str], code: Mapping[str, str]) -> dict[str, Any]:
    """For a manifest: checksums of processed tables and raw files behind them, settings, program."""
    names = list(tables)
    return {
        "inputs": {f"{name}.parquet": sha256(project.processed / f"{name}.parquet") for name in names},
        "raw": raw_behind(project, names),
        "settings": settings_behind(project),
        "code": dict(code),
        "packages": packages(),
        "arithmetic": arithmetic(),
    }
