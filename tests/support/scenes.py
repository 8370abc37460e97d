"""Stale and tampered scenes in the made-up project: what a tired disk, a hand or a checkout can do to it.

Every change keeps the file's time stamp, so that content alone can tell.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from replication.cli import main
from replication.project.places import Project
from tests.support import made_up

Scene = Callable[[Project], object]


def current(project: Project) -> dict[str, bytes]:
    """What was made, by place; manifests and the report's record apart, which also say what made it."""
    return {
        str(path.relative_to(project.root)): path.read_bytes()
        for folder in (project.processed, project.current)
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("manifest.json", "report.json")
    }


def write(path: Path, content: bytes) -> None:
    """Write a file and give it back its time stamp and its rights."""
    before = path.stat()
    path.chmod(0o644)
    path.write_bytes(content)
    path.chmod(before.st_mode)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def edit(path: Path, old: bytes, new: bytes) -> None:
    """Change a text in a file, once."""
    text = path.read_bytes()
    assert old in text
    write(path, text.replace(old, new, 1))


def flip(path: Path, place: int | None = None, bit: int = 2) -> None:
    """Change one bit of a file: of the byte in its middle, or at a place."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if place is None else place % len(content)] ^= 1 << bit
    write(path, bytes(content))


def remove(*places: Path) -> None:
    """Remove files and folders."""
    for path in places:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _other_panel(project: Project) -> None:
    """Results of another panel in the place of the study's own."""
    panel = project.root / "mine.csv"
    panel.write_text((project.raw / "panel.csv").read_text().replace("1980", "1979"))
    words = ("run", str(project.specs / "first.toml"), "--data", str(panel))
    assert main(["--project", str(project.root), *words]) == 0
    panel.unlink()


def _other_raw_file(project: Project) -> None:
    """A raw file with other figures, registered anew."""
    edit(project.raw / "prices.csv", b"110", b"112")
    before = project.registry.stat()
    made_up.register(project)
    os.utime(project.registry, ns=(before.st_atime_ns, before.st_mtime_ns))


def _in_anothers_place(project: Project) -> None:
    """Whole results with their manifest, of another study."""
    remove(project.current / "second")
    shutil.copytree(project.current / "first", project.current / "second")


def _by_other_code(project: Project) -> None:
    """Results that another version of a module made, as after a checkout of an older commit."""
    path = project.current / "first" / "manifest.json"
    record = json.loads(path.read_text())
    record["code"]["replication/estimate/linear/linear.py"] = "0" * 64
    write(path, json.dumps(record, indent=1).encode())


def _study_more(project: Project) -> None:
    model = made_up.FIRST.partition('[[tables]]\nid = "means"')[0]
    (project.specs / "third.toml").write_text(
        model.replace('"first"', '"third"').replace("A model", "Another").replace("x + z", "z")
    )


def _older_version_edited(project: Project) -> None:
    """Two versions, the older one edited."""
    shutil.copytree(project.results / "v1", project.results / "v2")
    project.changelog.write_text("## v2\n" + project.changelog.read_text())
    edit(project.results / "v1" / "report.html", b"A", b"B")


def _other_file(path: Path) -> None:
    """A link in the place of a file, to the same content elsewhere."""
    elsewhere = path.parents[1] / "elsewhere.toml"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


