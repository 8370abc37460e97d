"""The commands about versions: freeze, check, compare, verify, why, trace.

What they call is imported when it is called: a check loads pandas, and neither estimators nor figures.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from replication.project.places import Project

MOVED = 1  # exit code: done, and what was compared is not the same


def add_commands(commands, add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add every command of this module; `add` takes the commands, a name, a function and a sentence."""
    freeze = add(commands, "freeze", _freeze, "make results/v1, v2, ... from the current results")
    freeze.add_argument("--why", default="", metavar="TEXT", help="what changed since the last, and why")
    add(commands, "check", _check, "compare the current results with the newest frozen version")
    compare = add(commands, "compare", _compare, "compare two versions or folders cell by cell")
    for name in ("old", "new"):
        compare.add_argument(name, metavar=name.upper(), help="v1, current, or a folder of results")
    add(commands, "verify", _verify, "run everything twice from the raw figures, compare, and attest")
    trace = add(commands, "trace", _trace, "follow one published cell back to the raw files")
    trace.add_argument("table", metavar="TABLE", help="study and table, such as katada/crisis")
    trace.add_argument("row", metavar="ROW", help="label, term, statistic, group, period; or number")
    trace.add_argument("column", metavar="COLUMN", help="heading or model; or number, 1 after the labels")
    add(commands, "why", _why, "say for everything that is made why it would be made again")


def _freeze(call: argparse.Namespace) -> int:
    from replication.versions.freeze import freeze

    print(freeze(Project(call.project), call.why))
    return 0


def _check(call: argparse.Namespace) -> int:
    from replication.versions.check import check

    return _tell(check(Project(call.project)))


def _compare(call: argparse.Namespace) -> int:
    from replication.versions.check import compare_words

    return _tell(compare_words(Project(call.project), call.old, call.new))


def _tell(checked) -> int:
    for line in checked.lines:
        print(line)
    return 0 if checked.passed else MOVED


def _verify(call: argparse.Namespace) -> int:
    from replication.versions.verify import verify

    text, passed = verify(Project(call.project))
    print(text, end="")
    return 0 if passed else MOVED


def _trace(call: argparse.Namespace) -> int:
    from replication.versions.trace import trace

    for line in trace(Project(call.project), call.table, call.row, call.column):
        print(line)
    return 0


def _why(call: argparse.Namespace) -> int:
    from replication.versions.why import why

    for line in why(Project(call.project)):
        print(line)
    return 0
