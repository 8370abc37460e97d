"""Options of a study file against the signature of the function that they are for."""

from __future__ import annotations

import inspect
import json
import math
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from replication.errors import StudyError, nearest, one_of
from replication.language.other_programs import MODEL_KEYS
from replication.project.strict import PLAINLY

PERIODS, DRAWS = 10_000, 999_999
DRAWN = ("draws", "replications")  # of none nothing can be told
# The largest whole number at which an option that counts something means anything: every such option is here.
MOST = {
    **dict.fromkeys(
        ("after", "before", "block", "instrument_lags", "lag", "lag_limits", "lags", "window"), PERIODS
    ),
    **dict.fromkeys(DRAWN, DRAWS),
    "seed": 2**32 - 1,
    "longest": 1000,  # years between two series
    "points": 200,  # of quadrature: beyond these the weights are nothing beside rounding
    "steps": 2,
    "order": 3,
    "camps": 100,  # a split has no more camps than actors
    "decimals": 12,
    "most": 1000,  # rows that are shown
}
EXACT = 10**15  # of a figure that is written as a whole number: a double holds it exactly


def checked_options(
    place: str, function: Callable[..., Any], options: Mapping[str, Any], elsewhere: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The options as keyword arguments of `function`.

    Parameters
    ----------
    place : str
        Where the options stand, for the message.
    elsewhere : tuple of str
        Options that are read elsewhere and are no arguments of the function.

    Raises
    ------
    StudyError
        An option that the function does not take, one that it needs and lacks, a value of the wrong kind.
    """
    hints = typing.get_type_hints(function)
    parameters = inspect.signature(function).parameters.values()
    keywords = {item.name: item for item in parameters if item.kind is inspect.Parameter.KEYWORD_ONLY}
    given = {name: value for name, value in options.items() if name not in elsewhere}
    for name in given:
        if name not in keywords:
            raise StudyError(f"{place}: {_unknown(name, [*keywords, *elsewhere])}")
    for name, parameter in keywords.items():
        if parameter.default is inspect.Parameter.empty and name not in given:
            raise StudyError(f"{place}: the option {name!r} is missing")
    for name, value in given.items():
        _check_size(f"{place}.{name}", value, *_limits(name))
    return {name: _checked(f"{place}.{name}", value, hints[name]) for name, value in given.items()}


def _limits(name: str) -> tuple[int, int]:
    """The smallest and the largest whole number at which an option means anything."""
    return (int(name in DRAWN), MOST[name]) if name in MOST else (-EXACT, EXACT)


def _check_size(place: str, value: Any, least: int, most: int) -> None:
    """Refuse a whole number beyond what an option means anything at, and what is no finite number."""
    if isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            _check_size(place, one, least, most)
    elif isinstance(value, int) and not least <= value <= most:
        raise StudyError(f"{place} is {str(value)[:40]}; allowed: {least:,} to {most:,}")
    elif isinstance(value, float) and not math.isfinite(value):
        raise StudyError(f"{place} is {value}; allowed: finite numbers")


def _checked(place: str, value: Any, hint: Any) -> Any:
    try:
        return TypeAdapter(hint).validate_python(value, strict=True)
    except ValidationError as problem:
        error = problem.errors()[0]
        if error["type"] == "literal_error":
            words = _words(hint)
            raise StudyError(f"{place}: {one_of('word', error['input'], words)}") from None
        rule = PLAINLY.get(error["type"], error["msg"].removeprefix("Input should be "))
        if error["type"] == "list_type":
            rule = f"a list, as in {json.dumps([value] if isinstance(value, str) else ['...'])}"
        raise StudyError(f"{place} is {str(value)[:80]!r}; allowed: {rule}") from None


def _unknown(name: str, allowed: list[str]) -> str:
    """The sentence for an option that there is not, and which key of the model it is elsewhere, if any."""
    said = MODEL_KEYS.get(name.lower(), "")
    if said and (not nearest(name, allowed) or said.startswith("options")):
        return f"option {name!r} is not known; here it is {said}"
    return one_of("option", name, allowed)


def _words(hint: Any) -> list[str]:
    """Every word that a hint lists, at whatever depth."""
    if typing.get_origin(hint) is Literal:
        return [str(word) for word in typing.get_args(hint)]
    return [word for inner in typing.get_args(hint) for word in _words(inner)]
