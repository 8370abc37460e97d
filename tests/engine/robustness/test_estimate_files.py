"""What is written of a curve is read again, a column, a part or all of it, from files or from memory."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replication.robustness import estimate_files as module
from replication.robustness.cells import NUMBERS
from replication.robustness.estimate_files import TYPES, write_column, write_estimates


def answers(sizes, seed):
    """Tables as tasks give them, sample by sample; some of their specifications could not be estimated."""
    random = np.random.default_rng(seed)
    numbers = random.permutation(sum(sizes)).astype(np.int32)
    for some in np.split(numbers, np.cumsum(sizes)[:-1]):
        size = len(some)
        table = pd.DataFrame(random.normal(size=(size, len(NUMBERS))), columns=list(NUMBERS))
        table.insert(0, "number", some)
        problem = random.choice(["", "", "no row is left", "collinear"], size)
        yield table.assign(nobs=random.integers(9, 99, size), one_by_one=problem != "", problem=problem)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.integers(0, 2**32 - 1), st.integers(1, 20))
def test_what_is_written_is_read(tmp_path_factory, sizes, seed, step):
    folder = tmp_path_factory.mktemp("estimates")
    found, failed = write_estimates(folder, answers(sizes, seed))
    whole = pd.concat([*answers(sizes, seed)], ignore_index=True)
    able = whole[whole["problem"] == ""].sort_values("number", ignore_index=True)[list(TYPES)]
    assert found.size == len(able)
    assert failed == Counter(whole["problem"][whole["problem"] != ""])
    for each in (found, found.in_memory()):
        for name in TYPES:
            assert np.array_equal(each.column(name), able[name])
        with mock.patch.object(module, "pieces", lambda size: module_pieces(size, step)):
            parts = list(each.parts())
        assert [len(part) for part in parts[:-1]] == [step] * (len(parts) - 1)
        if parts:
            pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), able, check_dtype=False)


module_pieces = module.pieces


def test_what_is_in_memory_needs_no_file(tmp_path):
    found, _ = write_estimates(tmp_path, answers([7], 3))
    held, numbers = found.in_memory(), found.column("number")
    for path in tmp_path.iterdir():
        path.unlink()
    assert np.array_equal(held.column("number"), numbers)
    assert len(held.column("estimate")) == held.size


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
@pytest.mark.parametrize("size", [10, 100_000])
def test_a_full_disk_is_told_however_few_the_numbers(size):
    with pytest.raises(OSError, match="No space left on device"):
        write_column(Path("/dev/full"), np.zeros(size))
