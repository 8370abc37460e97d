"""All reasonable specifications of one coefficient: estimated, and in part estimated again one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from replication.errors import EstimationError, StudyError
from replication.estimate.design import Integers
from replication.estimate.seeds import generator
from replication.language.evaluate import condition
from replication.panel.panel import Panel
from replication.robustness.cells import NUMBERS
from replication.robustness.choices import Universe, universe
from replication.robustness.combinations import Combinations, combinations
from replication.robustness.curve_test import CurveTest, curve_test
from replication.robustness.executors import Executor, carry_out
from replication.robustness.tasks import FEW, Models, Work, do, models_task, require_one_column, work_of
from replication.spec.entries import ModelSpec
from replication.spec.robustness_entries import RobustnessSpec
from replication.study.boundary import told_at
from replication.study.one_model import fit_model, plan

SHARE = 0.01
"""Of the specifications that blocks give: estimated again one by one, at every run."""

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
    places : (P, D) int array
        The alternative of each choice; the reported specification stands first.
    table : DataFrame of P rows
        NUMBERS, nobs, one_by_one, problem.
    left_out : mapping of str to int
        Combinations that make no sense, by reason.
    check : Check
    test : CurveTest or None
    """

    spec: RobustnessSpec
    universe: Universe
    places: Integers
    table: pd.DataFrame
    left_out: Mapping[str, int]
    check: Check
    test: CurveTest | None = None

    @property
    def estimated(self) -> pd.DataFrame:
        """The specifications that could be estimated."""
        return self.table[self.table["problem"] == ""]

    @property
    def failed(self) -> Counter[str]:
        """Why the others could not, and how many."""
        return Counter(self.table.loc[self.table["problem"] != "", "problem"])

    @property
    def lines(self) -> list[str]:
        """The account of a run."""
        name, done = self.spec.id, len(self.estimated)
        meaningless = sum(self.left_out.values())
        alone = int(self.estimated["one_by_one"].sum())
        lines = [
            f"{name}: {done:,} specifications of {len(self.universe):,} combinations "
            f"({meaningless:,} make no sense, {len(self.table) - done:,} cannot be estimated)",
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
    found = universe(spec, model, panel.time_name, partial(_levels, panel, model))
    require_one_column(panel, found)
    require_estimate(panel, model)
    kept = combinations(found, _unfit)
    groups = (
        () if spec.inference is None else tuple(filter(None, (spec.inference.cluster, spec.inference.strata)))
    )
    work = work_of(panel, found, kept, common=spec.rows == "common", groups=groups)
    tables = carry_out(do, work.tasks, executor, unfinished / "estimates", f"{spec.id}: specifications")
    table = _in_order(len(kept.places), work, tables)
    chosen = _drawn(spec, table, work.fast)
    again = _again(panel, found, kept, chosen)
    alone = carry_out(do, again, executor, unfinished / "check", f"{spec.id}: check")
    test = (
        None
        if spec.inference is None
        else curve_test(work.batches(found, kept), spec.inference, f"{spec.id}: test")
    )
    left = ~table["nobs"].isna().to_numpy()
    table = table[left].astype({"nobs": int, "one_by_one": bool}).reset_index(drop=True)
    if table["problem"].iloc[0]:
        raise EstimationError(f"robustness.{spec.id}: the reported specification: {table['problem'].iloc[0]}")
    return Curve(
        spec,
        found,
        kept.places[left],
        table,
        dict(Counter(kept.left_out) + work.left_out),
        _compared(tables, work, chosen, alone),
        test,
    )


def require_estimate(panel: Panel, model: ModelSpec) -> None:
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


def _in_order(size: int, work: Work, tables: list[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all tasks by combination; empty where the data make one meaningless."""
    parts = [table.set_axis(rows) for table, rows in zip(tables, work.rows, strict=True)]
    return pd.concat(parts).reindex(np.arange(size))


def _drawn(spec: RobustnessSpec, table: pd.DataFrame, fast: Integers) -> Integers:
    """The specifications that are estimated again: a seeded share of those that blocks gave."""
    by_blocks = np.sort(fast[table["one_by_one"].to_numpy()[fast] == 0])
    size = int(np.ceil(SHARE * len(by_blocks)))
    return np.sort(generator(spec.seed, "robustness", spec.id).choice(by_blocks, size, replace=False))


def _again(panel: Panel, found: Universe, kept: Combinations, chosen: Integers) -> list[Models]:
    pieces = np.array_split(chosen, range(FEW, len(chosen), FEW))
    return [models_task(panel, found, kept.places[piece]) for piece in pieces if len(piece)]


def _compared(tables: list[pd.DataFrame], work: Work, chosen: Integers, alone: list[pd.DataFrame]) -> Check:
    if not len(chosen):
        return Check(0, 0.0)
    fast = pd.concat([table.set_axis(rows) for table, rows in zip(tables, work.rows, strict=True)]).loc[
        chosen
    ]
    slow = pd.concat(alone).set_axis(chosen)
    error = slow["std_error"].abs()
    scale = {"estimate": np.maximum(slow["estimate"].abs(), error), "std_error": error}
    apart = [((fast[name] - slow[name]).abs() / size).max() for name, size in scale.items()]
    same_rows = (fast["nobs"] == slow["nobs"]).all() and (slow["problem"] == "").all()
    return Check(len(chosen), float(max(apart)) if same_rows else float("inf"))


def estimates(found: Curve) -> pd.DataFrame:
    """One row a specification that could be estimated, the reported one first: NUMBERS, nobs, one_by_one,
    reported."""
    rows = found.estimated[[*NUMBERS, "nobs", "one_by_one"]].reset_index(drop=True)
    return rows.assign(reported=np.arange(len(rows)) == 0)
