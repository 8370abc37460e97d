"""What a crisp-set comparison hangs on: single codes, and who coded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from replication.describe.qca import codes_of, known_pair
from replication.describe.qca_solutions import Kind, solution
from replication.describe.series import choose, tidy
from replication.errors import StudyError


def flips(
    table: pd.DataFrame,
    *,
    expressions: list[str],
    outcome: str,
    case: str = "case",
    condition: str = "condition",
    value: str = "code",
) -> pd.DataFrame:
    """Whether X and Y still coincide when one code is flipped, for every code that bears on either.

    For each expression: the flips that were tried, those after which X is still sufficient, still necessary,
    and both (consistency 1 each; missing codes are left as they are).
    """
    codes = codes_of(table, case, condition, value)
    rows = {}
    for expression in expressions:
        after = [
            _perfect(changed, expression, outcome) for _, changed in _flipped(codes, [expression, outcome])
        ]
        rows[expression] = [len(after), *np.sum([[s, n, s and n] for s, n in after], axis=0)]
    labels = ["flips", "still sufficient", "still necessary", "still both"]
    return tidy(pd.DataFrame(rows, index=labels))


def solution_flips(
    table: pd.DataFrame,
    *,
    conditions: list[str],
    outcome: str,
    kind: Kind = "parsimonious",
    case: str = "case",
    condition: str = "condition",
    value: str = "code",
) -> pd.DataFrame:
    """For every single flip of a code: 1 if the solution has the same terms, 0 if it has not.

    Groups are the flips, "case: condition"; a flip that leaves no combination with the outcome changes it.
    """

    def terms(of: pd.DataFrame) -> set[str]:
        try:
            found = solution(
                of,
                conditions=conditions,
                outcome=outcome,
                kind=kind,
                case=case,
                condition=condition,
                value=value,
            )
        except StudyError:
            return set()
        return set(found["group"])

    before = terms(table)
    codes = codes_of(table, case, condition, value)
    rows = {}
    for label, changed in _flipped(codes, [*conditions, outcome]):
        codes_of_all = changed.rename_axis(index=case, columns=condition).stack()
        long = pd.DataFrame({value: codes_of_all}).reset_index()
        rows[label] = float(terms(long) == before)
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


MEASURES: dict[str, Callable[..., pd.DataFrame]] = {
    measure.__name__: measure for measure in (flips, solution_flips, agreement)
}
