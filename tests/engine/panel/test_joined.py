"""Columns made of several of a file: whatever the format, and what cannot be made is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import replication as rp
from replication.errors import DataError, UserError

DRAW = np.random.default_rng(11)
TABLE = pd.DataFrame(
    {
        "donor": np.repeat(["JPN", "USA"], 30),
        "recipient": np.tile(np.repeat([1, 2, 3], 10), 2),
        "year": np.tile(np.arange(1990, 2000), 6),
        "x": DRAW.normal(size=60),
        "y": DRAW.normal(size=60),
    }
)
PAIR = {"pair": "{donor} - {recipient}"}


def test_a_lag_stays_within_the_pair(tmp_path):
    """The same as with a column that was made beforehand, from a frame and from files."""
    own = TABLE.assign(pair=TABLE["donor"] + TABLE["recipient"].astype(str))
    want = rp.fit("y ~ lag(x)", own, entity="pair", time="year", effects=["entity"])
    TABLE.to_csv(tmp_path / "panel.csv", index=False)
    TABLE.to_parquet(tmp_path / "panel.parquet")
    for data in (TABLE, tmp_path / "panel.csv", tmp_path / "panel.parquet"):
        found = rp.fit("y ~ lag(x)", data, joined=PAIR, entity="pair", time="year", effects=["entity"])
        assert_allclose(found.table["estimate"], want.table["estimate"], rtol=1e-13)
        assert_allclose(found.table["std_error"], want.table["std_error"], rtol=1e-13)
        assert set(found.dropped["entity"]) == {f"{d} - {r}" for d in ("JPN", "USA") for r in (1, 2, 3)}
        assert "60 rows, 5 columns" in found.summary() and "pair made of donor, recipient" in found.summary()


def test_a_part_that_is_missing_leaves_it_missing():
    table = TABLE.assign(recipient=TABLE["recipient"].astype("Int64").where(TABLE.index > 1))
    read = rp.read(table, joined={"period": "{year}Q{recipient}", **PAIR})
    assert read.table["period"].isna().tolist() == [True, True] + [False] * 58
    assert read.table["pair"].dropna().iloc[0] == "JPN - 1" and read.table["period"].iloc[2] == "1992Q1"


@pytest.mark.parametrize(
    ("joined", "told"),
    [
        ({"pair": "{donor}"}, "allowed: a text in which two columns or more stand in braces"),
        ({"pair": "{donor} {{recipient}"}, "allowed: a text in which two columns or more stand in braces"),
        ({"pair": "{donor} {recipent}"}, "study.joined.pair: column 'recipent' is not known"),
        ({"pair": "{donor} {x}"}, "x holds decimals; allowed: columns of texts or whole numbers"),
        ({"y": "{donor} {recipient}"}, "study.joined.y: the file has a column of this name already"),
    ],
)
def test_what_cannot_be_made_is_refused(joined, told):
    with pytest.raises(UserError, match="joined") as refused:
        rp.read(TABLE, joined=joined)
    assert told in str(refused.value)


def test_parts_that_run_into_one_another_are_refused():
    table = pd.DataFrame({"a": [1, 11], "b": [11, 1], "year": [1990, 1990]})
    with pytest.raises(DataError, match="'111' is spelled by different parts; part them by another sign"):
        rp.read(table, joined={"both": "{a}{b}"})
