"""How many claims have which verdict, as a small table."""

from __future__ import annotations

import pandas as pd


def verdict_counts(counts: pd.DataFrame) -> list[tuple[str, list[int]]]:
    """One row a verdict with what it rests on: claims by document, then all of them.

    The text's own claims and their sum, then the auditor's tests in one row, if there are any.
    """
    documents = counts["document"].unique()
    label = counts["verdict"] + counts["support"].map(lambda support: f": {support}" if support else "")
    wide = counts.assign(label=label).pivot_table(
        index=["whose", "label"], columns="document", values="claims", aggfunc="sum", sort=False
    )[documents]
    rows = []
    for place, (_, own) in enumerate(wide.groupby(level="whose", sort=False)):
        each = own.droplevel("whose")
        found = [(str(verdict), _with_sum(row)) for verdict, row in each.iterrows() if row.any()]
        whole = _with_sum(each.sum())
        if place == 0:
            rows += [*found, ("all claims", whole)]
        elif whole[-1]:
            rows.append(("tests of ours, not counted", whole))
    return rows


def _with_sum(row: pd.Series) -> list[int]:
    return [*(int(n) for n in row), int(row.sum())]
