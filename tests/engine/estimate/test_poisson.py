"""Poisson pseudo-likelihood: reference values, dummies, and what must be true of any panel."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import EstimationError
from replication.estimate.covariances.sandwich import classical, clustered, hc1
from replication.estimate.design import Design, Fit
from replication.estimate.limited import poisson
from replication.estimate.limited.poisson import ppml
from replication.estimate.numbers import absorb, dummy_products
from tests.support.count_data import cross_section, dummies, grunfeld, panel, randhie
from tests.support.linear_panels import errors
from tests.support.terms import terms_of

# Two exact solutions of the same problem: only rounding, and statsmodels' stopping rule, lie between.
SAME = {"rtol": 1e-6, "atol": 1e-8}


def with_extra(design: Design, role: str, values: np.ndarray) -> Design:
    """The design with a further column of that role."""
    return replace(
        design,
        extra={**design.extra, role: values},
        extra_terms={**design.extra_terms, role: terms_of(role)},
    )


def dummy_fit(fit: Fit, effects: list[str]) -> tuple[object, np.ndarray]:
    """statsmodels' GLM on the rows of the fit with dummies written out, and the dummies."""
    design = fit.design if fit.kept is None else fit.design.rows(fit.kept)
    known = {**design.clusters, "entity": design.entity, "time": design.time}
    levels = dummies(design.nobs, *(known[name] for name in effects))
    columns = [design.labels.index(term) for term in fit.labels]
    x = np.column_stack([design.x[:, columns], levels])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = sm.GLM(design.y, x, family=sm.families.Poisson(), var_weights=design.weights, **design.extra)
        return model.fit(tol=1e-12, maxiter=200), levels


