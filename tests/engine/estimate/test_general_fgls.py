"""General feasible generalised least squares: R's pggls, the covariance over the periods written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import clustered, own
from replication.estimate.gls.general_fgls import general_fgls
from replication.estimate.linear.linear import ols
from tests.support.gls_panels import UNITS, balanced, in_other_units, produc, relabelled
from tests.support.linear_panels import (
    assert_printed,
    draw,
    dummies,
    dummies_beside_constant,
    errors,
    grunfeld,
    make,
    seeds,
    with_sectors,
)
from tests.support.terms import terms_of

quick = settings(max_examples=25, deadline=None)


def test_produc_pooled():
    """plm 2.6, inst/tests/test_pggls.Rout.save, zz_pool (read at GitHub, cran/plm)."""
    fit = general_fgls(produc())
    assert_printed(fit.params, "2.26388494 0.10566584 0.21643137 0.71293894 -0.00447265")
    assert_printed(errors(own(fit)), "0.10077679 0.02004106 0.01539471 0.01863632 0.00045214")
    assert_printed(fit.statistics["rsquared"], "0.99111")
    assert own(fit).df is None
    assert fit.warnings == ()


def test_produc_within():
    """The same file, zz_wi. A covariance of demeaned rows has rank T - 1."""
    fit = general_fgls(produc(), effects=["entity"])
    assert_printed(fit.params, "-0.00104277 0.17151298 0.84449144 -0.00357102")
    assert_printed(errors(own(fit)), "0.02900641 0.01807934 0.02042362 0.00047319")
    assert_printed(fit.statistics["rsquared"], "0.99863")
    assert fit.statistics["covariance_rank"] == 16
    assert fit.df_resid == 816 - 4 - 48


def test_grunfeld_has_fewer_firms_than_years():
    """plm pggls, pooling (docs/reference-values.md, Grunfeld): the covariance has rank 10, and the
    generalised inverse gives weight to the first ten years only. The errors are absurd, and that is said."""
    design = grunfeld()
    fit = general_fgls(design)
    assert_printed(fit.params, "-40.3208703532 .1153957502 .2310418001")
    assert_printed(errors(own(fit)), "3.606576998 .000861284 .004088211")
    assert "errors are far too small" in fit.warnings[0]
    assert "has rank 10" in fit.warnings[1]
    assert not fit.x[design.time > 1944].any()


def wide(seed: int, *, entities=40, periods=4, share=1.0):
    """Many entities, few periods; some rows missing if `share` is below one."""
    rng = np.random.default_rng(seed)
    entity, time = np.divmod(np.arange(entities * periods), periods)
    seen = rng.random(len(entity)) < share
    a, b = rng.normal(size=(2, len(entity)))
    level = rng.normal(size=entities)[entity]
    y = 1.0 + a - 0.5 * b + level + rng.normal(size=len(entity)) * (1 + time)
    x = np.column_stack([np.ones(len(entity)), a, b])
    return make(y[seen], x[seen], entity[seen], time[seen], ["const", "a", "b"])


@given(seed=seeds)
@quick
def test_unbalanced_panels_by_the_matrix_written_out(seed):
    design = wide(seed, share=0.9)
    e = ols(design).residuals
    seen = {(i, t): r for r, (i, t) in enumerate(zip(design.entity, design.time, strict=True))}
    omega = np.array(
        [
            [
                np.mean([e[seen[i, s]] * e[seen[i, t]] for i in range(40) if {(i, s), (i, t)} <= seen.keys()])
                for t in range(4)
            ]
            for s in range(4)
        ]
    )
    same = design.entity[:, None] == design.entity[None, :]
    weight = np.linalg.inv(np.where(same, omega[np.ix_(design.time, design.time)], 0.0))
    bread = np.linalg.inv(design.x.T @ weight @ design.x)
    fit = general_fgls(design)
    assert_allclose(fit.params, bread @ design.x.T @ weight @ design.y, rtol=1e-7, atol=1e-9)
    assert_allclose(own(fit).matrix, bread, rtol=1e-7, atol=1e-12)
    e = design.y - design.x @ fit.params
    side = bread @ design.x.T @ weight
    n, groups = design.nobs, len(np.unique(design.entity))
    robust = side @ (same * np.outer(e, e)) @ side.T * groups / (groups - 1) * (n - 1) / (n - 3)
    assert_allclose(clustered(fit).matrix, robust, rtol=1e-7, atol=1e-12)


@given(seed=seeds)
@quick
def test_within_by_a_period_less(seed):
    """Demeaned rows without their last period, weighted by the inverse of a covariance that exists
    (Wooldridge 2010, 10.5.5); the dummies' coefficients are the means, so none is needed."""
    design = wide(seed)
    d = dummies(design.entity)
    out = np.eye(design.nobs) - d @ d.T / 4
    y, x = out @ design.y, out @ design.x[:, 1:]
    e = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    grid = e.reshape(40, 4)[:, :3]
    weight = np.kron(np.eye(40), np.linalg.inv(grid.T @ grid / 40))
    left = design.time < 3
    bread = np.linalg.inv(x[left].T @ weight @ x[left])
    fit = general_fgls(design, effects=["entity"])
    assert_allclose(fit.params, bread @ x[left].T @ weight @ y[left], rtol=1e-6, atol=1e-8)
    assert_allclose(own(fit).matrix, bread, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("effects", [["time"], ["sector"], ["time", "sector"]])
@pytest.mark.parametrize("entity", [[], ["entity"]])
@given(seed=seeds)
@settings(max_examples=10, deadline=None)
def test_effects_besides_entity_are_dummies_weighted_like_regressors(effects, entity, seed):
    design = with_sectors(wide(seed, share=0.9 if not entity else 1.0))
    fit = general_fgls(design, effects=[*entity, *effects])
    d = dummies_beside_constant(design, effects)
    names = [f"d{j}" for j in range(d.shape[1])]
    longer = replace(design, x=np.column_stack([design.x, d]), terms=terms_of(*design.labels, *names))
    expected = general_fgls(longer, effects=entity)
    places = [expected.labels.index(name) for name in ("a", "b")]
    assert fit.labels == ("a", "b")
    assert fit.df_resid == expected.df_resid
    assert_allclose(fit.params, expected.params[places], rtol=1e-7, atol=1e-9)
    assert_allclose(errors(own(fit)), errors(own(expected))[places], rtol=1e-7)
    assert_allclose(
        errors(clustered(fit, absorbed="all")), errors(clustered(expected, absorbed="all"))[places], rtol=1e-6
    )
    assert_allclose(fit.statistics["rsquared"], expected.statistics["rsquared"], rtol=1e-9)


def test_one_period_is_least_squares():
    design = wide(1, periods=1)
    assert_allclose(general_fgls(design).params, ols(design).params, rtol=1e-10)


@pytest.mark.parametrize("effects", [None, ["entity"]])
@given(seed=seeds)
@quick
def test_names_order_and_units(effects, seed):
    design = wide(seed)
    fit = general_fgls(design, effects=effects)
    moved = general_fgls(relabelled(design, seed), effects=effects)
    assert_allclose(moved.params, fit.params, rtol=1e-7, atol=1e-9)
    assert_allclose(clustered(moved).matrix, clustered(fit).matrix, rtol=1e-6, atol=1e-10)
    scaled = general_fgls(in_other_units(design), effects=effects)
    units = UNITS[1:] if effects else UNITS
    assert_allclose(scaled.params, units * fit.params, rtol=1e-6, atol=1e-7)
    assert_allclose(errors(own(scaled)), units * errors(own(fit)), rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: general_fgls(replace(d, weights=np.ones(d.nobs))), "takes no weights"),
        (lambda d: general_fgls(replace(d, y=d.x @ [1.0, 2.0, 3.0])), "fit the outcome exactly"),
        (lambda d: general_fgls(d, effects=["firm"]), "effect 'firm' is not known"),
        (
            lambda d: general_fgls(replace(d, clusters={"row": np.arange(d.nobs)}), effects=["row"]),
            "the row effects absorb it",
        ),
        (lambda d: general_fgls(replace(d, x=d.x[:, [0, 1, 1]])), "'b' is an exact linear combination"),
        (
            lambda d: general_fgls(
                replace(
                    d,
                    x=d.x[:, :1],
                    terms=terms_of(
                        "const",
                    ),
                ),
                effects=["entity"],
            ),
            "no regressor",
        ),
        (lambda d: general_fgls(draw(2)), "negative eigenvalue"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(EstimationError) as problem:
        call(balanced(0))
    assert message in str(problem.value)
