"""Balance and camps of signed networks, against brute force and against what must not change them."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.describe import networks
from replication.errors import StudyError

QUICK = settings(max_examples=40, deadline=None)
NAMES = "abcdefg"
PAIRS = list(combinations(NAMES, 2))
TIES = st.lists(st.tuples(st.sampled_from(PAIRS), st.sampled_from([-1, 1])), min_size=1, max_size=14)


def table(ties, phase: int = 1) -> pd.DataFrame:
    rows = [(phase, source, target, sign) for (source, target), sign in ties]
    return pd.DataFrame(rows, columns=["phase", "source", "target", "sign"])


def figures(rows: pd.DataFrame) -> dict[str, float]:
    assert not rows.duplicated(["group", "period"]).any()
    return dict(zip(rows["group"], rows["value"], strict=True))


def network(ties) -> networks.Network:
    rows = table(ties)
    return networks.network(
        rows["source"].to_numpy(object), rows["target"].to_numpy(object), rows["sign"].to_numpy()
    )


def frustration_by_brute_force(ties, camps: int = 2) -> int:
    actors = sorted({actor for pair, _ in ties for actor in pair})
    best = len(ties)
    for places in product(range(camps), repeat=len(actors)):
        camp = dict(zip(actors, places, strict=True))
        against = sum((camp[a] == camp[b]) == (sign < 0) for (a, b), sign in ties)
        best = min(best, against)
    return best


@given(TIES, st.sampled_from([1, 2, 3]))
@QUICK
def test_frustration_is_that_of_brute_force(ties, camps):
    found = figures(networks.frustration(table(ties), camps=camps))
    assert found["statements against the best split"] == frustration_by_brute_force(ties, camps)


@given(TIES, st.sets(st.sampled_from(NAMES)))
@QUICK
def test_switching_the_signs_across_a_cut_leaves_balance(ties, cut):
    switched = [((a, b), -sign if (a in cut) != (b in cut) else sign) for (a, b), sign in ties]
    assert networks.triads(network(ties)) == networks.triads(network(switched))
    before, after = (figures(networks.frustration(table(rows))) for rows in (ties, switched))
    assert before == after


@given(TIES, st.permutations(NAMES))
@QUICK
def test_other_names_and_another_order_change_nothing_but_names(ties, names):
    name = dict(zip(NAMES, names, strict=True))
    renamed = [((name[b], name[a]), sign) for (a, b), sign in reversed(ties)]
    assert figures(networks.network_counts(table(ties))) == figures(networks.network_counts(table(renamed)))
    camp = figures(networks.camp_members(table(ties), anchor=ties[0][0][0]))
    other = figures(networks.camp_members(table(renamed), anchor=name[ties[0][0][0]]))
    assert {name[actor]: place for actor, place in camp.items()} == pytest.approx(other, nan_ok=True)


@given(TIES, st.sets(st.sampled_from(NAMES)))
@QUICK
def test_two_camps_that_only_help_inside_and_fight_across_are_balanced(ties, camp):
    balanced = [((a, b), 1 if (a in camp) == (b in camp) else -1) for (a, b), _ in ties]
    assert figures(networks.frustration(table(balanced)))["statements against the best split"] == 0
    good, found = networks.triads(network(balanced))
    assert good == found
    anchor = balanced[0][0][0]
    placed = figures(networks.camp_members(table(balanced), anchor=anchor))
    same = {actor: place == 1 for actor, place in placed.items() if not np.isnan(place)}
    assert same == {actor: (actor in camp) == (anchor in camp) for actor in same}


@given(TIES)
@QUICK
def test_triads_are_those_counted_one_by_one(ties):
    sign: dict[tuple[str, str], set[int]] = {}
    for pair, value in ties:
        sign.setdefault(pair, set()).add(value)
    clear = {pair: next(iter(values)) for pair, values in sign.items() if len(values) == 1}
    products = [
        clear[a, b] * clear[b, c] * clear[a, c]
        for a, b, c in combinations(NAMES, 3)
        if {(a, b), (b, c), (a, c)} <= set(clear)
    ]
    assert networks.triads(network(ties)) == (sum(p > 0 for p in products), len(products))


@given(TIES)
@QUICK
def test_counts_and_sizes_add_up(ties):
    count = figures(networks.network_counts(table(ties)))
    assert count["positive statements"] + count["negative statements"] == count["statements"] == len(ties)
    pairs = count["positive pairs"] + count["negative pairs"] + count["mixed pairs"]
    assert pairs == count["pairs with a tie"]
    sizes = figures(networks.camp_sizes(table(ties), anchor=ties[0][0][0]))
    assert sum(sizes.values()) == count["actors"]
    degrees = networks.signed_degree(table(ties), sign="positive")["value"].sum()
    assert degrees == 2 * (count["positive pairs"] + count["mixed pairs"])


@pytest.mark.parametrize(("n", "camps", "number"), [(1, 2, 1), (4, 2, 8), (4, 3, 14), (5, 5, 52)])
def test_splits_are_as_many_as_stirling_numbers_say(n, camps, number):
    # sums of Stirling numbers of the second kind; 52 is the fifth Bell number
    rows = networks.splits(n, camps)
    assert rows.shape == (number, n)
    assert len(np.unique(rows, axis=0)) == number


def test_three_enemies_frustrate_two_camps_and_not_three():
    ties = [(pair, -1) for pair in combinations("abc", 2)]
    assert figures(networks.frustration(table(ties))) == {
        "statements against the best split": 1,
        "best splits": 3,
    }
    assert figures(networks.frustration(table(ties), camps=3))["statements against the best split"] == 0
    undecided = figures(networks.camp_members(table(ties), anchor="a"))
    assert undecided["a"] == 1
    assert np.isnan(undecided["b"]) and np.isnan(undecided["c"])


def test_a_mixed_pair_is_in_no_triad_and_counts_both_ways():
    ties = [(("a", "b"), 1), (("a", "b"), -1), (("b", "c"), 1), (("a", "c"), 1)]
    assert networks.triads(network(ties)) == (0, 0)
    assert np.isnan(figures(networks.network_shares(table(ties)))["balanced triads"])
    assert figures(networks.frustration(table(ties)))["statements against the best split"] == 1


def test_phases_are_apart_and_shares_cross_borders():
    ties = pd.concat([table([(("a", "b"), 1), (("a", "c"), -1)]), table([(("a", "d"), -1)], phase=2)])
    country = {"a": "USA", "b": "USA", "c": "JPN", "d": None}
    for end in ("source", "target"):
        ties[f"{end}_country"] = ties[end].map(country)
    found = networks.crossing_share(ties).set_index(["group", "period"])["value"]
    assert found["all statements", "1"] == 0.5
    assert found["negative statements", "1"] == 1
    assert np.isnan(found["all statements", "2"])
    assert networks.network_counts(ties).set_index(["group", "period"]).loc[("actors", "2"), "value"] == 2


def test_named_sides_are_held_against_the_camps_found():
    ties = table([(("a", "b"), 1), (("a", "c"), -1)])
    side = {"a": "for", "b": "against", "c": "against"}
    for end in ("source", "target"):
        ties[f"{end}_side"] = ties[end].map(side)
    found = figures(networks.camp_agreement(ties, anchor="a", sides=["for", "against"]))
    assert found == {"actors with a named side": 3, "in the camp of that side": 2}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda ties: networks.camp_members(ties, anchor="z"), "anchor 'z' is not known"),
        (lambda ties: networks.frustration(ties, camps=0), "camps is 0"),
        (lambda ties: networks.signed_degree(ties, sign="both"), "sign 'both' is not known"),
        (lambda ties: networks.crossing_share(ties), "column 'source_country' is not known"),
        (lambda ties: networks.network_counts(ties.assign(sign=0)), "sign of a - b is 0"),
        (lambda ties: networks.network_counts(ties.assign(target="a")), "a has a tie with itself"),
        (lambda ties: networks.network_counts(ties.drop(columns="sign")), "column 'sign' is not known"),
    ],
)
def test_what_cannot_be_measured_is_one_clear_line(call, message):
    with pytest.raises(StudyError, match=message):
        call(table([(("a", "b"), 1)]))


def test_a_network_too_large_for_all_splits_is_refused_at_once():
    chain = pd.DataFrame({"phase": 1, "source": range(60), "target": range(1, 61), "sign": 1}).astype(
        {"source": str, "target": str}
    )
    with pytest.raises(StudyError, match="61 actors in 2 camps: more than 2,000,000 splits"):
        networks.frustration(chain)


def test_a_triad_with_a_mixed_pair_is_counted_apart():
    source, target = np.array(["a", "b", "a", "a"]), np.array(["b", "c", "c", "b"])
    net = networks.network(source, target, np.array([1, 1, 1, -1]))
    assert networks.triads(net) == (0, 0)
    assert networks.triads_with_a_mixed_pair(net) == 1
    whole = networks.network(source[:3], target[:3], np.array([1, 1, 1]))
    assert networks.triads(whole) == (1, 1)
    assert networks.triads_with_a_mixed_pair(whole) == 0
