"""Broken raw files, made by the hundred from a seed, and what cleaning makes of them."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from replication.errors import UserError
from replication.project.places import Project
from replication.sources.load import recipes_of
from replication.sources.pipeline import clean_all, read_table
from replication.sources.recipe import Recipe
from replication.sources.registry import KEYS
from tests.harden.call import contents, foreign, guarded, hidden

SMALL = 20_000  # bytes: raw files that are quick to clean


def recipes(project: Project) -> list[Recipe]:
    """Tables that are made of one small raw file each."""
    alone = [recipe for recipe in recipes_of(project) if not recipe.derived and len(recipe.inputs) == 1]
    return [recipe for recipe in alone if (project.raw / recipe.inputs[0]).stat().st_size < SMALL]


def truncated(draw: random.Random, raw: bytes, other: bytes) -> bytes:
    """Cut off at some byte."""
    return raw[: draw.randrange(len(raw))]


def swapped(draw: random.Random, raw: bytes, other: bytes) -> bytes:
    """Another file's content."""
    return other


def flipped(draw: random.Random, raw: bytes, other: bytes) -> bytes:
    """A few bytes changed."""
    found = bytearray(raw)
    for _ in range(draw.randint(1, 5)):
        found[draw.randrange(len(found))] = draw.randrange(256)
    return bytes(found)


def encoded(draw: random.Random, raw: bytes, other: bytes) -> bytes:
    """Another encoding."""
    text = raw.decode("utf-8")
    return draw.choice(
        (
            text.encode("utf-16"),
            text.encode("utf-32"),
            text.encode("utf-8-sig"),
            "\u00e9".encode("latin-1") + raw,
        )
    )


def control(draw: random.Random, raw: bytes, other: bytes) -> bytes:
    """Bytes that have no place in a table."""
    place = draw.randrange(len(raw))
    bad = draw.choice(
        (b"\x00", b"\x1b[31m", b"\r", b"\r\n", b'"', b"\xff\xfe", b"\x00" * 5000, b"\n\n\n", b"\x1a")
    )
    return raw[:place] + bad + raw[place:]


def line_ends(draw: random.Random, raw: bytes, other: bytes) -> bytes:
    """Other ends of lines."""
    return raw.replace(b"\n", draw.choice((b"\r\n", b"\r", b"\n\n", b"\x0b", b" \n")))


def columns(draw: random.Random, raw: bytes, other: bytes) -> bytes:
    """Columns renamed, missing, doubled, added, in another order."""
    header, *rows = raw.decode("utf-8").splitlines()
    names = header.split(",")
    place = draw.randrange(len(names))
    match draw.randrange(5):
        case 0:
            names[place] = draw.choice(("Value", "__class__", "", " year", "x" * 5000, "=1+1", names[0]))
        case 1:
            names.pop(place)
        case 2:
            names.insert(place, "extra")
        case 3:
            names[place] = names[(place + 1) % len(names)]
        case 4:
            draw.shuffle(names)
    return "\n".join([",".join(names), *rows, ""]).encode()


def figures(draw: random.Random, raw: bytes, other: bytes) -> bytes:
    """A field that is no figure."""
    lines = raw.decode("utf-8").splitlines()
    place = draw.randrange(1, len(lines))
    fields = lines[place].split(",")
    bad = draw.choice(
        (
            "nan",
            "inf",
            "-inf",
            "1e999",
            "1,000",
            "$5",
            "n/a",
            "NULL",
            "9" * 400,
            "0x10",
            "1_000",
            "--5",
            "5%",
            "\u0663",
            "=cmd|' /C calc'!A0",
            "<script>alert(1)</script>",
            "x" * 100_000,
            "-1e300",
            "1e-400",
            " 7 ",
            "2001-02-30",
            "",
        )
    )
    fields[draw.randrange(len(fields))] = bad
    lines[place] = ",".join(fields)
    return ("\n".join(lines) + "\n").encode()


def rows(draw: random.Random, raw: bytes, other: bytes) -> bytes:
    """Rows doubled, gone, too long, in another order."""
    header, *lines = raw.decode("utf-8").splitlines()
    match draw.randrange(5):
        case 0:
            lines.append(draw.choice(lines))
        case 1:
            lines = []
        case 2:
            draw.shuffle(lines)
        case 3:
            lines *= 50
        case 4:
            lines[draw.randrange(len(lines))] += ",more"
    return "\n".join([header, *lines, ""]).encode()


def noise(draw: random.Random, raw: bytes, other: bytes) -> bytes:
    """Something else altogether."""
    return draw.choice(
        (
            b"",
            b"\n",
            draw.randbytes(3000),
            b"PK\x03\x04" + raw,
            b"PAR1" + raw,
            b"\xef\xbb\xbf",
            b"," * 100_000,
            b'"' + b"x" * 2_000_000,
            b"a\n" * 500_000,
            raw + b"\n" + raw,
            b"{}",
            b"<html></html>",
        )
    )


