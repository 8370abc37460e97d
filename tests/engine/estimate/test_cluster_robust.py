"""CR2, its degrees of freedom and CR3 against R, against explicit matrices and against refitting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from linearmodels.datasets import munnell
from numpy.testing import assert_allclose

from replication.errors import EstimationError
from replication.estimate.covariances.cluster_robust import (
    adjusted_regressors,
    cluster_rows,
    cr2,
    cr3,
    projection,
    single_cluster,
)
from replication.estimate.covariances.sandwich import hc2, hc3
from replication.estimate.diagnostics import wald
from replication.estimate.linear.linear import first_difference, ols
from replication.estimate.linear.random_effects import random_effects
from replication.inference.delta_method import combination_table
from tests.support.linear_panels import (
    all_dummies,
    assert_printed,
    bare,
    cross_section,
    draw,
    errors,
    grunfeld,
    make,
    seeds,
    with_sectors,
)
from tests.support.terms import terms_of

ROUNDING = 1e-8
"""Against other routes to the same number: the roots lose about half the digits where leverages near one."""

EFFECTS = st.sampled_from(
    [
        [],
        ["entity"],
        ["time"],
        ["entity", "time"],
        ["sector"],
        ["sector", "entity", "time"],
        ["entity", "region", "time"],
    ]
)
CLUSTERS = st.sampled_from(["entity", "region", "time"])

DIVISIONS = (
    "CT ME MA NH RI VT|NJ NY PA|IL IN MI OH WI|IA KS MN MO NE ND SD|DE FL GA MD NC SC VA WV|AL KY MS TN|"
    "AR LA OK TX|AZ CO ID MT NV NM UT WY|CA OR WA"
)
"""The census divisions, which are the regions of plm's Produc."""


def productivity():
    """Munnell's 48 states in 17 years, plm's Produc: log output on two capitals, labour and unemployment."""
    data = munnell.load()
    division = {state: i for i, states in enumerate(DIVISIONS.split("|")) for state in states.split()}
    x = np.column_stack([np.ones(len(data)), np.log(data[["P_CAP", "PC", "EMP"]]), data["UNEMP"]])
    region = data["ST_ABB"].str.strip().map(division).to_numpy()
    terms = ["const", "pcap", "pc", "emp", "unemp"]
    return make(np.log(data["GSP"]), x, data["STATE"], data["YR"], terms, clusters={"region": region})


PRODUC = [
    # clubSandwich's reference page of vcovCR.plm, output printed under its examples (file
    # reference/vcovCR.plm.md of the jepusto/clubSandwich repository, commit 6c1a72a): plm within, CR2
    (
        "entity",
        [
            "3.900840e-03 -7.382313e-04 -0.0024837779 -7.825846e-05",
            "-7.382313e-04 4.177767e-03 -0.0040101610 -9.960967e-05",
            "-2.483778e-03 -4.010161e-03 0.0073152051 1.736024e-04",
            "-7.825846e-05 -9.960967e-05 0.0001736024 6.745842e-06",
        ],
    ),
    (
        "region",
        [
            "6.973505e-03 -0.0022279395 -0.0044833594 -6.786254e-05",
            "-2.227940e-03 0.0054359010 -0.0043767642 -1.297104e-04",
            "-4.483359e-03 -0.0043767642 0.0108260634 2.011267e-04",
            "-6.786254e-05 -0.0001297104 0.0002011267 1.170089e-05",
        ],
    ),
]


@pytest.mark.parametrize(("cluster", "printed"), PRODUC)
def test_state_productivity_is_that_of_clubsandwich(cluster, printed):
    matrix = cr2(ols(productivity(), effects=["entity"]), cluster=[cluster]).matrix
    for row, text in zip(matrix, printed, strict=True):
        assert_printed(row, text)


def with_dummies(design, effects):
    """Outcome and regressors with every dummy written out, in the metric of square-root weights."""
    columns = [design.x if not effects else design.x[:, 1:]]
    columns += [all_dummies(design, effects)]
    root = np.ones(design.nobs) if design.weights is None else np.sqrt(design.weights / design.weights.mean())
    return design.y * root, np.column_stack(columns) * root[:, None]


