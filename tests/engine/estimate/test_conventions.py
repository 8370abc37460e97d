"""Each convention is what the program that it names gives, on every kind of model that it is named for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.panel import PanelOLS, PooledOLS
from numpy.testing import assert_allclose

from replication.crosscheck.dummies import written_out
from replication.errors import StudyError
from replication.estimate.covariances.conventions import (
    CONVENTIONS,
    RUN,
    Convention,
    conventions_of,
    known_for,
)
from replication.estimate.design import Design, Fit
from replication.estimate.limited.binary import logit, probit
from replication.estimate.limited.poisson import ppml
from replication.estimate.linear.linear import ols
from replication.estimate.words import COVARIANCES
from tests.support.linear_panels import grunfeld
from tests.support.terms import terms_of

# Two implementations of one formula on the same few rows: what is left is the order of sums; of a maximum,
# where the last steps stop.
ORACLE, MAXIMUM = 1e-9, 1e-7
LAGS = 1


def design(*, balanced: bool, weights: bool, constant: bool, outcome: str = "ols") -> Design:
    draw = np.random.default_rng(11)
    rows = pd.DataFrame({"e": np.repeat(np.arange(12), 9), "t": np.tile(np.arange(1980, 1989), 12)})
    if not balanced:
        rows = rows[draw.random(len(rows)) > 0.15].reset_index(drop=True)
    n = len(rows)
    x = draw.normal(size=(n, 2))
    y = x @ [1.0, 2.0] + draw.normal(size=n) * (1 + rows["e"] / 6) + rows["e"]
    outcomes = {"ols": y, "ppml": draw.poisson(np.exp(0.3 * x[:, 0] + rows["e"] / 20)).astype(float)}
    y = outcomes.get(outcome, (x[:, 0] + draw.normal(size=n) * 2 > 0).astype(float))
    terms = ("const", "x1", "x2") if constant else ("x1", "x2")
    x = np.column_stack([np.ones(n), x]) if constant else x
    return Design(
        "y", terms_of(*terms), np.asarray(y), x, rows["e"].to_numpy(), rows["t"].to_numpy(),
        weights=draw.uniform(0.5, 2, n) if weights else None,
    )  # fmt: skip


def kinds(entry: Convention):
    """What `fitted` makes a model of, for every kind of model that an entry is named for."""
    models = entry.models
    return product(models.estimators, models.effects, models.weights, models.balanced)


@cache
def fitted(name: str, effects: tuple[str, ...], weights: bool, balanced: bool) -> Fit:
    ways = {"ols": ols, "logit": logit, "probit": probit, "ppml": ppml}
    data = design(balanced=balanced, weights=weights, constant=True, outcome=name)
    return ways[name](data, **({"effects": list(effects)} if effects else {}))


@cache
def by_program(program: str, count: int, *said) -> np.ndarray:
    """The errors that a program gives: several kinds of ours name the same."""
    return RUNNERS[program](fitted(*said), count)


def keys(fit: Fit, count: int):
    both = np.column_stack([fit.design.entity, fit.design.time])
    return both[:, 0] if count == 1 else both


def by_statsmodels(kind: str, **options) -> Callable[[Fit, int], np.ndarray]:
    def errors(fit: Fit, count: int) -> np.ndarray:
        x, y = written_out(fit, fit.absorbed_by), fit.design.y
        said = {
            "groups": keys(fit, count),
            "time": np.unique(fit.design.time, return_inverse=True)[1],
            "maxlags": LAGS,
        }
        words = {"cov_type": kind, "cov_kwds": {n: said.get(n, v) for n, v in options.items()}}
        search = {"disp": 0, "method": "newton", "tol": 1e-14, "maxiter": 100}
        glm = sm.GLM(y, x, family=sm.families.Poisson())
        models = {
            "ols": lambda: sm.WLS(y, x, weights=fit.design.unit_weights).fit(**words),
            "logit": lambda: sm.Logit(y, x).fit(**search, **words),
            "probit": lambda: sm.Probit(y, x).fit(**search, **words),
            "ppml": lambda: glm.fit(tol=1e-10, tol_criterion="params", **words),
        }
        return models[fit.estimator]().bse[: len(fit.params)]

    return errors


def by_linearmodels(**options) -> Callable[[Fit, int], np.ndarray]:
    def errors(fit: Fit, count: int) -> np.ndarray:
        data = fit.design
        index = pd.MultiIndex.from_arrays([data.entity, data.time], names=["e", "t"])
        x = pd.DataFrame(written_out(fit, ()), index=index, columns=fit.labels)
        y = pd.Series(data.y, index=index)
        weights = None if data.weights is None else pd.Series(data.weights, index=index)
        effects = {f"{name}_effects": True for name in fit.absorbed_by}
        model = PanelOLS(y, x, weights=weights, **effects) if effects else PooledOLS(y, x, weights=weights)
        words = dict(options)
        if "clusters" in words:
            words["clusters"] = pd.DataFrame(keys(fit, count), index=index)
        return model.fit(**words).std_errors.to_numpy()

    return errors


RUNNERS: dict[str, Callable[[Fit, int], np.ndarray]] = {
    "statsmodels nonrobust": by_statsmodels("nonrobust"),
    **{f"statsmodels HC{i}": by_statsmodels(f"HC{i}") for i in range(4)},
    "statsmodels cluster": by_statsmodels("cluster", groups=None),
    "statsmodels cluster, use_correction = False": by_statsmodels(
        "cluster", groups=None, use_correction=False
    ),
    "statsmodels cluster (each its own G)": by_statsmodels("cluster", groups=None),
    "statsmodels hac-groupsum, use_correction = False": by_statsmodels(
        "hac-groupsum", time=None, maxlags=None, use_correction=False
    ),
    "statsmodels hac-panel, use_correction = 'hac'": by_statsmodels(
        "hac-panel", groups=None, maxlags=None, use_correction="hac"
    ),
    "linearmodels unadjusted (debiased)": by_linearmodels(),
    "linearmodels unadjusted, debiased = False": by_linearmodels(debiased=False),
    "linearmodels robust (debiased)": by_linearmodels(cov_type="robust"),
    "linearmodels robust, debiased = False": by_linearmodels(cov_type="robust", debiased=False),
    "linearmodels clustered (default)": by_linearmodels(cov_type="clustered", clusters=None),
    "linearmodels kernel (debiased)": by_linearmodels(cov_type="kernel", kernel="bartlett", bandwidth=LAGS),
}
ENTRIES = [(kind, entry) for kind, entries in CONVENTIONS.items() for entry in entries]


def known(fit: Fit, kind: str, entry: Convention):
    options = {"cluster": ["entity", "time"]} if entry.keys == 2 else {}
    options |= {"lags": LAGS} if kind in ("driscoll_kraay", "newey_west") else {}
    return {each.program: found for each, found in known_for(fit, kind, options)}


@pytest.mark.parametrize(
    ("kind", "entry"),
    [pair for pair in ENTRIES if pair[1].origin == RUN],
    ids=lambda v: getattr(v, "program", v),
)
def test_a_program_gives_what_is_said_of_it_on_every_kind_of_model(kind, entry):
    compared = 0
    for said in kinds(entry):
        fit = fitted(*said)
        ours = known(fit, kind, entry).get(entry.program)
        if ours is None:  # two keys whose eigenvalues were repaired
            assert entry.keys == 2
            continue
        compared += 1
        theirs = by_program(entry.program, entry.keys, *said)
        rtol = ORACLE if fit.estimator == "ols" else MAXIMUM
        assert_allclose(np.sqrt(np.diag(ours.matrix)), theirs, rtol=rtol, err_msg=str(fit.absorbed_by))
    assert compared


def test_every_program_that_is_run_has_its_call_here():
    assert {entry.program for _, entry in ENTRIES if entry.origin == RUN} == set(RUNNERS)


STORED = {  # errors of the program, by the effects of the model
    ("clustered", "Stata regress, vce(cluster)", ()): [20.425202580078, 0.01589433647768, 0.08496711097464],
    ("clustered", "pyfixest CRV1, as R's fixest", ("entity",)): [0.01519449, 0.05275177],
    ("clustered", "R plm vcovHC (default)", ("entity",)): [0.0143421437, 0.0497926087],
    ("pcse", "Stata xtpcse, pairwise", ()): [6.780965, 0.0072124, 0.0278862],
    ("pcse", "R plm vcovBK(cluster = 'time')", ("entity",)): [0.0175567571758, 0.0245730912108],
}


@pytest.mark.parametrize(("kind", "program", "effects"), STORED)
def test_stored_output_on_grunfeld(kind, program, effects):
    """Ten firms; the tests of each error cite the same outputs with more digits and further cases."""
    fit = ols(grunfeld(), effects=list(effects))
    found = {each.program: covariance for each, covariance in known_for(fit, kind, {})}[program]
    assert_allclose(
        np.sqrt(np.diag(found.matrix)), STORED[kind, program, effects], rtol=1e-5
    )  # five printed digits


def test_a_program_is_named_only_where_it_is_known():
    """Weights, effects of another column, other estimators: no column of R and Stata stands there."""
    balanced = design(balanced=True, weights=True, constant=True)
    programs = {entry.program for entry, _ in known_for(ols(balanced), "clustered", {})}
    assert programs == {"statsmodels cluster", "linearmodels clustered (default)"}
    bare = ols(design(balanced=True, weights=False, constant=False))
    assert not list(known_for(bare, "clustered", {}))
    curved = logit(design(balanced=True, weights=False, constant=True, outcome="logit"))
    assert [entry.program for entry, _ in known_for(curved, "hc1", {})] == ["statsmodels HC0"]
    assert not list(known_for(curved, "clustered", {"cluster": ["entity", "time"]}))


def test_every_kind_names_its_programs_once_for_a_model():
    for kind in CONVENTIONS:
        for entry in CONVENTIONS[kind]:
            if entry.origin == RUN:
                for said in kinds(entry):
                    programs = [each.program for each, _ in known_for(fitted(*said), kind, {})]
                    assert len(set(programs)) == len(programs), kind


def test_an_error_of_one_definition_has_nothing_to_reconcile():
    with pytest.raises(StudyError, match="'own' is not known"):
        conventions_of("own")


@pytest.mark.parametrize("name", ["hc0", "hc1", "clustered", "driscoll_kraay", "newey_west"])
def test_a_note_names_programs_under_least_squares_alone(name):
    linear = ols(design(balanced=True, weights=False, constant=True), effects=["entity"])
    curved = logit(design(balanced=True, weights=False, constant=True, outcome="logit"))
    programs = ("Stata", "R ", "fixest", "statsmodels", "linearmodels")
    assert any(word in COVARIANCES[name](linear).convention for word in programs)
    assert not any(word in COVARIANCES[name](curved).convention for word in programs)
