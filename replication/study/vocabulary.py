"""What a study file may say, listed from the code itself, so that the list is never out of date."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping

from replication.describe.measures import MEASURES
from replication.estimate.words import COVARIANCES, DIAGNOSTICS, ESTIMATORS, NEEDS
from replication.language.evaluate import FUNCTIONS
from replication.study.option_words import options_of


def words() -> str:
    """Every estimator, error, diagnostic, function and measure, with its options and their defaults."""
    lines = ['Estimators (estimator = "..."; options = { ... })', *_listed(ESTIMATORS)]
    lines += ["", 'Errors (covariance = [{ kind = "...", ... }])', *_listed(COVARIANCES)]
    lines += ["", 'Diagnostics (diagnostics = ["..."])', *_listed(DIAGNOSTICS)]
    lines += ["", "Functions of the language", f"  {', '.join(sorted(FUNCTIONS))}"]
    lines += ["  operators: + - * / ^ == != < <= > >= and or not in"]
    lines += ["", 'Measures (measure = "..."; with = { ... })', *_listed(MEASURES)]
    return "\n".join(lines)


def _listed(known: Mapping[str, Callable]) -> Iterator[str]:
    for name in sorted(known):
        first = (inspect.getdoc(known[name]) or "").splitlines()[0]
        yield f"  {name}: {first}"
        roles = NEEDS[name].roles if name in NEEDS else {}
        for role, need in roles.items():
            kind = "list of terms" if need.terms else "expression"
            yield f"      {role} = {kind}, {'needed' if need.required else 'may be left out'}. {need.says}"
        yield from (f"      {line}" for line in options_of(known[name]))