def by_hand(y, x, key):
    """CR2 and its degrees of freedom from n x n matrices (Pustejovsky and Tipton 2018)."""
    bread = np.linalg.pinv(x.T @ x)
    maker = np.eye(len(y)) - x @ bread @ x.T
    e, meat, vectors = maker @ y, 0.0, []
    for g in np.unique(key):
        rows = np.flatnonzero(key == g)
        values, roots = np.linalg.eigh(maker[np.ix_(rows, rows)])
        scale = np.where(values > 1e-10, np.abs(values), np.inf) ** -0.5
        adjusted = (roots * scale) @ roots.T @ x[rows]
        meat = meat + np.outer(adjusted.T @ e[rows], adjusted.T @ e[rows])
        vectors.append(maker[:, rows] @ adjusted @ bread)
    p = np.array(vectors)
    df = []
    for j in range(x.shape[1]):
        gram = p[:, :, j] @ p[:, :, j].T
        df.append(np.trace(gram) ** 2 / (gram**2).sum())
    return bread @ meat @ bread, np.array(df)


@given(seeds, EFFECTS, CLUSTERS, st.booleans())
@settings(max_examples=40, deadline=None)
def test_absorbed_effects_are_dummies(seed, effects, cluster, weighted):
    """Whether the effects are nested in the clusters or cross them, with weights or without."""
    design = with_sectors(draw(seed, weighted=weighted))
    fit = ols(design, effects=effects)
    found = cr2(fit, cluster=[cluster])
    k = len(fit.params)
    key = design.groups[cluster]
    matrix, df = by_hand(*with_dummies(design, effects), key)
    assume(not found.warnings)
    assert_allclose(errors(found), np.sqrt(np.diag(matrix)[:k]), rtol=1e-6)
    assert_allclose(found.df, df[:k], rtol=1e-5)


@given(seeds, EFFECTS, CLUSTERS)
@settings(max_examples=25, deadline=None)
def test_the_jackknife_is_refitting_without_each_cluster(seed, effects, cluster):
    design = with_sectors(draw(seed))
    fit = ols(design, effects=effects)
    key = design.groups[cluster]
    refits = np.array([ols(design.rows(key != g), effects=effects).params for g in np.unique(key)])
    groups = len(refits)
    about = refits - fit.params
    expected = (groups - 1) / groups * about.T @ about
    assert_allclose(cr3(fit, cluster=[cluster]).matrix, expected, rtol=1e-6, atol=1e-12)
    centred = refits - refits.mean(axis=0)
    found = cr3(fit, cluster=[cluster], centre="mean", groups_factor=False)
    assert_allclose(found.matrix, centred.T @ centred, rtol=1e-6, atol=1e-12)
    assert found.df == groups - 1


@given(seeds, EFFECTS, st.booleans())
@settings(max_examples=25, deadline=None)
def test_singleton_clusters_are_hc2_and_hc3(seed, effects, weighted):
    design = with_sectors(draw(seed, weighted=weighted))
    design = replace(design, clusters={**design.clusters, "row": np.arange(design.nobs)})
    fit = ols(design, effects=effects)
    assert_allclose(cr2(fit, cluster=["row"]).matrix, hc2(fit).matrix, rtol=1e-7)
    found = cr3(fit, cluster=["row"])
    n = design.nobs
    assert_allclose(found.matrix, (n - 1) / n * hc3(fit).matrix, rtol=1e-7)
    assert found.factors == {"(G-1)/G": (n - 1) / n}


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_unbiased_under_the_working_model(seed):
    """The adjusted regressors turn (I - H)_gg into X_g'X_g, so that the expected meat is X'X."""
    fit = ols(draw(seed))
    _, _, key = single_cluster(fit, "cr2", ["region"])
    adjusted, _ = adjusted_regressors(fit, projection(fit), key, 0.5)
    for rows in cluster_rows(key):
        x, a = fit.x[rows], adjusted[rows]
        block = np.eye(len(rows)) - x @ fit.bread @ x.T
        assert_allclose(a.T @ block @ a, x.T @ x, rtol=ROUNDING, atol=ROUNDING)


