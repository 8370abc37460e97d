"""Signed networks: size, balance, and the camps into which they split best.

A row of the table is one statement of a tie: `source`, `target`, `sign` (1 or -1) and its `phase`. Ties have
no direction here. Two actors may have several statements; nothing is netted: a pair with both signs is
`mixed`, and every statement counts when camps are sought.

Parameters
----------
camps : int
    Number of camps into which the actors are split.
anchor : str
    Actor whose camp is the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

import numpy as np
import pandas as pd

from replication.describe.series import by_name, choose
from replication.errors import StudyError

Sign = Literal["positive", "negative"]
MOST_SPLITS = 2_000_000


@dataclass(frozen=True)
class Network:
    """The ties of one period.

    Attributes
    ----------
    actors : tuple of str
        Names of the n actors that have a tie, in alphabetical order.
    positive, negative : array, (n, n), integer
        Number of positive and of negative statements on each pair; symmetric, zero diagonal.
    """

    actors: tuple[str, ...]
    positive: np.ndarray
    negative: np.ndarray


def network(source: np.ndarray, target: np.ndarray, sign: np.ndarray) -> Network:
    """The network of statements given as three arrays of shape (statements,).

    Raises
    ------
    StudyError
        A sign other than +1 or -1, or a tie of an actor with itself.
    """
    bad = ~np.isin(sign, (-1, 1))
    if bad.any():
        raise StudyError(f"the sign of {source[bad][0]} - {target[bad][0]} is {sign[bad][0]}; allowed: 1, -1")
    if (source == target).any():
        raise StudyError(f"{source[source == target][0]} has a tie with itself; a tie has two ends")
    actors, ends = np.unique(np.concatenate([source, target]), return_inverse=True)
    first, second = ends.reshape(2, -1)
    counts = np.zeros((2, len(actors), len(actors)), dtype=np.int64)
    layer = (sign < 0).astype(int)
    np.add.at(counts, (layer, first, second), 1)
    np.add.at(counts, (layer, second, first), 1)
    return Network(tuple(str(actor) for actor in actors), counts[0], counts[1])


def pair_signs(net: Network) -> np.ndarray:
    """Sign of each pair, (n, n): 1 or -1 where its statements agree, 0 where it has none, NaN where mixed."""
    signs = np.sign(net.positive - net.negative).astype(float)
    signs[(net.positive > 0) & (net.negative > 0)] = np.nan
    return signs


def triads(net: Network) -> tuple[int, int]:
    """Number of balanced triads and of all triads whose three pairs have one sign each.

    A triad is balanced when the product of its signs is positive (Cartwright and Harary 1956).
    """
    signs = pair_signs(net)
    triples = combinations(range(len(signs)), 3)
    products = np.array([signs[i, j] * signs[j, k] * signs[i, k] for i, j, k in triples])
    return int((products > 0).sum()), int((np.abs(products) > 0).sum())


def triads_with_a_mixed_pair(net: Network) -> int:
    """Number of triples with a tie on each pair, one at least mixed: `triads` leaves them out."""
    tied = (net.positive + net.negative) > 0
    mixed = (net.positive > 0) & (net.negative > 0)
    triples = combinations(range(len(tied)), 3)
    pairs = [[(i, j), (j, k), (i, k)] for i, j, k in triples]
    return sum(all(tied[pair] for pair in three) and any(mixed[pair] for pair in three) for three in pairs)


def splits(n: int, camps: int) -> np.ndarray:
    """Every split of n actors into at most `camps` camps, once each: (splits, n), camps numbered from 0.

    Restricted growth strings: the first actor is in camp 0, and a new camp takes the next number.

    Raises
    ------
    StudyError
        More than 2,000,000 splits: exact enumeration is for small networks.
    """
    if camps < 1:
        raise StudyError(f"camps is {camps}; allowed: at least 1")
    rows = np.zeros((1, 1), dtype=np.int8)
    for _ in range(n - 1):
        choices = np.minimum(rows.max(axis=1) + 2, camps)
        if choices.sum() > MOST_SPLITS:
            raise StudyError(f"{n} actors in {camps} camps: more than {MOST_SPLITS:,} splits to go through")
        starts = np.repeat(np.cumsum(choices) - choices, choices)
        new = (np.arange(choices.sum()) - starts).astype(np.int8)
        rows = np.column_stack([np.repeat(rows, choices, axis=0), new])
    return rows


def best_splits(net: Network, camps: int) -> tuple[int, np.ndarray]:
    """Fewest statements against a split, and all the splits that reach it, (best, n).

    A statement is against a split when it is positive between camps or negative within one. With two camps
    the minimum is the line index of balance, or frustration (Harary 1959; Abelson and Rosenberg 1958); with
    more it is the criterion of Davis (1967) and Doreian and Mrvar (1996). Exact: all splits are counted.
    """
    rows = splits(len(net.actors), camps)
    against = np.zeros(len(rows), dtype=np.int64)
    for i, j in combinations(range(len(net.actors)), 2):
        if net.positive[i, j] or net.negative[i, j]:
            together = rows[:, i] == rows[:, j]
            against += np.where(together, net.negative[i, j], net.positive[i, j])
    return int(against.min()), rows[against == against.min()]


def camp_of(net: Network, camps: int, anchor: str) -> np.ndarray:
    """Camp of each actor, (n,): 1 the anchor's, the others by their first actor; NaN where undecided.

    An actor is undecided when splits that are equally good put it into different camps.

    Raises
    ------
    StudyError
        The anchor has no tie in the network.
    """
    first = net.actors.index(choose("anchor", anchor, net.actors))
    order = [first, *(i for i in range(len(net.actors)) if i != first)]
    _, best = best_splits(net, camps)
    numbered = np.array([_renumber(row[order]) for row in best])
    decided = (numbered == numbered[0]).all(axis=0)
    camp = np.empty(len(order))
    camp[order] = np.where(decided, numbered[0], np.nan)
    return camp


def _renumber(row: np.ndarray) -> np.ndarray:
    """Camps numbered from 1 in the order in which they first appear in `row`."""
    seen = list(dict.fromkeys(row.tolist()))
    return np.array([seen.index(camp) + 1 for camp in row.tolist()])


def network_counts(table: pd.DataFrame) -> pd.DataFrame:
    """How many actors, statements, pairs and triads a network has, by phase."""
    return _by_phase(table, _counts)


def _counts(net: Network) -> dict[str, float]:
    upper = np.triu_indices(len(net.actors), 1)
    positive, negative = net.positive[upper], net.negative[upper]
    balanced, all_triads = triads(net)
    return {
        "actors": len(net.actors),
        "statements": (positive + negative).sum(),
        "positive statements": positive.sum(),
        "negative statements": negative.sum(),
        "pairs with a tie": ((positive > 0) | (negative > 0)).sum(),
        "positive pairs": ((positive > 0) & (negative == 0)).sum(),
        "negative pairs": ((positive == 0) & (negative > 0)).sum(),
        "mixed pairs": ((positive > 0) & (negative > 0)).sum(),
        "triads": all_triads,
        "balanced triads": balanced,
        "triads with a mixed pair": triads_with_a_mixed_pair(net),
    }


def network_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Density, and the shares of positive statements and of balanced triads, by phase.

    Density is pairs with a tie over n(n - 1)/2. The share of balanced triads is the degree of balance of
    Cartwright and Harary (1956), taken over triads; NaN where there is no triad.
    """
    return _by_phase(table, lambda net: _shares(_counts(net)))


