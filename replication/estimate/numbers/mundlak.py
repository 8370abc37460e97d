"""Entity means as further regressors (Mundlak 1978), for random effects that regressors may go with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from replication.estimate.design import Design, Floats, Integers
from replication.estimate.numbers.algebra import column_space


def with_entity_means(design: Design) -> Design:
    """The design with "mean of x" for each regressor x that varies within entities.

    A mean that is a linear combination of the columns before it is left out: of a year dummy in a
    balanced panel, for example, it is a constant.
    """
    x, terms = design.x, design.terms
    for term, column in zip(design.terms, design.x.T, strict=True):
        mean = entity_mean(column, design.entity)
        if not np.allclose(mean, column) and _is_new(mean, x):
            x, terms = np.column_stack([x, mean]), (*terms, replace(term, kind="entity_mean"))
    return replace(design, x=x, terms=terms)


def entity_mean(values: Floats, entity: Integers) -> Floats:
    """(n,) mean of each row's entity."""
    codes = np.unique(entity, return_inverse=True)[1]
    return (np.bincount(codes, values) / np.bincount(codes))[codes]


def _is_new(column: Floats, x: Floats) -> bool:
    """Whether the column has a part that the columns of x do not span."""
    basis = column_space(x)
    left = column - basis @ (basis.T @ column)
    return bool(np.linalg.norm(left) > 1e-8 * np.linalg.norm(column))
