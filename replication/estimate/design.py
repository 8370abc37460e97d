"""What goes into an estimator and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

Kind = Literal[
    "constant",
    "regressor",
    "entity_mean",
    "period",
    "parameter",
    "long_run",
    "marginal_effect",
    "combination",
]
LABELS: Mapping[Kind, str] = {
    "entity_mean": "mean of {}",
    "period": "time:{}",
    "long_run": "long run: {}",
    "marginal_effect": "marginal effect: {}",
    "combination": "combination: {}",
}


@dataclass(frozen=True)
class Term:
    """What one number of a model belongs to.

    Attributes
    ----------
    name : str
        The regressor as the study file writes it, the period, or the parameter's own name ("sigma").
    kind : str
        What is told of it: its coefficient, a mean's, its effect in the long run, ...
    equation : str
        The equation that it stands in, where a model has several ("selection", an entity); empty for the
        outcome's.
    factor : str
        Of which it is one level, as the study file writes it; empty for all but dummies.
    """

    name: str
    kind: Kind = "regressor"
    equation: str = ""
    factor: str = ""

    @property
    def label(self) -> str:
        """How study files and records call it; no two terms of a model share it."""
        label = LABELS.get(self.kind, "{}").format(self.name)
        return f"{self.equation}:{label}" if self.equation else label

    def __str__(self) -> str:
        return self.label


CONSTANT = Term("const", "constant")


def parameters(*names: str) -> tuple[Term, ...]:
    """Terms for parameters that belong to no regressor."""
    return tuple(Term(name, "parameter") for name in names)


class Of(NamedTuple):
    """A statistic of which a model has several: the inflation factor `of` each regressor, say."""

    name: str
    of: str


Statistics = dict[str | Of, float]


@dataclass(frozen=True)
class Design:
    """The rows and columns that a model is estimated on.

    Rows are sorted by entity, then time, and unique in the two; nothing is missing or infinite.

    Attributes
    ----------
    outcome : str
        Name of the outcome as the study file writes it.
    terms : tuple of Term
        The k columns of `x`; the constant, if there is one, stands first.
    y : (n,) float array
    x : (n, k) float array
    entity : (n,) int array
        Codes 0 .. N-1, in order of first appearance.
    time : (n,) int array
        The period itself (a year), so that gaps are visible.
    weights : (n,) float array or None
        Positive; analytic weights (Stata's aweight): they are rescaled to mean one before use.
    clusters : mapping of str to (n,) int array
        Codes of every column that a covariance names as cluster; "entity" and "time" are always there.
    extra : mapping of str to (n,) or (n, m) float array
        Further columns that an estimator's options name (instruments, a selection equation, a limit);
        `extra_terms` gives the terms of their columns.
    entity_labels : tuple of str or numbers
        Name of each entity, by code; empty where nobody needs it.
    """

    outcome: str
    terms: tuple[Term, ...]
    y: Floats
    x: Floats
    entity: Integers
    time: Integers
    weights: Floats | None = None
    clusters: Mapping[str, Integers] = field(default_factory=dict)
    extra: Mapping[str, Floats] = field(default_factory=dict)
    extra_terms: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)
    entity_labels: tuple[object, ...] = ()

    @property
    def nobs(self) -> int:
        """Number of rows."""
        return len(self.y)

    @property
    def has_constant(self) -> bool:
        """Whether the first column is the constant."""
        return bool(self.terms) and self.terms[0].kind == "constant"

    @property
    def labels(self) -> tuple[str, ...]:
        """How study files call the columns of `x`."""
        return tuple(term.label for term in self.terms)

    @property
    def unit_weights(self) -> Floats:
        """(n,) weights rescaled to mean one; ones if there are none."""
        return np.ones(self.nobs) if self.weights is None else self.weights / self.weights.mean()

    @property
    def groups(self) -> Mapping[str, Integers]:
        """Every column by whose levels rows can be grouped, by its name in a study file."""
        return {**self.clusters, "entity": self.entity, "time": self.time}

    @property
    def slopes(self) -> tuple[Term, ...]:
        """The terms without the constant."""
        return self.terms[self.has_constant :]

    def rows(self, keep: Booleans) -> Design:
        """The same design on the rows where `keep` is true."""
        return replace(
            self,
            y=self.y[keep],
            x=self.x[keep],
            entity=self.entity[keep],
            time=self.time[keep],
            weights=None if self.weights is None else self.weights[keep],
            clusters={name: codes[keep] for name, codes in self.clusters.items()},
            extra={name: values[keep] for name, values in self.extra.items()},
        )


@dataclass(frozen=True)
class Covariance:
    """An estimate of the covariance of the parameters.

    Attributes
    ----------
    kind : str
        Its name in a study file.
    matrix : (k, k) float array
    df : float, (k,) float array, or None
        Degrees of freedom of the t distribution that statistics are referred to (one for each parameter
        where they differ, as under CR2); None for the normal.
    factors : mapping of str to float
        Every small-sample factor that was applied, by name: {"G/(G-1)": 1.05, ...}.
    convention : str
        One sentence for the note under the table: what was done and whose default that is.
    p_values : (k,) float array or None
        Two-sided p values of zero that take the place of those of `df` (a bootstrap's own).
    intervals : (k, 2) float array or None
        95 percent intervals that take the place of those of `df`; an end may be infinite.
    warnings : tuple of str
        One sentence each; shown under the table with those of the fit.
    joint_df : function or None
        Where `df` differs by parameter: (q, k) combinations -> degrees of freedom of their Wishart.
    """

    kind: str
    matrix: Floats
    df: float | Floats | None
    factors: Mapping[str, float]
    convention: str
    p_values: Floats | None = None
    intervals: Floats | None = None
    warnings: tuple[str, ...] = ()
    joint_df: Callable[[Floats], float] | None = None


Law = Literal["t", "normal"]
Metric = Literal["ordinary", "weighted", "fitted"]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Point estimates, with what every estimator has and any sandwich needs.

    Attributes
    ----------
    estimator : str
        Name of the estimator in a study file.
    terms : tuple of Term
        The k parameters.
    params : (k,) float array
    bread : (k, k) float array
        Inverse of X'WX for least squares, inverse of the negative Hessian for a likelihood.
    scores : (n, k) float array
        Row i is the derivative of the objective at observation i: w_i x_i e_i for least squares.
    entity, time : (n,) int arrays
    clusters : mapping of str to (n,) int array
    design : Design
        What the model was given, before any transformation.
    law : "t" or "normal"
        What estimates over their errors are referred to.
    kept : (n0,) bool array or None
        Rows of the design that were used, where an estimator drops some (separation, first periods).
    left_out : str
        Why the others were not, for the account of rows; empty: by the estimator.
    one_draw : str
        The grouping whose levels are independent draws where rows are not, and their scores mean something
        as sums within it only: errors must be clustered by it or by what contains it.
    absorbed : int
        Parameters absorbed and not in `terms` (fixed effects).
    absorbed_by : tuple of str
        Groupings whose dummies these are: "entity", "time" or names of `clusters`.
    own : Covariance or None
        The estimator's own covariance where a sandwich of `bread` and `scores` is not the right one.
    statistics : mapping of str or Of to float
        Rows for models.csv: name to value (rsquared_within, loglikelihood, sargan, ...).
    telemetry : mapping of str to float
        How the search went (iterations, gradient_norm, ...): told apart, for it depends on the machine.
    warnings : tuple of str
        One sentence each; shown under the table.
    converged : bool
        False makes the table say so and sets the exit code.
    exact : bool
        The terms explain the outcome in full, so that every error is rounding.
    averaged : bool
        Rows of `scores` are estimates of parts of the data whose mean is shown, not rows of the design:
        factors such as n/(n-k) mean nothing.
    """

    estimator: str
    terms: tuple[Term, ...]
    params: Floats
    bread: Floats
    scores: Floats
    entity: Integers
    time: Integers
    clusters: Mapping[str, Integers]
    design: Design
    law: Law
    kept: Booleans | None = None
    left_out: str = ""
    one_draw: str = ""
    absorbed: int = 0
    absorbed_by: tuple[str, ...] = ()
    own: Covariance | None = None
    statistics: Statistics = field(default_factory=dict)
    telemetry: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    converged: bool = True
    exact: bool = False
    averaged: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """How study files call the k parameters."""
        return tuple(term.label for term in self.terms)

    @property
    def nobs(self) -> int:
        """Number of rows used."""
        return len(self.scores)

    @property
    def groups(self) -> Mapping[str, Integers]:
        """Every column by whose levels the rows used can be grouped, by its name in a study file."""
        return {**self.clusters, "entity": self.entity, "time": self.time}

    @property
    def mean_effect(self) -> bool:
        """Whether the constant stands beside absorbed effects: it is their mean, and one of them."""
        return bool(self.absorbed_by) and self.terms[:1] == (CONSTANT,)

    @property
    def df_resid(self) -> int:
        """Rows less all parameters, absorbed ones included."""
        return self.nobs - len(self.params) - self.absorbed


@dataclass(frozen=True, kw_only=True)
class LeastSquaresFit(Fit):
    """An estimator that is least squares of some transformation of the data.

    Attributes
    ----------
    x, residuals : (n, k) and (n,) float arrays
        Regressors and residuals in that metric (after within, quasi-demeaning, square-root weighting).
    effects : tuple of str
        Groupings whose dummies were projected out of x and residuals, under the design's weights.
    metric : "ordinary", "weighted" or "fitted"
        The data themselves, their means, differences or deviations; weighted by estimated variances; or x
        fitted on instruments, the residuals being those of the actual regressors.
    """

    x: Floats
    residuals: Floats
    effects: tuple[str, ...] = ()
    metric: Metric = "ordinary"


@dataclass(frozen=True, kw_only=True)
class LikelihoodFit(Fit):
    """The maximum of a log-likelihood; `bread` is the inverse of its information.

    Attributes
    ----------
    means : mapping of str to MeanOf
        The mean "outcome" as a function of index and further parameters, and where the model has a latent
        outcome ("latent") that of this one; empty where marginal effects are not those of one index.
    """

    means: Mapping[str, MeanOf] = field(default_factory=dict)


@dataclass(frozen=True)
class Mean:
    """The mean outcome as a function of the index x'b and of s parameters that follow b.

    Attributes
    ----------
    value, slope, bend : (n,) float arrays
        The mean and its first and second derivative in the index.
    by_other, slope_by_other : (n, s) float arrays
        Derivatives of `value` and of `slope` in the other parameters.
    """

    value: Floats
    slope: Floats
    bend: Floats
    by_other: Floats
    slope_by_other: Floats


MeanOf = Callable[[Floats, Floats], Mean]


@dataclass(frozen=True)
class Role:
    """How an estimator's option that names variables becomes columns of `Design.extra`.

    Attributes
    ----------
    says : str
        One sentence: what it is for.
    terms : bool
        A list of terms (a matrix), or else one expression (a vector).
    required : bool
    """

    says: str
    terms: bool = False
    required: bool = True


@dataclass(frozen=True)
class Needs:
    """What an estimator asks of its rows beyond the formula.

    Attributes
    ----------
    roles : mapping of str to Role
        Options that name variables.
    selected : str or None
        The role whose rows with value 0 may lack an outcome and regressors.
    keeps_history : bool
        Rows with an outcome but without regressors stay, with NaN in x: they serve as instruments only.
    """

    roles: Mapping[str, Role]
    selected: str | None = None
    keeps_history: bool = False
