"""Reduction of truth tables: by hand, by brute force over all Boolean functions drawn, and its checks."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.describe import qca, qca_checks, qca_solutions
from replication.errors import StudyError
from tests.engine.describe.test_qca import long
from tests.support.series import by_key

QUICK = settings(max_examples=40, deadline=None)
CORNERS = list(product((1, 0), repeat=3))
# each corner of the cube: seen with the outcome, seen without it, or a remainder; one at least with it
TABLES = st.lists(st.sampled_from([1, 0, None]), min_size=8, max_size=8).filter(lambda out: 1 in out)
NAMES = ("a", "b", "c")


def table_of(outs) -> pd.DataFrame:
    rows = [(*corner, out) for corner, out in zip(CORNERS, outs, strict=True) if out is not None]
    return long(rows, (*NAMES, "y"))


def terms(outs, kind, **more) -> list[str]:
    found = qca_solutions.solution(table_of(outs), conditions=list(NAMES), outcome="y", kind=kind, **more)
    first = [name.removeprefix("1: ") for name in found["group"].unique() if not name.startswith("2: ")]
    return [name for name in first if name != qca_solutions.WHOLE and not name[0].isdigit()]


def holds(texts: list[str]) -> list[bool]:
    """Which corners a solution covers."""
    codes = pd.DataFrame(CORNERS, columns=list(NAMES), dtype=float)
    return (qca.membership(codes, " + ".join(texts)) == 1).tolist() if "" not in texts else [True] * 8


@given(TABLES)
@QUICK
def test_a_solution_covers_all_rows_with_the_outcome_and_none_without(outs):
    for kind in ("complex", "parsimonious", "intermediate"):
        if None not in outs and 0 not in outs:
            continue  # everything has the outcome: the solution is empty of literals
        if kind != "complex" and 0 not in outs:
            continue
        covered = holds(terms(outs, kind, expect=["a", "b", "c"]))
        for out, found in zip(outs, covered, strict=True):
            assert found if out == 1 else True
            assert not found if out == 0 else True
            if kind == "complex":
                assert found == (out == 1)


@given(TABLES.filter(lambda outs: 0 in outs))
@QUICK
def test_fewer_assumptions_never_make_a_shorter_solution(outs):
    short, middle, full = (terms(outs, kind, expect=["a", "b"]) for kind in KINDS)
    assert len(short) <= len(full)
    for wide, narrow in ((short, full), (middle, full)):
        assert all(w or not n for w, n in zip(holds(wide), holds(narrow), strict=True))


KINDS = ("parsimonious", "intermediate", "complex")


@given(TABLES.filter(lambda outs: 0 in outs))
@QUICK
def test_no_literal_of_a_parsimonious_term_can_be_spared(outs):
    negative = [corner for corner, out in zip(CORNERS, outs, strict=True) if out == 0]
    codes = pd.DataFrame(negative, columns=list(NAMES), dtype=float)
    for text in terms(outs, "parsimonious"):
        parts = text.split(" * ")
        for part in parts:
            rest = " * ".join(other for other in parts if other != part)
            assert not rest or (qca.membership(codes, rest) == 1).any()


# Rows of a comparison by hand: with the outcome 110 and 100 (and 101), without it 000; the rest unseen.
BY_HAND = [None, 1, None, 1, None, None, None, 0]  # 111 110 101 100 011 010 001 000


def test_three_kinds_by_hand():
    assert terms(BY_HAND, "complex") == ["a * ~c"]
    assert terms(BY_HAND, "parsimonious") == ["a"]
    # ~c may go where c is expected to help, and must stay where its absence is
    assert terms(BY_HAND, "intermediate", expect=["c"]) == ["a"]
    assert terms(BY_HAND, "intermediate", expect=["~c"]) == ["a * ~c"]
    assert terms(BY_HAND, "intermediate") == ["a * ~c"]


def test_covers_that_tie_are_all_given():
    # exclusive or with two corners unseen: b and c can each tell 100 from 011
    outs = [None, None, None, 1, 0, None, None, None]
    found = qca_solutions.solution(table_of(outs), conditions=list(NAMES), outcome="y", kind="parsimonious")
    assert set(found["group"]) == {
        f"{number}: {text}" for number, text in ((1, "a"), (2, "~b"), (3, "~c"))
    } | {f"{number}: {qca_solutions.WHOLE}" for number in (1, 2, 3)}


def test_fit_of_terms_by_hand():
    rows = long([(1, 1, 1), (1, 0, 1), (0, 1, 1), (0, 0, 0)])
    found = by_key(qca_solutions.solution(rows, conditions=["a", "b"], outcome="y", kind="complex"))
    assert found["a", "consistency"] == 1 and found["a", "coverage"] == 2 / 3
    assert found["a", "unique coverage"] == 1 / 3
    assert found[qca_solutions.WHOLE, "coverage"] == 1
    assert np.isnan(found[qca_solutions.WHOLE, "unique coverage"])


def test_the_negated_outcome_is_reduced_too():
    rows = long([(1, 1, 1), (1, 0, 1), (0, 1, 0), (0, 0, 0)])
    found = qca_solutions.solution(rows, conditions=["a", "b"], outcome="~y", kind="complex")
    assert set(found["group"]) == {"~a", qca_solutions.WHOLE}


@given(TABLES)
@QUICK
def test_the_truth_table_has_every_combination_and_every_case_once(outs):
    rows = by_key(qca_solutions.truth_table(table_of(outs), conditions=list(NAMES), outcome="y"))
    groups = list(dict.fromkeys(group for group, _ in rows))
    assert len(groups) == 8
    assert sorted(tuple(rows[g, n] for n in NAMES) for g in groups) == sorted(CORNERS)
    for corner, out in zip(CORNERS, outs, strict=True):
        (group,) = [g for g in groups if tuple(rows[g, n] for n in NAMES) == corner]
        assert rows[group, "cases"] == (out is not None)
        assert group.startswith("remainder") == (out is None)
        if out is None:
            assert np.isnan(rows[group, "OUT"])
        else:
            assert rows[group, "OUT"] == rows[group, "PRI"] == rows[group, "consistency"] == out


def test_a_contradictory_row_is_out_only_at_a_lower_cutoff():
    rows = long([(1, 1), (1, 1), (1, 0), (0, 0)], ("a", "y"))
    strict = by_key(qca_solutions.truth_table(rows, conditions=["a"], outcome="y"))
    loose = by_key(qca_solutions.truth_table(rows, conditions=["a"], outcome="y", cutoff=0.6))
    group = "case_00; case_01; case_02"
    assert (strict[group, "OUT"], loose[group, "OUT"]) == (0, 1)
    assert strict[group, "consistency"] == 2 / 3


def test_flips_by_hand():
    rows = long([(1, 1), (0, 0), (0, 0)], ("a", "y"))
    found = by_key(qca_checks.flips(rows, expressions=["a"], outcome="y"))
    # six codes; after any flip a and y part in that case, so that one of the two fails
    assert found["a", "flips"] == 6
    assert found["a", "still both"] == 0
    # a turned on where y is not, or y turned off where a is, ends sufficiency (three flips)
    assert found["a", "still sufficient"] == 2 and found["a", "still necessary"] == 2


def test_a_flip_that_matters_to_a_solution_is_seen():
    rows = long([(1, 1), (0, 0)], ("a", "y"))
    found = by_key(qca_checks.solution_flips(rows, conditions=["a"], outcome="y"))
    assert set(found) == {
        (f"{case}: {name}", "same solution") for case in ("case_00", "case_01") for name in ("a", "y")
    }
    assert set(found.values()) == {0.0}


def test_agreement_and_kappa_by_hand():
    rows = pd.DataFrame(
        {
            "condition": ["a"] * 4 + ["b"] * 2,
            "code": [1, 1, 0, 0, 1, 1],
            "second_code": [1, 0, 0, 0, 1, 1],
        }
    )
    found = by_key(qca_checks.agreement(rows))
    assert found["a", "agree"] == 0.75
    assert found["a", "kappa"] == 0.5  # (0.75 - 0.5) / (1 - 0.5)
    assert np.isnan(found["b", "kappa"])
    assert found["all", "agree"] == 5 / 6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: qca_solutions.truth_table(t, conditions=[], outcome="y"), "0 conditions"),
        (
            lambda t: qca_solutions.solution(t, conditions=["a"], outcome="a*~a", kind="complex"),
            "nothing to reduce",
        ),
        (
            lambda t: qca_solutions.solution(
                t, conditions=["a"], outcome="y", kind="intermediate", expect=["d"]
            ),
            "condition 'd' is not known",
        ),
        (lambda t: qca_checks.agreement(t), "column 'second_code' is not known"),
    ],
)
def test_what_cannot_be_reduced_is_one_clear_line(call, message):
    with pytest.raises(StudyError, match=message):
        call(long([(1, 1), (0, 0)], ("a", "y")))
