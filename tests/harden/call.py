"""One call of the program, and what must hold after any call whatever it was given."""

from __future__ import annotations

import contextlib
import io
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from replication.cli import main
from tests.harden.watch import watched

CODES = (0, 2, 3)  # done, refused, not converged
# What only an exception's own words say: a refusal is a sentence of the program's.
FOREIGN = re.compile(
    r"\w+Error\b|\bException\b|Traceback|object has no attribute|\bdtype\b|not subscriptable|\bNoneType\b"
    r"|positional argument|unhashable|could not convert|out of bounds|not supported between|\bndarray\b"
)
SECONDS = 10  # that one case may take


class TooLong(BaseException):
    """A case took more than its time; no handler of the program's catches it."""


def _ring(signal_number: int, frame: object) -> None:
    raise TooLong(f"more than {SECONDS} s")


@dataclass(frozen=True)
class Outcome:
    """What a call did.

    Attributes
    ----------
    code : int
    told, said : str
        What went to the error stream, and to the output.
    faults : tuple of str
        What must never happen: a traceback, a message of several lines, half-written output, a file
        outside the folder touched, code of a stranger compiled, too long a time.
    """

    code: int
    told: str
    said: str
    faults: tuple[str, ...]


def call(folder: Path, out: Path, *words: str) -> Outcome:
    """Run `replicate` with these words in this process; only `folder` may be read or written."""
    before, errors, said, codes = contents(out), io.StringIO(), io.StringIO(), []
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(errors):
        problem, faults = guarded(lambda: codes.append(main(words)), folder)
    if isinstance(problem, SystemExit):
        codes.append(problem.code)
    elif problem is not None:
        faults.append(f"traceback: {type(problem).__name__}: {str(problem)[:200]}")
    if codes:
        faults += _wrong_end(codes[0], errors.getvalue(), before, out)
    faults += [f"left behind: {name}" for name in hidden(folder)]
    return Outcome(codes[0] if codes else -1, errors.getvalue(), said.getvalue(), tuple(faults))


def guarded(work: Callable[[], object], folder: Path) -> tuple[BaseException | None, list[str]]:
    """How a piece of work ended, and what it touched outside `folder`; cut off when its time is up."""
    signal.signal(signal.SIGALRM, _ring)
    problem = None
    with watched(folder) as seen:
        signal.alarm(SECONDS)
        try:
            work()
        except BaseException as raised:  # any way out but the ordinary one is what is looked for
            problem = raised
        finally:
            signal.alarm(0)
    return problem, [f"outside the folder: {line}" for line in dict.fromkeys(seen)]


def _wrong_end(code: int, told: str, before: dict[str, bytes], out: Path) -> list[str]:
    if code not in CODES:
        return [f"exit code {code}"]
    if code != 2:
        return [] if (out / "manifest.json").is_file() or not before else ["no manifest"]
    faults = foreign(told)
    if told.count("\n") != 1 or not told.startswith("replicate: "):
        faults.append(f"not one line: {told[:200]!r}")
    return faults + ([] if contents(out) == before else ["a refused run changed the results"])


def foreign(told: str) -> list[str]:
    """The words of a refusal that are not the program's own."""
    return [f"not our words, {match[0]!r}: {told[:300]!r}" for match in FOREIGN.finditer(told)][:1]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def hidden(folder: Path) -> list[str]:
    """Hidden files and folders: what a run left unfinished."""
    return [str(path.relative_to(folder)) for path in folder.rglob(".*")]
