"""The flow-share study: every statistic can be computed, and what it reports follows from its raw figures.

Expected values are arithmetic on figures whose place stands beside them, not output of this package.
"""

from __future__ import annotations

import pandas as pd
import pytest

from cleaning import posen, posen_text
from replication.sources.pipeline import clean_all
from replication.spec.entries import Study
from replication.spec.read_study import read_study
from replication.study.statistics import run_statistic
from tests.support.repository import ROOT

RECIPES = (*posen.RECIPES, *posen_text.RECIPES)
CLOSE = 1e-12  # a quotient of two doubles


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(ROOT / "specs" / "posen.toml")


@pytest.fixture(scope="module")
def statistics(study, raw_project, tmp_path_factory) -> pd.DataFrame:
    raw = {path: (ROOT / "data" / "raw" / path).read_bytes() for each in RECIPES for path in each.inputs}
    tables = clean_all(raw_project(tmp_path_factory.mktemp("posen"), raw), RECIPES)
    return pd.concat([run_statistic(spec, tables[spec.table]) for spec in study.statistics])


def test_rows_are_unique_and_every_statistic_has_a_value(study, statistics):
    assert not statistics.duplicated(["statistic", "group", "period"]).any()
    known = statistics.dropna(subset="value")["statistic"]
    assert set(known) == {spec.id for spec in study.statistics}


def test_the_six_figures_say_what_is_missing(study):
    redrawn = {figure.id: figure.missing for figure in study.figures}
    assert all("issing" in redrawn[f"posen_figure_{number}"] for number in (1, 2, 3, 4, 6))
    assert "neither is at hand" in redrawn["posen_figure_5"]


EXPECTED = [
    # GAO/NSIAD-90-203FS: 21.7 and 2.2 billion dollars in 1988
    ("fdi_ratio", "japan_to_us_flow / us_to_japan_flow", "1988", 21700 / 2200),
    # 50 billion dollars (section 1C, paragraph 6) over 4,346 million dollars, July 1985
    ("scale_rare", "one period", "1985-01/1986-11", 50000 / 4346),
    ("scale_once", "annualised", "1985-01/1986-11", 100000 / (12 * 4346)),
    # Euromoney: 264.1 of 1,247.4 billion dollars
    ("holdings_share_1998", "japan", "1998-06", 100 * 264.1 / 1247.4),
    # year-ends 1994 and 1999
    ("stocks_runup", "dow", "1994/1999", 11497.12 / 3834.44),
    # section 1C, paragraph 2: 24 and 3.5 percent; 1.7 trillion
    ("text_ratios", "Japan in US bank claims, start over end", "point", 24 / 3.5),
    ("text_totals", "US bank claims on all foreigners, start", "point", 100 * 1.7 / 24),
    # shares of fiscal years 1990 and 2001: 16.9 and 6.2 percent
    ("japan_assets_multiple", "shares", "1990/2001", 6.2 / 16.9),
    # percents of 1998: United States 34.0, 22.7, 43.4 of 100.1; Japan 27.0, 7.2, 65.8
    ("distance_half", "japan / united_states", "1998", 0.658 - 43.4 / 100.1),
    # months of net sales of Japan at hand: 1986-01, 1986-05, 1986-10
    ("net_sales_months", "japan", "1985-01/1986-11", 3),
]


@pytest.mark.parametrize(("statistic", "group", "period", "value"), EXPECTED)
def test_values_by_hand(statistics, statistic, group, period, value):
    keys = statistics[["statistic", "group", "period"]]
    found = statistics.loc[(keys == [statistic, group, period]).all(axis=1), "value"]
    assert found.tolist() == pytest.approx([value], rel=CLOSE)
