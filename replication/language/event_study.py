"""Time around an event -> a column for each period before and after it but one, the reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from replication.errors import StudyError
from replication.language.evaluate import Rows, evaluate
from replication.language.functions import Floats
from replication.language.named_numbers import Clock, Named
from replication.language.nodes import Call, Name, Node, Range, number_in, show

ALLOWED = "event(DATE, -4:4) or event(DATE, -4:4, REFERENCE)"


@dataclass(frozen=True)
class Window:
    """Periods around an event.

    Attributes
    ----------
    of : Node
        The period of the event; missing where there is none.
    periods : range
        From the first period that has a column to the last. These two also stand for all periods beyond.
    reference : int
        The period that has none.
    """

    of: Node
    periods: range
    reference: int


def window_of(node: Call) -> Window:
    """What an event term asks for; one period before the event is the reference unless another is named.

    Raises
    ------
    StudyError
        Arguments of another kind, a reference outside the window or at its end.
    """
    of, *rest = node.arguments if node.arguments else (node,)
    reference = number_in(rest[1]) if len(rest) == 2 else -1
    if not 1 <= len(rest) <= 2 or not isinstance(rest[0], Range) or reference is None or reference % 1:
        raise StudyError(f"{show(node)[:120]}; allowed: {ALLOWED}")
    periods = rest[0].numbers
    if int(reference) not in periods[1:-1]:
        raise StudyError(
            f"{show(node)}: the reference {reference:g} is no period within {show(rest[0])}, ends apart"
        )
    return Window(of, periods, int(reference))


def event_columns(window: Window, rows: Rows) -> list[tuple[str, Floats]]:
    """Names and values of the columns of an event term.

    A row of an entity without the event is 0 in all of them, so that it is compared with the reference; the
    first and the last column hold all periods beyond them too (binned ends; Schmidheiny and Siegloch 2023,
    Journal of Applied Econometrics 38(5), 695-713).
    """
    if rows.time is None:
        raise StudyError(f"event({show(window.of)}): only a panel with entity and time has events")
    times = _times(window.of, rows)
    undefined, since = np.isinf(times), rows.time - times  # no period where there is no event
    first, last = window.periods[0], window.periods[-1]
    ends = {first: ("<=", since <= first), last: (">=", since >= last)}
    return [
        (f"event({show(window.of)}){sign}{period}", np.where(undefined, np.inf, inside.astype(float)))
        for period in window.periods
        if period != window.reference
        for sign, inside in [ends.get(period, ("=", since == period))]
    ]


def _times(of: Node, rows: Rows) -> Floats:
    """The period of the event in the panel's own count."""
    values = evaluate(of, rows)
    named = rows.named.get(of.name) if isinstance(of, Name) else None
    if values.dtype != object and named == rows.clock:
        return np.asarray(values, dtype=float)
    codes, found = pd.factorize(values)
    numbers = [*(_period(of, value, named, rows.clock) for value in found.tolist()), np.nan]
    return np.array(numbers, dtype=float)[codes]


def _period(of: Node, value: float | str, named: Named | None, clock: Named | None) -> float:
    """One period in the count of a panel: from a text, from a date, or from a period of the same unit."""
    if isinstance(value, str):
        if isinstance(clock, Clock):
            return clock.number(value)
    elif isinstance(named, Clock) and clock is None:
        return named.part(value, "year")
    elif named == Clock("day") and isinstance(clock, Clock):
        return clock.of_day(int(value))
    unit = clock.unit if isinstance(clock, Clock) else "year"
    shown = value if named is None or isinstance(value, str) else named.name(value)
    raise StudyError(
        f"event({show(of)}): {show(of)} is {shown}; allowed: a {unit}, for the panel counts {unit}s"
    )
