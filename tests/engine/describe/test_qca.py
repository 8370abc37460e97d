"""Crisp sets: the formulas by hand and by brute force, the notation, and what missing codes do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.describe import qca
from replication.errors import StudyError
from tests.support.series import by_key

QUICK = settings(max_examples=25, deadline=None)
CODES = st.lists(st.tuples(*[st.sampled_from([0, 1])] * 3), min_size=1, max_size=12)


def long(rows, names=("a", "b", "y")) -> pd.DataFrame:
    wide = pd.DataFrame(rows, columns=list(names), dtype="float64")
    wide.index = [f"case_{place:02d}" for place in range(len(wide))]
    stacked = wide.stack().rename("code").rename_axis(["case", "condition"]).reset_index()
    return stacked.astype({"code": "Int64"})


# four cases: a occurs in three, y in two, both in two (formulas: Ragin 2006)
FOUR = long([(1, 0, 1), (1, 1, 1), (1, 0, 0), (0, 1, 0)])


def test_sufficiency_and_necessity_by_hand():
    enough = by_key(qca.sufficiency(FOUR, expressions=["a", "a*b"], outcome="y"))
    needed = by_key(qca.necessity(FOUR, expressions=["a"], outcome="y"))
    assert enough["a", "consistency"] == 2 / 3
    assert enough["a", "coverage"] == 1
    assert enough["a*b", "consistency"] == 1
    assert enough["a*b", "coverage"] == 1 / 2
    assert needed["a", "consistency"] == 1
    assert needed["a", "coverage"] == 2 / 3
    # one case without a, two that are not both: Schneider and Wagemann (2012), RoN = 1 / 2
    assert needed["a", "relevance"] == 1 / 2


@given(CODES)
@QUICK
def test_consistency_of_sufficiency_is_coverage_of_necessity(rows):
    enough = by_key(qca.sufficiency(long(rows), expressions=["a", "~b"], outcome="y"))
    needed = by_key(qca.necessity(long(rows), expressions=["a", "~b"], outcome="y"))
    for term in ("a", "~b"):
        assert enough[term, "consistency"] == pytest.approx(needed[term, "coverage"], nan_ok=True)
        assert enough[term, "coverage"] == pytest.approx(needed[term, "consistency"], nan_ok=True)


@given(CODES)
@QUICK
def test_notation_is_boolean_algebra(rows):
    codes = pd.DataFrame(rows, columns=["a", "b", "y"])
    truth = {name: codes[name] == 1 for name in codes}
    expected = (truth["a"] & ~truth["b"]) | truth["y"]
    assert (qca.membership(codes, "a*~b + y") == 1).tolist() == expected.tolist()
    # De Morgan
    assert qca.membership(codes, "~a*~b").tolist() == (1 - qca.membership(codes, "a+b")).tolist()


@given(CODES, st.randoms())
@QUICK
def test_order_of_cases_does_not_matter(rows, random):
    mixed = rows[:]
    random.shuffle(mixed)
    before, after = (
        by_key(qca.sufficiency(long(r), expressions=["a", "b", "a+b"], outcome="y")) for r in (rows, mixed)
    )
    assert before == pytest.approx(after, nan_ok=True)


def test_missing_codes_leave_out_a_case_only_where_they_matter():
    codes = qca.codes_of(long([(0, np.nan, 1), (1, np.nan, 1), (1, 1, 1)]))
    known = {text: len(qca.known_pair(codes, text, "y")[0]) for text in ("a*b", "a+b", "b")}
    # a absent settles the first case, a present the second
    assert known == {"a*b": 2, "a+b": 2, "b": 1}


def test_a_term_that_never_occurs_has_no_consistency():
    found = by_key(qca.sufficiency(FOUR, expressions=["a*~a"], outcome="y"))
    assert np.isnan(found["a*~a", "consistency"])
    assert found["a*~a", "coverage"] == 0


def test_codes_are_shown_by_case_in_the_order_of_the_table():
    codes = qca.case_codes(FOUR.iloc[::-1])
    assert by_key(codes)["case_03", "a"] == 0
    assert codes["group"].unique().tolist() == ["case_03", "case_02", "case_01", "case_00"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: qca.sufficiency(t, expressions=["c"], outcome="y"), "condition 'c' is not known"),
        (lambda t: qca.sufficiency(t, expressions=["a**b"], outcome="y"), "is not in the notation"),
        (lambda t: qca.sufficiency(t, expressions=["a"], outcome="z"), "condition 'z' is not known"),
        (lambda t: qca.case_codes(t.assign(code=2)), "codes other than 0 and 1"),
        (lambda t: qca.case_codes(t, value="codes"), "column 'codes' is not known"),
    ],
)
def test_what_cannot_be_compared_is_one_clear_line(call, message):
    with pytest.raises(StudyError, match=message):
        call(FOUR)


def test_a_condition_that_is_always_there_has_no_relevance():
    always = long([(1, 1, 1), (1, 0, 0)])
    assert by_key(qca.necessity(always, expressions=["a"], outcome="y"))["a", "relevance"] == 0
