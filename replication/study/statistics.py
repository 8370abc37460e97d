"""Statistic spec and processed table -> tidy rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from replication.describe.measures import MEASURES
from replication.errors import StudyError, one_of
from replication.language.evaluate import select
from replication.spec.entries import StatisticSpec
from replication.spec.options import checked_options
from replication.study.boundary import told_at


def plan_statistic(spec: StatisticSpec) -> tuple[Callable[..., pd.DataFrame], dict[str, Any]]:
    """The measure that a statistic names and its checked options.

    Raises
    ------
    StudyError
        Unknown measure or option.
    """
    place = f"statistics.{spec.id}"
    if spec.measure not in MEASURES:
        raise StudyError(f"{place}: {one_of('measure', spec.measure, MEASURES)}")
    measure = MEASURES[spec.measure]
    return measure, checked_options(f"{place}.with", measure, spec.with_)


def run_statistic(spec: StatisticSpec, table: pd.DataFrame) -> pd.DataFrame:
    """Rows statistic, group, period, value, unit of one statistic.

    Raises
    ------
    StudyError
        No row left after `where`, or a column or series that the table has not.
    """
    measure, options = plan_statistic(spec)
    with told_at(f"statistics.{spec.id}"):
        rows = select(table, spec.where)
        if rows.empty:
            raise StudyError(f"no row of {spec.table} is left where {spec.where}")
        found = measure(rows, **options)
    columns = {name: found[name].astype("str") for name in ("group", "period")}
    return pd.DataFrame(columns).assign(statistic=spec.id, value=found["value"].astype(float), unit=spec.unit)
