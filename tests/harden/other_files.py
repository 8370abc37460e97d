"""Registries, claims files, manifests, folders for results, pipes: hostile files that are no study."""

from __future__ import annotations

import contextlib
import io
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from replication.cli import main
from replication.project.places import Project
from tests.harden.call import CODES, contents, foreign, guarded
from tests.harden.raw import flipped, truncated
from tests.harden.studies import CODE, ODD, quoted
from tests.support import made_up
from tests.support.in_the_way import IN_THE_WAY, content

STUDY = made_up.FIRST.replace('data = "panel"\n', "")


def _bytes(draw: random.Random, good: bytes) -> bytes:
    damage = draw.choice((flipped, truncated, _encoded, _noise))
    return damage(draw, good, b"")


def _encoded(draw: random.Random, good: bytes, other: bytes) -> bytes:
    return good.decode().encode(draw.choice(("utf-16", "utf-32", "utf-8-sig", "utf-7")))


def _noise(draw: random.Random, good: bytes, other: bytes) -> bytes:
    size = draw.choice((300, 30_000, 300_000))
    return draw.choice(
        (
            draw.randbytes(3000), b"x = " + b"[" * size, b"a." * size + b"a = 1", b"x = " + b"9" * size,
            b'x = "' + b"x" * size, b"[[file]]\n" * (size // 10), b"\x00" * size, b"", good + good,
        )
    )  # fmt: skip


def registry(draw: random.Random, good: bytes) -> bytes:
    """A registry with damaged bytes, or with a value that is of another kind or tries to be run."""
    if draw.random() < 0.5:
        return _bytes(draw, good)
    lines = good.decode().splitlines()
    place = draw.choice([number for number, line in enumerate(lines) if " = " in line])
    key = lines[place].partition(" = ")[0]
    lines[place] = draw.choice(
        (
            f"{key} = {draw.choice(ODD)}",
            f"{key} = {quoted(draw.choice(CODE))}",
            f"{key}x = 1",
            "",
            lines[place] * 2,
        )
    )
    return "\n".join(lines).encode()


def claims(draw: random.Random, good: bytes) -> bytes:
    """A claims file with damaged bytes, code where an expression is expected, or numbers that are none."""
    kind = draw.randrange(3)
    if kind == 0:
        return _bytes(draw, good)
    text = good.decode()
    if kind == 1:
        old = draw.choice(('"price"', '"year == 1990"', '"amount"', '"prices"', '"price_1990"', '"yen"'))
        return text.replace(old, quoted(draw.choice(CODE))).encode()
    old, new = draw.choice((("value = 110", "value = {}"), ("unit = ", "low = {}, high = {}, unit = ")))
    value = draw.choice(
        ("nan", "inf", "-inf", "1e308", "-1e308", "1e400", "9" * 400, "0", '"x"', "[]", "true")
    )
    return text.replace(old, new.format(value, value)).encode()


def file_faults(project: Project, kind: str, draw: random.Random) -> list[str]:
    """The faults of a command on a project in which one file is another."""
    generate, place, words = GENERATORS[kind]
    path = project.root / place
    good = path.read_bytes()
    path.write_bytes(generate(draw, good))
    faults = run(project, words)
    path.write_bytes(good)
    return faults


def run(project: Project, words: tuple[str, ...]) -> list[str]:
    """What must hold after any command: a refusal is one line of ours and changes nothing."""
    before, errors, codes = contents(project.root), io.StringIO(), []
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        work = lambda: codes.append(main(["--project", str(project.root), *words]))  # noqa: E731
        problem, faults = guarded(work, project.root)
    told = errors.getvalue()
    if problem is not None or codes[0] not in CODES:
        return faults + [f"{type(problem).__name__ if problem else codes[0]}: {str(problem)[:200]}"]
    if codes[0] == 2:
        faults += foreign(told) + ([] if told.count("\n") == 1 else [f"not one line: {told[:200]!r}"])
        faults += ["a refusal changed files"] * (contents(project.root) != before)
    return faults


def out_faults(folder: Path, case: str) -> list[str]:
    """A folder for results that holds something else: refused, and byte for byte as it was."""
    out = folder / "out"
    out.mkdir(parents=True)
    (out / "notes.txt").write_text("mine")
    IN_THE_WAY[case](out)
    before = content(out)
    made_up.lay_out(folder / "project")
    (folder / "mine.toml").write_text(STUDY)
    shutil.copy(folder / "project" / "data" / "raw" / "panel.csv", folder / "panel.csv")
    with contextlib.chdir(folder):
        faults = run(Project(folder), ("run", "mine.toml", "--data", "panel.csv", "--out", "out"))
    faults += [] if content(out) == before else ["not byte for byte as it was"]
    shutil.rmtree(folder)
    return faults


# A pipe in the place of a file, and the commands that would wait for it.
PIPES: dict[str, tuple[tuple[str, ...], ...]] = {
    "specs/first.toml": (("run", "specs/first.toml"), ("claims",), ("why",), ("report",), ("deposit",)),
    "claims/one.toml": (("claims",), ("why",), ("deposit",)),
    "data/raw/SOURCES.toml": (("data",), ("why",), ("report",), ("deposit",)),
    "data/raw/panel.csv": (("data",), ("why",), ("deposit",)),
    "data/processed/manifest.json": (("run", "specs/first.toml"), ("claims",), ("why",)),
    "data/processed/panel.parquet": (("run", "specs/first.toml"), ("why",)),
    "results/current/first/manifest.json": (("report",), ("why",), ("deposit",), ("run", "specs/first.toml")),
    "results/current/first/estimates.parquet": (("report",), ("why",), ("deposit",)),
    "results/current/report.json": (("why",), ("deposit",)),
    "results/current/report.html": (("why",), ("deposit",)),
    "results/v1/report.html": (("check",), ("why",), ("deposit",)),
    "results/v1/SHA256SUMS": (("check",), ("why",), ("deposit",)),
    "cleaning/figures.py": (("data",), ("why",), ("run", "specs/first.toml")),
    "pyproject.toml": (("why",), ("run", "specs/first.toml"), ("report",)),
    "requirements.lock": (("why",), ("deposit",)),
    "CITATION.cff": (("deposit",),),
}


def pipe_faults(whole: Project, folder: Path, name: str) -> list[str]:
    """Commands on a project in which one file is a pipe that nobody writes to: none waits."""
    project = made_up.copied(whole.root, folder)
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with contextlib.chdir(folder):
        faults = [f"{' '.join(words)}: {fault}" for words in PIPES[name] for fault in _spoken(project, words)]
    shutil.rmtree(folder)
    return faults


def _spoken(project: Project, words: tuple[str, ...]) -> list[str]:
    codes: list[int] = []
    errors = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        problem, _ = guarded(lambda: codes.append(main(words)), project.root)
    if problem is not None:
        return [f"{type(problem).__name__}: {str(problem)[:200]}"]
    return foreign(errors.getvalue()) + ([] if codes[0] in (0, 1, 2) else [f"exit code {codes[0]}"])


GENERATORS: dict[str, tuple[Callable[[random.Random, bytes], bytes], Path, tuple[str, ...]]] = {
    "registry": (registry, Path("data/raw/SOURCES.toml"), ("data",)),
    "claims": (claims, Path("claims/one.toml"), ("claims",)),
}
