"""What program made a result: checksums of the modules that it can depend on, versions of what is installed.

What a module depends on is read from the imports, its own and those of what it imports, wherever they stand.
A file that is no module (a template, a style sheet) counts with every module of its room that names it.
"""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from replication.errors import DataError
from replication.project.files import sha256
from replication.project.places import PACKAGE, Project
from replication.project.readback import AGAIN, read_manifest
from replication.project.strict import entry, plain_text, read_toml

RESOURCES = (".j2", ".css", ".js", ".json")
_IMPORTS = re.compile(r"^ *(?:from ([\w.]+) )?import (\([^)]*\)|.+)", re.MULTILINE)
_NAMES = re.compile(r"[\w.]+")


@cache
def all_code() -> dict[str, str]:
    """Checksum of every module and resource of the package, by its path in the checkout."""
    files = sorted(path for path in PACKAGE.rglob("*") if path.suffix in (".py", *RESOURCES))
    return {path.relative_to(PACKAGE.parent).as_posix(): sha256(path) for path in files}


def changed_code() -> list[str]:
    """Modules and resources of the package that are new, gone or other than this process first found them."""
    then, now = all_code(), all_code.__wrapped__()
    return sorted(path for path in {*then, *now} if then.get(path) != now.get(path))


def cleaning_behind(project: Project) -> dict[str, str]:
    """Checksums of the project's own cleaning modules."""
    return {f"cleaning/{path.name}": sha256(path) for path in sorted(project.cleaning.glob("*.py"))}


def code_behind(*modules: str) -> dict[str, str]:
    """Checksums of all that these modules ("replication.study.run") can depend on, themselves included."""
    now = all_code()
    return {path: now[path] for path in sorted(_reached(modules))}


@cache
def _reached(modules: tuple[str, ...]) -> frozenset[str]:
    found: set[str] = set()
    ahead = [path for name in modules for path in _files_of(name)]
    while ahead:
        path = ahead.pop()
        if path not in found:
            found.add(path)
            ahead += _needs(path)
    return frozenset(found)


@cache
def _needs(path: str) -> tuple[str, ...]:
    """Files that one file names: modules that it imports, resources that it opens or includes."""
    text = (PACKAGE.parent / path).read_text(encoding="utf-8")
    named = [other for other in _resources(Path(path).parent.as_posix()) if Path(other).name in text]
    imported = _imported(text) if path.endswith(".py") else ()
    return (*(file for name in imported for file in _files_of(name)), *named)


@cache
def _resources(room: str) -> list[str]:
    return [path for path in all_code() if path.endswith(RESOURCES) and path.startswith(f"{room}/")]


def _imported(text: str) -> Iterator[str]:
    """Names that a module's imports could mean: what follows `import` may itself be a module.

    They are read as the formatter sets them, each statement on lines of its own, which takes a tenth of the
    time that parsing takes; a test holds it to what the parser finds in every module.
    """
    for module, names in _IMPORTS.findall(text):
        words = _NAMES.findall(names)
        yield from (f"{module}.{word}" for word in words) if module else words
        if module:
            yield module


@cache
def _files_of(name: str) -> list[str]:
    """Files that importing a module of the package runs: its own and those of the rooms around it.

    The package's own `__init__` is left out: it is the door of who writes `import replication`, which loads
    the whole program only when it is used and gives nothing to the rooms.
    """
    parts = name.split(".")
    around = ["/".join([*parts[:depth], "__init__.py"]) for depth in range(2, len(parts) + 1)]
    return [path for path in (*around, f"{'/'.join(parts)}.py") if path in all_code()]


def require_this_program(folder: Path) -> None:
    """Refuse a folder of results that another version of the program made: its records may mean other things.

    Raises
    ------
    DataError
        A module that made it has changed or is gone; the message says what to run.
    """
    made = read_manifest(folder).code.items()
    other = [path for path, known in made if path.startswith(PACKAGE.name) and all_code().get(path) != known]
    if other:
        raise DataError(f"{folder}: another version of the program made it ({other[0]} differs); {AGAIN}")


def settings_behind(project: Project) -> str:
    """Checksum of what the project says once for all of its studies; empty where it says nothing."""
    path = project.root / "pyproject.toml"
    said = entry(read_toml(path), "tool", "replication") if path.is_file() else None
    return hashlib.sha256(repr(said).encode("utf-8")).hexdigest() if said else ""


@cache
def packages() -> dict[str, str]:
    """Python and every distribution that the program needs, directly or through others, with its version."""
    found: dict[str, str] = {}
    own = _about(PACKAGE.name)  # none where the program is run from its folder without being installed
    ahead = _asked(own) if own else [distribution(item.name) for item in metadata.distributions()]
    while ahead:
        name = ahead.pop()
        if name not in found and (about := _about(name)):
            found[name] = about["Version"]
            ahead += _asked(about)
    return {"python": platform.python_version(), **dict(sorted(found.items()))}


def _about(name: str) -> metadata.PackageMetadata | None:
    """What a distribution says of itself, read once; None where it is not installed."""
    try:
        return metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None


def _asked(about: metadata.PackageMetadata) -> list[str]:
    """Distributions that one asks for in every case, extras apart."""
    asked = [entry for entry in about.get_all("Requires-Dist") or [] if "extra ==" not in entry]
    return [distribution(entry) for entry in asked]


def _version(name: str) -> str:
    """The version that is installed; empty where none is, as of what another system needs."""
    about = _about(name)
    return about["Version"] if about else ""


def distribution(requirement: str) -> str:
    """The name of what a requirement such as "numpy>=2; extra == 'x'" asks for, in its normal spelling."""
    name: str = re.split(r"[^A-Za-z0-9._-]", requirement)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(folder: Path) -> dict[str, set[str]]:
    """Versions of every package in the requirements.lock of a folder; none where there is no such file."""
    lock = folder / "requirements.lock"
    text = plain_text(lock) if lock.is_file() else ""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE):
        found.setdefault(distribution(name), set()).add(version)
    return found


def unlike_lock(project: Project) -> list[str]:
    """A line for each package that is installed in another version than requirements.lock pins."""
    pinned = pins(project.root)
    found = {name: _version(name) for name in pinned}
    return [
        f"{name} {found[name]} is installed, requirements.lock pins {', '.join(sorted(versions))}"
        for name, versions in pinned.items()
        if found[name] and found[name] not in versions
    ]
