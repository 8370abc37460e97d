"""A model without each level of a column in turn: what one debtor or one year does to its coefficients."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from replication.errors import StudyError, UserError, one_of
from replication.language.nodes import Call, Name, Node, Number, Text, show
from replication.panel.panel import Panel
from replication.spec.entries import ModelSpec
from replication.study.boundary import NUMERICAL, told_at
from replication.study.one_model import Plan, fit_model, plan

NOTHING = "none left out"
NONE = pd.Series(dtype=float)


def without(column: str, level: str | float) -> str:
    """The condition that leaves out the rows of one level."""
    literal: Node = Text(level) if isinstance(level, str) else Number(level)
    return show(Call("!=", (Name(column), literal)))


def used(panel: Panel, model: ModelSpec, column: str) -> pd.Series:
    """A column of the panel in the rows of a model, in their order.

    Raises
    ------
    StudyError
        A column that is not there.
    """
    if column not in panel.table.columns:
        raise StudyError(f"leave_out: {one_of('column', column, panel.table.columns)}")
    sample, _ = fit_model(panel, plan(model))
    names = [panel.entity_name, panel.time_name]
    known = panel.keys().assign(value=panel.table[column].to_numpy())
    return sample.keys.merge(known, on=names, how="left", validate="1:1")["value"]


def models_without(panel: Panel, model: ModelSpec, column: str) -> Iterator[tuple[str, ModelSpec]]:
    """Each level of a column in a model's rows, and the model without the rows of that level."""
    for level in sorted(used(panel, model, column).dropna().unique().tolist()):
        where = " and ".join(f"({text})" for text in (model.where, without(column, level)) if text)
        yield str(level), model.model_copy(update={"where": where, "expected_nobs": None})


def left_out(panel: Panel, ready: Plan) -> pd.DataFrame:
    """Rows statistic, group, period, value, unit: coefficients of a model without each level of its columns.

    Groups are "none left out" and the levels, periods the terms. The spread of the coefficients is what a
    jackknife by cluster rests on (MacKinnon, Nielsen and Webb 2023). Missing where the model cannot be
    estimated without a level.

    Raises
    ------
    StudyError
        A column or term that is not there.
    """
    model, spec = ready.model, ready.model.leave_out
    assert spec is not None  # the caller asks for models that leave out
    with told_at(f"models.{model.id}"):
        whole = _coefficients(panel, model)
        for term in spec.terms:
            if term not in whole.index:
                raise StudyError(f"leave_out: {one_of('term', term, list(whole.index))}")
        rows = [
            (f"{model.id}_without_{column}", level, term, value, "coefficient")
            for column in spec.columns
            for level, found in [(NOTHING, whole), *_each(panel, model, column)]
            for term, value in found.reindex(spec.terms).items()
        ]
    return pd.DataFrame(rows, columns=["statistic", "group", "period", "value", "unit"])


def _each(panel: Panel, model: ModelSpec, column: str) -> Iterator[tuple[str, pd.Series]]:
    """The coefficients without each level of a column; none where there is no such model."""
    for level, left in models_without(panel, model, column):
        try:
            found = _coefficients(panel, left)
        except UserError:
            found = NONE
        except NUMERICAL:
            found = NONE
        yield level, found


def _coefficients(panel: Panel, model: ModelSpec) -> pd.Series:
    """Estimates by term."""
    _, fit = fit_model(panel, plan(model))
    return pd.Series(np.asarray(fit.params, dtype=float), index=list(fit.labels))
