"""Separated rows: published examples, and linear programming as the judge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from replication.estimate.limited.separation import find_separated
from replication.estimate.numbers import absorb, dummy_products
from replication.estimate.numbers.groupings import grouped
from tests.support.terms import terms_of

# Test data of ppmlhdfe (github.com/sergiocorreia/ppmlhdfe, test/separation_datasets, MIT licence; numbers
# 02, 03, 06), read in pyfixest's tests/data/ppmlhdfe_separation_examples; the last column is the answer.
TWO_EFFECTS = """0 1 1 0
1 1 1 0
0 2 1 1
0 2 2 0
1 2 2 0"""
THREE_EFFECTS = """0 5 3 6 1
0 5 5 7 1
1 1 3 1 0
1 1 5 2 0
1 2 4 1 0
1 2 6 2 0
1 3 1 3 0
1 3 7 4 0
1 4 2 3 0
1 4 8 4 0
1 5 1 5 0
1 5 7 8 0
1 6 2 5 0
1 6 4 6 0
1 6 6 7 0
1 6 8 8 0"""
FOUR_REGRESSORS = """0 0 0 0 0 0
0 0 0 0 0 0
0 5 11 2 2 0
0 5 2 11 2 0
0 5 2 2 11 0
0 0 -1 -1 -1 1
1 5 5 5 5 0
2 4 4 4 4 0
3 3 3 3 3 0
4 2 2 2 2 0
5 1 1 1 1 0"""
# The two tables of ppmlhdfe's guides/separation_primer.md, sections "Why" and "When".
PRIMER_ONE = """0 1 1
0 1 1
0 0 0
1 0 0
2 0 0
3 0 0"""
PRIMER_TWO = """0 2 -1 1
0 -1 2 0
0 0 0 0
1 0 0 0
2 5 -10 0
3 6 -12 0"""


def read(table: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome, columns between, answer."""
    values = np.array([line.split() for line in table.splitlines()], dtype=float)
    return values[:, 0], values[:, 1:-1], values[:, -1] == 1


def assert_answer_is_found(table: str) -> None:
    """Of a table whose columns between are effects."""
    y, codes, answer = read(table)
    groups = grouped({f"id{j}": column.astype(int) for j, column in enumerate(codes.T)})
    found = find_separated(y, np.empty((len(y), 0)), groups, ())
    np.testing.assert_array_equal(~found.kept, answer)
    assert found.combination == answer.sum()
    assert found.zero_groups == {}
    assert "the effects together" in found.warnings[0]


@pytest.mark.parametrize("table", [TWO_EFFECTS, THREE_EFFECTS])
def test_published_examples_with_effects_alone(table: str) -> None:
    assert_answer_is_found(table)


@pytest.mark.parametrize("table", [FOUR_REGRESSORS, PRIMER_ONE, PRIMER_TWO])
def test_published_examples_with_regressors(table: str) -> None:
    y, x, answer = read(table)
    terms = terms_of("const", *(f"x{j + 1}" for j in range(x.shape[1])))
    found = find_separated(y, np.column_stack([np.ones(len(y)), x]), grouped({}), terms)
    np.testing.assert_array_equal(~found.kept, answer)
    assert found.combination == answer.sum()
    assert set(found.regressors) == set(terms[1:])


def test_levels_that_are_always_zero_go_first_and_can_empty_others() -> None:
    entity = np.array([0, 0, 1, 1, 2, 2, 2])
    time = np.array([0, 1, 1, 2, 0, 1, 2])
    y = np.array([0.0, 0, 1, 0, 2, 1, 0])
    found = find_separated(y, np.empty((7, 0)), grouped({"entity": entity, "time": time}), ())
    np.testing.assert_array_equal(found.kept, [False, False, True, False, True, True, False])
    assert found.zero_groups == {"entity": 2, "time": 2}
    assert found.combination == 0
    assert found.warnings[0].startswith("Separation: 2 rows left out, entity levels")


def test_only_the_regressor_that_predicts_zero_is_named() -> None:
    random = np.random.default_rng(1)
    x = np.column_stack([np.ones(60), random.normal(size=60), np.zeros(60)])
    y = random.poisson(2.0, 60) + 1.0
    y[:5], x[:3, 2] = 0.0, [1.0, 2.0, 3.0]
    found = find_separated(y, x, grouped({}), ("const", "income", "war"))
    np.testing.assert_array_equal(np.flatnonzero(~found.kept), [0, 1, 2])
    assert found.regressors == ("war",)
    assert "in which war predicts an outcome of zero perfectly" in found.warnings[0]


def separated_by_programme(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Maximise sum s, 0 <= s <= 1, s <= z = x t where y = 0, z = 0 where y > 0: s is one where separated."""
    zero = y == 0
    z, (n, k) = x[zero], (zero.sum(), x.shape[1])
    found = linprog(
        np.concatenate([np.zeros(k), -np.ones(n)]),
        A_ub=np.hstack([-z, np.eye(n)]),
        b_ub=np.zeros(n),
        A_eq=np.hstack([x[~zero], np.zeros(((~zero).sum(), n))]),
        b_eq=np.zeros((~zero).sum()),
        bounds=[(None, None)] * k + [(0, 1)] * n,
        method="highs",
    )
    out = np.zeros(len(y), dtype=bool)
    out[zero] = found.x[k:] > 0.5
    return out


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 100_000), st.integers(0, 3), st.integers(1, 3), st.booleans())
def test_agrees_with_linear_programming(seed: int, effects: int, k: int, whole: bool) -> None:
    random = np.random.default_rng(seed)
    n = int(random.integers(8, 40))
    y = random.poisson(random.choice([0.1, 0.3, 0.7]), n).astype(float)
    y[random.integers(n)] = 1.0
    x = random.integers(-2, 3, (n, k)) if whole else random.normal(size=(n, k))
    x = x * (random.random((n, k)) < 0.35)
    codes = [random.integers(0, int(random.integers(2, 6)), n) for _ in range(effects)]
    x = x if effects else np.column_stack([np.ones(n), x])
    terms = tuple(f"x{j}" for j in range(x.shape[1]))
    found = find_separated(y, x, grouped({f"g{j}": c for j, c in enumerate(codes)}), terms)
    levels = [(c[:, None] == np.unique(c)).astype(float) for c in codes]
    np.testing.assert_array_equal(~found.kept, separated_by_programme(y, np.column_stack([x, *levels])))
    assert found.combination + sum(found.zero_groups.values()) == (~found.kept).sum()


@pytest.mark.parametrize("table", [TWO_EFFECTS, THREE_EFFECTS])
def test_conjugate_gradients_find_the_same(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (absorb, dummy_products):
        monkeypatch.setattr(module, "DIRECT", 0)
    assert_answer_is_found(table)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.floats(1e-4, 1e4))
def test_units_of_regressors_do_not_matter(seed: int, unit: float) -> None:
    random = np.random.default_rng(seed)
    y = random.poisson(0.3, 30).astype(float)
    y[0] = 1.0
    x = np.column_stack([np.ones(30), random.integers(-1, 3, (30, 2)) * (random.random((30, 2)) < 0.3)])
    plain = find_separated(y, x, grouped({}), ("const", "a", "b"))
    scaled = find_separated(y * unit, x * [1.0, unit, 1.0], grouped({}), ("const", "a", "b"))
    np.testing.assert_array_equal(plain.kept, scaled.kept)
    assert plain.regressors == scaled.regressors