class TestReferenceValues:
    def test_grunfeld_two_way(self) -> None:
        # docs/reference-values.md, The count of k: pyfixest = GLM with dummies, printed to 8 decimals.
        fit = ppml(grunfeld(), effects=["entity", "time"])
        np.testing.assert_allclose(fit.params, [0.56348688, 0.08268790], atol=6e-9)
        assert fit.labels == ("log_value", "log_capital")
        assert fit.converged
        assert fit.absorbed == 29

    def test_the_two_counts_of_k(self) -> None:
        # docs/reference-values.md, The count of k: pyfixest .2182710 (k = 22), GLM .2240077 (k = 31). One
        # is 9e-8 from the limit that pyfixest 0.60 itself reaches with iwls_tol and fixef_tol at 1e-12,
        # .21827109419: its default stops one step earlier. So the print is held to 1e-7.
        fit = ppml(grunfeld(), effects=["entity", "time"])
        nested, everything = clustered(fit), clustered(fit, absorbed="all")
        assert errors(nested)[0] == pytest.approx(0.2182710, abs=1e-7)
        assert errors(nested)[0] == pytest.approx(0.21827109419, rel=1e-9)
        assert errors(everything)[0] == pytest.approx(0.2240077, abs=6e-8)
        assert nested.factors["(n-1)/(n-k)"] == pytest.approx(199 / 178, rel=1e-14)
        assert everything.factors["(n-1)/(n-k)"] == pytest.approx(199 / 169, rel=1e-14)
        ratio = errors(everything)[0] / errors(nested)[0]
        assert ratio == pytest.approx(np.sqrt((199 / 169) / (199 / 178)), rel=1e-12)

    def test_randhie_against_stata(self) -> None:
        # Stata 11 `poisson`, in statsmodels' discrete/tests/results/results_discrete.py (RandHIE.poisson).
        # Stata stores these data as float32, hence 1e-6 of a coefficient rather than all 12 digits.
        fit = ppml(randhie())
        stata = {
            "lncoins": (-0.052535114675, 0.00288398915279),
            "idp": (-0.247086797633, 0.01061725196728),
            "lpi": (0.035290201794, 0.00182833684966),
            "fmde": (-0.03457750643, 0.00161284852954),
            "physlm": (0.271713973711, 0.01223913844387),
            "disea": (0.033941474461, 0.00056476496963),
            "hlthg": (-0.012635035534, 0.00925061122826),
            "hlthf": (0.054056326828, 0.01530987068312),
            "hlthp": (0.206115121809, 0.02627928267502),
            "const": (0.700352877227, 0.01116266712362),
        }
        found = dict(zip(fit.labels, zip(fit.params, errors(classical(fit)), strict=True), strict=True))
        for term, values in stata.items():
            np.testing.assert_allclose(found[term], values, rtol=2e-6)
        assert fit.statistics["loglikelihood"] == pytest.approx(-62419.588535018, rel=1e-8)
        assert fit.statistics["loglikelihood_null"] == pytest.approx(-66647.181687959, rel=1e-8)
        assert fit.statistics["rsquared_pseudo"] == pytest.approx(0.0634324369893758, rel=1e-6)

    def test_randhie_robust(self) -> None:
        # docs/reference-values.md, Visits to the doctor: statsmodels = pyfixest to six decimals; logLik nine.
        fit = ppml(randhie())
        assert fit.statistics["loglikelihood"] == pytest.approx(-62419.588564449, abs=1e-8)
        np.testing.assert_allclose(fit.params[:2], [0.700353, -0.052535], atol=6e-7)
        np.testing.assert_allclose(errors(hc1(fit))[:2], [0.028560, 0.007207], atol=6e-7)

    def test_primer_of_ppmlhdfe(self) -> None:
        # guides/separation_primer.md: without its separated row x2 = -2 x1, so one of the two goes.
        x = np.array([[2, -1], [-1, 2], [0, 0], [0, 0], [5, -10], [6, -12]], dtype=float)
        fit = ppml(cross_section("y", ("const", "x1", "x2"), np.array([0.0, 0, 0, 1, 2, 3]), x))
        np.testing.assert_array_equal(fit.kept, [False, True, True, True, True, True])
        assert fit.labels == ("const", "x1")
        assert fit.statistics["separated_rows"] == 1
        assert "1 rows left out, in which x1, x2 predict" in fit.warnings[0]
        assert fit.warnings[1].startswith("'x2' is left out")
        # its table says nothing else is separated, and this is the plain Poisson fit of the other rows
        plain = sm.GLM([0, 0, 1, 2, 3], sm.add_constant(x[1:, 0]), family=sm.families.Poisson()).fit(
            tol=1e-12
        )
        np.testing.assert_allclose(fit.params, plain.params, **SAME)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 100_000),
    st.sampled_from([[], ["entity"], ["time", "entity"], ["entity", "time", "region"]]),
    st.booleans(),
    st.sampled_from(["", "offset", "exposure"]),
)
def test_equals_dummies(seed: int, effects: list[str], weighted: bool, role: str) -> None:
    design, random = panel(seed), np.random.default_rng(seed)
    if weighted:
        design = replace(design, weights=random.uniform(0.5, 2, design.nobs))
    if role:
        design = with_extra(design, role, np.exp(random.normal(size=design.nobs)))
    fit = ppml(design, effects=effects)
    used = design if fit.kept is None else design.rows(fit.kept)
    used = replace(used, weights=None if used.weights is None else used.weights / used.weights.mean())
    glm, levels = dummy_fit(replace(fit, design=used, kept=None), effects)
    k = len(fit.labels)
    assert fit.converged
    assert fit.absorbed == levels.shape[1]
    np.testing.assert_allclose(fit.params, glm.params[:k], **SAME)
    np.testing.assert_allclose(fit.bread, glm.cov_params()[:k, :k], **SAME)
    weights = np.ones(used.nobs) if used.weights is None else used.weights
    mean, score = glm.fittedvalues, weights * (used.y - glm.fittedvalues)
    np.testing.assert_allclose(levels.T @ score, 0.0, atol=1e-6)  # within every level of every effect
    x, root = used.x[:, [used.labels.index(t) for t in fit.labels]], np.sqrt(weights * mean)[:, None]
    within = x - levels @ np.linalg.lstsq(root * levels, root * x, rcond=None)[0]
    np.testing.assert_allclose(fit.scores, within * score[:, None], rtol=1e-5, atol=1e-6)
    # the search stops 1e-10 standard errors from the maximum: of a score whose own is below 100, that is 1e-8
    np.testing.assert_allclose(fit.scores.sum(axis=0), 0.0, atol=1e-8)
    assert fit.statistics["deviance"] == pytest.approx(
        2
        * weights
        @ (np.where(used.y > 0, used.y * np.log(np.maximum(used.y, 1) / mean), 0) - used.y + mean),
        rel=1e-7,
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 100_000), st.floats(-5, 5), st.sampled_from([[], ["entity"], ["time", "entity"]]))
def test_an_offset_is_what_it_says(seed: int, unit: float, effects: list[str]) -> None:
    """The log of the exposure; its unit moves the constant alone, a multiple of a regressor its slope."""
    design, random = panel(seed), np.random.default_rng(seed)
    exposure = np.exp(random.normal(size=design.nobs))
    fit = ppml(with_extra(design, "exposure", exposure), effects=effects)
    same = ppml(with_extra(design, "offset", np.log(exposure)), effects=effects)
    np.testing.assert_allclose(same.params, fit.params, **SAME)
    other = ppml(with_extra(design, "exposure", exposure * np.exp(unit)), effects=effects)
    shift = np.array([unit * (label == "const") for label in fit.labels])
    np.testing.assert_allclose(other.params + shift, fit.params, **SAME)
    np.testing.assert_allclose(other.bread, fit.bread, **SAME)
    assert other.statistics["loglikelihood_null"] == pytest.approx(fit.statistics["loglikelihood_null"])
    plain, along = ppml(design, effects=effects), with_extra(design, "offset", unit * design.x[:, 1])
    slope = np.array([unit * (label == "x0") for label in fit.labels])
    np.testing.assert_allclose(ppml(along, effects=effects).params + slope, plain.params, **SAME)