def _shares(count: dict[str, float]) -> dict[str, float]:
    actors, found = count["actors"], count["triads"]
    return {
        "density": count["pairs with a tie"] / (actors * (actors - 1) / 2),
        "positive statements": count["positive statements"] / count["statements"],
        "balanced triads": count["balanced triads"] / found if found else np.nan,
    }


def frustration(table: pd.DataFrame, *, camps: int = 2) -> pd.DataFrame:
    """Fewest statements against a split into `camps` camps, and the number of splits that reach it, by phase.

    Zero against two camps is structural balance (Harary 1953). See `best_splits` for the definition.
    """

    def describe(net: Network) -> dict[str, float]:
        """Of one phase."""
        against, best = best_splits(net, camps)
        return {"statements against the best split": against, "best splits": len(best)}

    return _by_phase(table, describe)


def camp_members(table: pd.DataFrame, *, anchor: str, camps: int = 2) -> pd.DataFrame:
    """Camp of each actor in the best split, by phase: 1 with `anchor`, NaN where the best splits differ."""
    return _by_phase(
        table, lambda net: dict(zip(net.actors, camp_of(net, camps, anchor).tolist(), strict=True))
    )


def camp_sizes(table: pd.DataFrame, *, anchor: str, camps: int = 2) -> pd.DataFrame:
    """Number of actors in each camp of the best split, and of those undecided, by phase."""

    def describe(net: Network) -> dict[str, float]:
        """Of one phase."""
        camp = camp_of(net, camps, anchor)
        sizes = {f"camp {number}": (camp == number).sum() for number in range(1, camps + 1)}
        return {**sizes, "undecided": np.isnan(camp).sum()}

    return _by_phase(table, describe)


