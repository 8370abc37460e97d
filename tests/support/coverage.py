"""The page of what is held to which other program: made from the tables that the tests run."""

from __future__ import annotations

from collections.abc import Mapping

from replication.crosscheck.opinion import error_of
from replication.crosscheck.second_opinion import OPTIONAL, PROGRAMS, Models
from replication.estimate.covariances.conventions import CONVENTIONS, RUN
from replication.estimate.words import COVARIANCES, ESTIMATORS
from replication.export.python_words import WAYS as PYTHON
from replication.export.r_words import WAYS as R
from replication.export.stata_words import WAYS as STATA
from replication.export.ways import Way

HEAD = """# What is held to which other program

Made by tests/support/coverage.py from the tables that the tests run; tests/engine/export/test_coverage.py
fails where this page and they differ. A row an estimator, a column an error:

* **P** statsmodels or linearmodels compute the same number, to 1e-8: run by tests/engine/export
* **o** an output of Stata or R is stored, with its origin, in tests/engine/estimate/test_conventions.py
* **r** R or one of its packages computes the same number, to 1e-8: run by tests/engine/export where R is
  installed
* **s** the exported do-file has words for it, after Stata's manuals; no Stata was at hand
* **2** `make all` has statsmodels or linearmodels compute it for every such model of a study: the second
  opinion, run on made-up data by tests/engine/crosscheck
* **f** pyfixest computes it too, where it is installed: `make all` then asks it, and the same tests run it

*Second opinion*: the programs that it asks, the coefficients always among what they say.
A letter holds for the options and kinds of models that the tables name (effects, weights, factors), not for
all. Estimators and errors without one rest on other evidence (published values, brute force, identities),
which stands in their tests.
"""


def pairs(ways: tuple[Way, ...]) -> set[tuple[str, str]]:
    """Every estimator and error that a table has words for."""
    return {(name, words.kind) for way in ways for name in way.estimators for words in way.errors}


def second_opinions(programs: Mapping[str, Models]) -> set[tuple[str, str]]:
    """Estimators and errors of which these programs are asked for a second opinion."""
    every = [(name, known.quantities) for models in programs.values() for name, known in models.items()]
    return {(name, kind) for name, said in every for kind in COVARIANCES if error_of(kind) in said}


def stored() -> set[tuple[str, str]]:
    """Estimators and errors for which an output is stored."""
    entries = [entry for listed in CONVENTIONS.values() for entry in listed if entry.origin != RUN]
    return {(name, entry.kind) for entry in entries for name in entry.models.estimators}


def page() -> str:
    """The page, as Markdown."""
    marks = {
        "2": second_opinions(PROGRAMS),
        "f": second_opinions(OPTIONAL),
        "P": pairs(PYTHON),
        "o": stored(),
        "r": pairs(R),
        "s": pairs(STATA),
    }
    every = set().union(*marks.values())
    kinds = [kind for kind in COVARIANCES if any((name, kind) in every for name in ESTIMATORS)]
    lines = [f"| estimator | second opinion | {' | '.join(kinds)} |", "| --- " * (len(kinds) + 2) + "|"]
    for name in sorted(ESTIMATORS):
        programs = {**PROGRAMS, **OPTIONAL}
        asked = ", ".join(program for program, models in programs.items() if name in models)
        cells = ["".join(mark for mark, found in marks.items() if (name, kind) in found) for kind in kinds]
        lines.append(f"| `{name}` | {asked} | {' | '.join(cells)} |")
    return f"{HEAD}\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
