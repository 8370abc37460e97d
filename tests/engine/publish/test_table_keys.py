"""Keys of a table of models: what stands under an estimate, stars, statistics beneath, numbers of columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import replication as rp

DRAW = np.random.default_rng(2)
ROWS = pd.DataFrame(
    {"e": np.repeat(list("abcdefghijklmnop"), 8), "t": np.tile(range(1990, 1998), 16)}
).assign(x=DRAW.normal(size=128), z=DRAW.normal(size=128))
ROWS["y"] = 3 * ROWS["x"] + 0.1 * ROWS["z"] + DRAW.normal(size=128)
KEYS = {"entity": "e", "time": "t", "covariance": "hc1"}


@pytest.fixture(scope="module")
def one():
    return rp.fit("y ~ x + z", ROWS, **KEYS)


@pytest.fixture(scope="module")
def both(one):
    return rp.compare(pooled=one, within=rp.fit("y ~ x", ROWS, effects=["entity"], **KEYS))


def texts(table):
    return [[cell.before + cell.text + cell.after for cell in row] for row in table.rows]


def test_without_keys_tables_are_as_before(both):
    assert both.published() == both.published(below="intervals", stars=[], numbered=False)


def test_stars_go_by_the_p_value_and_stay_out_of_a_csv(both):
    rows = texts(both.published(stars=[0.1, 0.05, 0.01]))
    p = both.table.query("model == 'pooled'").set_index("term")["p_value"]
    for label, estimate, *_ in rows:
        if label in p.index:
            assert estimate.count("*") == sum(p[label] < level for level in (0.1, 0.05, 0.01)), label
    assert "*" not in both.to_csv(stars=[0.05])
    note = " ".join(both.published(stars=[0.01, 0.05]).notes)
    assert "Stars, by the first error: * p < 0.05, ** p < 0.01." in note
    for level in (0, 1, 1.5):
        with pytest.raises(rp.StudyError, match="stars"):
            both.published(stars=[level])


def test_t_statistics_or_nothing_instead_of_intervals(one, both):
    labels = [row[0] for row in texts(both.published(below="t"))]
    assert "HC1, t" in labels and "HC1, 95% from" not in labels
    assert one.published(below="t").header == ("", "Estimate", "s.e.", "t", "p")
    shown = {row[0]: row[3] for row in texts(one.published(below="t"))}
    t = one.table.set_index("term")["statistic"]
    assert float(shown["x"]) == pytest.approx(t["x"], abs=0.005)
    labels = [row[0] for row in texts(both.published(below="nothing"))]
    assert not any(label.startswith("HC1") for label in labels)
    assert "below it" not in " ".join(both.published(below="nothing").notes)


def test_statistics_beneath_in_the_order_asked_for(both):
    table = both.published(fit=["rsquared", "nobs"])
    assert [row[0] for row in texts(table)][-2:] == ["R²", "Observations"]
    assert "Observations" not in both.to_csv(fit=[])
    with pytest.raises(rp.StudyError, match="statistic .rsquare. is not known.*did you mean .rsquared."):
        both.published(fit=["rsquare"])


def test_columns_are_numbered(both):
    assert both.published(numbered=True).header == ("", "(1) pooled", "(2) within")
