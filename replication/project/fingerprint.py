"""What program made a result: checksums of the modules that it can depend on, versions of what is installed.

What a module depends on is read from the imports, its own and those of what it imports, wherever they stand.
A file that is no module (a template, a style sheet) counts with every module of its room that names it.
"""

from __future__ import annotations

import ast
import platform
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from replication.project.files import sha256
from replication.project.places import PACKAGE

RESOURCES = (".j2", ".css", ".js", ".json")


@cache
def all_code() -> dict[str, str]:
    """Checksum of every module and resource of the package, by its path in the checkout."""
    files = sorted(path for path in PACKAGE.rglob("*") if path.suffix in (".py", *RESOURCES))
    return {path.relative_to(PACKAGE.parent).as_posix(): sha256(path) for path in files}


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
    """Files that one file names: modules that it imports, resources that it opens."""
    if not path.endswith(".py"):
        return ()
    text = (PACKAGE.parent / path).read_text(encoding="utf-8")
    room = Path(path).parent.as_posix()
    named = [
        other
        for other in all_code()
        if other.endswith(RESOURCES) and other.startswith(f"{room}/") and Path(other).name in text
    ]
    return (*(file for name in _imported(text) for file in _files_of(name)), *named)


def _imported(text: str) -> Iterator[str]:
    """Names that a module's imports could mean: what follows `import` may itself be a module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files_of(name: str) -> list[str]:
    """Files that importing a module of the package runs: its own and those of the rooms around it."""
    parts = name.split(".")
    around = ["/".join([*parts[:depth], "__init__.py"]) for depth in range(1, len(parts) + 1)]
    return [path for path in (*around, f"{'/'.join(parts)}.py") if path in all_code()]


@cache
def packages() -> dict[str, str]:
    """Python and every installed distribution with its version, sorted by name."""
    found = {item.name.lower().replace("_", "-"): item.version for item in metadata.distributions()}
    return {"python": platform.python_version(), **dict(sorted(found.items()))}