def signed_degree(table: pd.DataFrame, *, sign: Sign) -> pd.DataFrame:
    """Number of other actors that each actor has a `positive` or a `negative` statement with, by phase.

    Parameters
    ----------
    sign : str
        Which statements are counted.
    """
    choose("sign", sign, get_args(Sign))

    def describe(net: Network) -> dict[str, float]:
        """Of one phase."""
        degrees = ((net.positive if sign == "positive" else net.negative) > 0).sum(axis=1)
        return dict(zip(net.actors, degrees.tolist(), strict=True))

    return _by_phase(table, describe)


def crossing_share(table: pd.DataFrame, *, attribute: str = "country") -> pd.DataFrame:
    """Share of statements whose two ends differ in `source_<attribute>` and `target_<attribute>`, by phase.

    Statements with a missing attribute are left out; NaN where none is left.

    Parameters
    ----------
    attribute : str
        What is compared: the end of the names of two columns, `source_...` and `target_...`.
    """
    ends = [choose("column", f"{end}_{attribute}", table.columns) for end in ("source", "target")]
    signs = {"all statements": (-1, 1), "positive statements": (1,), "negative statements": (-1,)}
    rows = []
    for phase, ties, _ in _phases(table):
        told = ties.dropna(subset=ends)
        crosses = told[ends[0]] != told[ends[1]]
        rows += [
            (group, phase, crosses[told["sign"].isin(allowed)].mean()) for group, allowed in signs.items()
        ]
    return _measured(rows)


def camp_agreement(table: pd.DataFrame, *, anchor: str, sides: list[str]) -> pd.DataFrame:
    """How many actors with a named side stand in its camp of the best split, by phase.

    `sides` are the words of `source_side` and `target_side` in the order of the camps, the anchor's first.
    Actors with another word, or none, are not counted.

    Parameters
    ----------
    sides : list of str
        Words of `source_side` and `target_side`, one a camp, the anchor's first.
    """
    rows = []
    for phase, ties, net in _phases(table):
        camp = dict(zip(net.actors, camp_of(net, len(sides), anchor).tolist(), strict=True))
        told = {actor: side for actor, side in _sides(ties).items() if side in sides}
        agree = sum(camp[actor] == sides.index(side) + 1 for actor, side in told.items())
        rows += [("actors with a named side", phase, len(told)), ("in the camp of that side", phase, agree)]
    return _measured(rows)


def _sides(ties: pd.DataFrame) -> dict[str, str]:
    """The side of each actor, where one is named."""
    ends = [(end, choose("column", f"{end}_side", ties.columns)) for end in ("source", "target")]
    named = [ties.loc[ties[side].notna(), [end, side]].itertuples(index=False) for end, side in ends]
    return {actor: side for rows in named for actor, side in rows}


def _phases(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame, Network]]:
    """The rows and the network of each phase, in ascending order."""
    for column in ("phase", "source", "target", "sign"):
        choose("column", column, table.columns)
    for phase, ties in table.groupby("phase", sort=True):
        source, target = (ties[end].to_numpy(dtype=object) for end in ("source", "target"))
        yield str(phase), ties, network(source, target, ties["sign"].to_numpy(dtype=float))


def _by_phase(table: pd.DataFrame, describe: Callable[[Network], dict[str, float]]) -> pd.DataFrame:
    """What `describe` says of each phase's network, as group, period, value."""
    return _measured(
        [(group, phase, value) for phase, _, net in _phases(table) for group, value in describe(net).items()]
    )


def _measured(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["group", "period", "value"]).astype({"value": "float64"})


MEASURES = by_name(
    network_counts,
    network_shares,
    frustration,
    camp_members,
    camp_sizes,
    signed_degree,
    crossing_share,
    camp_agreement,
)
