"""Two folders of results compared: every tidy record, every published table, every figure.

Imports are few, so that a check takes as long as reading the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from replication.project.files import sha256
from replication.versions.content import RECORDS, TIDY, artefacts, read_json, result_folders, tidy_of
from replication.versions.grades import Move, Verdict, worst
from replication.versions.printed import compare_figure, compare_table
from replication.versions.record_moves import compare_records


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
        Other files that differ: the same cells set for another medium, notes, accounts.
    causes : mapping of str to tuple of str
        For each folder whose cells moved, what is known to differ behind it.
    """

    old: str
    new: str
    verdicts: tuple[Verdict, ...]
    restyled: tuple[str, ...] = ()
    causes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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
        A record or table that cannot be read.
    """
    left, right = result_folders(old), result_folders(new)
    if len(left) == len(right) == 1:  # one study each, whatever the folders are called
        left = dict(zip(right, left.values(), strict=True))
    verdicts: list[Verdict] = []
    restyled: list[str] = []
    for study in sorted({*left, *right}):
        if study not in left or study not in right:
            move = Move("all of it", "vanished" if study in left else "appeared", "", "")
            verdicts.append(Verdict(study, "(results)", 1, (move,)))
            continue
        found, other = _compare_study(study, left[study], right[study])
        verdicts += found
        restyled += [f"{study}/{name}" for name in other]
    return Comparison(*names, tuple(verdicts), tuple(restyled))


def _compare_study(study: str, old: Path, new: Path) -> tuple[list[Verdict], list[str]]:
    """Verdicts on what holds cells, and names of what else differs."""
    left, right = artefacts(old), artefacts(new)
    estimators = _estimators(old) | _estimators(new)
    headlines = _headlines(old) | _headlines(new)
    verdicts = [
        _compare_file(
            study, name, left, right, lambda a, b: compare_records(study, a, b, estimators, headlines)
        )
        for name in TIDY
        if name in left or name in right
    ]
    records = worst(verdict.grade for verdict in verdicts)
    restyled = []
    for name in sorted({*left, *right} - {*TIDY, *RECORDS}):
        if name.endswith(".csv"):
            verdicts.append(_compare_file(study, name, left, right, _table(study, name, records)))
        elif name.endswith(".svg"):
            verdicts.append(_compare_file(study, name, left, right, _figure(study, name)))
        elif name != "study.toml" and not _same(left.get(name), right.get(name)):
            restyled.append(name)
    return verdicts, restyled


def _table(study: str, name: str, records: str):
    return lambda old, new: compare_table(study, name, old, new, records)


def _figure(study: str, name: str):
    return lambda old, new: compare_figure(study, name, old, new)


def _compare_file(
    study: str, name: str, left: Mapping[str, Path], right: Mapping[str, Path], compare
) -> Verdict:
    if name not in left or name not in right:
        if _cells(left.get(name) or right[name]) == 0:
            return Verdict(study, name, 0)  # a record without rows says as much as none
        grade = "vanished" if name in left else "appeared"
        return Verdict(study, name, 1, (Move("all of it", grade, "", ""),))
    if _same(left[name], right[name]):
        return Verdict(study, name, _cells(right[name]))
    return compare(left[name], right[name])


def _same(old: Path | None, new: Path | None) -> bool:
    if old is None or new is None:
        return False
    return old.stat().st_size == new.stat().st_size and sha256(old) == sha256(new)


def _cells(path: Path) -> int:
    """How many cells a file has, without reading them one by one: rows times what is compared of a row."""
    lines = path.read_bytes().count(b"\n")
    tidy = tidy_of(path)
    if tidy is not None:
        return (lines - 1) * len([*tidy.numbers, *tidy.texts])
    if path.suffix == ".svg":
        return lines
    with path.open(encoding="utf-8") as stream:
        return lines * (stream.readline().count(",") + 1)


def _estimators(folder: Path) -> dict[str, str]:
    """The estimator of each model, as its account says."""
    return {account["model"]: account["estimator"] for account in _accounts(folder)}


def _headlines(folder: Path) -> dict[str, str]:
    """The first error of each model; none in the layout of v1, which had an account for each error."""
    accounts = (account for account in _accounts(folder) if isinstance(account["errors"], list))
    return {account["model"]: account["errors"][0]["label"] for account in accounts}


def _accounts(folder: Path) -> Iterator[dict]:
    path = folder / "accounts.json"
    if path.is_file():
        yield from read_json(path, list)
