"""What the claims ledger found: how many claims have which verdict, and the contradicted ones by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from replication.report.counts import verdict_counts

CONTRADICTED = ("contradicted by the document", "contradicted by recorded data")  # for good, not softly
TEXTS = "the text's"  # claims of the texts themselves, not tests by an auditor


@dataclass(frozen=True)
class Contradicted:
    """A claim that figures speak against: whose and what, where, what was found, its row in the ledger."""

    text: str
    claim: str
    place: str
    found: str
    link: str


@dataclass(frozen=True)
class Claims:
    """What the ledger found.

    Attributes
    ----------
    documents : list of str
    verdicts : list of (str, list of int)
        One row a verdict: claims by document, then all of them.
    contradicted : list of Contradicted
        A finding once, by text.
    """

    documents: list[str]
    verdicts: list[tuple[str, list[int]]]
    contradicted: list[Contradicted]

    @property
    def total(self) -> int:
        """All claims of the texts."""
        return dict(self.verdicts)["all claims"][-1]


def claims_told(counts: pd.DataFrame, ledger: pd.DataFrame, names: Mapping[str, str], page: str) -> Claims:
    """The ledger's counts and contradictions.

    Parameters
    ----------
    counts, ledger : records of the ledger
    names : what each text is called, by its id
    page : address of the ledger's page
    """
    chosen = ledger[
        ledger["verdict"].isin(CONTRADICTED) & (ledger["whose"] == TEXTS) & (ledger["same_finding"] == "")
    ]
    told = [
        Contradicted(
            names.get(row["text"], row["text"]),
            row["claim"],
            row["place"],
            row["arithmetic"],
            f"{page}#claim-{row['text']}-{row['id']}",
        )
        for row in chosen.to_dict("records")
    ]
    return Claims(list(counts["document"].unique()), verdict_counts(counts), told)
