"""Variances of the entity effects and of the rest of a one-way random effects model, by four methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Booleans, Design, Floats, Integers
from replication.estimate.numbers.absorb import Projector, projector, residuals, varies
from replication.estimate.numbers.algebra import column_space, least_squares, residual_ssr
from replication.estimate.numbers.goodness import NOTHING, means_by
from replication.estimate.numbers.groupings import of_design

Method = Literal["harmonic", "exact", "wallace_hussain", "amemiya", "nerlove"]


@dataclass(frozen=True)
class Panel:
    """A design with its entities counted.

    Attributes
    ----------
    design : Design
    codes : (n,) int array
        Codes 0 .. N-1 of the entities.
    size : (N,) int array
        Rows of each entity.
    """

    design: Design
    codes: Integers
    size: Integers

    @property
    def balanced(self) -> bool:
        """Whether every entity has as many rows."""
        return bool((self.size == self.size[0]).all())


def panel_of_entities(design: Design) -> Panel:
    """The design and its entities."""
    codes = np.unique(design.entity, return_inverse=True)[1]
    return Panel(design, codes, np.bincount(codes))


def variance_components(panel: Panel, method: Method) -> tuple[float, float]:
    """Variance of the disturbances and of the entity effects; the latter may come out negative.

    Raises
    ------
    EstimationError
        Too few rows or entities; a panel for which the method is not defined.
    """
    return METHODS[method](panel)


def _harmonic(panel: Panel) -> tuple[float, float]:
    """Swamy and Arora (1972) with the regression of unweighted means (Stata [XT] xtreg, re)."""
    variance_e = _variance_within(panel.design)
    y, x = means_by(panel.codes, panel.design.y), means_by(panel.codes, panel.design.x)
    ssr, rank = residual_ssr(y, x)
    return variance_e, ssr / _between_df(panel, rank) - variance_e * float(np.mean(1.0 / panel.size))


def _exact(panel: Panel) -> tuple[float, float]:
    """Swamy and Arora, unbiased on unbalanced panels (Baltagi and Chang 1994, 2.2; Baltagi 2021, 9.2.1)."""
    variance_e = _variance_within(panel.design)
    root = np.sqrt(panel.size)
    y, x = means_by(panel.codes, panel.design.y), means_by(panel.codes, panel.design.x)
    ssr, rank = residual_ssr(y * root, x * root[:, None])
    basis = column_space(x * root[:, None])
    expected = panel.design.nobs - float(panel.size @ (basis**2).sum(axis=1))
    return variance_e, (ssr - _between_df(panel, rank) * variance_e) / expected


def _wallace_hussain(panel: Panel) -> tuple[float, float]:
    """Sums of squares within and between of the residuals of pooled least squares.

    Balanced: divided by N(T-1) and N (Wallace and Hussain 1969; Baltagi 2021, 2.3.1); unbalanced: unbiased,
    by their expected values (Baltagi and Chang 1994; Baltagi 2021, 9.2.1).
    """
    design = panel.design
    basis = column_space(design.x)
    left = design.y - basis @ (basis.T @ design.y)
    within, between = _squares(panel, left)
    if panel.balanced:
        return _by_divisors(panel, within, between)
    sums = _group_sums(panel, basis)
    of_sums, of_means = sums.T @ sums, (sums / panel.size[:, None]).T @ sums
    off_means = np.eye(basis.shape[1]) - of_means
    expected = np.array(
        [
            [design.nobs - len(panel.size) - np.trace(off_means), np.trace(off_means @ of_sums)],
            [
                len(panel.size) - np.trace(of_means),
                design.nobs - 2 * np.trace(of_sums) + np.trace(of_means @ of_sums),
            ],
        ]
    )
    variance_e, variance_u = np.linalg.solve(expected, [within, between])
    return _positive(float(variance_e)), float(variance_u)


def _amemiya(panel: Panel) -> tuple[float, float]:
    """Sums of squares within and between of what the coefficients within entities leave.

    Balanced: divided by N(T-1) and N (Amemiya 1971; Baltagi 2021, 2.3.1); unbalanced: unbiased, by their
    expected values (Baltagi 2021, 9.2.1). The effects of regressors that do not vary within entities then
    count as effects of the entities, which has no such expectation: they are refused.
    """
    design, size = panel.design, panel.size
    by, y, x, moves = _within(design)
    slopes, bread = _slopes(design, y, x, moves)
    left = design.y - design.x[:, moves] @ slopes
    within, between = _squares(panel, left - left.mean())
    if panel.balanced:
        _require_within(design, by, within)
        return _by_divisors(panel, within, between)
    _refuse_constant_within(design, moves)
    variance_e = _variance_within(design)
    centred = design.x[:, moves] - design.x[:, moves].mean(axis=0)
    means = means_by(panel.codes, centred) if moves.any() else np.zeros((len(size), 0))
    of_means = float(np.sum(bread * (means.T @ (size[:, None] * means))))
    expected = design.nobs - float(size @ size) / design.nobs
    return variance_e, (between - (len(size) - 1 + of_means) * variance_e) / expected


def _nerlove(panel: Panel) -> tuple[float, float]:
    """SSR within / n, and the variance of the estimated effects with divisor N-1 (Nerlove 1971; Baltagi 2021,
    2.3.1); for balanced panels."""
    if not panel.balanced:
        least, most = panel.size.min(), panel.size.max()
        raise EstimationError(
            f"components nerlove needs a balanced panel; found entities of {least} to {most} rows; allowed "
            "there: harmonic, exact, wallace_hussain, amemiya"
        )
    design = panel.design
    by, y, x, moves = _within(design)
    slopes, _ = _slopes(design, y, x, moves)
    left = y - x[:, moves] @ slopes
    _require_within(design, by, float(left @ left))
    effects = means_by(panel.codes, design.y - design.x[:, moves] @ slopes)
    return float(left @ left) / design.nobs, float(effects.var(ddof=1))


METHODS: dict[Method, Callable[[Panel], tuple[float, float]]] = {
    "harmonic": _harmonic,
    "exact": _exact,
    "wallace_hussain": _wallace_hussain,
    "amemiya": _amemiya,
    "nerlove": _nerlove,
}


def _within(design: Design) -> tuple[Projector, Floats, Floats, Booleans]:
    """What entities leave of the outcome and the regressors, and which regressors vary there."""
    by = projector(of_design(design, ["entity"]), np.ones(design.nobs))
    left = residuals(by, np.column_stack([design.y, design.x]))
    return by, left[:, 0], left[:, 1:], varies(left[:, 1:], design.x)


def _slopes(design: Design, y: Floats, x: Floats, moves: Booleans) -> tuple[Floats, Floats]:
    """Coefficients within entities of the regressors that vary there, and the inverse of their products."""
    if not moves.any():
        return np.zeros(0), np.zeros((0, 0))
    found = least_squares(
        y, x[:, moves], [t for t, moving in zip(design.terms, moves, strict=True) if moving]
    )
    return found.params, found.bread


def _variance_within(design: Design) -> float:
    """SSR of the within regression by its degrees of freedom; absorbed regressors do not count."""
    by, y, x, moves = _within(design)
    ssr, rank = residual_ssr(y, x[:, moves])
    _require_within(design, by, ssr, rank)
    return ssr / (design.nobs - by.rank - rank)


def _require_within(design: Design, by: Projector, ssr: float, rank: int = 0) -> None:
    if design.nobs - by.rank - rank <= 0 or np.sqrt(ssr) <= NOTHING * np.linalg.norm(design.y):
        raise EstimationError(
            f"{design.nobs} rows of {by.rank} entities leave no variation within entities: "
            "random_effects cannot estimate its two variances"
        )


def _between_df(panel: Panel, rank: int) -> int:
    entities = len(panel.size)
    if entities <= rank:
        raise EstimationError(
            f"{entities} entities are too few for random_effects with {rank} parameters between entities"
        )
    return entities - rank


def _refuse_constant_within(design: Design, moves: Booleans) -> None:
    pairs = zip(design.terms, moves, strict=True)
    still = [term for term, moving in pairs if not moving and term.kind != "constant"]
    if still:
        raise EstimationError(
            f"components amemiya on an unbalanced panel: '{still[0]}' does not vary within entities; allowed "
            "with it: harmonic, exact, wallace_hussain"
        )


def _squares(panel: Panel, left: Floats) -> tuple[float, float]:
    """Sum of squares of deviations from the means of entities, and of these means, one a row."""
    means = means_by(panel.codes, left)
    return float(((left - means[panel.codes]) ** 2).sum()), float(panel.size @ means**2)


def _by_divisors(panel: Panel, within: float, between: float) -> tuple[float, float]:
    """Divisors N(T-1) and N of a balanced panel."""
    entities, periods = len(panel.size), int(panel.size[0])
    if periods < 2:
        raise EstimationError("random_effects needs entities with two rows or more")
    variance_e = _positive(within / (entities * (periods - 1)))
    return variance_e, (between / entities - variance_e) / periods


def _positive(variance_e: float) -> float:
    if not variance_e > 0:
        raise EstimationError("random_effects: the variance within entities is not positive on these rows")
    return variance_e


def _group_sums(panel: Panel, values: Floats) -> Floats:
    """(N, k) sums of the rows of each entity."""
    return means_by(panel.codes, values) * panel.size[:, None]
