"""Tests beyond single coefficients, as a study file asks for them."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from replication.errors import UserError
from replication.estimate.design import Of
from replication.panel.panel import read_panel
from replication.spec.entries import ModelSpec
from replication.study.one_model import plan, run_model

DRAW = np.random.default_rng(8)
TABLE = pd.DataFrame(
    {
        "e": np.repeat(np.arange(12), 6),
        "t": np.tile(np.arange(6), 12),
        "d": np.repeat(np.arange(12) % 2, 6).astype(float),
        "s": np.repeat(["a", "b", "c"], 24),
        "x": DRAW.normal(size=72),
        "z": DRAW.normal(size=72),
    }
).assign(y=lambda rows: rows["d"] + DRAW.normal(size=72))


def statistics(**keys) -> dict[str | Of, float]:
    model = ModelSpec(**{"id": "m", "formula": "y ~ d + x + z", **keys})
    found = run_model(read_panel(TABLE, "e", "t", {}, "t"), plan(model)).statistics
    keys = [Of(name, of) if of else name for name, of in zip(found["name"], found["of"], strict=True)]
    return dict(zip(keys, found["value"], strict=True))


def test_a_treatment_is_permuted_within_strata_by_unit():
    found = statistics(randomization={"term": "d", "strata": "s", "units": "e", "draws": 999})
    # Two of the four units of each of three strata are treated: 6 x 6 x 6 assignments, all compared.
    assert found["randomization_assignments"] == 216
    assert found["randomization_p"] * 216 == pytest.approx(round(found["randomization_p"] * 216))
    assert 2 / 216 <= found["randomization_p"] <= 0.05


ERRORS = {
    "classical": ({}, "nonrobust", {}),
    "hc0": ({}, "HC0", {}),
    "hc1": ({}, "HC1", {}),
    "hc3": ({}, "HC3", {}),
    "clustered": ({}, "cluster", {"groups": TABLE["e"], "df_correction": True}),
    "by_time": (
        {"kind": "clustered", "cluster": ["time"]},
        "cluster",
        {"groups": TABLE["t"], "df_correction": True},
    ),
}


@pytest.mark.parametrize("error", ERRORS)
def test_all_slopes_are_tested_by_the_error_that_is_shown(error):
    """As statsmodels has F under each covariance, with its degrees of freedom."""
    options, kind, more = ERRORS[error]
    ours = statistics(covariance=[{"kind": error, **options, "label": error}])
    fit = sm.OLS(TABLE["y"], sm.add_constant(TABLE[["d", "x", "z"]])).fit(
        cov_type=kind, cov_kwds=more, use_t=True
    )
    theirs = fit.f_test(np.eye(4)[1:])
    assert ours["slopes_f"] == pytest.approx(theirs.fvalue, rel=1e-9)
    assert (ours["slopes_f_df1"], ours["slopes_f_df2"]) == (theirs.df_num, theirs.df_denom)
    assert ours["slopes_f_p"] == pytest.approx(theirs.pvalue, rel=1e-7)


def test_each_error_has_its_own_test_of_all_slopes_and_none_is_without_name():
    found = run_model(
        read_panel(TABLE, "e", "t", {}, "t"),
        plan(ModelSpec(id="m", formula="y ~ d + x", covariance=[{"kind": "hc1"}, {"kind": "pcse"}])),
    ).statistics
    tests = found[found["name"].str.startswith(("slopes_", "f_", "chi2"))]
    assert set(zip(tests["error"], tests["name"], strict=True)) == {
        *(("hc1", f"slopes_f{part}") for part in ("", "_df1", "_df2", "_p")),
        *(("pcse", f"slopes_chi2{part}") for part in ("", "_df", "_p")),
    }


@pytest.mark.parametrize("estimator", ["logit", "probit"])
def test_all_slopes_of_a_likelihood_are_tested_by_chi2(estimator):
    found = statistics(formula="d ~ x + z", estimator=estimator, covariance=[{"kind": "classical"}])
    model = {"logit": sm.Logit, "probit": sm.Probit}[estimator]
    fit = model(TABLE["d"], sm.add_constant(TABLE[["x", "z"]])).fit(disp=0, tol=1e-12)
    theirs = fit.wald_test(np.eye(3)[1:], use_f=False, scalar=True)
    assert found["slopes_chi2"] == pytest.approx(theirs.statistic, rel=1e-6)
    assert found["slopes_chi2_df"] == 2


def test_holm_multiplies_by_the_number_of_what_is_left():
    plain = run_model(
        read_panel(TABLE, "e", "t", {}, "t"), plan(ModelSpec(id="m", formula="y ~ d + x + z"))
    ).estimates.set_index("term")["p_value"]
    found = statistics(multiple_testing={"terms": ["d", "x", "z"]})
    smallest = plain[["d", "x", "z"]].idxmin()
    assert found[Of("holm_p", smallest)] == pytest.approx(min(3 * plain[smallest], 1))


def test_romano_wolf_is_never_below_the_bootstrap_alone_nor_above_one():
    found = statistics(multiple_testing={"terms": ["x", "z"], "method": "romano_wolf", "draws": 499})
    assert 0 < found[Of("romano_wolf_p", "x")] <= 1 and 0 < found[Of("romano_wolf_p", "z")] <= 1


@pytest.mark.parametrize(
    "keys",
    [
        {"randomization": {"term": "dd"}},
        {"multiple_testing": {"terms": ["d", "xx"]}},
        {"tests": [{"id": "t", "terms": ["zz"]}]},
    ],
)
def test_an_unknown_term_is_named(keys):
    with pytest.raises(UserError, match="did you mean"):
        statistics(**keys)


@pytest.mark.parametrize("made", ["(d * x)", "interaction(d, x)", "dx", "(d * x) + (d * z)"])
def test_what_is_made_of_the_treatment_is_made_anew_from_every_assignment(made):
    """Eight units, four of them treated: 70 assignments, all columns made from each."""
    table = TABLE[TABLE["e"] < 8].reset_index(drop=True)
    model = ModelSpec(
        id="m", formula=f"y ~ d + {made} + x + z", randomization={"term": "d", "units": "e", "draws": 9999}
    )
    found = run_model(read_panel(table, "e", "t", {"dx": "d * x"}, "t"), plan(model)).statistics
    p = found.set_index("name")["value"]["randomization_p"]
    x, z, y = (table[name].to_numpy() for name in ("x", "z", "y"))
    products = [x, z] if "z" in made else [x]

    def statistic(units) -> float:
        d = np.isin(table["e"], units) * 1.0
        design = np.column_stack([np.ones(len(y)), d, *(d * other for other in products), x, z])
        return abs(np.linalg.lstsq(design, y, rcond=None)[0][1])

    own = statistic([1, 3, 5, 7])
    every = [statistic(units) for units in itertools.combinations(range(8), 4)]
    assert p == pytest.approx(np.mean([value >= own * (1 - 1e-9) for value in every]), abs=1e-12)


@pytest.mark.parametrize(
    ("formula", "more"),
    [
        ("y ~ x + lag(x, 1)", {"randomization": {"term": "x"}}),
        ("y ~ x + mean_of(x, t)", {"randomization": {"term": "x"}}),
        ("y ~ d + interaction(dummies(d), x)", {}),
        ("y ~ d + x", {"weights": "1 + d"}),
        ("y ~ (d * x) + d", {"randomization": {"term": "d * x"}}),
    ],
)
def test_what_cannot_be_made_anew_is_refused(formula, more):
    with pytest.raises(UserError, match="randomization: .* is made of .* too and cannot be made anew"):
        statistics(**{"formula": formula, "randomization": {"term": "d", "units": "e"}, **more})
