"""Clean runs, compared with each other, with other machines' kernels and with the newest frozen version."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd

from replication.project.files import sha256, write_text
from replication.project.places import Project
from replication.versions.attest import Cost, Verification, as_json, as_markdown, cost
from replication.versions.check import judge
from replication.versions.judged import Judged
from replication.versions.rehearse import FIRST, Rehearsal, rehearse, settings
from replication.versions.sealed import damage, lost, newest


def verify(project: Project) -> tuple[str, bool]:
    """Run everything once for each setting, compare, write the attestation; its text and whether it passes.

    Raises
    ------
    UserError
        A step of a run fails, or results cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="verify-") as name:
        found = verified(project, rehearse(project, Path(name), settings()))
    text = as_markdown(found)
    write_text(project.attestation, text)
    write_text(project.attestation.with_suffix(".json"), as_json(found))
    return text, found.passed


def measured(project: Project) -> Cost:
    """What one clean run takes: seconds, memory, date, machine."""
    with tempfile.TemporaryDirectory(prefix="measure-") as name:
        return cost(rehearse(project, Path(name), [FIRST])[0])


def verified(project: Project, runs: list[Rehearsal]) -> Verification:
    """What clean runs show: the first two to the byte, the others and a frozen version by cells."""
    first, second = (run.project for run in runs[:2])
    names = sorted({*_made(first), *_made(second)})
    differing = tuple(name for name in names if not _same(first.root / name, second.root / name))
    last = newest(project)
    others = [
        (run, judge(first.current, run.project.current, ("the first run", run.setting.told)))
        for run in runs[2:]
    ]
    return Verification(
        runs=runs,
        files=len(names),
        differing=differing,
        others=others,
        baseline=last[0] if last else None,
        against=_against(last, first) if last else None,
        between=judge(first.current, second.current, ("the first run", "the second run")),
        lost=tuple(lost(project)),
    )


def _against(last: tuple[str, Path], run: Project) -> Judged:
    name, folder = last
    return replace(judge(folder, run.current, (name, "the first run")), damaged=tuple(damage(folder)))


def _made(project: Project) -> list[str]:
    """Everything that a run made: processed tables and results."""
    folders = (project.processed, project.results)
    paths = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [path.relative_to(project.root).as_posix() for path in paths]


def _same(left: Path, right: Path) -> bool:
    """Whether two files are the same: parquet by what it holds, all else byte by byte."""
    if not (left.is_file() and right.is_file()):
        return False
    if sha256(left) == sha256(right):
        return True
    if left.suffix != ".parquet":
        return False
    return pd.read_parquet(left).equals(pd.read_parquet(right))
