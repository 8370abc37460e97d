"""How many claims have which verdict, as a small table."""

from __future__ import annotations

import pandas as pd


def verdict_counts(counts: pd.DataFrame) -> list[tuple[str, list[int]]]:
    """One row a verdict: claims by document, then all of them."""
    wide = counts.pivot(index="verdict", columns="document", values="claims")
    wide = wide.reindex(index=counts["verdict"].unique(), columns=counts["document"].unique())
    rows = [(verdict, [int(n) for n in row], int(row.sum())) for verdict, row in wide.iterrows()]
    rows.append(("all claims", [int(n) for n in wide.sum()], int(wide.to_numpy().sum())))
    return [(verdict, [*each, total]) for verdict, each, total in rows]