def test_degrees_of_freedom_of_a_mean_are_clusters_less_one():
    design = grunfeld()
    fit = ols(
        replace(
            design,
            x=design.x[:, :1],
            terms=terms_of(
                "const",
            ),
        )
    )
    assert_allclose(cr2(fit).df, 9.0, rtol=1e-10)


def test_degrees_of_freedom_of_a_difference_are_those_of_welch():
    """Three of ten clusters of equal size treated: Satterthwaite (1946) for two means, equal variances."""
    design = grunfeld()
    treated = (design.entity < 3).astype(float)
    fit = ols(
        replace(design, x=np.column_stack([design.x[:, 0], treated]), terms=terms_of("const", "treated"))
    )
    expected = (1 / 3 + 1 / 7) ** 2 / (1 / (3**2 * 2) + 1 / (7**2 * 6))
    assert_allclose(cr2(fit).df[1], expected, rtol=1e-10)


HTZ = [
    # R 4.2.2, clubSandwich 0.5.8, plm 2.6-2: data(Produc, package = "plm"); m <- lm(log(gsp) ~ log(pcap) +
    # log(pc) + log(emp) + unemp + factor(state), Produc); V <- vcovCR(m, Produc$state, type = "CR2")
    # (then Produc$region); Wald_test(m, constrain_zero(2:5), V, test = "HTZ"): Fstat, df_denom, p_val
    ("entity", ["pcap", "pc", "emp", "unemp"], [345.317456416, 25.2958533937, 1.1369348812e-21]),
    ("entity", ["pcap", "pc"], [9.86668386275, 23.2604714685, 0.000789216195676]),
    ("region", ["pcap", "pc", "emp", "unemp"], [219.820218436, 2.61814010176, 0.00113273390491]),
    ("region", ["pcap", "pc"], [7.06231915211, 4.70046129692, 0.0383493960038]),
]


@pytest.mark.parametrize(("cluster", "terms", "printed"), HTZ)
def test_a_joint_test_is_that_of_clubsandwich(cluster, terms, printed):
    fit = ols(productivity(), effects=["entity"])
    found = wald(fit, cr2(fit, cluster=[cluster]), terms)
    assert found["test_f_df1"] == len(terms)
    assert_allclose([found[f"test_f{part}"] for part in ("", "_df2", "_p")], printed, rtol=1e-8)


@pytest.mark.parametrize(("cluster", "p"), [("entity", 0.00409556967927), ("region", 0.0506222725633)])
def test_a_combination_has_degrees_of_freedom_of_its_own(cluster, p):
    """As above, with the constraint log(pcap) - log(pc) = 0 as a matrix of one row: p_val."""
    fit = ols(productivity(), effects=["entity"])
    found = combination_table(fit, cr2(fit, cluster=[cluster]), {"gap": "pcap - pc"})
    assert_allclose(found["p_value"], [p], rtol=1e-8)


@given(seeds, st.integers(2, 4), st.integers(6, 12))
@settings(max_examples=25, deadline=None)
def test_a_joint_test_of_means_is_hotellings(seed, many, groups):
    """Clusters of one row a mean: T2 of the cluster's vectors, exactly (Anderson 2003, 5.2.2)."""
    x = np.tile(np.eye(many), (groups, 1))
    y = np.random.default_rng(seed).normal(size=groups * many)
    names = [f"mean_{j}" for j in range(many)]
    fit = ols(make(y, x, np.repeat(np.arange(groups), many), np.tile(np.arange(many), groups), names))
    values = y.reshape(groups, many)
    mean, spread = values.mean(axis=0), np.atleast_2d(np.cov(values.T)) / groups
    squared = mean @ np.linalg.solve(spread, mean)
    found = wald(fit, cr2(fit), names)
    assert_allclose(found["test_f_df2"], groups - many, rtol=ROUNDING)
    assert_allclose(found["test_f"], squared * (groups - many) / (many * (groups - 1)), rtol=ROUNDING)


