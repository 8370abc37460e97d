"""Combinations of coefficients: other programs' linear ones, the long run, numerical derivatives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from replication.cli import main
from replication.errors import EstimationError, StudyError
from replication.estimate.coefficient_table import long_run_table
from replication.estimate.covariances.cluster_robust import cr2
from replication.estimate.covariances.sandwich import classical, clustered, hc1
from replication.estimate.diagnostics import wald
from replication.estimate.linear.linear import ols
from replication.inference.delta_method import combination_table
from tests.support.linear_panels import grunfeld


def test_a_linear_one_is_that_of_statsmodels():
    fit = ols(grunfeld())
    design = fit.design
    theirs = sm.OLS(design.y, design.x).fit(cov_type="HC1", use_t=True).t_test([[0, 2, -1]])
    ours = combination_table(fit, hc1(fit), {"gap": "2 * value - capital"}).iloc[0]
    assert_allclose([ours["estimate"], ours["std_error"]], [theirs.effect[0], theirs.sd.item()], rtol=1e-9)
    assert_allclose([ours["conf_low"], ours["conf_high"]], theirs.conf_int()[0], rtol=1e-9)
    assert ours["term"] == "combination: gap"


@pytest.mark.parametrize("kind", [clustered, cr2])
def test_a_ratio_is_the_long_run(kind):
    """b / (1 - r) written out is what `long_run` gives, with the degrees of freedom that it has under CR2."""
    fit = ols(grunfeld())
    long_run = long_run_table(fit, kind(fit), ["capital"]).set_index("term").loc["long run: value"]
    ours = combination_table(fit, kind(fit), {"long": "value / (1 - capital)"}).iloc[0]
    columns = ["estimate", "std_error", "p_value", "conf_low"]
    assert_allclose(ours[columns].astype(float), long_run[columns].astype(float), rtol=1e-12)


def test_one_coefficient_is_itself_and_its_wald_test():
    fit = ols(grunfeld())
    ours = combination_table(fit, classical(fit), {"one": "value"}).iloc[0]
    assert_allclose(ours["statistic"] ** 2, wald(fit, classical(fit), ["value"])["test_f"], rtol=1e-9)
    assert combination_table(fit, cr2(fit), {"one": "value"}).iloc[0]["p_value"] > 0


EXPRESSIONS = (
    "exp(value) * capital",
    "log(value) - sqrt(capital)",
    "-value / (2 * capital)",
    "value ^ 2 + capital ^ value",
    "abs(value - capital) / (1 + exp(-capital))",
    "2 ^ capital",
)


@pytest.mark.parametrize("text", EXPRESSIONS)
@settings(max_examples=25, deadline=None)
@given(b=st.lists(st.floats(0.2, 3), min_size=2, max_size=2))
def test_derivatives_are_those_of_small_steps(text, b):
    """Central differences of step 1e-6 leave about 1e-9 of the third derivative."""
    from dataclasses import replace

    if abs(b[0] - b[1]) < 1e-3:
        return
    fit = replace(ols(grunfeld()), params=np.array([0.0, *b]))

    def value(params):
        covariance = replace(classical(fit), matrix=np.eye(3))
        return combination_table(replace(fit, params=params), covariance, {"f": text}).iloc[0]

    steps = [1e-6 * np.eye(3)[j] for j in (1, 2)]
    slopes = [(value(fit.params + h)["estimate"] - value(fit.params - h)["estimate"]) / 2e-6 for h in steps]
    assert_allclose(value(fit.params)["std_error"], np.hypot(*slopes), rtol=1e-5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("value + nobody", "term 'nobody' is not known"),
        ("__import__('os')", "is not in the language"),
        ("lag(value, 1)", r"lag\(value, 1\) is not known; allowed: exp, log"),
        ("'value'", "is not known"),
    ],
)
def test_what_is_no_combination_is_refused(text, message):
    fit = ols(grunfeld())
    with pytest.raises(StudyError, match=message):
        combination_table(fit, classical(fit), {"c": text})


@pytest.mark.parametrize("text", ["1 / (value - value)", "log(-exp(value))", "sqrt(value - value)"])
def test_what_has_no_value_or_slope_is_said(text):
    fit = ols(grunfeld())
    with pytest.raises(EstimationError, match=r"combinations\.c: .* has no value or slope at the estimates"):
        combination_table(fit, classical(fit), {"c": text})


def test_a_study_asks_for_them_and_its_records_hold_them(tmp_path):
    (tmp_path / "s.toml").write_text(
        '[study]\nid = "s"\ntitle = "S"\nentity = "land"\ntime = "year"\n'
        '[[models]]\nid = "m"\nformula = "y ~ x + log(z)"\ncovariance = [{ kind = "classical" }]\n'
        'combinations = { both = "x + log(z)", ratio = "x / const" }\n'
    )
    draw = np.random.default_rng(3)
    table = pd.DataFrame({"land": np.repeat(list("abcde"), 6), "year": np.tile(range(2000, 2006), 5)})
    table = table.assign(x=draw.normal(size=30), z=draw.uniform(1, 2, 30), y=draw.normal(size=30))
    table.to_csv(tmp_path / "p.csv", index=False)
    call = ["--project", str(tmp_path), "run", str(tmp_path / "s.toml"), "--data", str(tmp_path / "p.csv")]
    assert main([*call, "--out", str(tmp_path / "out")]) == 0
    found = pd.read_csv(tmp_path / "out" / "estimates.csv").set_index("term")["estimate"]
    assert_allclose(found["combination: both"], found["x"] + found["log(z)"], rtol=1e-12)
    assert_allclose(found["combination: ratio"], found["x"] / found["const"], rtol=1e-12)
