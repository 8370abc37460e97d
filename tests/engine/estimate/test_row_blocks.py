"""What is worked on in blocks of rows is what it is of all rows at once."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from replication.estimate.numbers import absorb, algebra, goodness, groupings
from replication.estimate.numbers.absorb import projector, residuals
from replication.estimate.numbers.algebra import least_squares
from replication.estimate.numbers.goodness import squared_correlation
from replication.estimate.numbers.groupings import coded, grouped, is_coded
from replication.estimate.numbers.row_blocks import row_blocks

FEW = 30  # cells of a block


@pytest.fixture
def small_blocks(monkeypatch):
    for module in (absorb, goodness, groupings):
        monkeypatch.setattr(module, "row_blocks", partial(row_blocks, cells=FEW))


def drawn(rows=200, columns=3):
    random = np.random.default_rng(rows)
    return random, random.normal(size=rows), random.normal(size=(rows, columns))


@given(st.integers(0, 50), st.integers(1, 60), st.integers(1, 40))
def test_blocks_hold_each_row_once(rows, columns, cells):
    blocks = list(row_blocks(rows, columns, cells))
    assert [row for block in blocks for row in range(rows)[block]] == list(range(rows))
    assert all(block.stop - block.start <= max(cells // columns, 1) for block in blocks)


def test_effects_are_taken_out(small_blocks):
    random, _, x = drawn()
    codes = {"a": random.integers(0, 25, 200), "b": random.integers(0, 6, 200)}
    weights = random.uniform(0.5, 2.0, 200)
    dummies = np.column_stack([np.eye(25)[codes["a"]], np.eye(6)[codes["b"]]]) * np.sqrt(weights)[:, None]
    fitted = dummies @ np.linalg.lstsq(dummies, x * np.sqrt(weights)[:, None])[0]
    left = residuals(projector(grouped(codes), weights), x)
    assert_allclose(left, x - fitted / np.sqrt(weights)[:, None], atol=1e-13)


def test_least_squares_is_reduced_block_by_block(monkeypatch):
    monkeypatch.setattr(algebra, "REDUCED", FEW)
    monkeypatch.setattr(algebra, "FOLD", 1)
    _, y, x = drawn()
    found = least_squares(y, x, ("a", "b", "c"))
    assert_allclose(found.params, np.linalg.lstsq(x, y)[0], rtol=1e-13)
    assert_allclose(found.bread, np.linalg.inv(x.T @ x), rtol=1e-12)


def test_squared_correlation(small_blocks):
    random, a, x = drawn()
    weights = random.uniform(0.5, 2.0, 200)
    cov = np.cov(a, x[:, 0] + a, aweights=weights)
    assert_allclose(
        squared_correlation(a, x[:, 0] + a, weights), cov[0, 1] ** 2 / (cov[0, 0] * cov[1, 1]), rtol=1e-13
    )


@given(st.lists(st.integers(-2, 8), max_size=40))
def test_codes_are_those_of_first_appearance(values):
    values = np.array(values, dtype=np.int64)
    expected = pd.factorize(values)[0]
    assert_array_equal(coded(values), expected)
    assert is_coded(values) == np.array_equal(values, expected)
    assert coded(expected) is expected


def test_codes_are_seen_across_blocks(small_blocks):
    codes = np.repeat(np.arange(100), 3)
    assert is_coded(codes)
    assert not is_coded(np.where(codes > 70, codes + 1, codes))
    assert not is_coded(np.where(codes == 50, -1, codes))
