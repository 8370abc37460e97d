"""What a study or a single fit has given, and the ways in which it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from replication.project.escape import html_text
from replication.project.strict import validated
from replication.publish import screen
from replication.publish.formats import to_html
from replication.publish.model_tables import model_table
from replication.publish.table import Table
from replication.records.covariance_pairs import matrices_of, require_recorded
from replication.records.records import Records
from replication.spec.entries import Study, TableSpec
from replication.spec.read_study import labels_of
from replication.study.shown import Shown


@dataclass(frozen=True, repr=False)
class Results(Shown):
    """Models that were estimated together.

    Attributes
    ----------
    study : Study
        As it was run, with the labels that the data brought.
    records : Records
        Everything that is recorded, as `estimates.csv` and its fellows hold it.
    told : tuple of str
        How the data were read.
    doubts : tuple of str
        What looks odd in them or in the study.
    folder : Path or None
        Where the results are written, if they are.
    """

    study: Study
    records: Records
    told: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    folder: Path | None = None

    @property
    def table(self) -> pd.DataFrame:
        """One row a coefficient and error: model, error, kind, term, estimate, std_error, statistic, p_value,
        conf_low, conf_high; the headline error of each model first."""
        return self.records.estimates.drop(columns="study")

    @property
    def covariance(self) -> pd.DataFrame:
        """Covariances of the coefficients: one row a model, error and term, one column a term of any model.

        `found.covariance.loc["model", "hc1"]` is the matrix of a model by one of its errors. Absorbed effects
        are not among the coefficients, nor is what is derived from them (long run, margins, combinations).

        Raises
        ------
        StudyError
            A model of more than 300 coefficients, whose covariances are not recorded.
        """
        found = self.records.covariances
        require_recorded(found, list(dict.fromkeys(self.records.estimates["model"])))
        return matrices_of(found)

    @property
    def statistics(self) -> pd.DataFrame:
        """One row a statistic of a model: model, error (empty if it is the same for all), name, of, value."""
        return self.records.models.drop(columns="study")

    @property
    def dropped(self) -> pd.DataFrame:
        """One row a row of the panel that a model did not use: model, entity, time, cause."""
        return self.records.dropped_rows.drop(columns="study")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is to be minded: of the data, of each model and of its errors."""
        return (
            *self.doubts,
            *(line for account in self.records.accounts for line in screen.warnings(account)),
        )

    @cached_property
    def labels(self) -> dict[str, str]:
        """Printed words, by term."""
        return labels_of(self.study)

    def summary(self) -> str:
        """Coefficients with the headline error, p value and interval, the rows, and what is to be minded."""
        doubts = screen.doubts(self.doubts)
        lines = [*self.told, *doubts, *screen.coefficients(self.records, self.labels)]
        return "\n".join(lines).strip("\n")

    def published(self, **keys: Any) -> Table:
        """The models as one table; `keys` are those of `[[tables]]` in a study file.

        Raises
        ------
        StudyError
            A key that is not known, a model or term that is not there.
        """
        models = [] if "panels" in keys else [account.model for account in self.records.accounts]
        content = {"id": "table", "title": self.study.study.title, "models": models, **keys}
        spec = validated(content, TableSpec, "table")
        found = self.records
        return model_table(spec, found.estimates, found.models, found.accounts, self.labels)

    def _repr_html_(self) -> str:
        """What a notebook shows: the table of models, and what is to be minded."""
        minded = "".join(f"<p><b>Warning:</b> {html_text(line)}</p>" for line in self.warnings)
        shown = to_html(self.published()) if self.records.accounts else ""
        return f"{shown}{minded}" or f"<pre>{html_text(self.summary())}</pre>"
