"""The words of a study file that name estimators, errors and diagnostics, and what each of them needs."""

from __future__ import annotations

from collections.abc import Callable

from replication.estimate import diagnostics
from replication.estimate.covariances import cluster_robust, pairs_bootstrap, pcse, sandwich, wild_bootstrap
from replication.estimate.design import Covariance, Fit, Needs, Role
from replication.estimate.dynamic import dynamic, lsdvc
from replication.estimate.gls import fgls, general_fgls, prais_winsten, sur
from replication.estimate.limited import (
    binary,
    fractional,
    negative_binomial,
    poisson,
    selection,
    selection_ml,
    tobit,
    tobit_random,
    two_part,
)
from replication.estimate.linear import fama_macbeth, iv, linear, quantile, random_effects

FAMILIES = (
    linear,
    random_effects,
    prais_winsten,
    fgls,
    general_fgls,
    sur,
    fama_macbeth,
    binary,
    fractional,
    poisson,
    negative_binomial,
    quantile,
    tobit,
    tobit_random,
    two_part,
    selection,
    selection_ml,
    iv,
    dynamic,
    lsdvc,
)
ESTIMATORS: dict[str, Callable[..., Fit]] = {
    name: estimator for family in FAMILIES for name, estimator in family.ESTIMATORS.items()
}
COVARIANCES: dict[str, Callable[..., Covariance]] = {
    **sandwich.COVARIANCES,
    **pcse.COVARIANCES,
    **cluster_robust.COVARIANCES,
    **wild_bootstrap.COVARIANCES,
    **pairs_bootstrap.COVARIANCES,
}
DIAGNOSTICS = diagnostics.DIAGNOSTICS

INSTRUMENTED = Needs({"endogenous": Role(terms=True), "instruments": Role(terms=True)})
SELECTED = Needs({"selected": Role(terms=False), "selection": Role(terms=True)}, selected="selected")
HISTORY = Needs({}, keeps_history=True)
NEEDS: dict[str, Needs] = {
    **dict.fromkeys(iv.ESTIMATORS, INSTRUMENTED),
    **dict.fromkeys([*selection.ESTIMATORS, *selection_ml.ESTIMATORS], SELECTED),
    **dict.fromkeys([*dynamic.ESTIMATORS, *lsdvc.ESTIMATORS], HISTORY),
    **dict.fromkeys(two_part.ESTIMATORS, Needs({"selection": Role(terms=True, required=False)})),
}
