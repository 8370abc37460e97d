"""Crisp-set comparison of cases: codes, sufficiency and necessity (Ragin 1987, 2008).

The table has one row a case and condition. An expression joins conditions in Ragin's notation: `~` not,
`*` and, `+` or, with `*` before `+`. A case is left out of a figure where missing codes leave its
membership open; `a*b` is not open for a case without `a`, whatever its `b`.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from replication.describe.series import by_name, choose, over, tidy, wide
from replication.errors import StudyError

CONDITION = r"\s*(~?)\s*([A-Za-z][A-Za-z0-9_]*)\s*"


def codes_of(
    table: pd.DataFrame, *, case: str = "case", condition: str = "condition", value: str = "code"
) -> pd.DataFrame:
    """One row a case, one column a condition, both in order of appearance."""
    codes = wide(table, group=condition, period=case, value=value).loc[table[case].astype("str").unique()]
    if not codes.isin([0, 1]).where(codes.notna(), True).all(axis=None):
        raise StudyError(f"column {value!r} holds codes other than 0 and 1")
    return codes


of_cases = over(codes_of)


def membership(codes: pd.DataFrame, expression: str) -> pd.Series:
    """Whether each case belongs to `expression`: 1, 0, or missing where missing codes leave it open.

    Parameters
    ----------
    codes : DataFrame
        One row a case, one column a condition, values 0, 1 or missing.

    Raises
    ------
    StudyError
        The expression is not in the notation, or names a condition that was not coded.
    """
    ways = [_conjunction(codes, way, expression) for way in expression.split("+")]
    either = pd.concat(ways, axis=1)
    return either.max(axis=1).where(either.fillna(0).max(axis=1) == either.fillna(1).max(axis=1))


def _conjunction(codes: pd.DataFrame, way: str, expression: str) -> pd.Series:
    parts = []
    for word in way.split("*"):
        found = re.fullmatch(CONDITION, word)
        if found is None:
            raise StudyError(f"{expression!r} is not in the notation; allowed: conditions joined by ~ * +")
        code = codes[choose("condition", found[2], codes.columns)]
        parts.append(1 - code if found[1] else code)
    both = pd.concat(parts, axis=1)
    return both.min(axis=1).where(both.fillna(0).min(axis=1) == both.fillna(1).min(axis=1))


@of_cases
def case_codes(codes: pd.DataFrame) -> pd.DataFrame:
    """The codes themselves: groups are the cases, periods the conditions."""
    return tidy(codes.T)


@of_cases
def sufficiency(codes: pd.DataFrame, *, expressions: list[str], outcome: str) -> pd.DataFrame:
    """How far each expression X suffices for the outcome Y (Ragin 2006; Ragin 2008).

    Consistency = sum min(x, y) / sum x; coverage = sum min(x, y) / sum y. Missing where the divisor is zero.
    """
    return tidy(_fit(codes, expressions, outcome, ("x", "y")))


@of_cases
def necessity(codes: pd.DataFrame, *, expressions: list[str], outcome: str) -> pd.DataFrame:
    """How far each expression X is necessary for the outcome Y (Ragin 2006; Ragin 2008).

    Consistency = sum min(x, y) / sum y; coverage = sum min(x, y) / sum x; relevance of necessity (RoN) =
    sum (1 - x) / sum (1 - min(x, y)), near 0 for a condition that is nearly always there (Schneider and
    Wagemann 2012). Missing where the divisor is zero.
    """
    found = _fit(codes, expressions, outcome, ("y", "x"))
    found.loc["relevance"] = [_relevance(*known_pair(codes, text, outcome)) for text in expressions]
    return tidy(found)


def _fit(
    codes: pd.DataFrame, expressions: list[str], outcome: str, divisors: tuple[str, str]
) -> pd.DataFrame:
    """Consistency and coverage of each expression; `divisors` says which sum, of x or y, divides which."""
    columns = {}
    for expression in expressions:
        x, y = known_pair(codes, expression, outcome)
        sums = {"x": x.sum(), "y": y.sum()}
        both = np.minimum(x, y).sum()
        columns[expression] = [both / sums[name] if sums[name] else np.nan for name in divisors]
    return pd.DataFrame(columns, index=["consistency", "coverage"])


def _relevance(x: pd.Series, y: pd.Series) -> float:
    without = float((1 - np.minimum(x, y)).sum())
    return float((1 - x).sum()) / without if without else np.nan


def known_pair(codes: pd.DataFrame, expression: str, outcome: str) -> tuple[pd.Series, pd.Series]:
    """Memberships in the expression and in the outcome of the cases for which both are known."""
    pair = pd.DataFrame({"x": membership(codes, expression), "y": membership(codes, outcome)}).dropna()
    return pair["x"], pair["y"]


MEASURES = by_name(case_codes, sufficiency, necessity)
