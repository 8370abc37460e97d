"""Files with some bytes changed, cut out or put in: a table or one line in our own words, never a fault."""

from __future__ import annotations

import io
import random
import re
import zipfile

import numpy as np
import pandas as pd
import pytest

from replication.errors import DataError
from replication.panel.panel import panel_of
from replication.panel.read_table import read_user_table

FOREIGN = re.compile(r"\w+Error|Exception|Traceback|dtype|has no attribute|numpy|pyarrow|subscriptable")
TABLE = pd.DataFrame(
    {
        "land": np.repeat(list("ABCD"), 6),
        "t": np.tile([f"199{n}Q{q}" for n in (0, 1) for q in (1, 2, 3)], 4),
        "x": np.random.default_rng(1).normal(size=24),
        "g": pd.Categorical(np.tile(["a", "b", "c"], 8)),
        "d": pd.Timestamp("1990-01-01") + pd.to_timedelta(np.arange(24), "D"),
    }
)


def damaged(draw: random.Random, content: bytes) -> bytes:
    """The same with up to six changes, or cut off."""
    raw = bytearray(content)
    kind = draw.choice(("cut", "other", "out", "in"))
    if kind == "cut":
        return bytes(raw[: draw.randrange(len(raw))])
    for _ in range(draw.randint(1, 6)):
        place = draw.randrange(len(raw))
        if kind == "other":
            raw[place] = draw.randrange(256)
        elif kind == "out":
            del raw[place : place + draw.randint(1, 20)]
        else:
            raw[place:place] = draw.randbytes(draw.randint(1, 8))
    return bytes(raw)


def damaged_within(draw: random.Random, content: bytes) -> bytes:
    """A workbook, whole as an archive, with one of its parts damaged."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = draw.choice([name for name in parts if name.startswith("xl/")])
    parts[name] = damaged(draw, parts[name])
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    return whole.getvalue()


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("a.csv", damaged),
        ("a.xlsx", damaged),
        ("a.xlsx", damaged_within),
        ("a.dta", damaged),
        ("a.parquet", damaged),
    ],
)
def test_damage_is_told_in_our_own_words(tmp_path, name, harm):
    path, draw = tmp_path / name, random.Random(17)
    write = {"csv": TABLE.to_csv, "xlsx": TABLE.to_excel, "dta": TABLE.to_stata, "parquet": TABLE.to_parquet}
    write[path.suffix[1:]](path)
    content, refused = path.read_bytes(), 0
    for _ in range(60):
        path.write_bytes(harm(draw, content))
        try:
            panel_of(read_user_table(path), "land", "t", {})
        except DataError as problem:
            refused += 1
            assert "\n" not in str(problem) and not FOREIGN.search(str(problem)), str(problem)
    assert refused > 5
