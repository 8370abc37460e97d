"""All reasonable specifications of one coefficient: estimated, and in part estimated again one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.errors import EstimationError, StudyError
from replication.estimate.design import Integers
from replication.estimate.seeds import generator
from replication.language.evaluate import condition
from replication.language.syntax import parse
from replication.language.terms import columns_of
from replication.panel.panel import Panel
from replication.robustness.combinations import combinations
from replication.robustness.curve_test import CurveTest, batches_for, curve_test
from replication.robustness.estimate_files import TYPES, Estimates, write_estimates
from replication.robustness.executors import Executor, carry_out
from replication.robustness.tasks import do
from replication.robustness.universe import Universe, universe_of
from replication.robustness.work import work_of
from replication.spec.entries import ModelSpec
from replication.spec.robustness_entries import RobustnessSpec
from replication.study.boundary import told_at
from replication.study.one_model import fit_model, plan

SHARE = 0.01
"""Of the specifications that blocks give: estimated again one by one, at every run."""

CHECKED = ("estimate", "std_error", "nobs")

EXACT = 1e-9
"""Largest difference that rounding makes where the condition bound holds."""


@dataclass(frozen=True)
class Check:
    """What re-estimating some specifications one by one came to.

    Attributes
    ----------
    tried : int
    largest : float
        Largest difference of an estimate, as a share of itself or its error, whichever is larger, and of an
        error, as a share of itself.
    """

    tried: int
    largest: float

    @property
    def verdict(self) -> str:
        """For what is published: how far rounding went is another on another machine."""
        return f"the same to {EXACT:g}" if self.largest <= EXACT else f"WARNING: apart by more than {EXACT:g}"

    @property
    def line(self) -> str:
        """For the account of a run."""
        apart = f"largest difference {self.largest:.1e}"
        return f"{self.tried} estimated again one by one, {apart}: {self.verdict}"


@dataclass(frozen=True)
class Curve:
    """The specifications of one coefficient.

    Attributes
    ----------
    spec : RobustnessSpec
    universe : Universe
    estimates : Estimates
    left_out : mapping of str to int
        Combinations that make no sense, by reason.
    failed : mapping of str to int
        Specifications that could not be estimated, by reason.
    check : Check
    test : CurveTest or None
    """

    spec: RobustnessSpec
    universe: Universe
    estimates: Estimates
    left_out: Counter[str]
    failed: Counter[str]
    check: Check
    test: CurveTest | None = None

    def __len__(self) -> int:
        """Specifications that could be estimated."""
        return self.estimates.size

    def reported(self, name: str) -> float:
        """A number of the reported specification."""
        return float(self.estimates.column(name, slice(0, 1))[0])

    @property
    def lines(self) -> list[str]:
        """The account of a run."""
        name, done = self.spec.id, len(self)
        alone = int(self.estimates.column("one_by_one").sum())
        lines = [
            f"{name}: {done:,} specifications of {len(self.universe):,} combinations "
            f"({self.left_out.total():,} make no sense, {self.failed.total():,} cannot be estimated)",
            f"{name}: {done - alone:,} from blocks, {alone:,} one by one; {self.check.line}",
        ]
        lines += [f"{name}: {count:,} left out: {reason}" for reason, count in self.left_out.items()]
        return lines + [
            f"{name}: {count:,} not estimated: {why}" for why, count in self.failed.most_common(5)
        ]


def curve(
    panel: Panel, spec: RobustnessSpec, model: ModelSpec, executor: Executor, unfinished: Path
) -> Curve:
    """Estimate the universe of an entry of a study.

    Parameters
    ----------
    unfinished : Path
        Folder for what is done so far.

    Raises
    ------
    UserError
        A choice that cannot be, an expression that the panel cannot give, or a reported specification that
        cannot be estimated.
    """
    universe = universe_of(spec, model, panel.time_name, partial(_levels, panel, model))
    _require_free_names(spec)
    _require_one_column(panel, universe)
    _require_estimate(panel, model)
    groups = [] if spec.inference is None else filter(None, [spec.inference.cluster, spec.inference.strata])
    kept = combinations(universe, _unfit)
    work = work_of(panel, universe, kept, common=spec.rows == "common", groups=tuple(groups))
    if not (work.tasks and work.tasks[0].numbers[0] == 0):
        raise StudyError(f"robustness.{spec.id}: the reported specification makes no sense itself")
    batches = [] if spec.inference is None else batches_for(work.first_error, spec.inference)
    answers = carry_out(do, work.tasks, executor, unfinished / "estimates", f"{spec.id}: specifications")
    estimates, failed = write_estimates(unfinished, _reported_first(spec, answers))
    chosen = _drawn(spec, estimates)
    numbers = estimates.column("number")[chosen]
    again = work.again(panel, universe, numbers)
    alone = carry_out(do, again, executor, unfinished / "check", f"{spec.id}: check")
    check = _compared({name: estimates.column(name)[chosen] for name in CHECKED}, list(alone))
    test = None if spec.inference is None else curve_test(batches, spec.inference, f"{spec.id}: test")
    return Curve(spec, universe, estimates, work.left_out, work.failed + failed, check, test)


def _require_free_names(spec: RobustnessSpec) -> None:
    """Refuse a choice that is called as a column is that stands beside it in the curve's file."""
    taken = {*TYPES, "reported"} - {"number"}
    for choice in spec.choices:
        if choice.id in taken:
            raise StudyError(
                f"robustness.{spec.id}.choices.{choice.id}: the curve has a column of this name; allowed: "
                f"another id than {', '.join(sorted(taken))}"
            )


