"""What other programs do by default under the same name of an error, as options of ours.

Each entry is what the program's call gives for a linear model, with the absorbed effects of the model
absorbed in that program too. Tests hold the entries of statsmodels and linearmodels to these programs, and
those of Stata and R to their stored output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from replication.errors import StudyError, one_of
from replication.estimate.covariances.cluster_robust import cr2, cr3
from replication.estimate.covariances.pcse import pcse
from replication.estimate.covariances.sandwich import (
    classical,
    clustered,
    driscoll_kraay,
    hc0,
    hc1,
    hc2,
    hc3,
    newey_west,
)
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


@dataclass(frozen=True)
class Convention:
    """One program's default.

    Attributes
    ----------
    program : str
        The program and its call.
    kind : str
        Our word for the error.
    options : mapping
        Our options that give the same; those of the model (its clusters, its lags) are added.
    rows_factor : bool
        Multiply by n/(n-k) after that, as linearmodels does; k counts absorbed effects unless every one of
        them is nested in the clusters.
    """

    program: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    rows_factor: bool = False


NO_FACTOR = {"groups_factor": False, "parameters_factor": False}
ROBUST = (
    Convention("Stata vce(robust); R fixest vcov = 'hetero'; statsmodels HC1", "hc1"),
    Convention("R sandwich vcovHC, statsmodels HC3", "hc3"),
    Convention("statsmodels HC0; R plm vcovHC method = 'white1'", "hc0"),
    Convention("Stata vce(hc2)", "hc2"),
)
CLUSTERED = (
    Convention("Stata xtreg, fe; reghdfe; R fixest", "clustered", {"absorbed": "nested"}),
    Convention(
        "Stata areg or dummies; R sandwich vcovCL on dummies; statsmodels", "clustered", {"absorbed": "all"}
    ),
    Convention("R plm vcovHC, type = 'sss'", "clustered", {"absorbed": "none"}),
    Convention(
        "R plm vcovHC (default); R sandwich vcovCL with cadjust = FALSE, type = 'HC0'",
        "clustered",
        NO_FACTOR,
    ),
    Convention("linearmodels (default)", "clustered", NO_FACTOR, rows_factor=True),
    Convention("R clubSandwich CR2", "cr2"),
    Convention("R summclust CV3", "cr3"),
)
TWO_WAY = (
    Convention("Stata ivreg2, reghdfe; R fixest (smaller number of groups)", "clustered", {"groups": "min"}),
    Convention("Cameron, Gelbach and Miller; statsmodels (each its own)", "clustered", {"groups": "each"}),
    Convention("linearmodels (default)", "clustered", NO_FACTOR, rows_factor=True),
    Convention("no factor", "clustered", NO_FACTOR),
)
CONVENTIONS: dict[str, tuple[Convention, ...]] = {
    "classical": (
        Convention("Stata regress, R lm, statsmodels", "classical"),
        Convention("maximum likelihood; linearmodels with debiased = False", "classical", {"divisor": "n"}),
    ),
    **dict.fromkeys(["hc0", "hc1", "hc2", "hc3"], ROBUST),
    **dict.fromkeys(["clustered", "cr2", "cr3", "wild_bootstrap"], CLUSTERED),
    "driscoll_kraay": (
        Convention(
            "Stata xtscc; linearmodels with debiased = False", "driscoll_kraay", {"correction": "none"}
        ),
        Convention("linearmodels with debiased = True", "driscoll_kraay", {"correction": "n-k"}),
        Convention("R fixest vcov = 'DK'", "driscoll_kraay", {"correction": "fixest"}),
    ),
    "newey_west": (
        Convention("Stata newey, force", "newey_west", {"correction": "n-k"}),
        Convention("no factor", "newey_west", {"correction": "none"}),
    ),
    "pcse": (
        Convention("Stata xtpcse, pairwise", "pcse", {"sigma": "pairwise"}),
        Convention("R pcse (default); Stata xtpcse, casewise", "pcse", {"sigma": "casewise"}),
        Convention("Stata xtpcse, hetonly", "pcse", {"sigma": "heteroskedastic"}),
        Convention("Stata xtpcse, pairwise nmk", "pcse", {"sigma": "pairwise", "divisor": "n-k"}),
    ),
}


def conventions_of(kind: str) -> tuple[Convention, ...]:
    """Every program's default under this kind of error.

    Raises
    ------
    StudyError
        A kind that no other program has, or that has one definition only.
    """
    if kind not in CONVENTIONS:
        raise StudyError(one_of("error with conventions to reconcile", kind, CONVENTIONS))
    return CONVENTIONS[kind]


def with_options(known: tuple[Convention, ...], options: Mapping[str, Any]) -> list[Convention]:
    """The conventions with the clusters or lags of a model; those of two-way clustering if it has two."""
    shared = {name: options[name] for name in ("cluster", "lags") if name in options}
    chosen = TWO_WAY if len(shared.get("cluster", [])) == 2 else known
    return [replace(entry, options={**entry.options, **shared}) for entry in chosen]


def apply(convention: Convention, fit: Fit) -> Covariance:
    """The covariance of a fit under a convention."""
    found = KINDS[convention.kind](fit, **convention.options)
    if not convention.rows_factor:
        return found
    factor = _rows_factor(fit, convention.options.get("cluster", ["entity"]))
    return replace(found, matrix=found.matrix * factor, factors={**found.factors, "n/(n-k)": factor})


def _rows_factor(fit: Fit, names: list[str]) -> float:
    nested = all(
        any(is_nested(fit.groups[effect], fit.groups[name]) for name in names) for effect in fit.absorbed_by
    )
    k = len(fit.params) + (0 if nested else fit.absorbed)
    return fit.nobs / (fit.nobs - k)
