"""Tests of a model beyond its coefficients one by one: joint, permuted, adjusted for their number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from replication.errors import EstimationError, StudyError, one_of
from replication.estimate.coefficient_table import coefficient_table
from replication.estimate.covariances.wild_bootstrap import bootstrap_statistics
from replication.estimate.design import Covariance, Design, Fit, Floats, Of, Statistics
from replication.estimate.diagnostics import wald
from replication.estimate.estimates import Estimates
from replication.inference.multiple_testing import holm, romano_wolf
from replication.inference.randomization import coefficient_of, randomization_test
from replication.language.atoms import atoms_in
from replication.language.nodes import names_in, show
from replication.language.syntax import parse
from replication.panel.rows import Sample
from replication.spec.entries import ModelSpec, MultipleTestingSpec

SLOPES = ("regressor", "entity_mean", "period")


def slopes_tests(fit: Estimates, covariance: Covariance) -> Statistics:
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


def wald_tests(fit: Estimates, covariance: Covariance, model: ModelSpec) -> Statistics:
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


def permuted(sample: Sample, refit: Callable[[Design], Fit], model: ModelSpec) -> Statistics:
    """P value of one coefficient from permuting its regressor, and how many assignments were compared."""
    spec, design = model.randomization, sample.design
    if spec is None:
        return {}
    columns = _with_treatment(sample, spec.term, model) if spec.term in design.labels else None
    statistic = coefficient_of(design, spec.term, refit, columns)
    test = randomization_test(
        statistic,
        design.x[:, design.labels.index(spec.term)],
        strata=None if spec.strata is None else design.clusters[spec.strata],
        units=None if spec.units is None else design.clusters[spec.units],
        draws=spec.draws,
        seed=spec.seed,
    )
    return {"randomization_p": test.p_value, "randomization_assignments": float(test.assignments)}


def _with_treatment(sample: Sample, term: str, model: ModelSpec) -> Callable[[Floats], Floats] | None:
    """The design's x with another treatment, all that is made of it made anew; None where nothing else is.

    Raises
    ------
    EstimationError
        Something made of the treatment that cannot be made anew: its lag, a mean, its dummies, an instrument.
    """
    makeup, design = sample.makeup(), sample.design
    tree = makeup.plain(term)
    treatment = tree if tree is not None and atoms_in(tree) == [tree] else None
    own = next(part for part in makeup.parts if part.label == term)
    names = {name for node in makeup.nodes_of(own) for name in names_in(node)}
    if treatment is not None and makeup.alone(treatment) is None:
        others = [node for node in makeup.nodes if node != treatment]
    else:
        others = [node for part in makeup.parts if part.label != term for node in makeup.nodes_of(part)]
    outside = [
        text for value in model.options.values() for text in (value if isinstance(value, list) else [value])
    ]
    outside += [model.weights] if model.weights else []
    others += [makeup.expanded(parse(text)) for text in outside if isinstance(text, str)]
    for other in others:
        if names & set(names_in(other)):
            raise EstimationError(
                f"randomization: {show(other)[:80]} is made of {term} too and cannot be made anew from a "
                "permuted one; leave it out, or name the variable that was assigned"
            )
    if treatment is None or makeup.alone(treatment) is not None:
        return None
    constant = np.ones((design.nobs, int(design.has_constant)))
    return lambda values: np.column_stack([constant, makeup.columns({treatment: values})])


def _check_terms(place: str, terms: list[str], fit: Estimates) -> None:
    for term in terms:
        if term not in fit.labels:
            raise StudyError(f"{place}: {one_of('term', term, fit.labels)}")