def test_the_null_with_an_exposure() -> None:
    """A constant and the exposure: what statsmodels' GLM gives of a constant alone."""
    design = with_extra(grunfeld(), "exposure", np.exp(grunfeld().x[:, 1]))
    null = sm.GLM(design.y, np.ones(design.nobs), family=sm.families.Poisson(), **design.extra).fit(tol=1e-12)
    assert ppml(design).statistics["loglikelihood_null"] == pytest.approx(null.llf, rel=1e-10)


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        (
            {"exposure": 0.0},
            r"exposure 'exposure' is 0 of entity 0, time .* \(such rows: 1\); allowed: numbers above zero",
        ),
        (
            {"offset": 800.0},
            r"offset 'offset' is 800 of entity 0, time .* \(such rows: 1\); allowed: -300 to 300",
        ),
        ({"offset": 1.0, "exposure": 1.0}, "offset and exposure are both named"),
    ],
)
def test_an_offset_that_cannot_be(roles: dict[str, float], message: str) -> None:
    design = panel(1)
    for role, value in roles.items():
        design = with_extra(design, role, np.where(np.arange(design.nobs) == 3, value, 1.0))
    with pytest.raises(EstimationError, match=message):
        ppml(design)


@pytest.mark.parametrize("seed", range(12))
def test_conjugate_gradients_give_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    effects = [["entity", "time"], ["entity", "time", "region"]][seed % 2]
    direct = ppml(panel(seed, entities=15, missing=0.4), effects=effects)
    for module in (absorb, dummy_products):
        monkeypatch.setattr(module, "DIRECT", 0)
    iterated = ppml(panel(seed, entities=15, missing=0.4), effects=effects)
    # two passes at 1e-9 each leave rounding only
    np.testing.assert_allclose(iterated.params, direct.params, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(iterated.scores, direct.scores, rtol=1e-8, atol=1e-10)
    np.testing.assert_array_equal(iterated.kept, direct.kept)
    assert iterated.converged


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 5))
def test_a_group_of_zeros_changes_nothing(seed: int, rows: int) -> None:
    design = panel(seed)
    alone = ppml(design, effects=["entity", "time"])
    n = design.entity.max() + 1
    more = Design(
        "y",
        design.terms,
        np.append(design.y, np.zeros(rows)),
        np.vstack(
            [design.x, np.column_stack([np.ones(rows), np.random.default_rng(seed).normal(size=(rows, 2))])]
        ),
        np.append(design.entity, np.full(rows, n)),
        np.append(design.time, 1980 + np.arange(rows)),
    )
    fit = ppml(more, effects=["entity", "time"])
    before = np.ones(design.nobs, dtype=bool) if alone.kept is None else alone.kept
    np.testing.assert_array_equal(fit.kept, np.append(before, np.zeros(rows, dtype=bool)))
    np.testing.assert_allclose(fit.params, alone.params, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(errors(clustered(fit)), errors(clustered(alone)), rtol=1e-8)
    assert fit.statistics["separated_rows"] == alone.statistics["separated_rows"] + rows


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.floats(1e-6, 1e9), st.sampled_from([None, ["entity"], ["entity", "time"]]))
def test_unit_of_the_outcome_moves_the_constant_alone(
    seed: int, unit: float, effects: list[str] | None
) -> None:
    design = panel(seed)
    plain, scaled = ppml(design, effects=effects), ppml(replace(design, y=design.y * unit), effects=effects)
    shift = np.array([np.log(unit) if term == "const" else 0.0 for term in plain.labels])
    np.testing.assert_allclose(scaled.params, plain.params + shift, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(errors(clustered(scaled)), errors(clustered(plain)), rtol=1e-7)
    assert scaled.converged


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.floats(1e-3, 1e3))
def test_order_names_and_units_do_not_matter(seed: int, unit: float) -> None:
    design = panel(seed)
    plain = ppml(design, effects=["entity", "time"])
    random = np.random.default_rng(seed)
    label = random.permutation(design.entity.max() + 1)[design.entity]
    order = np.lexsort((design.time, label))
    moved = replace(
        design.rows(order),
        x=(design.x * [1.0, unit, 1.0])[order][:, [0, 2, 1]],
        terms=terms_of("const", "x1", "x0"),
        entity=pd.factorize(label[order])[0].astype(np.int64),
    )
    fit = ppml(moved, effects=["time", "entity"])
    np.testing.assert_allclose(fit.params[::-1] * [unit, 1.0], plain.params, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(
        errors(clustered(fit))[::-1] * [unit, 1.0], errors(clustered(plain)), rtol=1e-7
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_whole_weights_are_repeated_rows(seed: int) -> None:
    design = panel(seed)
    times = np.random.default_rng(seed).integers(1, 4, design.nobs)
    weighted = ppml(replace(design, weights=times.astype(float)), effects=["entity", "time"])
    repeated = ppml(design.rows(np.repeat(np.arange(design.nobs), times)), effects=["entity", "time"])
    np.testing.assert_allclose(weighted.params, repeated.params, rtol=1e-8, atol=1e-10)


def test_amounts_that_are_not_whole_numbers() -> None:
    design = replace(panel(3), y=panel(3).y * 0.37)
    fit = ppml(design, effects=["entity"])
    glm, _ = dummy_fit(fit, ["entity"])
    np.testing.assert_allclose(fit.params, glm.params[:2], **SAME)


def test_groupings_by_cluster_columns() -> None:
    # two crossed sets of dummies that are neither entity nor time; each nests in a cluster of its own
    random = np.random.default_rng(5)
    donor, recipient, year = (c.ravel() for c in np.indices((4, 6, 5)))
    n = len(donor)
    x = random.normal(size=n)
    clusters = {
        "donor": donor,
        "recipient": recipient,
        "donor_year": donor * 5 + year,
        "recipient_year": recipient * 5 + year,
    }
    y = random.poisson(np.exp(1 + 0.4 * x + random.normal(size=30)[clusters["recipient_year"]])).astype(float)
    design = Design(
        "aid",
        terms_of("const", "x"),
        y,
        np.column_stack([np.ones(n), x]),
        donor * 6 + recipient,
        year,
        clusters=clusters,
    )
    effects = ["donor_year", "recipient_year"]
    fit = ppml(design, effects=effects)
    glm, levels = dummy_fit(fit, effects)
    np.testing.assert_allclose(fit.params, glm.params[:1], **SAME)
    assert fit.absorbed == levels.shape[1]
    # the years are not connected; as in reghdfe, levels nested in clusters make no others redundant
    donors, recipients = (len(np.unique(fit.clusters[name])) for name in effects)
    assert fit.absorbed == donors + recipients - 5
    assert counted(fit, ["donor"]) == 1 + recipients
    assert counted(fit, ["recipient"]) == 1 + donors
    assert counted(fit, ["donor", "recipient"]) == 1 + 1
    # nested in its own cluster and in the donor's, it is left out once
    assert counted(fit, ["donor_year", "donor"]) == 1 + recipients


def counted(fit: Fit, cluster: list[str]) -> int:
    """Parameters that clustered errors count, from their factor."""
    factor = clustered(fit, cluster=cluster).factors["(n-1)/(n-k)"]
    return fit.nobs - round((fit.nobs - 1) / factor)


class TestRefusals:
    def test_negative_outcome_is_placed(self) -> None:
        design = panel(1)
        y = design.y.copy()
        y[[4, 9]] = -2.5
        place = f"-2.5 for entity {design.entity[4]}, {design.time[4]}; 2 such rows"
        with pytest.raises(EstimationError, match="'y' must not be negative") as caught:
            ppml(replace(design, y=y))
        assert place in str(caught.value)

    def test_nothing_above_zero(self) -> None:
        design = panel(1)
        with pytest.raises(EstimationError, match=f"'y' is 0 in all {design.nobs} rows"):
            ppml(replace(design, y=np.zeros(design.nobs)))

    def test_unknown_and_repeated_effects(self) -> None:
        with pytest.raises(EstimationError, match="'regoin' is not known; allowed: entity, region, time"):
            ppml(panel(1), effects=["regoin"])
        with pytest.raises(EstimationError, match="effects names 'time' twice"):
            ppml(panel(1), effects=["time", "time"])

    def test_absorbed_regressor(self) -> None:
        design = panel(1)
        x = design.x.copy()
        x[:, 2] = design.entity + 3.0 * design.time
        with pytest.raises(EstimationError, match="'x1' is a sum of parts of entity and time"):
            ppml(replace(design, x=x), effects=["entity", "time"])

    def test_collinear_regressors(self) -> None:
        design = panel(1, k=3)
        x = design.x.copy()
        x[:, 3] = x[:, 1] - 2 * x[:, 2]
        with pytest.raises(EstimationError, match="'x2' is an exact linear combination of x0, x1"):
            ppml(replace(design, x=x))
        x[:, 3] += design.entity
        with pytest.raises(EstimationError, match="'x2' is an exact linear combination of x0, x1"):
            ppml(replace(design, x=x), effects=["entity"])

    def test_no_more_rows_than_parameters(self) -> None:
        design = panel(1, entities=4, periods=2, missing=0.0, k=3)
        with pytest.raises(EstimationError, match="8 rows .* too few for 3 regressors and 5 effects"):
            ppml(replace(design, y=np.arange(1.0, 9.0)), effects=["entity", "time"])


def test_running_out_of_steps_is_not_converged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poisson, "MOST_STEPS", 1)
    fit = ppml(grunfeld(), effects=["entity", "time"])
    assert not fit.converged
    assert fit.warnings[-1].startswith("Not converged: after 1 iterations the scaled gradient is")
