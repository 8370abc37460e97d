"""Two made-up studies with all that the page shows of them."""

from __future__ import annotations

import pandas as pd
import pytest

from replication.publish.figures import write_figure
from replication.publish.model_tables import model_table
from replication.publish.prose import Piece
from replication.publish.statistics_tables import statistics_table
from replication.records.records import Records
from replication.report.study_results import Drawing, Source, StudyResults
from replication.spec.entries import FigureSpec, Study, StudyHead, TableSpec

EVIL = '<script>alert("x")</script>'


@pytest.fixture
def found(estimates, models, accounts, statistics) -> Records:
    """What a run recorded."""
    dropped = pd.DataFrame(
        [
            ("study", "baseline", "ARG", year, "missing regressor us_trade")
            for year in (1982, 1983, 1984, 1990)
        ],
        columns=["study", "model", "entity", "time", "cause"],
    )
    telemetry = pd.DataFrame(columns=["study", "model", "name", "value"])
    covariances = pd.DataFrame(columns=["study", "model", "error", "term", "with", "value"])
    return Records(estimates, covariances, models, telemetry, statistics, dropped, accounts)


@pytest.fixture
def opinions() -> pd.DataFrame:
    """What another program says of two of three models: coefficients and one kind of error."""
    rows = [
        ("study", model, quantity, "statsmodels", "0.15.0", difference, "yes")
        for model, quantity, difference in (
            ("baseline", "coefficient", 1e-15),
            ("baseline", "standard error, clustered", 3e-13),
            ("log", "coefficient", 2e-14),
        )
    ]
    names = ["study", "model", "quantity", "program", "version", "difference", "agrees"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture(scope="session")
def drawing(statistics, tmp_path_factory) -> Drawing:
    """A figure as a run draws it."""
    spec = FigureSpec(id="main", title="Shares over time", kind="lines", statistics=["share"], note="A note.")
    path = write_figure(spec, statistics, tmp_path_factory.mktemp("drawing") / "svg", {})[0]
    return Drawing(spec, path.read_text(encoding="utf-8"), "Source: World Bank.")


@pytest.fixture
def results(found, opinions, statistic_specs, drawing) -> list[StudyResults]:
    """Two studies that share the ids of their tables and figures; the second is written by a stranger."""
    tables = (
        model_table(
            TableSpec(id="main", title="Who got more", models=["baseline", "log"]),
            found.estimates,
            found.models,
            found.accounts,
            {},
        ),
        statistics_table(
            TableSpec(id="wide", title="Shares", statistics=["share"]), found.statistics, statistic_specs, {}
        ),
    )
    source = Source("wdi/japan_aid.csv", "Net aid", "World Bank", "2022", "CC BY 4.0", "World Bank. WDI.")
    made = []
    for name, text in (("one", "Aid follows trade."), ("two", EVIL)):
        exhibits = ["wide"] if name == "one" else []
        study = Study(study=StudyHead(id=name, title=f"Study {text}", exhibits=exhibits))
        prose = {key: (Piece(text),) for key in ("question", "answer", "finding", "undone")}
        made.append(StudyResults(study, prose, found, tables, (drawing,), (source,), opinions))
    return made
