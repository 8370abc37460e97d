"""Current results -> the next frozen version: manifest, checksums, a place in the changelog."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from replication.errors import UserError
from replication.project.files import write_text
from replication.project.lock import folder_aside
from replication.project.places import Project
from replication.project.readback import MANIFEST
from replication.project.strict import plain_text, read_json_as
from replication.publish.files_beside import leading_only_to
from replication.report.gather import make_report
from replication.versions.check import compare, standing
from replication.versions.compare import Comparison, compare_folders
from replication.versions.content import DIGITS, artefacts, contents
from replication.versions.manifest import circumstances, commit, machine, seeds, uncommitted
from replication.versions.sealed import newest, next_name, require_all, versions, write_sums
from replication.versions.told import entry
from replication.versions.why import require_current

CHANGES = "CHANGES.md"
HEADING = "# What moved from one frozen version to the next\n"


def freeze(project: Project, why: str) -> Path:
    """Make the next version from current results; returns its folder.

    The page of the current results is then made again: it says how they stand to the newest version.

    Everything is written beside the versions and renamed into place in one step, so that a version is
    there whole or not at all; the changelog, which is made of the versions' own accounts, follows, and a
    freeze that finds it behind completes it. Files are made read-only. Two at once take turns.

    Raises
    ------
    UserError
        No reason given; results missing, out of date, or changed since they were made; files behind them that
        are not committed, packages that are not pinned; the version before damaged, or the same as this.
    """
    if not why.strip():
        raise UserError('a version needs its reason: make freeze WHY="what changed and why"')
    with folder_aside(project.results / "version") as aside:
        require_all(project)  # of which the changelog tells, before it is made anew
        if versions(project):  # whoever was killed before this last step left it to us
            write_text(project.changelog, _changelog(project))
        _require_commit(project)
        require_current(project)
        _require_agreement(project)
        last = newest(project)
        found = compare(last[1], project.current, (last[0], "current")) if last else None
        name = next_name(project)
        about = _about(project, name, " ".join(why.split()))
        _refuse_same(last, about)
        _put_in_place(project, aside / name, about, found)
        write_text(project.changelog, _changelog(project))
        make_report(project, standing(project))  # before another freeze looks whether it is current
    return project.results / name


def _require_commit(project: Project) -> None:
    """A version must be makeable again: what it rests on is committed."""
    loose = uncommitted(project)
    if loose:
        more = f" (and {len(loose) - 1} more)" if len(loose) > 1 else ""
        raise UserError(f"{loose[0]}{more}: not committed; a version is frozen from a commit")


def _require_agreement(project: Project) -> None:
    """A table that one medium shows otherwise than another would fail every check of the version."""
    itself = compare_folders(project.current, project.current, ("current", "current"))
    for verdict in itself.verdicts:
        if verdict.grade != "identical":  # nobody edited it: so the program made it so
            cell = verdict.moves[0].cell
            raise RuntimeError(f"{verdict.study}/{verdict.table} does not show what its table has: {cell}")


def _about(project: Project, name: str, why: str) -> dict:
    """All that a version says of itself."""
    last = newest(project)
    return {
        "version": name,
        "why": why,
        "frozen": datetime.now(UTC).date().isoformat(),
        "previous": last[0] if last else None,
        "commit": commit(project),
        **circumstances(project),
        "machine": asdict(machine()),
        "seeds": seeds(project),
        "significant_digits": DIGITS,
        "content": contents(project.current),
    }


# What may be the same in two versions: the rest (name, reason, day) differs by nature.
TELLING = ("inputs", "studies", "claims", "published", "code", "packages", "processor", "seeds", "content")


def _refuse_same(last: tuple[str, Path] | None, about: dict) -> None:
    if last is None:
        return
    before = read_json_as(last[1] / MANIFEST, dict[str, Any])
    if all(before.get(key) == about[key] for key in TELLING):
        raise UserError(f"nothing has changed since {last[0]}: neither results nor anything behind them")


def _put_in_place(project: Project, aside: Path, about: dict, found: Comparison | None) -> None:
    for path, file in artefacts(project.current).items():
        (aside / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, aside / path)
    page = aside / project.report.name
    kept = {path.relative_to(aside).as_posix() for path in aside.rglob("*")}
    page.write_text(leading_only_to(page.read_text(encoding="utf-8"), kept), encoding="utf-8", newline="\n")
    told = entry(aside.name, about["frozen"], about["why"], found, len(about["content"]))
    (aside / CHANGES).write_text(told, encoding="utf-8")
    text = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
    (aside / MANIFEST).write_text(text, encoding="utf-8")
    write_sums(aside)
    _make_read_only(aside)
    os.rename(aside, project.results / aside.name)


def _make_read_only(folder: Path) -> None:
    """Take the right to write from the files; folders keep it, so that a checkout can be deleted."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o444)


def _changelog(project: Project) -> str:
    """Every version's own account, newest first; made anew each time, so that none can be missing."""
    folders = reversed(list(versions(project).values()))
    return "\n".join([HEADING, *(plain_text(folder / CHANGES) for folder in folders)])
