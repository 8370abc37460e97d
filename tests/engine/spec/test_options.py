"""Options are checked against what they are for before anything is computed."""

from __future__ import annotations

import inspect
import re
import typing

import pytest

from replication.describe.measures import MEASURES
from replication.errors import StudyError
from replication.estimate.words import COVARIANCES, DIAGNOSTICS, ESTIMATORS
from replication.spec.options import MOST, checked_options


def whole_numbers() -> list[tuple[str, str]]:
    """Name of function and option, for every option that is a whole number or a list of them."""
    found = []
    for name, function in {**ESTIMATORS, **COVARIANCES, **DIAGNOSTICS, **MEASURES}.items():
        hints = typing.get_type_hints(function)
        options = [
            p.name for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY
        ]
        found += [(name, option) for option in options if re.search(r"\bint\b", str(hints[option]))]
    return found


def test_every_option_that_counts_has_a_largest_number():
    assert [(name, option) for name, option in whole_numbers() if option not in MOST] == []


def example(
    *,
    lags: int = 1,
    seed: int = 1,
    scale: float = 1.0,
    rate: float = 1.0,
    instrument_lags: list[int] = (2, 9),
    lag_limits: dict[str, list[int]] | None = None,
):
    """A function with options."""


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"lags": 10**9}, "x.lags is 1000000000; allowed: 0 to 10,000"),
        ({"lags": 10**30}, "allowed: 0 to 10,000"),
        ({"lags": -1}, "x.lags is -1; allowed: 0 to 10,000"),
        ({"seed": -1}, "x.seed is -1; allowed: 0 to 4,294,967,295"),
        ({"instrument_lags": [2, 10**9]}, "allowed: 0 to 10,000"),
        ({"lag_limits": {"w": [2, 10**9]}}, "x.lag_limits is 1000000000; allowed: 0 to 10,000"),
        ({"lag_limits": {"w": ["2"]}}, "x.lag_limits is \"{'w': ['2']}\"; allowed: a whole number"),
        ({"lag_limits": [2, 3]}, "x.lag_limits is '[2, 3]'; allowed: "),
        ({"scale": float("nan")}, "x.scale is nan; allowed: finite numbers"),
        ({"scale": float("-inf")}, "x.scale is -inf; allowed: finite numbers"),
        ({"rate": 10**400}, "allowed: -1,000,000,000,000,000 to 1,000,000,000,000,000"),
        ({"lags": 1.5}, "x.lags is '1.5'; allowed: "),
        ({"lags": True}, "x.lags is 'True'; allowed: "),
    ],
)
def test_a_number_that_means_nothing_is_refused(given, told):
    with pytest.raises(StudyError) as caught:
        checked_options("x", example, {"instrument_lags": [2, 9], **given})
    assert told in str(caught.value)


def test_numbers_that_mean_something_pass():
    given = {"lags": 0, "seed": 0, "scale": -1e300, "rate": 5_000_000_000, "instrument_lags": [2, 99]}
    assert checked_options("x", example, given) == given


@pytest.mark.parametrize("name", ["draws", "replications"])
def test_of_no_draws_nothing_can_be_told(name):
    def measure(table, *, draws: int = 9, replications: int = 9): ...

    with pytest.raises(StudyError, match=rf"m\.{name} is 0; allowed: 1 to 999,999"):
        checked_options("m", measure, {name: 0})
    assert checked_options("m", measure, {name: 1}) == {name: 1}
