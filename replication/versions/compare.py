"""Two folders of results compared: every tidy record, every published table, every figure.

Imports are few, so that a check takes as long as reading the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from replication.errors import DataError
from replication.project.files import sha256
from replication.versions.account_moves import ACCOUNTS, accounts, compare_accounts
from replication.versions.causes import Cause
from replication.versions.content import RECORDS, TIDY, artefacts, content_sum, result_folders, tidy_of
from replication.versions.grades import Move, Verdict, worst
from replication.versions.media import disagreements, report_disagreements
from replication.versions.pictures import picture_fault
from replication.versions.printed import compare_figure, compare_table
from replication.versions.record_moves import compare_records

REPORT = "report.html"
PAGE = "report"  # what stands for a study in verdicts on it


@dataclass(frozen=True)
class Comparison:
    """What came of two folders.

    Attributes
    ----------
    old, new : str
        What the two are called.
    verdicts : tuple of Verdict
        One for each table, record and figure of either.
    restyled : tuple of str
        Other files that differ: the same cells set for another medium, notes, sentences of accounts.
    causes : mapping of str to tuple of Cause
        For each folder whose cells moved, what is known to differ behind it.
    """

    old: str
    new: str
    verdicts: tuple[Verdict, ...]
    restyled: tuple[str, ...] = ()
    causes: Mapping[str, tuple[Cause, ...]] = field(default_factory=dict)

    @property
    def studies(self) -> list[str]:
        """Names of the folders, in order."""
        return list(dict.fromkeys(verdict.study for verdict in self.verdicts))

    def grade(self, study: str | None = None) -> str:
        """The worst grade of one folder, or of all."""
        return worst(v.grade for v in self.verdicts if study in (None, v.study))


def compare_folders(old: Path, new: Path, names: tuple[str, str]) -> Comparison:
    """Compare two versions, two runs, or two folders of one study.

    Raises
    ------
    DataError
        A manifest or an account that cannot be read.
    """
    left, right = result_folders(old), result_folders(new)
    if len(left) == len(right) == 1:  # one study each, whatever the folders are called
        left = dict(zip(right, left.values(), strict=True))
    verdicts: list[Verdict] = []
    restyled: list[str] = []
    for study in sorted({*left, *right}):
        if study not in left or study not in right:
            verdicts.append(_whole(study, "(results)", "vanished" if study in left else "appeared"))
            continue
        found, other = _compare_study(study, left[study], right[study])
        verdicts += found
        restyled += [f"{study}/{name}" for name in other]
    verdicts += _compare_report(old, new, right)
    return Comparison(*names, tuple(verdicts), tuple(restyled))


def _compare_study(study: str, old: Path, new: Path) -> tuple[list[Verdict], list[str]]:
    """Verdicts on what holds cells, and names of what else differs."""
    left, right = artefacts(old), artefacts(new)
    estimators = _estimators(new) | _estimators(old)  # the frozen side says how strictly it is judged
    verdicts = [
        _compare_file(study, name, left, right, lambda a, b: compare_records(study, a, b, estimators))
        for name in TIDY
        if name in left or name in right
    ]
    if ACCOUNTS in left or ACCOUNTS in right:
        verdicts.append(compare_accounts(study, old, new))
    restyled = []
    for name in sorted({*left, *right} - {*TIDY, *RECORDS, "study.toml"}):
        if name.endswith((".csv", ".svg")) or name not in {*right, ACCOUNTS}:
            compare = compare_figure if name.endswith(".svg") else compare_table
            verdicts.append(_compare_file(study, name, left, right, partial(compare, study, name)))
        elif name in right and (name not in left or content_sum(left[name]) != content_sum(right[name])):
            restyled.append(name)
    return [*verdicts, *_within(study, new)], restyled


def _within(study: str, folder: Path) -> Iterator[Verdict]:
    """What a folder of results shows in one medium otherwise than in another."""
    for name, moves in disagreements(folder):
        yield Verdict(study, name, len(moves), tuple(moves))
    for png in sorted((folder / "figures").glob("*.png")):
        if fault := picture_fault(png, png.with_suffix(".svg")):
            yield Verdict(study, f"figures/{png.name}", 1, (Move(fault, "value", "", ""),))


def _compare_report(old: Path, new: Path, studies: Mapping[str, Path]) -> Iterator[Verdict]:
    """The page: there if it was, with every table of every study that it is made of."""
    if (new / REPORT).is_file():
        moves = report_disagreements(new / REPORT, studies)
        yield Verdict(PAGE, REPORT, len(moves) or 1, tuple(moves))
    elif (old / REPORT).is_file():
        yield _whole(PAGE, REPORT, "vanished")


def _whole(study: str, name: str, grade: str) -> Verdict:
    """A file, or all of a study, that one side lacks."""
    return Verdict(study, name, 1, (Move("all of it", grade, "", ""),))


def _compare_file(
    study: str, name: str, left: Mapping[str, Path], right: Mapping[str, Path], compare
) -> Verdict:
    if name not in left or name not in right:
        if name.endswith(".csv") and _rows(left.get(name) or right[name]) == 0:
            return Verdict(study, name, 0)  # a record without rows says as much as none
        return _whole(study, name, "vanished" if name in left else "appeared")
    if _same(left[name], right[name]):
        return Verdict(study, name, _cells(right[name]))
    try:
        return compare(left[name], right[name])
    except DataError as problem:  # a file that cannot be read is a finding, and the rest is compared
        reason = str(problem).removeprefix(f"{left[name]}: ").removeprefix(f"{right[name]}: ")
        return Verdict(study, name, 1, (Move(f"all of it ({reason})", "vanished", "", ""),))


def _same(old: Path, new: Path) -> bool:
    return old.stat().st_size == new.stat().st_size and sha256(old) == sha256(new)


def _rows(path: Path) -> int:
    return max(path.read_bytes().count(b"\n") - 1, 0)


def _cells(path: Path) -> int:
    """How many cells a file has, without reading them one by one: rows times what is compared of a row."""
    lines = path.read_bytes().count(b"\n")
    tidy = tidy_of(path)
    if tidy is not None:
        return (lines - 1) * len([*tidy.numbers, *tidy.texts])
    if path.suffix == ".svg":
        return lines
    with path.open("rb") as stream:
        return lines * (stream.readline().count(b",") + 1)


def _estimators(folder: Path) -> dict[str, str]:
    """The estimator of each model, as its account says."""
    return {account["model"]: account["estimator"] for account in accounts(folder)}