KINDS: tuple[Callable[[random.Random, bytes, bytes], bytes], ...] = (
    truncated, swapped, flipped, encoded, control, line_ends, columns, figures, rows, noise,
)  # fmt: skip
PLACES = ("link", "outside link", "folder", "pipe", "missing", "link above")


def register(project: Project, files: Mapping[str, bytes]) -> None:
    """Write raw files and a registry that names them with their checksums."""
    entries = []
    for path, content in files.items():
        (project.raw / path).parent.mkdir(parents=True, exist_ok=True)
        (project.raw / path).write_bytes(content)
        entry = {key: f"{key} of the file" for key in KEYS if key != "traps"}
        entry |= {"path": path, "sha256": hashlib.sha256(content).hexdigest()}
        lines = [f'{key} = "{value}"' for key, value in entry.items()]
        entries.append("\n".join(["[[file]]", *lines, "traps = []"]))
    project.registry.write_text("\n\n".join(entries) + "\n", encoding="utf-8")


def misplace(project: Project, path: str, how: str) -> None:
    """Put something else than a plain file where a raw file should be."""
    place = project.raw / path
    elsewhere = project.root / "elsewhere.csv"
    shutil.copyfile(place, elsewhere)
    place.unlink()
    match how:
        case "link":
            place.symlink_to(elsewhere)
        case "outside link":
            place.symlink_to("/etc/hostname")
        case "folder":
            place.mkdir()
        case "pipe":
            os.mkfifo(place)
        case "link above":
            real = project.root / "real"
            shutil.copytree(project.raw, real)
            shutil.copyfile(elsewhere, real / path)
            shutil.rmtree(project.raw)
            project.raw.symlink_to(real)


def try_raw(folder: Path, recipe: Recipe, files: Mapping[str, bytes], broken: bytes | str) -> tuple[str, ...]:
    """The faults of cleaning a broken file, first as the registry knows the good one, then "
    "registered itself."""
    project, path = Project(folder), recipe.inputs[0]
    faults: list[str] = []
    _fresh(project, files)
    clean_all(project, [recipe])
    good = read_table(project, recipe.schema.table, [recipe])
    if isinstance(broken, str):
        misplace(project, path, broken)
        return _refused(project, recipe, good, must=broken != "link above")
    if broken != files[path]:
        (project.raw / path).write_bytes(broken)
        faults += _refused(project, recipe, good, must=True)
    register(project, {**files, path: broken})
    return (*faults, *_refused(project, recipe, good, must=False))


def _fresh(project: Project, files: Mapping[str, bytes]) -> None:
    if project.raw.is_symlink():
        project.raw.unlink()
    shutil.rmtree(project.root, ignore_errors=True)
    project.root.mkdir(parents=True)
    register(project, files)


def _refused(project: Project, recipe: Recipe, good: pd.DataFrame, must: bool) -> tuple[str, ...]:
    """Faults of one cleaning: it refuses in one line and leaves the tables, or makes one that "
    "fits its schema."""
    before = contents(project.processed)
    problem, faults = guarded(lambda: clean_all(project, [recipe]), project.root)
    if isinstance(problem, UserError):
        line = str(problem)
        faults += [] if line and "\n" not in line and len(line) < 5000 else [f"not one line: {line[:200]!r}"]
        faults += foreign(line)
        faults += [] if contents(project.processed) == before else ["a refused cleaning changed the tables"]
    elif problem is not None:
        faults.append(f"traceback: {type(problem).__name__}: {str(problem)[:200]}")
    elif must:
        faults.append("a changed file was not refused")
    else:
        assert list(read_table(project, recipe.schema.table, [recipe]).columns) == list(good.columns)
    return (*faults, *(f"left behind: {name}" for name in hidden(project.root)))


def broken_files(
    number: int, seed: int, project: Project
) -> list[tuple[Recipe, dict[str, bytes], bytes | str]]:
    """`number` cases: a table, its good raw file, and what is put in the file's place."""
    draw = random.Random(seed)
    # A slot that waits for figures has headings alone, and nothing to break.
    usable = [
        each for each in recipes(project) if (project.raw / each.inputs[0]).read_bytes().count(b"\n") > 1
    ]
    found = []
    for place in range(number):
        recipe, other = draw.choice(usable), draw.choice(usable)
        good = (project.raw / recipe.inputs[0]).read_bytes()
        make = KINDS[place % len(KINDS)]
        broken: bytes | str = make(draw, good, (project.raw / other.inputs[0]).read_bytes())
        if place % 25 == 24:
            broken = PLACES[place // 25 % len(PLACES)]
        found.append((recipe, {recipe.inputs[0]: good}, broken))
    return found