def test_a_joint_test_needs_more_clusters_than_terms():
    fit = ols(replace(draw(3), clusters={"half": np.arange(draw(3).nobs) % 2}))
    found = wald(fit, cr2(fit, cluster=["half"]), list(fit.labels))
    assert np.isnan(list(found.values())).all() and len(found) == 4


def test_conventions_are_said():
    design = grunfeld()
    fit = ols(design)
    _, df = by_hand(design.y, design.x, design.entity)
    assert cr2(fit).convention == (
        "clustered by entity (10 clusters), CR2 with Satterthwaite degrees of freedom "
        f"{df.min():.4g} to {df.max():.4g} (R clubSandwich, Stata vce(hc2 ..., dfadjust))"
    )
    assert cr3(fit).convention == (
        "clustered by entity (10 clusters), CR3, the jackknife about the estimates (summclust CV3): "
        "(G-1)/G = 0.9"
    )
    assert "clubSandwich" not in cr2(random_effects(grunfeld())).convention


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_relabelled_clusters_and_rescaled_variables(seed):
    design = draw(seed)
    turned = replace(
        design,
        y=1e6 * design.y,
        x=design.x * [1.0, 1e-4, 1e3],
        clusters={"region": 7 - 3 * design.clusters["region"]},
    )
    for covariance in (cr2, cr3):
        plain, other = (covariance(ols(d), cluster=["region"]) for d in (design, turned))
        assert_allclose(errors(other), errors(plain) * 1e6 / [1.0, 1e-4, 1e3], rtol=ROUNDING)
        assert_allclose(other.df, plain.df, rtol=1e-7)


def test_a_coefficient_that_one_cluster_identifies():
    """A dummy of one entity: CR2 warns, CR3 has no error for it but the right ones for the others, which
    are those of the jackknife with that dummy left out where it does not vary."""
    design = draw(4)
    x = np.column_stack([design.x, design.entity == 2])
    fit = ols(replace(design, x=x, terms=terms_of(*design.labels, "only_2")))
    assert cr2(fit).warnings == ("'only_2' rests on a single cluster of entity: its CR2 error is too small",)
    found = cr3(fit)
    assert found.warnings == ("'only_2' rests on a single cluster of entity: it has no jackknife error",)
    refits = [ols((fit.design if g != 2 else design).rows(design.entity != g)).params[:3] for g in range(9)]
    about = np.array(refits) - fit.params[:3]
    assert_allclose(found.matrix[:3, :3], 8 / 9 * about.T @ about, rtol=1e-7)
    assert np.isnan(found.matrix[3]).all() and np.isnan(found.matrix[:, 3]).all()


def test_first_differences_have_a_jackknife_too():
    design = draw(5)
    refits = [first_difference(design.rows(design.entity != g)).params for g in range(9)]
    about = np.array(refits) - first_difference(design).params
    found = cr3(first_difference(design), groups_factor=False)
    assert_allclose(found.matrix, about.T @ about, rtol=1e-7)
    assert found.convention.endswith("no factor")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda f: cr2(f, cluster=["entity", "time"]),
            "cr2: cluster is ['entity', 'time']; allowed: one name",
        ),
        (lambda f: cr3(f, cluster=["firm"]), "cluster 'firm' is not known; allowed: entity"),
        (lambda f: cr3(bare(f)), "cr3 needs least squares, found ols; allowed: clustered"),
        (
            lambda f: cr2(replace(f, metric="fitted")),
            "cr2 needs least squares",
        ),
        (lambda f: cr2(replace(f, entity=0 * f.entity)), "cluster 'entity' has fewer than two clusters"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(EstimationError) as problem:
        call(ols(draw(0)))
    assert message in str(problem.value)


def test_as_many_clusters_as_rows_of_a_cross_section():
    """The identity that needs no panel: a regression on one row an entity."""
    rng = np.random.default_rng(6)
    x = np.column_stack([np.ones(40), rng.normal(size=40)])
    fit = ols(cross_section(rng.normal(size=40), x, ["const", "a"]))
    assert_allclose(cr2(fit).matrix, hc2(fit).matrix, rtol=ROUNDING)
