"""Whether a series moved more after a date than before it: tests of two variances.

Changes are log changes in percent, or differences, between neighbouring periods only.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from replication.describe.series import Measure, of_every_period, tidy
from replication.errors import StudyError
from replication.language.functions import Floats

Changes = Literal["log", "difference"]


def changes_of(frame: pd.DataFrame, kind: Changes) -> pd.DataFrame:
    """Changes of each series, one row a period; the log of nothing is refused."""
    if kind == "difference":
        return frame.diff()
    if (frame <= 0).any(axis=None):
        raise StudyError("a figure of zero or less has no log change; changes = 'difference' takes any")
    return 100 * frame.apply(np.log).diff()


@of_every_period
def variance_tests(
    frame: pd.DataFrame,
    *,
    split: str,
    changes: Changes = "log",
    block: int = 6,
    draws: int = 9999,
    seed: int = 1998,
) -> pd.DataFrame:
    """The changes before `split` against those from it on: standard deviations, their ratio, three tests.

    F is for normal, independent changes; Levene's test with medians (Brown and Forsythe 1974) for any shape;
    the bootstrap for dependence: both parts are centred and scaled to one variance, blocks of `block`
    neighbours are drawn from them (Kuensch 1989), and the share of draws counts whose ratio is as far from
    one. Groups are the series, periods the figures.

    Parameters
    ----------
    split : str
        First period of the second part, as the column of periods has it.
    changes : str
        Log changes in percent, or differences in the unit of the figures.
    block : int
        Neighbouring changes that the bootstrap draws together, in periods.
    draws : int
        Bootstrap draws behind the third p value.
    """
    found = changes_of(frame, changes)
    rows = {str(name): _tests(found[name], split, block, draws, seed) for name in frame.columns}
    return tidy(pd.DataFrame(rows))


def _tests(series: pd.Series, split: str, block: int, draws: int, seed: int) -> dict[str, float]:
    from scipy import stats  # takes long to load, also for studies that ask for no such test

    known = series.dropna()
    before, after = (known[known.index < split].to_numpy(), known[known.index >= split].to_numpy())
    shortest = min(len(before), len(after))
    if shortest < 3 or not 1 <= block <= shortest:
        raise StudyError(f"{shortest} changes on one side of {split}, blocks of {block}; allowed: 3 or more")
    ratio = float(after.var(ddof=1) / before.var(ddof=1))
    law = stats.f(len(after) - 1, len(before) - 1)
    drawn = _null_ratios(before, after, block, draws, seed)
    return {
        "changes before": len(before),
        "changes after": len(after),
        "standard deviation before": float(before.std(ddof=1)),
        "standard deviation after": float(after.std(ddof=1)),
        "ratio of variances": ratio,
        "F test, p": float(2 * min(law.cdf(ratio), law.sf(ratio))),
        "Levene, p": float(stats.levene(before, after, center="median").pvalue),
        # a draw without a variance counts as far from one
        "block bootstrap, p": float(((~(np.abs(drawn) < abs(np.log(ratio)))).sum() + 1) / (draws + 1)),
    }


def _null_ratios(before: Floats, after: Floats, block: int, draws: int, seed: int) -> Floats:
    """(draws,) log ratios of the variances of blocks drawn from both parts at one variance."""
    draw = np.random.default_rng(seed)
    blocks = np.vstack([_blocks((part - part.mean()) / part.std(ddof=1), block) for part in (before, after)])

    def variances(length: int) -> Floats:
        """(draws,) of blocks put together to a length."""
        picked = draw.integers(len(blocks), size=(draws, -(-length // block)))
        return blocks[picked].reshape(draws, -1)[:, :length].var(axis=1, ddof=1)

    with np.errstate(all="ignore"):  # a draw of one block again and again may have no variance
        return np.log(variances(len(after)) / variances(len(before)))


def _blocks(part: Floats, block: int) -> Floats:
    return np.lib.stride_tricks.sliding_window_view(part, block)


MEASURES: dict[str, Measure] = {"variance_tests": variance_tests}