# What `make all` makes again as it was, byte for byte.
MENDED: dict[str, Scene] = {
    "a table edited": lambda p: flip(p.processed / "prices.parquet"),
    "a table deleted": lambda p: remove(p.processed / "means.parquet"),
    "the tables' manifest deleted": lambda p: remove(p.processed / "manifest.json"),
    "the tables' manifest no manifest": lambda p: write(p.processed / "manifest.json", b'{"files": null}'),
    "all tables deleted": lambda p: remove(p.processed),
    "the codebook edited": lambda p: edit(p.processed / "codebook.md", b"price", b"prize"),
    "the report edited": lambda p: edit(p.report, b"A model", b"B model"),
    "the report's record deleted": lambda p: remove(p.report_record),
    "an estimate edited": lambda p: flip(p.current / "first" / "estimates.parquet"),
    "a printed cell edited": lambda p: edit(p.current / "second" / "tables" / "price.csv", b"110", b"777"),
    "a script in a figure": lambda p: edit(
        p.current / "first" / "figures" / "coefficients.svg", b"</svg>", b"<script>1</script></svg>"
    ),
    "an account edited": lambda p: edit(p.current / "first" / "accounts.json", b"converged", b"konverged"),
    "a study's manifest damaged": lambda p: flip(p.current / "first" / "manifest.json"),
    "the ledger edited": lambda p: edit(p.ledger / "ledger.html", b"110", b"999"),
    "a run cut off": lambda p: (p.current / "first" / ".manifest.json.replicate").write_text("{}"),
    "results of another panel": _other_panel,
    "results of another study": _in_anothers_place,
    "results by other code": _by_other_code,
    "a figure deleted": lambda p: remove(p.current / "first" / "figures" / "coefficients.png"),
    "a second opinion edited": lambda p: flip(p.crosscheck / "first" / "crosscheck.csv"),
}
# What `make all` makes anew from inputs that changed, and where it shows.
CHANGED: dict[str, tuple[Scene, str]] = {
    "a study": (lambda p: edit(p.specs / "first.toml", b"x + z", b"x    "), "first/estimates.csv"),
    "a study gone": (lambda p: remove(p.specs / "second.toml"), "report.html"),
    "a raw file with its entry": (_other_raw_file, "second/statistics.csv"),
    "a source's words": (lambda p: edit(p.registry, b"citation of", b"Citation of"), "report.html"),
    "a claims file": (lambda p: edit(p.claims / "one.toml", b"e = 110", b"e = 115"), "claims/ledger.csv"),
    "a claims file gone": (lambda p: remove(p.claims / "one.toml"), "claims/ledger.csv"),
    "a study more": (_study_more, "report.html"),
    "a claims file more": (
        lambda p: (p.claims / "more.toml").write_text(made_up.TEXT.format(id="more", price=120)),
        "claims/ledger.csv",
    ),
    "the title": (lambda p: edit(p.root / "pyproject.toml", b"A project", b"B project"), "report.html"),
    "the cleaning": (
        lambda p: edit(p.cleaning / "figures.py", b"mean()", b"max()"),
        "first/tables/means.csv",
    ),
}
# What nothing can make good: `make all` ends with this exit code and says this.
REFUSED: dict[str, tuple[Scene, int, str]] = {
    "a stranger's file": (
        lambda p: (p.current / "extra.csv").write_text("1\n"),
        *(2, "results/current/extra.csv: no command made this file"),
    ),
    "a stranger's link": (
        lambda p: (p.current / "first" / "tables" / "zz.csv").symlink_to("/etc/hostname"),
        *(2, "first/tables/zz.csv: no command made this file"),
    ),
    "a raw file": (lambda p: edit(p.raw / "prices.csv", b"110", b"111"), 2, "the file was changed"),
    "a raw file more": (
        lambda p: (p.raw / "new.csv").write_text("a\n1\n"),
        2,
        "new.csv: not in SOURCES.toml",
    ),
    "a raw file less": (lambda p: remove(p.raw / "prices.csv"), 2, "prices.csv: missing"),
    "a frozen version": (lambda p: edit(p.results / "v1/report.html", b"A", b"B"), 1, "v1/report.html: was"),
    "an older frozen version": (_older_version_edited, 1, "v1/report.html: was"),
    "a frozen version gone": (lambda p: remove(p.results / "v1"), 1, "results/v1: is missing"),
    "a study that is a link": (lambda p: _other_file(p.specs / "first.toml"), 2, "is a symbolic link"),
    "the lock": (
        lambda p: write(p.root / "requirements.lock", b"numpy==0.1\n"),
        *(2, "requirements.lock pins 0.1"),
    ),
    "a name for a shell": (
        lambda p: (p.specs / "$(touch x).toml").write_text(""),
        *(2, "a name that is not plain"),
    ),
    "one id twice": (
        lambda p: shutil.copy(p.specs / "first.toml", p.specs / "third.toml"),
        *(2, "is that of first.toml"),
    ),
}
