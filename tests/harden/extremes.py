"""Every number that an option can be at its extremes, on data that it is for: what it costs, how it ends."""

from __future__ import annotations

import resource
import typing
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from replication.describe.measures import MEASURES
from replication.errors import UserError
from replication.estimate.words import COVARIANCES, ESTIMATORS, NEEDS
from replication.project.places import Project
from replication.spec.entries import StatisticSpec
from replication.spec.options import DRAWS, MOST
from replication.spec.read_study import read_study
from replication.study.statistics import run_statistic
from tests.harden.call import foreign, guarded
from tests.harden.crash import finished_with_memory, start
from tests.harden.studies import HEAD, inline, keywords, model, quoted

MEMORY = 500_000_000  # bytes that a case may take beyond what the process has
WHOLE = ("1000000000", "9" * 30, "-1", "0")
FLOAT = ("nan", "inf", "-inf", "1e308", "-1e308", "5e-324")
ROLES = {
    "instruments": '["z", "lag(z, 1)"]',
    "endogenous": '["x"]',
    "selected": '"z > 0"',
    "selection": '["z"]',
}
OUTCOMES = {
    **dict.fromkeys(("logit", "probit"), "(y > 0)"),
    **dict.fromkeys(("fractional_logit", "fractional_probit"), "min(abs(y), 1)"),
    **dict.fromkeys(("ppml", "negative_binomial", "tobit", "tobit_random_effects", "two_part"), "max(y, 0)"),
}


def model_cases() -> Iterator[tuple[str, str]]:
    """Name and study of each case: every number of every estimator and of every error, one at a time."""
    for estimator, function in ESTIMATORS.items():
        for option, value in _extremes(function):
            yield f"{estimator}, {option} = {value[:20]}", _study(estimator, {option: value}, "hc0", {})
    for kind, function in COVARIANCES.items():
        sound = {"cluster": '["land"]'} if "cluster" in keywords(function) else {}
        for option, value in _extremes(function):
            yield f"{kind}, {option} = {value[:20]}", _study("ols", {}, kind, {**sound, option: value})


def _extremes(function: Callable) -> Iterator[tuple[str, str]]:
    """Names and values, as TOML, of the numbers that a function takes as options."""
    hints = typing.get_type_hints(function)
    for name in keywords(function):
        kinds = _kinds(hints[name])
        values = (*WHOLE, *_largest(name)) if int in kinds else FLOAT if float in kinds else ()
        for value in values:
            yield name, f"[2, {value}]" if list in kinds else value


def _kinds(hint: object) -> set[object]:
    """Every type that stands in a hint, with those that it is made of."""
    parts = typing.get_args(hint) if typing.get_origin(hint) is not typing.Literal else ()
    return {hint, typing.get_origin(hint)}.union(*map(_kinds, parts))


def _largest(name: str) -> tuple[str, ...]:
    """The largest value allowed; of draws none, for as many take the user's own time."""
    return (str(MOST[name]),) if MOST[name] != DRAWS else ()


def _study(estimator: str, options: dict[str, str], kind: str, own: dict[str, str]) -> str:
    roles = NEEDS[estimator].roles if estimator in NEEDS else {}
    regressor = "z" if "endogenous" in roles else "x"
    return HEAD + model(
        formula=quoted(f"{OUTCOMES.get(estimator, 'y')} ~ {regressor}"),
        estimator=quoted(estimator),
        options=inline({**{name: ROLES[name] for name in roles if name in ROLES}, **options}),
        covariance=f"[{inline({'kind': quoted(kind), **own})}]",
    )


def statistic_cases(source: Project) -> Iterator[tuple[str, StatisticSpec]]:
    """Every number of every measure that a study of the project uses, on the table that it is used on."""
    specs = {spec.measure: spec for path in source.study_files for spec in read_study(path).statistics}
    for measure, spec in specs.items():
        hints = typing.get_type_hints(MEASURES[measure])
        for name in keywords(MEASURES[measure]):
            kinds = _kinds(hints[name])
            whole, real = int in kinds, float in kinds
            values = [*map(int, (*WHOLE, *_largest(name)))] if whole else [*map(float, FLOAT)] * real
            for value in values:
                changed = spec.model_copy(update={"with_": {**spec.with_, name: value}})
                yield f"{measure}, {name} = {str(value)[:20]}", changed


def try_statistic(spec: StatisticSpec, table: pd.DataFrame, folder: Path) -> list[str]:
    """The faults of one statistic."""
    problem, faults = guarded(lambda: run_statistic(spec, table), folder)
    if isinstance(problem, UserError):
        return faults + foreign(str(problem))
    return faults + (
        [] if problem is None else [f"traceback: {type(problem).__name__}: {str(problem)[:200]}"]
    )


def in_a_child(work: Callable[[], list[str]], told: Path) -> list[str]:
    """The faults of a case in a process of its own, and what it took of memory."""
    told.unlink(missing_ok=True)

    def run() -> int:
        told.write_text("\n".join(work()))
        return 0

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    code, memory = finished_with_memory(start(run))
    faults = told.read_text().splitlines() if told.is_file() else []
    faults += [f"a child ended with {code}"] if code else []
    return faults + ([f"{(memory - before) / 1e6:.0f} MB of memory"] if memory - before > MEMORY else [])
