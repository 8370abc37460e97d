"""The comparison of crises: what the codes reduce to, and what a second coding and single codes do to it.

Expected solutions were worked out by hand from the codes of the introduction and chapter 1.
"""

from __future__ import annotations

import pandas as pd
import pytest

from cleaning.katada_text import RECIPES
from replication.sources.pipeline import clean_all
from replication.spec.read_study import read_study
from replication.study.statistics import run_statistic
from tests.support.repository import ROOT


@pytest.fixture(scope="module")
def study():
    return read_study(ROOT / "specs" / "katada.toml")


@pytest.fixture(scope="module")
def statistics(study, raw_project, tmp_path_factory) -> pd.DataFrame:
    raw = {path: (ROOT / "data" / "raw" / path).read_bytes() for each in RECIPES for path in each.inputs}
    tables = clean_all(raw_project(tmp_path_factory.mktemp("katada"), raw), RECIPES)
    chosen = [spec for spec in study.statistics if spec.table == "katada_cases"]
    return pd.concat([run_statistic(spec, tables["katada_cases"]) for spec in chosen])


def terms(statistics: pd.DataFrame, statistic: str) -> set[str]:
    return set(statistics.loc[statistics["statistic"] == statistic, "group"]) - {"whole solution"}


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        # with the outcome: Latin America 111, Korea 110, Thailand 100; without: Mexico 000
        (
            "complex_engagement",
            {"bank_exposure * institutional_linkages", "bank_exposure * ~economic_linkages"},
        ),
        ("parsimonious_engagement", {"bank_exposure"}),
        ("intermediate_engagement", {"bank_exposure"}),
        # with the outcome: Latin America 111, Korea 110; without: Thailand 100, Mexico 000
        ("complex_collaboration", {"bank_exposure * institutional_linkages"}),
        ("parsimonious_collaboration", {"institutional_linkages"}),
        ("parsimonious_no_engagement", {"~bank_exposure"}),
        # the second coding has Thailand collaborate
        ("second_parsimonious_collaboration", {"bank_exposure"}),
        ("second_parsimonious_engagement", {"bank_exposure"}),
    ],
)
def test_solutions_by_hand(statistics, statistic, expected):
    assert terms(statistics, statistic) == expected


def test_urging_that_is_always_there_is_necessary_and_irrelevant(statistics):
    rows = statistics[statistics["group"] == "us_urging"].set_index(["statistic", "period"])["value"]
    for outcome in ("engagement", "collaboration", "leadership"):
        assert rows[f"necessary_{outcome}", "consistency"] == 1
        assert rows[f"necessary_{outcome}", "relevance"] == 0
        assert rows[f"sufficient_{outcome}", "consistency"] < 1


def test_no_flip_leaves_bank_exposure_and_engagement_coinciding(statistics):
    rows = statistics.set_index(["statistic", "group", "period"])["value"]
    assert rows["flips_engagement", "bank_exposure", "flips"] == 10
    assert rows["flips_engagement", "bank_exposure", "still both"] == 0
    assert rows["flips_collaboration", "institutional_linkages", "still both"] == 1


def test_four_of_eight_combinations_are_remainders(statistics):
    for outcome in ("engagement", "collaboration", "leadership"):
        names = terms(statistics, f"truth_{outcome}")
        assert len(names) == 8
        assert sum(name.startswith("remainder") for name in names) == 4
