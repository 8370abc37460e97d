"""Portfolio measures: distances are metrics, lags find a path that was shifted on purpose."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.describe import portfolios
from replication.describe.portfolios import DISTANCES
from replication.errors import StudyError

KINDS = sorted(DISTANCES)
# amounts that are either nothing or not vanishing, so that shares keep their digits
AMOUNTS = st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e3)), min_size=4, max_size=4).filter(any)
# distances are sums of four products of doubles; the square root of a rounding error is about 1e-8
EXACT, ROOT = 1e-12, 1e-7


def shares_of(amounts) -> np.ndarray:
    return np.asarray(amounts) / sum(amounts)


def holding(name: str, year: int, amounts) -> pd.DataFrame:
    instruments = [f"i{place}" for place in range(len(amounts))]
    return pd.DataFrame({"portfolio": name, "instrument": instruments, "year": year, "value": amounts})


def path(name: str, years, start: float = 0.1, step: float = 0.05) -> pd.DataFrame:
    """Equity from `start` on, `step` more each year, the rest deposits."""
    parts = [(start + step * place) for place in range(len(years))]
    return pd.concat([holding(name, year, [part, 1 - part]) for year, part in zip(years, parts, strict=True)])


@given(AMOUNTS, st.floats(1e-3, 1e3))
@settings(max_examples=40, deadline=None)
def test_shares_sum_to_a_hundred_and_do_not_see_the_currency(amounts, rate):
    table = holding("a", 1990, amounts)
    found = portfolios.portfolio_shares(table)
    converted = portfolios.portfolio_shares(table.assign(value=table["value"] * rate))
    assert found["value"].sum() == pytest.approx(100, rel=EXACT)
    np.testing.assert_allclose(converted["value"], found["value"], rtol=EXACT)


@pytest.mark.parametrize("kind", KINDS)
@given(a=AMOUNTS, b=AMOUNTS, c=AMOUNTS)
@settings(max_examples=40, deadline=None)
def test_distances_are_metrics_bounded_by_one(kind, a, b, c):
    measure, (p, q, r) = DISTANCES[kind], map(shares_of, (a, b, c))
    assert measure(p, p) == 0
    assert measure(p, q) == measure(q, p)
    assert 0 <= measure(p, q) <= 1 + EXACT
    assert measure(p, r) <= measure(p, q) + measure(q, r) + EXACT
    # shares that differ in the last bit may have one square root
    assert measure(p, q) > 0 or np.abs(p - q).max() < EXACT


@pytest.mark.parametrize("kind", KINDS)
def test_portfolios_with_nothing_in_common_are_one_apart(kind):
    assert DISTANCES[kind](np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(1, rel=EXACT)


def test_distances_by_hand():
    p, q = np.array([0.64, 0.36, 0.0]), np.array([0.36, 0.64, 0.0])
    assert portfolios.half_absolute(p, q) == pytest.approx(0.28, rel=EXACT)
    assert portfolios.euclidean(p, q) == pytest.approx(0.28, rel=EXACT)
    # square roots are 0.8 and 0.6: half of 2 times 0.2 squared is 0.04
    assert portfolios.hellinger(p, q) == pytest.approx(0.2, rel=EXACT)


@given(AMOUNTS, AMOUNTS, st.floats(1e-3, 1e3))
@settings(max_examples=25, deadline=None)
def test_distance_does_not_see_the_currency_of_either(a, b, rate):
    plain = pd.concat([holding("a", 1990, a), holding("b", 1990, b)])
    turned = pd.concat([holding("a", 1990, a), holding("b", 1990, [rate * x for x in b])])
    options = {"first": "a", "second": "b", "distance": "hellinger"}
    found = portfolios.portfolio_distance(plain, **options)["value"]
    np.testing.assert_allclose(
        portfolios.portfolio_distance(turned, **options)["value"], found, rtol=EXACT, atol=ROOT
    )


def test_distance_matches_instruments_by_name_and_keeps_common_years():
    a = pd.concat([holding("a", 1990, [1, 3]), holding("a", 1991, [1, 1])])
    b = holding("b", 1991, [3, 1]).iloc[::-1]
    found = portfolios.portfolio_distance(pd.concat([a, b]), first="a", second="b")
    assert found[["group", "period"]].to_numpy().tolist() == [["a / b", "1991"]]
    assert found["value"].iloc[0] == pytest.approx(0.25)


def test_distance_to_a_portfolio_held_at_one_year():
    table = pd.concat([path("japan", range(1990, 1993)), holding("usa", 1998, [0.3, 0.7])])
    found = portfolios.portfolio_distance(table, first="japan", second="usa", at="1998")
    np.testing.assert_allclose(found["value"], [0.2, 0.15, 0.1], rtol=EXACT)
    trend = portfolios.distance_trend(table, first="japan", second="usa", at="1998")
    assert trend["period"].tolist() == ["1990/1992"]
    assert trend["value"].iloc[0] == pytest.approx(-0.05, rel=1e-9)


def test_trend_of_one_distance_is_missing():
    table = pd.concat([holding("a", 1990, [1, 1]), holding("b", 1990, [1, 3])])
    assert portfolios.distance_trend(table, first="a", second="b")["value"].isna().all()


@given(st.integers(0, 5), st.sampled_from(KINDS))
@settings(max_examples=25, deadline=None)
def test_a_follower_on_the_same_path_is_found_at_its_lag(lag, kind):
    table = pd.concat([path("leader", range(1980, 1992)), path("follower", range(1980 + lag, 1992 + lag))])
    options = {"leader": "leader", "follower": "follower", "longest": 6, "distance": kind}
    found = portfolios.convergence_lag(table, **options).set_index("group")["value"]
    assert found["lag"] == lag
    assert found["distance"] == pytest.approx(0, abs=ROOT)
    assert found["pairs"] == 12


def test_no_common_year_at_any_lag_is_missing():
    table = pd.concat([path("leader", [1990]), path("follower", [1980])])
    found = portfolios.convergence_lag(table, leader="leader", follower="follower", longest=3)
    assert found.set_index("group")["value"]["pairs"] == 0
    assert np.isnan(found.set_index("group")["value"]["lag"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"second": "usaa"}, "portfolio 'usaa' is not known"),
        ({"second": "usa", "distance": "manhattan"}, "distance 'manhattan'"),
        ({"second": "usa", "at": "1980"}, "period '1980'"),
        ({"second": "usa", "portfolio": "country"}, "column 'country'"),
        ({"second": "other"}, "only one has i2"),
    ],
)
def test_a_wrong_parameter_is_one_clear_line(options, words):
    table = pd.concat(
        [holding("japan", 1990, [1, 1]), holding("usa", 1990, [1, 3]), holding("other", 1990, [1, 1, 1])]
    )
    with pytest.raises(StudyError) as problem:
        portfolios.portfolio_distance(table, first="japan", **options)
    assert words in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_negative_amount_is_refused():
    with pytest.raises(StudyError, match="negative amount"):
        portfolios.portfolio_shares(holding("a", 1990, [1, -1]))
