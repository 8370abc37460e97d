"""A number in the prose of the report is a rounded result, or the report is not written."""

from __future__ import annotations

import pandas as pd
import pytest

from replication.errors import DataError
from replication.publish.table import Cell, Table
from replication.records.records import COLUMNS
from replication.report.prose import check_prose
from replication.report.study_results import StudyResults
from replication.spec.entries import Study, StudyHead

STATISTICS = pd.DataFrame(
    [("s", "growth", "a", "1990", 2.345, "times"), ("s", "share", "a", "1990", -0.556, "")],
    columns=COLUMNS["statistics"],
)
TABLE = Table("t", "", ("", "x"), ((Cell("row"), Cell("12.3", ("table", "t", "1", "x"))),))


def results(finding: str) -> StudyResults:
    empty = pd.DataFrame()
    study = Study(
        study=StudyHead(id="s", title="S", finding=finding), variables={"scaled": "100 * loans / 125.5"}
    )
    return StudyResults(study, empty, empty, STATISTICS, empty, tables=(TABLE,))


@pytest.mark.parametrize(
    "finding",
    [
        "It grew 2.3 times, or 2.34, or 2.345.",
        "A share of 56 percent, 55.6%, below 0.6.",
        "The cell says 12.3 and the study divides by 125.5 yen.",
        "From 1982 to 1991, in 34 countries, see table 2.1, section 3.2 and model 1.5.",
        "Lines are 95 percent intervals; 90% confidence limits are wider.",
        "Model m2.7 and column x1.9 are names.",
    ],
)
def test_results_years_places_and_levels_pass(finding):
    assert check_prose(results(finding)) is None


@pytest.mark.parametrize(
    ("finding", "number"),
    [
        ("It grew 2.4 times.", "2.4"),
        ("It grew 2.35 times.", "2.35"),
        ("A share of 57 percent.", "57 percent"),
        ("They lent 300 million dollars.", "300 million"),
        ("They lent $40 at once.", r"\$40"),
        ("They lent 1,234.5 in all.", "1,234.5"),
        ("In 95 percent of cases.", "95 percent"),
    ],
)
def test_a_number_that_is_no_result_is_refused(finding, number):
    with pytest.raises(DataError, match=f"study s: study.finding says '{number}', which is no result"):
        check_prose(results(finding))
