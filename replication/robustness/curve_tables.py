"""A curve -> its tables: the choices, the curve in a few numbers, alternatives, variance, the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import pandas as pd

from replication.estimate.design import Integers
from replication.publish import rounding
from replication.robustness.choice_labels import Label, joined
from replication.robustness.choices import error_label
from replication.robustness.curve import Curve
from replication.robustness.curve_summary import SHARES, SIZE, by_alternative, curve_summary, decomposition
from replication.robustness.curve_test import CurveTest
from replication.robustness.factors import Factor, factors
from replication.robustness.number_table import Column, Print, Recorded, recorded, told
from replication.robustness.universe import Universe

COUNT, SHARE = partial(rounding.fixed, decimals=0), partial(rounding.fixed, decimals=3)
PRINTS: Mapping[str, Print] = {"specifications": COUNT, **dict.fromkeys(SHARES, SHARE)}
"""How the numbers of `summary` are printed that are no estimates."""
PLACES = {
    "outcome": "outcome",
    "controls": "controls",
    "term": "measure",
    "where": "sample",
    "inside": "sample",
    "effects": "effects",
    "estimator": "estimator",
    "covariance": "errors",
    "weights": "weights",
}
"""Where in a model each kind of choice is made."""
CHOICES = ("Choice", "Where", "Used", "Alternatives", "Reason")


def curve_tables(found: Curve, labels: Mapping[str, str]) -> Iterator[Recorded]:
    """Every table of a curve.

    Parameters
    ----------
    labels : mapping of str to str
        Printed words of terms, choices and alternatives.
    """
    name, title = found.spec.id, found.spec.title or found.spec.id
    number = estimate_text(found)
    choices = choices_table(found.universe, lambda label: worded(labels, *label))
    yield told(f"{name}_choices", f"{title}: the choices", choices, CHOICES)
    yield _summary(found, title, number)
    if found.test is not None:
        yield _test(found.spec.id, found.test, title, number)
    yield _alternatives(found, title, number, labels)
    yield _variance(found, title, labels)


def choices_table(universe: Universe, words: Callable[[Label], str] = joined) -> pd.DataFrame:
    """The analytical choices: id, place, used, alternatives, reason; `words` prints a label."""
    rows = []
    for choice in universe.choices:
        others = "; ".join(map(words, choice.labels[1:]))
        if choice.sets is not None:
            names = ", ".join(words((name,)) for name in choice.sets.names[: choice.sets.varied])
            others = f"{len(choice) - 1:,} other sets of: {names}"
        used = words((choice.id,)), PLACES[choice.kind], words(choice.label(0))
        rows.append((*used, others, choice.reason))
    return pd.DataFrame(rows, columns=["id", "place", "used", "alternatives", "reason"])


def worded(labels: Mapping[str, str], *parts: str) -> str:
    """The printed words of an expression or a set of them, as the study's labels have them."""
    found = joined([labels.get(part, part.replace("_", " ")) for part in parts])
    return labels.get(joined(parts), found)


def estimate_text(found: Curve) -> Print:
    """How estimates are printed: as the reported one."""
    precision = rounding.coefficient(found.reported("estimate"), found.reported("std_error"))
    return partial(rounding.rounded, precision=precision)


def _summary(found: Curve, title: str, number: Print) -> Recorded:
    numbers = curve_summary(found)
    texts = {name: PRINTS.get(name, number) for name in numbers}
    left = "; ".join(f"{count:,} {reason}" for reason, count in found.left_out.items())
    notes = f"Of {len(found.universe):,} combinations, left out as meaningless: {left or 'none'}."
    failed = "; ".join(f"{count:,}: {why}" for why, count in found.failed.most_common())
    return recorded(
        f"{found.spec.id}_summary",
        f"{title}: the curve",
        {"": pd.Series(list(numbers))},
        [Column("Value", "as each row says", texts, pd.Series(list(numbers.values())))],
        notes,
        f"Not estimated: {failed}." if failed else "",
        _errors_and_rows(found),
        f"{found.check.tried:,} were estimated again one by one: {found.check.verdict}.",
    )


