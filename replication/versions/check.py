"""Current results against the newest frozen version, and frozen versions against themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from replication.errors import DataError, StudyError, few, one_of
from replication.project.files import write_text
from replication.project.places import Project
from replication.project.readback import read_manifest, verified
from replication.project.strict import entry, read_toml
from replication.report.rests_on import Standing
from replication.versions.altered import altered
from replication.versions.artefact import FEW
from replication.versions.causes import causes, made
from replication.versions.compare import PAGE, Comparison, compare_folders
from replication.versions.content import result_folders
from replication.versions.grades import THRESHOLDS
from replication.versions.judged import Judged
from replication.versions.sealed import against, baseline, damage, lost, resolve, versions
from replication.versions.told import everything, screen
from replication.versions.unfinished import unfinished
from replication.versions.why import made_by_none

NONE_YET = 'no frozen version yet: nothing to compare with (make freeze WHY="..." makes the first)'


def check(project: Project) -> tuple[list[str], bool]:
    """Whether every frozen version is whole, and current results are those of the newest.

    Everything that was found is written to `results/check.txt`, whether it passes or fails.

    Returns
    -------
    One screen of lines, and whether all is well.

    Raises
    ------
    DataError
        There are no current results, or a file of results cannot be read.
    """
    if not result_folders(project.current):
        raise DataError(f"{project.current}: no results yet; make them first (make all)")
    last = baseline(project)
    damaged = (*lost(project), *(line for folder in versions(project).values() for line in damage(folder)))
    touched = (*unfinished(project.current), *altered(project.current))
    if last is None:
        lines, passed = [*damaged, *touched, NONE_YET], not (damaged or touched)
        details = lines
    else:
        judged = replace(judge(last[1], project.current, (last[0], "current")), damaged=damaged)
        judged = replace(judged, findings=(*judged.findings, *touched))
        shown = project.check_record.relative_to(project.root).as_posix()
        lines, passed, details = screen(judged, shown), judged.passed, everything(judged)
    write_text(project.check_record, "\n".join(details) + "\n")
    return [*lines[:-1], *_strangers(project), lines[-1]], passed


def _strangers(project: Project) -> list[str]:
    """A line that counts the files among the results that no run has written: nothing is known of them."""
    found = made_by_none(project)
    counted = f"{len(found):,} file{'s' if len(found) > 1 else ''} that no run has written"
    return [f"{counted}: {few(found, FEW)}"] if found else []


def standing(project: Project) -> Standing:
    """How the results compare with the newest frozen version, the page itself apart, which is to tell it.

    Nothing is compared with a version that is damaged.

    Raises
    ------
    DataError
        A file of the results is not as it was made.
    """
    last = baseline(project)
    if last is None:
        return Standing()
    for folder in result_folders(project.current).values():
        for name, checksum in read_manifest(folder).files.items():
            verified(folder / name, checksum)
    names = (last[0], "current")
    if damaged := tuple(damage(last[1])) if last[1] != project.output else ():
        return Standing(Judged(Comparison(*names, ()), {}, damaged=damaged).short(), against(project))
    judged = judge(last[1], project.current, names)
    results = [verdict for verdict in judged.found.verdicts if verdict.study != PAGE]
    found = replace(judged.found, verdicts=tuple(results))
    return Standing(replace(judged, found=found).short(), against(project))


def compare_words(project: Project, old: str, new: str) -> tuple[list[str], bool]:
    """Compare versions or folders that a user names: every cell that moved, then the closing line."""
    judged = judge(resolve(project, old), resolve(project, new), (old, new))
    closing, *lines = everything(judged)
    return [*lines, closing], judged.passed


def judge(old: Path, new: Path, names: tuple[str, str]) -> Judged:
    """Two folders compared and judged by the thresholds of the old one; another threshold is a finding."""
    before, after = _thresholds(old), _thresholds(new)
    changed = tuple(
        f"{study}: study.threshold is {after.get(study, 'not set')} and was {before.get(study, 'not set')} "
        f"in {names[0]}, by which it is judged"
        for study, folder in result_folders(old).items()
        if study in result_folders(new) and (folder / "study.toml").is_file()
        if before.get(study) != after.get(study)
    )
    return Judged(compare(old, new, names), before, findings=changed)


def compare(old: Path, new: Path, names: tuple[str, str]) -> Comparison:
    """The comparison of two folders, with the causes known for each study that moved."""
    found = compare_folders(old, new, names)
    left, right = list(result_folders(old).items()), result_folders(new)
    if len(left) == len(right) == 1:
        left = [(next(iter(right)), left[0][1])]
    known = {
        study: causes(made(folder), made(right[study]))
        for study, folder in left
        if study in right and found.grade(study) != "identical"
    }
    return replace(found, causes=known)


def _thresholds(folder: Path) -> dict[str, str]:
    """The worst grade that each study lets pass, where its file says so: `threshold` under [study].

    Raises
    ------
    StudyError
        A word that is no grade.
    """
    found: dict[str, str] = {}
    for study, place in result_folders(folder).items():
        path = place / "study.toml"
        about = read_toml(path, DataError, str(path)) if path.is_file() else {}
        word = entry(about, "study", "threshold")
        if word is not None and word not in THRESHOLDS:
            raise StudyError(f"{path}: study.threshold: {one_of('grade', word, THRESHOLDS)}")
        found |= {study: word} if word else {}
    return found
