"""What other programs give under the same name of an error, as options of ours.

A program is named for those kinds of models on which a test has run it, or holds its stored output; for any
other there is no entry, whatever its manual says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from replication.errors import EstimationError, StudyError, one_of
from replication.estimate.covariances.cluster_robust import cr2, cr3
from replication.estimate.covariances.over_time import driscoll_kraay, newey_west
from replication.estimate.covariances.pcse import pcse
from replication.estimate.covariances.sandwich import REPAIRED, classical, clustered, hc0, hc1, hc2, hc3
from replication.estimate.design import Covariance, Fit
from replication.estimate.numbers.groupings import is_nested

KINDS = {
    "classical": classical,
    "hc0": hc0,
    "hc1": hc1,
    "hc2": hc2,
    "hc3": hc3,
    "clustered": clustered,
    "cr2": cr2,
    "cr3": cr3,
    "driscoll_kraay": driscoll_kraay,
    "newey_west": newey_west,
    "pcse": pcse,
}


Effects = tuple[tuple[str, ...], ...]
POOLED: Effects = ((),)
ONE_WAY: Effects = (("entity",),)
PANEL: Effects = (("entity",), ("time",), ("entity", "time"))
EVERY: Effects = (*POOLED, *PANEL)
RUN = "run by the tests"


@dataclass(frozen=True)
class Models:
    """Kinds of models on which a program is known.

    Attributes
    ----------
    effects : tuple of tuples of str
        Sets of absorbed effects.
    estimators : tuple of str
    weights : tuple of bool
        Without, with.
    balanced : tuple of bool
    constant : tuple of bool
        Of models without effects: whether they have one.
    """

    effects: Effects = EVERY
    estimators: tuple[str, ...] = ("ols",)
    weights: tuple[bool, ...] = (False, True)
    balanced: tuple[bool, ...] = (False, True)
    constant: tuple[bool, ...] = (True,)

    def hold(self, fit: Fit) -> bool:
        """Whether a fit is of one of these kinds."""
        size = len(np.unique(fit.entity)) * len(np.unique(fit.time))
        return (
            fit.estimator in self.estimators
            and not fit.mean_effect
            and tuple(sorted(fit.absorbed_by)) in self.effects
            and (fit.design.weights is not None) in self.weights
            and (fit.nobs == size) in self.balanced
            and (bool(fit.absorbed_by) or fit.design.has_constant in self.constant)
        )


@dataclass(frozen=True)
class Convention:
    """What one program gives.

    Attributes
    ----------
    program : str
        The program and its call.
    kind : str
        Our word for the error.
    options : mapping
        Our options that give the same; those of the model (its clusters, its lags) are added.
    models : Models
        On which it is known.
    origin : str
        How it is known.
    keys : int
        Of clusters; the entry is for models with as many.
    rows_factor : bool
        Multiply by n/(n-k) after that, as linearmodels does; k counts absorbed effects but for a single one
        that is nested in a single key.
    """

    program: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    models: Models = field(default_factory=Models)
    origin: str = RUN
    keys: int = 1
    rows_factor: bool = False


NO_FACTOR = {"groups_factor": False, "parameters_factor": False}
STORED = Models(effects=POOLED, weights=(False,), balanced=(True,))
WITHIN = Models(effects=ONE_WAY, weights=(False,), balanced=(True,))
UNWEIGHTED = Models(weights=(False,))
CURVED = Models(effects=POOLED, estimators=("logit", "probit", "ppml"), weights=(False,))
WHEEL = "Stata's output in statsmodels' wheel: results_grunfeld_ols_robust_cluster, results_panelrobust"
PANEL_RUNS = "R's plm on Grunfeld's ten firms, a run"
ROBUST = (
    *(Convention(f"statsmodels {kind.upper()}", kind) for kind in ("hc0", "hc1", "hc2", "hc3")),
    Convention("statsmodels HC0", "hc0", models=CURVED),
    Convention("linearmodels robust (debiased)", "hc1", models=Models(effects=PANEL)),
    Convention("linearmodels robust, debiased = False", "hc0", models=Models(effects=POOLED)),
)
LINEARMODELS_CLUSTERED = Convention(
    "linearmodels clustered (default)", "clustered", NO_FACTOR, rows_factor=True
)
CLUSTERED = (
    Convention("statsmodels cluster", "clustered", {"absorbed": "all"}),
    Convention("statsmodels cluster, use_correction = False", "clustered", NO_FACTOR, CURVED),
    LINEARMODELS_CLUSTERED,
    Convention("Stata regress, vce(cluster)", "clustered", {}, STORED, WHEEL),
    Convention("pyfixest CRV1, as R's fixest", "clustered", {"absorbed": "nested"}, WITHIN,
               "pyfixest on Grunfeld's ten firms, a run"),
    Convention("R plm vcovHC (default)", "clustered", NO_FACTOR, WITHIN, PANEL_RUNS),
    Convention("R clubSandwich CR2", "cr2", {}, WITHIN,
               "the output on its page of vcovCR.plm (Produc, commit 6c1a72a)"),
)  # fmt: skip
TWO_WAY = (
    Convention("statsmodels cluster (each its own G)", "clustered", {"groups": "each", "absorbed": "all"},
               keys=2),
    Convention("linearmodels clustered (default)", "clustered", NO_FACTOR, keys=2, rows_factor=True),
    Convention("Stata ivreg2, cluster() (smaller G)", "clustered", {"groups": "min"}, STORED, WHEEL, keys=2),
)  # fmt: skip
CONVENTIONS: dict[str, tuple[Convention, ...]] = {
    "classical": (
        Convention("statsmodels nonrobust", "classical"),
        Convention("linearmodels unadjusted (debiased)", "classical", models=Models(effects=PANEL)),
        Convention("linearmodels unadjusted, debiased = False", "classical", {"divisor": "n"},
                   Models(effects=POOLED)),
        Convention("statsmodels nonrobust", "classical", models=CURVED),
    ),
    **dict.fromkeys(["hc0", "hc1", "hc2", "hc3"], ROBUST),
    **dict.fromkeys(["clustered", "cr2", "cr3", "wild_bootstrap"], (*CLUSTERED, *TWO_WAY)),
    "driscoll_kraay": (
        Convention("statsmodels hac-groupsum, use_correction = False", "driscoll_kraay",
                   {"correction": "none"}, UNWEIGHTED),
        Convention("linearmodels kernel (debiased)", "driscoll_kraay", {"correction": "n-k"},
                   Models(effects=PANEL, weights=(False,))),
        Convention("Stata xtscc, ase", "driscoll_kraay", {"correction": "none"}, STORED, WHEEL),
    ),
    "newey_west": (
        Convention("statsmodels hac-panel, use_correction = 'hac'", "newey_west", {"correction": "n-k"},
                   Models(weights=(False,), balanced=(True,))),
        Convention("Stata newey, force", "newey_west", {"correction": "n-k"}, STORED, WHEEL),
    ),
    "pcse": (
        Convention("Stata xtpcse, pairwise", "pcse", {"sigma": "pairwise"}, STORED,
                   "Stata's output in statsmodels issue 1207"),
        Convention("R plm vcovBK(cluster = 'time')", "pcse", {"sigma": "pairwise"}, WITHIN, PANEL_RUNS),
    ),
}  # fmt: skip


def conventions_of(kind: str) -> tuple[Convention, ...]:
    """Every program's default under this kind of error, on whatever models.

    Raises
    ------
    StudyError
        A kind that no other program has, or that has one definition only.
    """
    if kind not in CONVENTIONS:
        raise StudyError(one_of("error with conventions to reconcile", kind, CONVENTIONS))
    return CONVENTIONS[kind]


def known_for(fit: Fit, kind: str, options: Mapping[str, Any]) -> Iterator[tuple[Convention, Covariance]]:
    """The conventions that are known on the kind of model that a fit is of, with its clusters or lags.

    One that cannot be had on these rows is left out, and so is two-way clustering whose negative
    eigenvalues we set to zero: the programs leave them.
    """
    shared = {name: options[name] for name in ("cluster", "lags") if name in options}
    for entry in conventions_of(kind):
        if entry.keys == len(shared.get("cluster") or ["entity"]) and entry.models.hold(fit):
            try:
                found = apply(replace(entry, options={**entry.options, **shared}), fit)
            except EstimationError:
                continue
            if REPAIRED not in found.factors:
                yield entry, found


def apply(convention: Convention, fit: Fit) -> Covariance:
    """The covariance of a fit under a convention."""
    found = KINDS[convention.kind](fit, **convention.options)
    if not convention.rows_factor:
        return found
    factor = _rows_factor(fit, convention.options.get("cluster") or ["entity"])
    return replace(found, matrix=found.matrix * factor, factors={**found.factors, "n/(n-k)": factor})


def _rows_factor(fit: Fit, names: list[str]) -> float:
    alone = len(fit.absorbed_by) == 1 and len(names) == 1
    nested = alone and is_nested(fit.groups[fit.absorbed_by[0]], fit.groups[names[0]])
    k = len(fit.params) + (0 if nested else fit.absorbed)
    return fit.nobs / (fit.nobs - k)
