"""The folder of one study's results: writing it in one go, and reading it back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from replication.errors import DataError, StudyError
from replication.estimate.design import Term
from replication.project.arithmetic import arithmetic
from replication.project.files import sha256, write_csv, write_parquet, write_text
from replication.project.fingerprint import packages
from replication.project.places import Project
from replication.records.account import ErrorAccount, ModelAccount
from replication.sources.pipeline import raw_behind
from replication.spec.entries import Study

COLUMNS = {
    "estimates": [
        "study",
        "model",
        "error",
        "kind",
        "term",
        "estimate",
        "std_error",
        "statistic",
        "p_value",
        "conf_low",
        "conf_high",
    ],
    "models": ["study", "model", "error", "name", "of", "value"],
    "telemetry": ["study", "model", "name", "value"],
    "statistics": ["study", "statistic", "group", "period", "value", "unit"],
    "dropped_rows": ["study", "model", "entity", "time", "cause"],
}
KEYS = {
    "estimates": ["model", "error", "term"],
    "models": ["model", "error", "name", "of"],
    "telemetry": ["model", "name"],
    "statistics": ["statistic", "group", "period"],
    "dropped_rows": ["model", "entity", "time"],
}
NUMBERS = ("estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high", "value")


@dataclass(frozen=True)
class Records:
    """The tidy tables of one study and the accounts of its models.

    Attributes
    ----------
    estimates : one row a model, error and term
    models : one row a statistic of a model; `error` is empty where it is the same whatever the error
    telemetry : how each model's search went
    statistics : one row a statistic, group and period
    dropped_rows : one row a model and row of its panel that it does not use
    accounts : tuple of ModelAccount
    """

    estimates: pd.DataFrame
    models: pd.DataFrame
    telemetry: pd.DataFrame
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
    _refuse_twice(name, table)
    return table[columns]


def _refuse_twice(name: str, table: pd.DataFrame) -> None:
    """Two records of one key: one of them would be shown for the other."""
    twice = table.duplicated(KEYS[name])
    if twice.any():
        key = ", ".join(str(value) for value in table.loc[twice, KEYS[name]].iloc[0])
        raise StudyError(f"two {name.replace('_', ' ')} of one name: {key}; give one of them another")


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
    parts = {
        "errors": tuple(ErrorAccount(**{**e, "warnings": tuple(e["warnings"])}) for e in entry["errors"]),
        "terms": tuple(Term(**term) for term in entry["terms"]),
        "warnings": tuple(entry["warnings"]),
        "dropped": tuple((cause, count) for cause, count in entry["dropped"]),
    }
    return ModelAccount(**{**entry, **parts})


def made_from(project: Project, tables: Iterable[str], code: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """For a manifest: checksums of processed tables and of raw files behind them, code, packages, kernels."""
    names = list(tables)
    return {
        "inputs": {f"{name}.parquet": sha256(project.processed / f"{name}.parquet") for name in names},
        "raw": raw_behind(project, names),
        "code": dict(code),
        "packages": packages(),
        "arithmetic": arithmetic(),
    }
