"""The study of coalitions: camps do not hang on pressure, and what is left out is counted."""

from __future__ import annotations

import pandas as pd
import pytest

from replication.spec.read_study import read_study
from replication.study.statistics import run_statistic
from tests.support.repository import ROOT


@pytest.fixture(scope="module")
def statistics(tables) -> dict[str, pd.Series]:
    study = read_study(ROOT / "specs" / "matsumura.toml")
    return {
        spec.id: run_statistic(spec, tables[spec.table]).set_index(["group", "period"])["value"]
        for spec in study.statistics
    }


def test_every_statistic_has_a_value(statistics):
    assert [name for name, values in statistics.items() if values.notna().sum() == 0] == []


def test_every_triad_with_all_its_ties_is_counted_once(statistics):
    counts = statistics["network_counts"]
    assert counts["triads with a mixed pair"].to_dict() == {"1": 0, "2": 0, "3": 4}
    assert counts["triads"].to_dict() == {"1": 5, "2": 4, "3": 27}


def test_pressure_moves_no_actor_and_is_all_that_stands_against_the_split(statistics):
    camps = statistics["camps"].to_frame("all").join(statistics["camps_plain"].rename("plain"))
    both = camps.dropna()
    assert (both["all"] == both["plain"]).all()
    lost = camps["all"].notna() & camps["plain"].isna()
    assert sorted(camps.index[lost]) == [
        ("european_allies", "3"),
        ("japanese_banks", "2"),
        ("japanese_industry", "1"),
        ("white_house", "2"),
    ]
    against = "statements against the best split"
    assert statistics["frustration"][against].to_dict() == {"1": 0, "2": 0, "3": 2}
    assert (statistics["frustration_plain"][against] == 0).all()


@pytest.mark.parametrize(
    ("year", "share"),
    [
        # million dollars on Bulgaria, Hungary, Poland and Romania, Japan over five creditors
        ("1985", 100 * 3960 / (2563 + 4445 + 3960 + 2109 + 1335)),
        ("1990", 100 * 6610 / (1989 + 8477 + 6610 + 1430 + 777)),
    ],
)
def test_japans_share_of_claims_on_the_bloc(statistics, year, share):
    assert statistics["east_share"][("japan", year)] == pytest.approx(share)
