"""The words of a study file that name estimators, errors and diagnostics, and the check of their options."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from replication.errors import StudyError, one_of
from replication.estimate import (
    covariance,
    diagnostics,
    linear,
    pcse,
    random_effects,
)
from replication.estimate.result import Covariance, Fit
from replication.sample import Needs

ESTIMATORS: dict[str, Callable[..., Fit]] = {**linear.ESTIMATORS, **random_effects.ESTIMATORS}
COVARIANCES: dict[str, Callable[..., Covariance]] = {**covariance.COVARIANCES, **pcse.COVARIANCES}
DIAGNOSTICS: dict[str, Callable[..., dict[str, float]]] = {**diagnostics.DIAGNOSTICS}
NEEDS: dict[str, Needs] = {}


def checked_options(
    what: str, function: Callable[..., Any], options: Mapping[str, Any], elsewhere: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The options of a study file as keyword arguments of `function`.

    Parameters
    ----------
    what : str
        Where the options stand, for the message.
    elsewhere : tuple of str
        Options that are read elsewhere and are not arguments of the function.

    Raises
    ------
    StudyError
        An option that the function does not take, or a value of the wrong kind.
    """
    hints = typing.get_type_hints(function)
    allowed = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    checked = {}
    for name, value in options.items():
        if name in elsewhere:
            continue
        if name not in allowed:
            raise StudyError(f"{what}: {one_of('option', name, [*allowed, *elsewhere])}")
        checked[name] = _checked(f"{what}: {name}", value, hints[name])
    return checked


def _checked(place: str, value: Any, hint: Any) -> Any:
    try:
        return TypeAdapter(hint).validate_python(value, strict=True)
    except ValidationError as problem:
        if typing.get_origin(hint) is Literal:
            raise StudyError(f"{place}: {one_of('word', value, map(str, typing.get_args(hint)))}") from None
        rule = problem.errors()[0]["msg"].removeprefix("Input should be ")
        raise StudyError(f"{place} is {str(value)[:80]!r}; allowed: {rule}") from None
