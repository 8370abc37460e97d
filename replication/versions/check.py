"""Current results against the newest frozen version, and frozen versions against themselves."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from replication.errors import DataError, StudyError, one_of
from replication.project.places import Project
from replication.versions.causes import causes
from replication.versions.compare import Comparison, compare_folders
from replication.versions.content import MANIFEST, read_json, result_folders
from replication.versions.grades import DEFAULT_THRESHOLD, RANK, THRESHOLDS
from replication.versions.sealed import damage, newest, resolve, versions
from replication.versions.told import told

NONE_YET = 'no frozen version yet: nothing to compare with (make freeze WHY="..." makes the first)'


@dataclass(frozen=True)
class Checked:
    """What a check says, and whether all is well."""

    lines: tuple[str, ...]
    passed: bool


def check(project: Project) -> Checked:
    """Whether every frozen version is whole, and current results are those of the newest.

    Raises
    ------
    DataError
        There are no current results, or a file of results cannot be read.
    """
    last = newest(project)
    if last is None:
        return Checked((NONE_YET,), True)
    harmed = [line for folder in versions(project).values() for line in damage(folder)]
    if not result_folders(project.current):
        raise DataError(f"{project.current}: no results yet; make them first (make all)")
    found = compare(last[1], project.current, (last[0], "current"))
    failed = failures(found, project.current)
    lines = [*harmed, *told(found), *failed]
    return Checked(tuple(lines), not harmed and not failed)


def compare_words(project: Project, old: str, new: str) -> Checked:
    """Compare two versions, or folders, that a user names."""
    left, right = resolve(project, old), resolve(project, new)
    found = compare(left, right, (old, new))
    failed = failures(found, right)
    return Checked((*told(found), *failed), not failed)


def compare(old: Path, new: Path, names: tuple[str, str]) -> Comparison:
    """The comparison of two folders, with the causes known for each study that moved."""
    found = compare_folders(old, new, names)
    left, right = list(result_folders(old).items()), result_folders(new)
    if len(left) == len(right) == 1:
        left = [(next(iter(right)), left[0][1])]
    known = {
        study: causes(read_json(folder / MANIFEST), read_json(right[study] / MANIFEST))
        for study, folder in left
        if study in right and found.grade(study) != "identical"
    }
    return replace(found, causes=known)


def failures(found: Comparison, new: Path) -> list[str]:
    """One line for each study that moved further than its threshold allows."""
    folders = result_folders(new)
    lines = []
    for study in found.studies:
        allowed = threshold(folders[study]) if study in folders else DEFAULT_THRESHOLD
        if RANK[found.grade(study)] > RANK[allowed]:
            lines.append(f"{study} FAILS: {found.grade(study)} is worse than {allowed}")
    return lines


def threshold(folder: Path) -> str:
    """The worst grade that a study lets pass: `threshold` under [study] of its file, else rounding.

    Raises
    ------
    StudyError
        A word that is no grade.
    """
    path = folder / "study.toml"
    if not path.is_file():
        return DEFAULT_THRESHOLD
    word = tomllib.loads(path.read_text(encoding="utf-8")).get("study", {}).get("threshold")
    if word is not None and word not in THRESHOLDS:
        raise StudyError(f"{path}: study.threshold: {one_of('grade', word, THRESHOLDS)}")
    return word or DEFAULT_THRESHOLD