def _require_one_column(panel: Panel, universe: Universe) -> None:
    """Refuse a term, or a measure of it, that stands for more columns than one."""
    for choice in universe.choices:
        measures = choice.kind == "term" and choice.term == universe.term
        for text in choice.values if measures else [universe.term]:
            if len(columns_of([parse(text)], panel.rows())) != 1:
                raise StudyError(f"{text} stands for several columns; a curve is about one coefficient")


def _require_estimate(panel: Panel, model: ModelSpec) -> None:
    """Raise what a run of the study would: where the reported model is none, there is nothing to vary."""
    ready = plan(model)
    with told_at(f"models.{model.id}"):
        fit_model(panel, ready)


def _levels(panel: Panel, model: ModelSpec, name: str) -> list:
    """Values of a column in the reported sample."""
    if name not in panel.table.columns:
        raise StudyError(f"leave_out: column {name!r} is not in the panel")
    inside = np.ones(len(panel.table), dtype=bool)
    if model.where is not None:
        inside = condition(model.where, panel.rows())
    return sorted(panel.table.loc[inside, name].dropna().unique().tolist())


def _unfit(model: ModelSpec) -> str:
    try:
        plan(model, "the model")
    except StudyError as problem:
        return str(problem)
    return ""


def _reported_first(spec: RobustnessSpec, answers: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """The answers, where the reported specification is not among those that could not be estimated."""
    for number, table in enumerate(answers):
        if number == 0 and (problem := table["problem"].iloc[0]):
            raise EstimationError(f"robustness.{spec.id}: the reported specification: {problem}")
        yield table


def _drawn(spec: RobustnessSpec, estimates: Estimates) -> Integers:
    """Rows of the specifications that are estimated again: a seeded share of those that blocks gave."""
    by_blocks = np.flatnonzero(~estimates.column("one_by_one"))
    size = int(np.ceil(SHARE * len(by_blocks)))
    return np.sort(generator(spec.seed, "robustness", spec.id).choice(by_blocks, size, replace=False))


def _compared(fast: Mapping[str, NDArray], alone: list[pd.DataFrame]) -> Check:
    if not alone:
        return Check(0, 0.0)
    slow = pd.concat(alone)
    error = slow["std_error"].abs()
    scale = {"estimate": np.maximum(slow["estimate"].abs(), error), "std_error": error}
    apart = [((slow[name] - fast[name]).abs() / size).max() for name, size in scale.items()]
    same_rows = (slow["nobs"] == fast["nobs"]).all() and (slow["problem"] == "").all()
    return Check(len(slow), float(max(apart)) if same_rows else float("inf"))
