"""Totals, summaries, correlations and coverage: by hand and against pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from replication.describe import tabulation
from replication.errors import StudyError
from tests.support.series import by_key

TABLE = pd.DataFrame(
    {
        "iso3": ["A", "A", "A", "B", "B", "B"],
        "region": ["x", "x", "x", "x", "x", "y"],
        "year": [1, 2, 3, 1, 2, 3],
        "aid": [1.0, 2.0, np.nan, 4.0, -5.0, 6.0],
        "debt": [2.0, 4.0, 8.0, np.nan, 1.0, 3.0],
    }
)


def test_totals_add_what_is_known():
    found = by_key(tabulation.totals(TABLE, group="region", value="aid"))
    assert (found["x", "1"], found["x", "2"], found["y", "3"]) == (5, -3, 6)
    assert np.isnan(found["x", "3"])  # nothing is known, which is not zero
    assert ("y", "1") not in found  # a period that a group never has is no row
    assert by_key(tabulation.counts(TABLE, group="region", value="aid"))["x", "3"] == 0


def test_summary_statistics_are_those_of_the_known_figures():
    found = by_key(tabulation.summary_statistics(TABLE, columns=["aid", "log(debt)"]))
    aid = TABLE["aid"].dropna()
    assert found["aid", "rows"] == 5
    assert found["aid", "mean"] == aid.mean()
    assert found["aid", "standard deviation"] == pytest.approx(aid.std(ddof=1), rel=1e-15)
    assert (found["aid", "least"], found["aid", "median"], found["aid", "largest"]) == (-5, 2, 6)
    assert found["log(debt)", "largest"] == np.log(8)


def test_a_lag_is_that_of_the_entity_whatever_is_left_inside():
    found = by_key(
        tabulation.summary_statistics(
            TABLE, columns=["lag(debt, 1)"], where="year == 2", entity="iso3", time="year"
        )
    )
    assert (found["lag(debt, 1)", "rows"], found["lag(debt, 1)", "mean"]) == (1, 2)


def test_correlations_are_over_rows_that_know_all():
    found = by_key(tabulation.correlations(TABLE, columns=["aid", "debt"]))
    known = TABLE[["aid", "debt"]].dropna()
    assert found["debt", "aid"] == pytest.approx(known.corr().iloc[0, 1], rel=1e-12)
    assert set(found) == {("aid", "aid"), ("debt", "aid"), ("debt", "debt")}


def test_coverage_says_who_is_in_and_for_want_of_what():
    found = by_key(tabulation.coverage(TABLE, columns=["aid", "lag(debt, 1)"], entity="iso3", time="year"))
    assert [found["A", name] for name in ("rows used", "first", "last")] == [1, 2, 2]
    assert (found["A", "aid"], found["A", "lag(debt, 1)"]) == (1, 1)
    assert (found["B", "rows used"], found["B", "lag(debt, 1)"]) == (1, 2)


def test_an_entity_that_is_out_has_no_first_year():
    found = by_key(
        tabulation.coverage(TABLE, columns=["debt"], entity="iso3", time="year", where="year == 1")
    )
    assert found["B", "rows used"] == 0 and np.isnan(found["B", "first"])
    assert found["A", "debt"] == 0 and found["B", "debt"] == 1


def test_a_column_that_is_never_missing_has_no_row():
    found = by_key(tabulation.coverage(TABLE, columns=["year", "debt"], entity="iso3", time="year"))
    assert ("A", "year") not in found and ("A", "debt") in found


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tabulation.totals(TABLE, group="regions", value="aid"), "column 'regions' is not known"),
        (lambda: tabulation.summary_statistics(TABLE, columns=["lag(aid, 1)"]), "only a panel"),
        (
            lambda: tabulation.coverage(TABLE, columns=["aid"], entity="country", time="year"),
            "column 'country' is not known",
        ),
        (lambda: tabulation.correlations(TABLE, columns=["aid", "0 * debt"]), "never moves"),
    ],
)
def test_what_cannot_be_tabulated_is_one_clear_line(call, message):
    with pytest.raises(StudyError, match=message):
        call()
