"""Effects by any columns, any number: everything is what it is with the dummies written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from linearmodels.iv import AbsorbingLS
from linearmodels.panel import PanelOLS
from numpy.testing import assert_allclose

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import classical, clustered, hc1, hc2, hc3
from replication.estimate.linear.linear import ols
from replication.estimate.numbers import absorb, dummy_products
from replication.estimate.numbers.absorb import (
    counted,
    leverage,
    projector,
    rank,
    residuals,
    rest_basis,
    varies,
)
from replication.estimate.numbers.groupings import grouped, is_nested, of_design
from tests.support.linear_panels import all_dummies, draw, errors, frame, seeds, with_sectors
from tests.support.terms import terms_of

EFFECTS = st.sampled_from(
    [
        ("entity",),
        ("time",),
        ("sector",),
        ("entity", "time"),
        ("entity", "region"),  # nested: the second adds nothing
        ("sector", "time"),
        ("entity", "time", "sector"),
        ("region", "entity", "time"),
        ("entity", "time", "sector", "region"),
    ]
)
quick = settings(max_examples=40, deadline=None)


def panel(seed, *, weighted=False):
    return with_sectors(draw(seed, weighted=weighted))


def by_of(design, effects):
    weights = np.ones(design.nobs) if design.weights is None else design.weights
    return projector(of_design(design, effects), weights), weights


@given(seeds, EFFECTS, st.booleans())
@quick
def test_projection_rank_and_leverage_are_those_of_the_dummies(seed, effects, weighted):
    design = panel(seed, weighted=weighted)
    by, weights = by_of(design, effects)
    root = np.sqrt(weights)[:, None]
    d = root * all_dummies(design, effects)
    hat = d @ np.linalg.pinv(d)
    left = design.x - (hat @ (root * design.x)) / root
    assert_allclose(residuals(by, design.x), left, atol=1e-10)
    assert by.rank == rank(by.groups) == np.linalg.matrix_rank(d)
    assert_allclose(leverage(by), np.diag(hat), atol=1e-10)
    first = root * all_dummies(design, by.groups.names[:1])
    both = np.column_stack([np.linalg.qr(first)[0], rest_basis(by)])
    assert_allclose(both @ both.T, hat, atol=1e-10)


@given(seeds, EFFECTS, st.booleans())
@quick
def test_nothing_is_left_of_what_the_effects_explain(seed, effects, weighted):
    design = panel(seed, weighted=weighted)
    by, _ = by_of(design, effects)
    sums = (
        all_dummies(design, effects)
        @ np.random.default_rng(seed).normal(size=(len(by.weights), 2))[
            : all_dummies(design, effects).shape[1]
        ]
    )
    assert not varies(residuals(by, sums), sums).any()
    assert varies(residuals(by, design.x[:, 1:]), design.x[:, 1:]).all()


@pytest.mark.parametrize("steps", [5_000, 1])
@given(seed=seeds, effects=EFFECTS)
@settings(max_examples=15, deadline=None)
def test_many_levels_by_conjugate_gradients_or_where_they_fail_directly(steps, seed, effects):
    design = panel(seed, weighted=True)
    by, weights = by_of(design, effects)
    with pytest.MonkeyPatch.context() as patch:
        for module in (absorb, dummy_products):
            patch.setattr(module, "DIRECT", 0)
        patch.setattr(absorb, "MOST_STEPS", steps)
        iterated = projector(by.groups, weights)
        assert_allclose(residuals(iterated, design.x), residuals(by, design.x), atol=1e-11)
        assert iterated.rank == by.rank


def test_a_long_chain_is_taken_out_to_the_last_digit():
    """Each level of one grouping shares a row with the next of the other: the worst connected of panels."""
    n = 3_000
    groups = grouped({"a": np.arange(n) // 2, "b": (np.arange(n) + 1) // 2})
    random = np.random.default_rng(0)
    absorbed = random.normal(size=n)[groups.codes[0]] + random.normal(size=n)[groups.codes[1]]
    by = projector(groups, np.ones(n))
    assert by.rank == n
    assert not varies(residuals(by, absorbed[:, None]), absorbed[:, None]).any()


def test_a_panel_in_two_parts_has_one_parameter_less():
    groups = grouped({"a": np.array([0, 0, 1, 1, 2, 2, 3, 3]), "b": np.array([0, 1, 0, 1, 2, 3, 2, 3])})
    assert rank(groups) == 4 + 4 - 2
    assert rank(grouped({})) == 0


def test_what_clustered_errors_count():
    """Not the effects that are nested in a cluster; of the others their own rank, and at least a constant."""
    design = panel(3)
    groups = of_design(design, ("entity", "region", "time", "sector"))
    known = design.groups
    levels = {name: len(np.unique(codes)) for name, codes in known.items()}
    assert is_nested(known["entity"], known["region"]) and not is_nested(known["region"], known["entity"])
    assert counted(groups, [known["region"]]) == levels["time"] + levels["sector"] - 1
    assert counted(groups, [known["entity"]]) == rank(groups.only(["region", "time", "sector"]))
    assert counted(groups.only(["entity", "region"]), [known["region"]]) == 1


@given(seeds, EFFECTS, st.booleans())
@quick
def test_least_squares_and_its_errors_are_those_with_dummies(seed, effects, weighted):
    design = panel(seed, weighted=weighted)
    fit = ols(design, effects=list(effects))
    x = np.column_stack([design.x[:, 1:], all_dummies(design, effects)])
    weights = np.ones(design.nobs) if design.weights is None else design.weights / design.weights.mean()
    oracle = sm.WLS(design.y, x, weights=weights).fit()
    assert fit.df_resid == oracle.df_resid
    assert_allclose(fit.params, oracle.params[:2], rtol=1e-8, atol=1e-10)
    assert_allclose(errors(classical(fit)), oracle.bse[:2], rtol=1e-8)
    for ours, theirs in ((hc1, "HC1"), (hc2, "HC2"), (hc3, "HC3")):
        saturated = 1.0 - leverage(by_of(design, effects)[0]) < 1e-8
        if not saturated.any():
            assert_allclose(errors(ours(fit)), oracle.get_robustcov_results(theirs).bse[:2], rtol=1e-6)
    expected = oracle.get_robustcov_results("cluster", groups=design.entity).bse[:2]
    assert_allclose(errors(clustered(fit, absorbed="all")), expected, rtol=1e-7)
    assert_allclose(fit.statistics["loglikelihood"], oracle.llf, rtol=1e-10)
    assert_allclose(fit.statistics["rsquared"], 1 - oracle.ssr / oracle.centered_tss, rtol=1e-9)


@given(seeds, st.booleans())
@settings(max_examples=15, deadline=None)
def test_three_effects_are_those_of_absorbing_least_squares(seed, weighted):
    design = panel(seed, weighted=weighted)
    effects = ["entity", "time", "sector"]
    table = pd.DataFrame({name: pd.Categorical(design.groups[name]) for name in effects})
    weights = None if design.weights is None else design.weights
    oracle = AbsorbingLS(design.y, pd.DataFrame(design.x[:, 1:]), absorb=table, weights=weights).fit()
    fit = ols(design, effects=effects)
    assert_allclose(fit.params, oracle.params.to_numpy(), rtol=1e-6, atol=1e-8)
    assert fit.df_resid == oracle.df_resid


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_an_effect_besides_entity_is_that_of_panel_least_squares(seed):
    design = panel(seed)
    sector = pd.DataFrame({"sector": design.groups["sector"]}, index=frame(design).index)
    oracle = PanelOLS(
        frame(design)["y"], frame(design)[["a", "b"]], entity_effects=True, other_effects=sector
    )
    fit = ols(design, effects=["entity", "sector"])
    assert_allclose(fit.params, oracle.fit().params.to_numpy(), rtol=1e-8)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (
            lambda d: d.groups["sector"] ** 2.0,
            "'c' does not vary within sector: the sector effects absorb it",
        ),
        (lambda d: d.groups["region"] - 1.0, "'c' does not vary within entity: the entity effects absorb it"),
        (
            lambda d: d.groups["sector"] - 2.0 * d.time,
            "'c' is a sum of parts of entity and time and sector: the effects absorb it",
        ),
    ],
)
def test_a_regressor_that_three_effects_absorb_is_named(column, message):
    design = panel(5)
    longer = replace(design, terms=terms_of("const", "a", "c"), x=design.x.copy())
    longer.x[:, 2] = column(design)
    with pytest.raises(EstimationError) as problem:
        ols(longer, effects=["entity", "time", "sector"])
    assert message in str(problem.value)
