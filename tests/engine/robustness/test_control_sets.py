"""Sets of controls that are told by their place, against the sets written out."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replication.robustness.choice_labels import joined, named_in
from replication.robustness.control_sets import AllSubsets, ListedSets

NAMES = ("income", "lag(size, 1)", "war, declared", "aid", "peace")


@st.composite
def subsets(draw):
    """All subsets of a few controls beside controls that are always in, and the same written out."""
    varied, fixed = draw(st.integers(0, 4)), draw(st.integers(0, 1))
    names, reported = NAMES[: varied + fixed], draw(st.integers(0, (1 << varied) - 1))
    terms = tuple((name,) for name in names)
    binary = [reported, *(number for number in range(1 << varied) if number != reported)]
    listed = [[number >> place & 1 for place in range(varied)] + [1] * fixed for number in binary]
    shape = len(binary), varied + fixed
    written = np.array(listed, dtype=bool).reshape(shape)
    return AllSubsets(names, terms, varied, reported), ListedSets(names, terms, varied, written)


@given(subsets())
def test_all_subsets_are_those_written_out(both):
    told, written = both
    places = np.arange(len(told))
    assert len(told) == len(written)
    assert np.array_equal(told.members(places), written.members(places))
    assert [told.label(place) for place in places] == [written.label(place) for place in places]
    assert [told[place] for place in places] == [written[place] for place in places]


@given(subsets(), st.integers(0, 4))
def test_sets_that_differ_in_one_control_alone_have_the_same_number(both, number):
    told, written = both
    places = np.arange(len(told))
    if number >= told.varied:
        return
    without = [tuple(np.delete(row, number)) for row in written.listed]
    for sets in both:
        others = sets.others(places, number)
        assert ((others >= 0) & (others < len(told))).all()
        assert [left == right for left, right in product(others, others)] == [
            left == right for left, right in product(without, without)
        ]


@given(subsets())
def test_a_label_names_its_set_and_the_name_of_a_control_every_set_that_has_it(both):
    told, written = both
    places = np.arange(len(told))
    for sets in both:
        for place in places:
            label = joined(sets.label(place))
            named = label in sets.names
            matching = written.listed[:, sets.names.index(label)] if named else places == place
            assert np.array_equal(sets.matching(label, places), matching)
        assert not sets.matching("something else", places).any()


@given(st.lists(st.sampled_from(NAMES), unique=True))
def test_a_label_is_read_as_it_is_written(names):
    for size in range(1, len(names) + 1):
        for label in combinations(names, size):
            assert label in list(named_in(joined(label), names))


def test_names_that_hold_commas_may_be_read_in_two_ways():
    assert list(named_in("a, b", ["a", "b", "a, b"])) == [("a", "b"), ("a, b",)]
    assert list(named_in("none", ["a"])) == [()]


def test_a_label_that_names_two_sets_matches_both():
    names = ("a", "b, c", "a, b", "c")
    sets = AllSubsets(names, tuple((name,) for name in names), 4, 0)
    matching = sets.matching("a, b, c", np.arange(16))
    assert [sets.label(place) for place in np.flatnonzero(matching)] == [("a", "b, c"), ("a, b", "c")]


@pytest.mark.parametrize("place", [0, 1, 2**19, 2**20 - 1])
def test_a_million_sets_are_told_without_being_held(place):
    names = tuple(f"c{number}" for number in range(20))
    sets = AllSubsets(names, tuple((name,) for name in names), 20, 2**19)
    number = {0: 2**19, 2**19: 2**19 - 1}.get(place, place - 1 if place <= 2**19 else place)
    assert sets.label(place) == (
        tuple(name for bit, name in enumerate(names) if number >> bit & 1) or ("none",)
    )
