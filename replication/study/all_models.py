"""Every model of a study: estimates, the account of each, reading rules and conventions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from replication.panel.panel import Panel
from replication.panel.shards import Shards, beyond_memory
from replication.project.places import Project
from replication.project.progress import track
from replication.records.account import ModelAccount
from replication.spec.entries import Study
from replication.spec.read_study import summaries
from replication.study.families import family
from replication.study.left_out import left_out
from replication.study.model_result import ModelResult
from replication.study.one_model import Plan, plan, run_model
from replication.study.panels import Data, Key, Told, panels_of, told
from replication.study.readings import read_estimates
from replication.study.reconcile import reconciled
from replication.study.summaries import summarised

Frames = dict[str, list[pd.DataFrame]]


def run_models(project: Project, study: Study, data: Data) -> tuple[Frames, list[ModelAccount], Told]:
    """The frames of the tidy tables, by table, the accounts, and what is to be told of the user's file.

    Raises
    ------
    UserError
        A word of a model that is not known, a panel that cannot be read, a model that cannot be estimated.
    """
    plans = [plan(model) for model in study.models]
    shards = beyond_memory(data) if isinstance(data, Path) else None
    if shards is not None:
        return _by_partition(project, study, shards, plans)
    panels = panels_of(project, study, data)
    results = [run_model(_panel(panels, ready), ready) for ready in track(plans, f"{study.study.id}: models")]
    frames = {
        **_of_models(results),
        "statistics": _read(study, results)
        + _families(study, results)
        + [reconciled(_panel(panels, ready), ready) for ready in plans if ready.model.reconcile]
        + [left_out(_panel(panels, ready), ready) for ready in plans if ready.model.leave_out]
        + [summarised(panels[None, None], entry) for entry in summaries(study)],
    }
    return frames, [result.account for result in results], told(study, panels.values())


def _by_partition(
    project: Project, study: Study, shards: Shards, plans: Sequence[Plan]
) -> tuple[Frames, list[ModelAccount], Told]:
    """The same of a folder that is too large for memory."""
    from replication.study.by_partition import (  # a program of its own, which few studies need
        require_served,
        run_model_by_partition,
        told_by_partition,
    )

    require_served(study, plans, shards)
    bar = track(plans, f"{study.study.id}: models")
    results = [run_model_by_partition(project, study, shards, ready) for ready in bar]
    frames = {**_of_models(results), "statistics": _read(study, results)}
    return frames, [result.account for result in results], told_by_partition(shards)


def _of_models(results: Sequence[ModelResult]) -> Frames:
    return {
        "telemetry": [result.telemetry for result in results],
        "estimates": [result.estimates for result in results],
        "covariances": [result.covariances for result in results],
        "models": [result.statistics for result in results],
        "dropped_rows": [result.dropped for result in results],
    }


def _panel(panels: dict[Key, Panel], ready: Plan) -> Panel:
    return panels[ready.model.data, ready.model.entity]


def _read(study: Study, results: Sequence[ModelResult]) -> list[pd.DataFrame]:
    """What each reading rule makes of the estimates."""
    if not study.readings:
        return []
    frames = [
        pd.concat([getattr(result, name) for result in results], ignore_index=True)
        for name in ("estimates", "statistics", "detectable")
    ]
    return [read_estimates(rule, *frames) for rule in study.readings]


def _families(study: Study, results: Sequence[ModelResult]) -> list[pd.DataFrame]:
    """What adjusting for the number of coefficients makes of each model that asks for it."""
    return [
        family(model, result.estimates, result.statistics)
        for model, result in zip(study.models, results, strict=True)
        if model.multiple_testing
    ]
