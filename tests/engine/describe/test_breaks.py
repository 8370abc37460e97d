"""Influential rows, breaks at an unknown date: against other programs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import OLSInfluence

from replication.describe import breaks
from replication.errors import StudyError
from tests.support.series import by_key

# Sums of a few hundred doubles in another order.
CLOSE = 1e-9


def panel(entities=8, periods=14, jump=0.0, seed=3) -> pd.DataFrame:
    """y = x + 2 z + period effect + noise by entity; from period 7 on the slope of x is larger by `jump`."""
    draw = np.random.default_rng(seed)
    keys = pd.MultiIndex.from_product([range(entities), range(1980, 1980 + periods)], names=["iso3", "year"])
    table = pd.DataFrame({"x": draw.normal(size=len(keys)), "z": draw.normal(size=len(keys))}, index=keys)
    table = table.reset_index().assign(iso3=lambda rows: "C" + rows["iso3"].astype(str))
    late = table["year"] >= 1987
    common = table["year"].map(dict(zip(range(1980, 2000), draw.normal(size=20), strict=True)))
    noise = draw.normal(size=len(keys)) + table["iso3"].map(
        dict(zip(table["iso3"].unique(), draw.normal(size=entities), strict=True))
    )
    return table.assign(y=table["x"] * (1 + jump * late) + 2 * table["z"] + common + noise)


def with_dummies(table: pd.DataFrame, effects=("year",)) -> pd.DataFrame:
    dummies = [pd.get_dummies(table[name], drop_first=True, dtype=float, prefix=name) for name in effects]
    return sm.add_constant(pd.concat([table[["x", "z"]], *dummies], axis=1))


CALL = {"outcome": "y", "regressors": ["x", "z"]}


def test_influence_is_that_of_statsmodels():
    table = panel()
    found = breaks.largest_residuals(table, **CALL, most=5)
    fit = sm.OLS(table["y"], with_dummies(table)).fit()
    influence = OLSInfluence(fit)
    names = table["iso3"] + " " + table["year"].astype(str)
    for column, values in (
        ("studentised residual", influence.resid_studentized_external),
        ("leverage", influence.hat_matrix_diag),
        ("Cook's distance", influence.cooks_distance[0]),
    ):
        theirs = pd.Series(values.to_numpy() if hasattr(values, "to_numpy") else values, index=names)
        ours = found[found["period"] == column].set_index("group")["value"]
        assert len(ours) == 5
        np.testing.assert_allclose(ours, theirs[ours.index], rtol=CLOSE)
    largest = np.abs(influence.resid_studentized_external).argsort()[::-1][:5]
    shown = found.loc[found["period"] == "leverage", "group"].tolist()
    assert shown == names.iloc[largest].tolist()


def test_a_wald_statistic_is_the_clustered_one_of_statsmodels():
    table = panel(jump=0.5)
    found = by_key(breaks.wald_by_date(table, **CALL, terms=["x", "z"], draws=9))
    late = (table["year"] >= 1988).astype(float)
    design = with_dummies(table).assign(bx=table["x"] * late, bz=table["z"] * late)
    fit = sm.OLS(table["y"], design).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(table["iso3"])[0], "use_correction": False}
    )
    both = fit.params[["bx", "bz"]].to_numpy()
    theirs = both @ np.linalg.inv(fit.cov_params().loc[["bx", "bz"], ["bx", "bz"]]) @ both
    assert found["Wald statistic", "1988"] == pytest.approx(theirs, rel=CLOSE)
    candidates = [period for name, period in found if name == "Wald statistic"]
    assert candidates == [str(year) for year in range(1983, 1991)]  # fourteen periods, three cut at each end


def test_the_largest_statistic_is_where_the_break_is():
    table = panel(entities=20, jump=3.0)
    found = by_key(breaks.sup_wald(table, **CALL, terms=["x"], draws=199))
    dates = by_key(breaks.wald_by_date(table, **CALL, terms=["x"], draws=199))
    assert found["p", ""] == 1 / 200
    assert found["largest Wald statistic", ""] == dates["Wald statistic", "1987"]
    assert (
        max(value for (name, _), value in dates.items() if name == "Wald statistic")
        == (dates["Wald statistic", "1987"])
    )
    assert found["largest Wald statistic", ""] > found[breaks.CRITICAL, ""] == dates[breaks.CRITICAL, "1987"]


def test_without_a_break_the_largest_of_many_dates_is_not_taken_for_one():
    """Under no break the bootstrap p of the largest is uniform; taking the best date by itself is not."""
    p = [
        by_key(breaks.sup_wald(panel(entities=12, seed=seed), **CALL, terms=["x"], draws=99))["p", ""]
        for seed in range(60)
    ]
    # three standard errors of a share of sixty around one half
    assert abs(np.mean(np.array(p) < 0.5) - 0.5) < 3 * np.sqrt(0.25 / 60)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: breaks.sup_wald(t, **CALL, terms=["w"]), "term 'w' is not known"),
        (lambda t: breaks.sup_wald(t, **CALL, terms=["x"], trim=0.5), "trim is 0.5"),
        (lambda t: breaks.sup_wald(t, **CALL, terms=["x"], where="year < 1982"), "2 periods are too few"),
        (lambda t: breaks.sup_wald(t, **CALL, terms=["x"], where="year > 2000"), "0 rows know"),
    ],
)
def test_what_cannot_be_tested_is_one_clear_line(call, message):
    with pytest.raises(StudyError, match=message):
        call(panel())
