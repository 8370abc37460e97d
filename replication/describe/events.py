"""What a series did around dated events, against what it did around every other date (MacKinlay 1997).

Parameters
----------
events : list of str
    Periods of the events, as the column of periods has them.
before : int
    Periods from the start of the window to the event.
after : int
    Periods from the event to the end of the window.
changes : str
    Log changes in percent, or differences in the unit of the figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from replication.describe.dispersion import Changes
from replication.describe.series import by_name, choose, of_every_period, tidy
from replication.errors import StudyError
from replication.language.functions import Floats

MEAN = "mean of all events"


@of_every_period
def event_changes(
    frame: pd.DataFrame, *, events: list[str], before: int = 1, after: int = 1, changes: Changes = "log"
) -> pd.DataFrame:
    """Change from `before` periods ahead of each event to `after` periods past it, and the mean of them.

    Log changes in percent, or differences. Groups are the series, periods the events.
    """
    windows, places = _windows(frame, events, before, after, changes)
    found = windows.iloc[places]
    return tidy(pd.concat([found, found.mean().to_frame(MEAN).T]))


@of_every_period
def event_ranks(
    frame: pd.DataFrame,
    *,
    events: list[str],
    before: int = 1,
    after: int = 1,
    changes: Changes = "log",
    draws: int = 9999,
    seed: int = 1998,
) -> pd.DataFrame:
    """How rare the changes of `event_changes` are: the share of all windows whose change is as large.

    Sizes count, not signs. For the mean of all events, the share of `draws` of as many windows, drawn without
    replacement, whose mean is as large: a permutation of the dates, which needs no model of the series.

    Parameters
    ----------
    draws : int
        Random sets of windows that the mean of all events is held against.
    """
    if draws < 1:
        raise StudyError(f"draws is {draws}; allowed: 1 or more")
    windows, places = _windows(frame, events, before, after, changes)
    draw = np.random.default_rng(seed)
    picked = np.array([draw.permutation(len(windows))[: len(places)] for _ in range(draws)])
    found = {str(name): _ranks(windows[name].to_numpy(), places, picked) for name in windows.columns}
    return tidy(pd.DataFrame(found, index=[*windows.index[places], MEAN]))


def _ranks(windows: Floats, places: list[int], picked: np.ndarray) -> Floats:
    sizes, mean = np.abs(windows), abs(windows[places].mean())
    single = [(sizes >= sizes[place]).mean() for place in places]
    drawn = np.abs(windows[picked].mean(axis=1))
    return np.array([*single, ((drawn >= mean).sum() + 1) / (len(picked) + 1)])


def _windows(
    frame: pd.DataFrame, events: list[str], before: int, after: int, changes: Changes
) -> tuple[pd.DataFrame, list[int]]:
    """The change of every window that all series know, one row a date, and the rows of the events."""
    if before < 0 or after < 0 or before + after == 0:
        raise StudyError(f"before and after are {before} and {after}; allowed: 0 or more, not both 0")
    levels = frame if changes == "difference" else 100 * frame.where(frame > 0).apply(np.log)
    windows = (levels.shift(-after) - levels.shift(before)).dropna()
    for event in events:
        choose("event", event, windows.index)
    return windows, list(windows.index.get_indexer(pd.Index(list(dict.fromkeys(events)))))


MEASURES = by_name(event_changes, event_ranks)
