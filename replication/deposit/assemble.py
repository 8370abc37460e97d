"""Project -> the folder `deposit`: copied, described, scanned, and only then put in place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from replication.claims.read_ledger import read_ledger
from replication.deposit.contents import deposited, sums
from replication.deposit.exhibit_list import exhibits
from replication.deposit.metadata import CRATE, PACKAGE, citation_file, crate, data_package
from replication.deposit.readme import Account, readme
from replication.deposit.readme_pdf import write_readme_pdf
from replication.deposit.scan import backslashes, scan
from replication.errors import DataError
from replication.project.files import write_text
from replication.project.fingerprint import packages
from replication.project.lock import folder_aside
from replication.project.places import Project
from replication.project.strict import plain_text, read_json_as
from replication.sources.registry import Source, verify
from replication.spec.read_study import read_study
from replication.versions.attest import Cost
from replication.versions.manifest import seeds
from replication.versions.verify import measured
from replication.versions.why import require_current

MANIFEST = "manifest-sha256.txt"


def make_deposit(project: Project) -> list[str]:
    """Make `deposit` anew; returns the scans' findings, and with any of them leaves the old folder as it was.

    Raises
    ------
    UserError
        Results, codebook or raw data missing or damaged; an exhibit without its file.
    """
    target = project.deposit
    if target.is_symlink() or (target.exists() and not (target / MANIFEST).is_file()):
        raise DataError(f"{target}: is no deposit made here; move it away first")
    require_current(project)
    with folder_aside(target) as aside:
        made = aside / "made"
        made.mkdir()
        _fill(project, made, list(verify(project).values()))
        findings = scan(made)
        if not findings:
            if target.exists():
                target.rename(aside / "before")
            made.rename(target)
    return findings


def _fill(project: Project, folder: Path, sources: list[Source]) -> None:
    for name, path in deposited(project).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name, follow_symlinks=False)
    text = readme(_account(project, folder, sources))
    write_text(folder / "README.md", text)
    write_readme_pdf(folder / "README.pdf", text)
    about = citation_file(plain_text(folder / "CITATION.cff"))
    _write_json(folder / PACKAGE, data_package(folder, about, sources))
    _write_json(folder / CRATE, crate(sums(folder), folder, about, sources))
    write_text(folder / MANIFEST, "".join(f"{sha}  {name}\n" for name, sha in sums(folder).items()))


def _account(project: Project, folder: Path, sources: list[Source]) -> Account:
    found = exhibits(project)
    for exhibit in found:
        if not (folder / exhibit.output).is_file():
            raise DataError(f"{exhibit.name}: {exhibit.output} is missing; make the results first (make all)")
    return Account(
        sources=sources,
        empty={source.path for source in sources if _is_empty(project.raw / source.path)},
        studies=[read_study(path) for path in project.study_files],
        ledgers=[read_ledger(path) for path in project.claims_files],
        exhibits=found,
        packages=packages(),  # those that made the results: `require_current` refuses others
        seeds=seeds(project),
        backslashes=backslashes(folder),
        cost=_measured(project),
        size=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
    )


def _is_empty(path: Path) -> bool:
    """Whether a raw file holds headings alone: a slot for figures that could not be had."""
    return path.suffix == ".csv" and len(path.read_bytes().strip().splitlines()) < 2


def _measured(project: Project) -> Cost:
    """What a run takes: as the last verification measured it, or else measured now by a clean run."""
    path = project.attestation.with_suffix(".json")
    return read_json_as(path, Cost) if path.is_file() else measured(project)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
