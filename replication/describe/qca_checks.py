"""What a crisp-set comparison hangs on: single codes, and who coded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from replication.describe.qca import known_pair, of_cases
from replication.describe.qca_solutions import Kind, solved
from replication.describe.series import by_name, choose, tidy


@of_cases
def flips(codes: pd.DataFrame, *, expressions: list[str], outcome: str) -> pd.DataFrame:
    """Whether X and Y still coincide when one code is flipped, for every code that bears on either.

    For each expression: the flips that were tried, those after which X is still sufficient, still necessary,
    and both (consistency 1 each; missing codes are left as they are).
    """
    rows = {}
    for expression in expressions:
        after = [
            _perfect(changed, expression, outcome) for _, changed in _flipped(codes, [expression, outcome])
        ]
        rows[expression] = [len(after), *np.sum([[s, n, s and n] for s, n in after], axis=0)]
    labels = ["flips", "still sufficient", "still necessary", "still both"]
    return tidy(pd.DataFrame(rows, index=labels))


@of_cases
def solution_flips(
    codes: pd.DataFrame, *, conditions: list[str], outcome: str, kind: Kind = "parsimonious"
) -> pd.DataFrame:
    """For every single flip of a code: 1 if the solution has the same terms, 0 if it has not.

    Groups are the flips, "case: condition"; a flip that leaves no combination with the outcome changes it.
    """
    before = solved(codes, conditions, outcome, kind)
    rows = {
        label: float(solved(changed, conditions, outcome, kind) == before)
        for label, changed in _flipped(codes, [*conditions, outcome])
    }
    return tidy(pd.DataFrame(rows, index=["same solution"]))


def agreement(
    table: pd.DataFrame, *, first: str = "code", second: str = "second_code", by: str = "condition"
) -> pd.DataFrame:
    """Codes of two readings: the share of those that both give which agree, and kappa, by condition.

    kappa = (p_o - p_e) / (1 - p_e) (Cohen 1960); missing where both readings have one code alone.

    Parameters
    ----------
    first : str
        Column of the codes of the first reading.
    second : str
        Column of the codes of the second reading.
    by : str
        Column by whose values agreement is counted apart.
    """
    for name in (first, second, by):
        choose("column", name, table.columns)
    known = table.dropna(subset=[first, second])
    groups = {str(name): rows for name, rows in known.groupby(by, sort=False)}
    found = {name: _agreed(rows[first], rows[second]) for name, rows in {**groups, "all": known}.items()}
    return tidy(pd.DataFrame(found, index=["agree", "kappa"]))


def _agreed(first: pd.Series, second: pd.Series) -> list[float]:
    a, b = first.to_numpy(float), second.to_numpy(float)
    observed = float((a == b).mean())
    chance = float(a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean()))
    return [observed, (observed - chance) / (1 - chance) if chance < 1 else np.nan]


def _flipped(codes: pd.DataFrame, texts: list[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """The codes with one of them changed, for each known code of a condition that the texts name."""
    words = {word.strip(" ~") for text in texts for part in text.split("+") for word in part.split("*")}
    for name in (column for column in codes.columns if column in words):
        for case in codes.index[codes[name].notna()]:
            changed = codes.copy()
            changed.loc[case, name] = 1 - codes.loc[case, name]
            yield f"{case}: {name}", changed


def _perfect(codes: pd.DataFrame, expression: str, outcome: str) -> tuple[bool, bool]:
    x, y = known_pair(codes, expression, outcome)
    return bool(x.sum() and (y >= x).all()), bool(y.sum() and (x >= y).all())


MEASURES = by_name(flips, solution_flips, agreement)
