"""The words of a study file that name estimators, errors and diagnostics, and what each of them needs."""

from __future__ import annotations

from collections.abc import Callable

from replication.estimate import diagnostics
from replication.estimate.covariances import (
    cluster_robust,
    over_time,
    pairs_bootstrap,
    pcse,
    sandwich,
    wild_bootstrap,
)
from replication.estimate.design import Covariance, Fit, Needs, Role
from replication.estimate.dynamic import dynamic, lsdvc
from replication.estimate.gls import fgls, general_fgls, prais_winsten, sur
from replication.estimate.limited import (
    binary,
    conditional_logit,
    fractional,
    negative_binomial,
    ordered,
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
    conditional_logit,
    fractional,
    ordered,
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
    **over_time.COVARIANCES,
    **pcse.COVARIANCES,
    **cluster_robust.COVARIANCES,
    **wild_bootstrap.COVARIANCES,
    **pairs_bootstrap.COVARIANCES,
}
DIAGNOSTICS = diagnostics.DIAGNOSTICS
TIMED = frozenset(
    [
        *dynamic.ESTIMATORS, *lsdvc.ESTIMATORS, *prais_winsten.ESTIMATORS, *general_fgls.ESTIMATORS,
        *fgls.ESTIMATORS, *sur.ESTIMATORS, *fama_macbeth.ESTIMATORS, "first_difference",
        *over_time.COVARIANCES, *pcse.COVARIANCES,
        "breusch_godfrey", "pesaran_cd", "wooldridge_ar", "wooldridge_differences",
        "average_over",
    ]
)  # fmt: skip
"""Words that mean nothing where rows have no time."""

EQUATION = "Regressors of the selection equation."
INSTRUMENTED = Needs(
    {
        "endogenous": Role(
            "Regressors that the error goes with; they do not stand in the formula.", terms=True
        ),
        "instruments": Role(
            "Excluded instruments; the formula's regressors are instruments too.", terms=True
        ),
    }
)
SELECTED = Needs(
    {"selected": Role("1 where the outcome is seen, else 0."), "selection": Role(EQUATION, terms=True)},
    selected="selected",
)
OFFSET = Needs({"offset": Role("Added to the linear index, with a coefficient of one.", required=False)})
EXPOSURE = Role("What the mean is proportional to: its logarithm is the offset.", required=False)
COUNTED = Needs({**OFFSET.roles, "exposure": EXPOSURE})
HISTORY = Needs({}, keeps_history=True)
OUTSIDE = "Variables that are instruments but no regressors"
LAGGED = Needs(
    {
        "gmm_instruments": Role(f"{OUTSIDE}, by their lags: xtabond2's gmm().", terms=True, required=False),
        "iv_instruments": Role(f"{OUTSIDE}, one column each: xtabond2's iv().", terms=True, required=False),
    },
    keeps_history=True,
)
NEEDS: dict[str, Needs] = {
    **dict.fromkeys(iv.ESTIMATORS, INSTRUMENTED),
    **dict.fromkeys([*selection.ESTIMATORS, *selection_ml.ESTIMATORS], SELECTED),
    **dict.fromkeys(dynamic.ESTIMATORS, LAGGED),
    **dict.fromkeys(lsdvc.ESTIMATORS, HISTORY),
    **dict.fromkeys([*binary.ESTIMATORS, *fractional.ESTIMATORS], OFFSET),
    **dict.fromkeys([*poisson.ESTIMATORS, *negative_binomial.ESTIMATORS], COUNTED),
    **dict.fromkeys(two_part.ESTIMATORS, Needs({"selection": Role(EQUATION, terms=True, required=False)})),
}
