"""One formula, a table in memory and the choices around it -> its curve, as an entry of `[[robustness]]`.

`rp.curve` is this with the arguments of `rp.fit`: the model's words, then `term` and `choices`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from replication.errors import StudyError
from replication.panel.reading import Reading
from replication.project.arithmetic import require_right_answers
from replication.project.places import Project
from replication.publish.formats import to_html, to_markdown
from replication.publish.table import Table
from replication.robustness.curve import Curve, curve
from replication.robustness.curve_page import said
from replication.robustness.curve_summary import by_alternative, curve_summary, decomposition
from replication.robustness.curve_tables import choices_table, curve_tables, with_factors
from replication.robustness.executors import executor_of
from replication.spec.read_study import labels_of
from replication.study.one_fit import study_of
from replication.study.panels import panels_of

PLACE = "curve"  # what messages say before the name of an argument


@dataclass(frozen=True, repr=False)
class CurveResults:
    """All combinations of some choices around one model, for one coefficient.

    Attributes
    ----------
    found : Curve
    labels : mapping of str to str
        Printed words.
    """

    found: Curve
    labels: Mapping[str, str]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a specification, the reported one first: its choices (each control in or out), estimate,
        std_error, p_value, conf_low, conf_high, nobs, one_by_one, reported."""
        return pd.concat(with_factors(self.found), ignore_index=True)

    @property
    def choices(self) -> pd.DataFrame:
        """The analytical choices: id, place, used, alternatives, reason."""
        return choices_table(self.found.universe)

    @property
    def alternatives(self) -> pd.DataFrame:
        """One row an alternative: specifications, shares of sign and significance, median."""
        return by_alternative(self.found)

    @property
    def variance(self) -> pd.DataFrame:
        """How much each choice moves the estimate and its t statistic, as shares of the variance."""
        return decomposition(self.found)

    @property
    def numbers(self) -> dict[str, float]:
        """The curve in a few numbers."""
        return curve_summary(self.found)

    @property
    def p_values(self) -> dict[str, float]:
        """Of the whole curve under no effect; empty where `inference` was not asked for."""
        return {} if self.found.test is None else dict(self.found.test.p_values)

    def summary(self) -> str:
        """What the curve says, and how many combinations were estimated, how, and why not the others."""
        return "\n".join([said(self.found), *self.found.lines])

    def published(self) -> tuple[Table, ...]:
        """The tables that a study would write."""
        return tuple(each.table for each in curve_tables(self.found, self.labels))

    def to_markdown(self) -> str:
        """The tables in Markdown."""
        return "\n".join(map(to_markdown, self.published()))

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        """What a notebook shows: the curve in a few numbers, and by alternative."""
        shown = {table.id: to_html(table) for table in self.published()}
        return shown[f"{PLACE}_summary"] + shown[f"{PLACE}_alternatives"]


def one_curve(
    data: Reading,
    head: Mapping[str, str | None],
    model: Mapping[str, Any],
    entry: Mapping[str, Any],
    variables: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    on: str = "here",
) -> CurveResults:
    """The curve of one coefficient of a model on a table.

    Parameters
    ----------
    head : keys of `[study]`: title, entity, time
    model : keys of `[[models]]`
    entry : keys of `[[robustness]]`: term, choices, never, rows, inference, seed, ...
    on : str
        Where the work is done: here, cores, or a Dask scheduler's address.

    Raises
    ------
    UserError
        Whatever a study file of the same words would be refused for.
    """
    asked = [{"id": PLACE, "model": "model", **entry}]
    study = study_of(PLACE, head, model, variables or {}, labels or {}, robustness=asked)
    (spec,) = study.robustness
    if not spec.choices:
        raise StudyError("curve: choices: none is declared; allowed: a list such as [{'id': 'effects', ...}]")
    require_right_answers()
    (panel,) = panels_of(Project(Path()), study, data).values()
    with TemporaryDirectory() as unfinished:
        found = curve(panel, spec, study.models[0], executor_of(on), Path(unfinished))
        found = replace(found, estimates=found.estimates.in_memory())
    return CurveResults(found, labels_of(study))