def _test(name: str, test: CurveTest, title: str, number: Print) -> Recorded:
    texts: dict[str, Print] = {
        "median": number,
        "share significant": SHARE,
        "average z": partial(rounding.fixed, decimals=2),
    }
    how = {
        "bootstrap": "residuals of every specification without the effect, times one random sign a cluster",
        "permutation": "the term assigned anew among clusters",
    }
    at_most = "at most " if test.spec.under == "permutation" else ""  # of what a draw identifies
    return recorded(
        f"{name}_test",
        f"{title}: the whole curve under no effect",
        {"": pd.Series(list(test.values))},
        [
            Column("In the data", "as each row says", texts, pd.Series(list(test.values.values()))),
            Column("p", "probability", rounding.p_value, pd.Series(list(test.p_values.values()))),
        ],
        f"{test.spec.draws:,} draws of {how[test.spec.under]} ({test.spec.cluster}), "
        f"{at_most}{test.specifications:,} specifications in each (Simonsohn, Simmons and Nelson 2020). "
        "Share significant is that of the direction that has more; average z is Stouffer's.",
    )


def _alternatives(found: Curve, title: str, number: Print, labels: Mapping[str, str]) -> Recorded:
    frame = by_alternative(found, lambda label: worded(labels, *label))
    heads = {"Choice": frame["factor"].map(partial(worded, labels)), "Alternative": frame["alternative"]}
    columns = [
        Column("Specifications", "number", COUNT, frame["specifications"]),
        Column("Positive", "share", SHARE, frame["share_positive"]),
        Column("Significant", "share", SHARE, frame["share_significant"]),
        Column("Median", "coefficient", number, frame["median"]),
    ]
    note = _errors_and_rows(found)
    return recorded(f"{found.spec.id}_alternatives", f"{title}: by alternative", heads, columns, note)


def _errors_and_rows(found: Curve) -> str:
    """What significance rests on, and how large the samples are."""
    chosen = any(choice.kind == "covariance" for choice in found.universe.choices)
    own = error_label(next(iter(found.universe.model.covariance), None))
    nobs = found.estimates.column("nobs")
    rows = " to ".join(f"{each:,}" for each in dict.fromkeys([nobs.min(), nobs.max()]))
    return (
        f"Significant: two-sided p below {SIZE:.2f} by the standard errors of each specification "
        f"({'a choice of their own' if chosen else joined(own)}). {rows} rows."
    )


def _variance(found: Curve, title: str, labels: Mapping[str, str]) -> Recorded:
    frame = decomposition(found)
    columns = [
        Column("Estimate, alone", "share", SHARE, frame["estimate_alone"]),
        Column("Estimate, with others", "share", SHARE, frame["estimate_together"]),
        Column("t, alone", "share", SHARE, frame["statistic_alone"]),
        Column("t, with others", "share", SHARE, frame["statistic_together"]),
    ]
    note = (
        "Shares of the variance across specifications (Sobol 1993): alone, the variance of the means of the "
        "alternatives; with others, what is left within specifications that differ in this choice alone."
    )
    return recorded(
        f"{found.spec.id}_variance",
        f"{title}: variance by choice",
        {"": frame["factor"].map(partial(worded, labels))},
        columns,
        note,
    )


def with_factors(found: Curve) -> Iterator[pd.DataFrame]:
    """One row a specification that could be estimated, the reported one first, some at a time.

    The choices behind it (each control or block in a column of its own that says whether it is in), NUMBERS,
    nobs, one_by_one, reported.
    """
    for part in found.estimates.parts():
        numbers = part.pop("number")
        choices = {_head(each): _values(each, numbers.to_numpy()) for each in factors(found.universe)}
        yield pd.DataFrame({**choices, **part, "reported": numbers == 0})


def _head(factor: Factor) -> str:
    return factor.name if factor.control is None else f"{factor.choice}: {factor.name}"


def _values(factor: Factor, numbers: Integers) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(factor.codes(numbers), categories=pd.Index(map(joined, factor.labels)))
