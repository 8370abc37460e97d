"""What other programs say of the models, in words: what `crosscheck` recorded, read back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from replication.publish.model_notes import error_words
from replication.publish.printed_words import in_a_row
from replication.records.account import ModelAccount


def second_opinions(opinions: Iterable[pd.DataFrame], models: int) -> str:
    """What they say of all models of all studies, in a few words."""
    found = [frame for frame in opinions if len(frame)]
    if not found:
        return "not asked for (make crosscheck)"
    every = pd.concat(found)
    agree, asked = _agree(every), every.groupby(["study", "model"]).ngroups
    count = f"{asked} of {models} models, {len(every):,} numbers"
    return f"{count}: all agree with {_programs(every)}" if agree else f"DISAGREES: {count}, {_apart(every)}"


def opinion_on(opinions: pd.DataFrame, accounts: Sequence[ModelAccount]) -> str:
    """What they say of the models of a table, or of one: how well they agree, and what none can compute."""
    about = opinions[opinions["model"].isin([account.model for account in accounts])]
    alone = [account for account in accounts if account.model not in set(about["model"])]
    said = []
    if len(about):
        agrees = f"agrees with {_programs(about)} to {about['difference'].max():.0e}"
        said.append(agrees if _agree(about) else f"DISAGREES: {_apart(about)}")
        if unsaid := _without(about, [account for account in accounts if account not in alone]):
            said.append(f"no second program for {unsaid}")
    if alone:
        named = ", ".join(account.title or account.model for account in alone)
        said.append("no second program" + (f" for the models {named}" if len(accounts) > 1 else ""))
    return "; ".join(said)


def _without(about: pd.DataFrame, accounts: Sequence[ModelAccount]) -> str:
    """Errors of the models that no other program computed."""
    known = set(about[["model", "quantity"]].itertuples(index=False, name=None))
    lacking = [
        error_words(error)
        for account in accounts
        for error in account.errors
        if (account.model, f"standard error, {error.kind}") not in known
    ]
    kinds = " and ".join(dict.fromkeys(lacking))
    return f"{kinds} errors" if kinds else ""


def _agree(opinions: pd.DataFrame) -> bool:
    return bool((opinions["agrees"] == "yes").all())


def _apart(opinions: pd.DataFrame) -> str:
    """How many numbers differ, and where most."""
    apart = opinions[opinions["agrees"] != "yes"]
    worst = apart.sort_values("difference").iloc[-1]
    return f"{len(apart)} numbers differ, most {worst['quantity']} of {worst['model']}"


def _programs(opinions: pd.DataFrame) -> str:
    pairs = opinions[["program", "version"]].drop_duplicates()
    return in_a_row(f"{program} {version}" for program, version in pairs.itertuples(index=False))
