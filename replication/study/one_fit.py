"""One formula and a table in memory -> results, by the rules and with the numbers of a study file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from replication.errors import StudyError
from replication.panel.reading import Reading
from replication.project.places import Project
from replication.project.strict import validated
from replication.records.account import ModelAccount
from replication.records.records import records
from replication.spec.entries import Study
from replication.spec.read_study import checked
from replication.study.results import Results
from replication.study.run import estimate

PLACE = "fit"  # what messages say before the name of an argument
OF_MODELS = (
    "estimates",
    "covariances",
    "models",
    "telemetry",
    "dropped_rows",
)  # records with a column of models


def fit_one(
    project: Project,
    data: Path | Reading,
    head: Mapping[str, str | None],
    model: Mapping[str, Any],
    variables: Mapping[str, str],
    labels: Mapping[str, str],
) -> Results:
    """The results of one entry of `[[models]]` on a table, or on a file or folder of one.

    Parameters
    ----------
    head : keys of `[study]`: title, entity, time
    model : keys of `[[models]]`
    variables, labels : those tables of a study file

    Raises
    ------
    UserError
        Whatever a study file of the same words would be refused for.
    """
    return estimate(project, study_of(PLACE, head, model, variables, labels), data)


def study_of(
    place: str,
    head: Mapping[str, str | None],
    model: Mapping[str, Any],
    variables: Mapping[str, str],
    labels: Mapping[str, str],
    **entries: list[dict[str, Any]],
) -> Study:
    """The study file that a call stands for, checked; arguments as in `fit_one`.

    Parameters
    ----------
    place : str
        What messages say before the name of an argument.
    entries : lists of mappings
        Further sections of the file.
    """
    content: dict[str, Any] = {
        "study": {"id": place, **head},
        "models": [{"id": "model", **model}],
        "variables": dict(variables),
        "labels": dict(labels),
        **entries,
    }
    return checked(validated(content, Study, place))


def errors_of(
    covariance: str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """The key `covariance` of a model, of which a call may write a kind alone as a word."""
    several = [covariance] if isinstance(covariance, str | Mapping) else covariance
    return [{"kind": one} if isinstance(one, str) else dict(one) for one in several]


def side_by_side(fits: Mapping[str, Results]) -> Results:
    """Models of several results as one, each under its new name.

    Raises
    ------
    StudyError
        Nothing to compare, a result of no model or of several that the name would stand for.
    """
    if not fits:
        raise StudyError("compare: nothing to compare; allowed: results under names, such as pooled=first")
    renamed = [_renamed(name, one) for name, one in fits.items()]
    frames: dict[str, Iterable[pd.DataFrame]] = {
        name: [getattr(one.records, name) for one in renamed] for name in OF_MODELS
    }
    first = renamed[0].study
    study = first.model_copy(
        update={
            "study": first.study.model_copy(update={"title": ""}),
            "labels": {term: words for one in renamed for term, words in one.study.labels.items()},
        }
    )
    accounts = [account for one in renamed for account in one.records.accounts]
    told = dict.fromkeys(line for one in renamed for line in one.told)
    doubts = dict.fromkeys(line for one in renamed for line in one.doubts)
    return Results(study, records(PLACE, frames, accounts), tuple(told), tuple(doubts))


def _renamed(name: str, one: Results) -> Results:
    """The same with its model called `name`, or `name_1`, `name_2`, ... where it has several."""
    models = [account.model for account in one.records.accounts]
    if not models:
        raise StudyError(f"compare.{name}: has no model")
    new = [name] if len(models) == 1 else [f"{name}_{place}" for place in range(1, len(models) + 1)]
    names = dict(zip(models, new, strict=True))
    found = one.records
    frames = {key: _with_models(getattr(found, key), names) for key in OF_MODELS}
    accounts = tuple(_titled(account, names) for account in found.accounts)
    return replace(one, records=replace(found, **frames, accounts=accounts))


def _with_models(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    return frame.assign(model=frame["model"].map(names).astype("str"))


def _titled(account: ModelAccount, names: Mapping[str, str]) -> ModelAccount:
    """The account under its new name, which is its title too if it had none."""
    name = names[account.model]
    return replace(account, model=name, title=name if account.title == account.model else account.title)
