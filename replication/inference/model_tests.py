"""Tests of a model beyond its coefficients one by one: joint, permuted, adjusted for their number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from replication.errors import StudyError, one_of
from replication.estimate.coefficient_table import coefficient_table
from replication.estimate.covariances.wild_bootstrap import bootstrap_statistics
from replication.estimate.design import Covariance, Design, Fit, Of, Statistics
from replication.estimate.diagnostics import wald
from replication.inference.multiple_testing import holm, romano_wolf
from replication.inference.randomization import coefficient_of, randomization_test
from replication.spec.entries import ModelSpec, MultipleTestingSpec, RandomizationSpec

SLOPES = ("regressor", "entity_mean", "period")


def slopes_tests(fit: Fit, covariance: Covariance) -> Statistics:
    """Joint test that all slopes are zero, by the error that is shown.

    Slopes are all terms but the constant and further parameters; of the outcome's equation alone where there
    is one, otherwise of each equation.
    """
    equations = dict.fromkeys(term.equation for term in fit.terms if term.kind in SLOPES)
    shown = [""] if "" in equations else list(equations)
    found: Statistics = {}
    for equation in shown:
        slopes = [term.label for term in fit.terms if term.kind in SLOPES and term.equation == equation]
        for name, value in wald(fit, covariance, slopes).items():
            ours = str(name).replace("test_", "slopes_")
            found[Of(ours, equation) if equation else ours] = value
    return found


def wald_tests(fit: Fit, covariance: Covariance, model: ModelSpec) -> Statistics:
    """Joint Wald tests that the study names, with the error that they rest on."""
    found: Statistics = {}
    for test in model.tests:
        _check_terms(f"tests.{test.id}", test.terms, fit)
        found |= {Of(str(name), test.id): value for name, value in wald(fit, covariance, test.terms).items()}
    return found


def adjusted(fit: Fit, covariance: Covariance, spec: MultipleTestingSpec | None) -> Statistics:
    """P value of each named coefficient, adjusted so that the chance of any false rejection is held."""
    if spec is None:
        return {}
    _check_terms("multiple_testing", spec.terms, fit)
    places = [fit.labels.index(term) for term in spec.terms]
    if spec.method == "holm":
        values = holm(coefficient_table(fit, covariance)["p_value"].to_numpy()[places])
    else:
        data, draws = bootstrap_statistics(fit, cluster=list(spec.cluster), draws=spec.draws, seed=spec.seed)
        values = romano_wolf(data[places], draws[:, places])
    return {
        Of(f"{spec.method}_p", term): float(p) for term, p in zip(spec.terms, np.asarray(values), strict=True)
    }


def permuted(design: Design, refit: Callable[[Design], Fit], spec: RandomizationSpec | None) -> Statistics:
    """P value of one coefficient from permuting its regressor, and how many assignments were compared."""
    if spec is None:
        return {}
    statistic = coefficient_of(design, spec.term, refit)
    test = randomization_test(
        statistic,
        design.x[:, design.labels.index(spec.term)],
        strata=None if spec.strata is None else design.clusters[spec.strata],
        units=None if spec.units is None else design.clusters[spec.units],
        draws=spec.draws,
        seed=spec.seed,
    )
    return {"randomization_p": test.p_value, "randomization_assignments": float(test.assignments)}


def _check_terms(place: str, terms: list[str], fit: Fit) -> None:
    for term in terms:
        if term not in fit.labels:
            raise StudyError(f"{place}: {one_of('term', term, fit.labels)}")
