"""Effects of variables that stand in several columns, against the mean prediction worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, ndtr

from replication.errors import UserError
from replication.panel.panel import read_panel
from replication.spec.entries import ModelSpec
from replication.study.one_model import plan, run_model

LINKS = {"logit": expit, "probit": ndtr}
H = 1e-5


def rows(seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    n = 400
    table = pd.DataFrame(
        {
            "id": np.repeat(np.arange(50), 8),
            "t": np.tile(np.arange(8), 50),
            "x": draw.normal(size=n),
            "w": np.exp(draw.normal(size=n)),
            "d": draw.integers(0, 2, n),
            "g": draw.choice(["a", "b", "c"], n),
        }
    )
    index = 0.6 * table["x"] - 0.4 * table["d"] + 0.3 * (table["g"] == "b") - 0.2 * np.log(table["w"])
    return table.assign(y=(draw.random(n) < expit(index)) * 1.0)


def estimates(table: pd.DataFrame, variables=None, **keys):
    model = ModelSpec(**{"id": "m", "marginal_effects": "outcome", "estimator": "logit", **keys})
    found = run_model(read_panel(table, "id", "t", variables or {}, "t"), plan(model)).estimates
    effects = found[found["kind"] == "marginal_effect"]
    terms = effects["term"].str.removeprefix("marginal effect: ")
    return found[found["kind"] != "marginal_effect"].set_index("term"), effects.set_axis(terms, axis=0)


def columns(table: pd.DataFrame) -> np.ndarray:
    """const, x, x ^ 2, d, d * x, log(w), w * x, g=b, g=c, g=b times x, g=c times x."""
    x, w, d = table["x"], table["w"], table["d"]
    b, c = ((table["g"] == level) * 1.0 for level in "bc")
    return np.column_stack([x**0, x, x**2, d, d * x, np.log(w), w * x, b, c, b * x, c * x])


FORMULA = "y ~ x + (x ^ 2) + d + dx + log(w) + (w * x) + dummies(g) + interaction(dummies(g), x)"


@pytest.mark.parametrize("estimator", LINKS)
@given(seed=st.integers(0, 500))
@settings(max_examples=6, deadline=None)
def test_every_column_that_a_variable_makes_moves_with_it(estimator, seed):
    table = rows(seed)
    coefficients, effects = estimates(table, {"dx": "d * x"}, formula=FORMULA, estimator=estimator)
    b = coefficients["estimate"].to_numpy()

    def mean(**moved) -> float:
        return float(LINKS[estimator](columns(table.assign(**moved)) @ b).mean())

    expected = {
        "x": (mean(x=table["x"] + H) - mean(x=table["x"] - H)) / (2 * H),
        "d": mean(d=1.0) - mean(d=0.0),
        "w": (mean(w=table["w"] + H) - mean(w=table["w"] - H)) / (2 * H),
        "g=b": mean(g="b") - mean(g="a"),
        "g=c": mean(g="c") - mean(g="a"),
    }
    assert set(effects.index) == set(expected)
    np.testing.assert_allclose(
        effects["estimate"][list(expected)], list(expected.values()), rtol=1e-5, atol=1e-8
    )


def test_errors_are_those_of_the_delta_method():
    table = rows(3)
    coefficients, effects = estimates(
        table, formula="y ~ x + (x ^ 2) + dummies(g)", covariance=[{"kind": "classical"}]
    )
    b = coefficients["estimate"].to_numpy()
    x = np.column_stack([columns(table)[:, [0, 1, 2]], columns(table)[:, [7, 8]]])
    p = expit(x @ b)
    variance = np.linalg.inv((x * (p * (1 - p))[:, None]).T @ x)

    def effect(b: np.ndarray) -> float:
        p = expit(x @ b)
        return float((p * (1 - p) * (b[1] + 2 * b[2] * table["x"])).mean())

    gradient = [(effect(b + H * e) - effect(b - H * e)) / (2 * H) for e in np.eye(len(b))]
    assert effects["std_error"]["x"] == pytest.approx(np.sqrt(gradient @ variance @ gradient), rel=1e-6)


def test_a_named_base_is_the_level_that_the_others_are_compared_with():
    table = rows(5)
    _, plain = estimates(table, formula="y ~ x + dummies(g)")
    _, other = estimates(table, formula='y ~ x + dummies(g, "c")')
    assert other["estimate"]["g=a"] == pytest.approx(-plain["estimate"]["g=c"], rel=1e-8)


@pytest.mark.parametrize(
    "formula", ["y ~ x + (x > 0)", "y ~ d + x + max(x, 0)", "y ~ x + (standardise(x) ^ 2)"]
)
def test_what_does_not_follow_smoothly_is_refused(formula):
    with pytest.raises(UserError, match="marginal_effects: .* stands in"):
        estimates(rows(1), formula=formula)


@pytest.mark.parametrize("formula", ["y ~ x + dummies(d) + (d * x)", "y ~ dummies(d) + (x / (1 + d))"])
def test_a_variable_that_is_a_number_and_a_factor_does_not_move_in_one_alone(formula):
    with pytest.raises(
        UserError, match="marginal_effects: 'd' is a number in one term and a factor in another"
    ):
        estimates(rows(1), formula=formula)


def test_lags_and_means_are_variables_of_their_own():
    coefficients, effects = estimates(rows(2), formula="y ~ x + lag(x, 1) + mean_of(x, id)")
    assert list(effects.index) == ["x", "lag(x, 1)", "mean_of(x, id)"]
    ratio = effects["estimate"] / coefficients["estimate"].iloc[1:].to_numpy()
    np.testing.assert_allclose(ratio, ratio.iloc[0], rtol=1e-9)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("y ~ lag(y, 1) + x + lag(x, 1:2)", {"x": ("x", "lag(x, 1)", "lag(x, 2)")}),
        ("y ~ lag(y, 1) + lag(x, 1)", {"lag(x, 1)": ("lag(x, 1)",)}),
        ("y ~ lag(y, 1) + change + lag(x, 1)", {"lag(x, 1)": ("lag(x, 1)",)}),
        ("y ~ lag(y, 1) + x + before + d", {"x": ("x", "before"), "d": ("d",)}),
        ("y ~ lag(y, 1) + (x ^ 2) + lag(x ^ 2, 1)", {"x ^ 2": ("x ^ 2", "lag(x ^ 2, 1)")}),
    ],
)
def test_lags_of_one_variable_have_one_effect_in_the_long_run(formula, expected):
    variables = {"change": "diff(x)", "before": "lag(x, 1)"}
    table = rows(4).assign(y=lambda rows: rows["x"] + np.random.default_rng(2).normal(size=len(rows)))
    model = ModelSpec(id="m", formula=formula, long_run=["lag(y, 1)"])
    found = run_model(read_panel(table, "id", "t", variables, "t"), plan(model)).estimates
    b = found[found["kind"] != "long_run"].set_index("term")["estimate"]
    effects = found[found["kind"] == "long_run"].set_index("term")["estimate"]
    by_hand = {
        f"long run: {name}": sum(b[part] for part in parts) / (1 - b["lag(y, 1)"])
        for name, parts in expected.items()
    }
    assert effects.to_dict() == pytest.approx(by_hand, rel=1e-10)


def test_every_lag_of_the_outcome_must_be_named():
    table = rows(4).assign(y=lambda rows: rows["x"] + np.random.default_rng(2).normal(size=len(rows)))
    model = ModelSpec(id="m", formula="y ~ lag(y, 1:2) + x", long_run=["lag(y, 1)"])
    with pytest.raises(UserError, match=r"'lag\(y, 2\)' is a lag of the outcome too"):
        run_model(read_panel(table, "id", "t", {}, "t"), plan(model))
