"""What a study file may say, listed from the code itself, so that the list is never out of date."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping

from replication.describe.measures import MEASURES
from replication.errors import StudyError, nearest
from replication.estimate.words import COVARIANCES, DIAGNOSTICS, ESTIMATORS, NEEDS
from replication.language import other_programs
from replication.language.evaluate import FUNCTIONS
from replication.study.option_words import options_of

PARTS: dict[str, tuple[str, Mapping[str, Callable]]] = {
    "estimators": ('Estimators (estimator = "..."; options = { ... })', ESTIMATORS),
    "errors": ('Errors (covariance = [{ kind = "...", ... }])', COVARIANCES),
    "diagnostics": ('Diagnostics (diagnostics = ["..."])', DIAGNOSTICS),
    "measures": ('Measures (measure = "..."; with = { ... })', MEASURES),
}
ELSEWHERE = (other_programs.ESTIMATORS, other_programs.COVARIANCES, other_programs.DIAGNOSTICS)


def words(of: str | None = None) -> str:
    """Every estimator, error, diagnostic, measure and function, with its options and their defaults.

    Parameters
    ----------
    of : str, optional
        A part, such as "estimators", or one word, such as "ols": it alone.

    Raises
    ------
    StudyError
        No part and no word is called so.
    """
    parts = {part: [heading, *_listed(known)] for part, (heading, known) in PARTS.items()}
    parts["functions"] = [
        "Functions of the language",
        f"  {', '.join(sorted(FUNCTIONS))}",
        "  operators: + - * / ^ == != < <= > >= and or not in",
    ]
    if of is None or of in parts:
        return "\n\n".join("\n".join(lines) for part, lines in parts.items() if of in (None, part))
    found = [[heading, *_listed({of: known[of]})] for heading, known in PARTS.values() if of in known]
    if of in FUNCTIONS:
        found.append(parts["functions"])
    if not found:
        raise StudyError(_unknown(of, list(parts)))
    return "\n\n".join(map("\n".join, found))


def _unknown(word: str, parts: list[str]) -> str:
    """The sentence for a word that stands in no part: what it is here, or what is called nearly so."""
    meant = [said for known in ELSEWHERE if (said := other_programs.ours(word, known))]
    every = [*parts, *(name for _, known in PARTS.values() for name in known), *FUNCTIONS]
    near = f"; here it is {' or '.join(meant)}" if meant else nearest(word, every)
    return f"word {word[:80]!r} is not known; allowed: {', '.join(parts)}, or one of their words{near}"


def _listed(known: Mapping[str, Callable]) -> Iterator[str]:
    for name in sorted(known):
        first = (inspect.getdoc(known[name]) or "").splitlines()[0]
        yield f"  {name}: {first}"
        roles = NEEDS[name].roles if name in NEEDS else {}
        for role, need in roles.items():
            kind = "list of terms" if need.terms else "expression"
            yield f"      {role} = {kind}, {'needed' if need.required else 'may be left out'}. {need.says}"
        yield from (f"      {line}" for line in options_of(known[name]))
