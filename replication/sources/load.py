"""A project's own cleaning: the recipes of every module in its `cleaning` folder, found by path.

The folder is the project's, not the package's: another author's project brings another one. Its modules are
Python and run as such, unlike study and claims files; they are loaded when tables are made or read.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import ModuleType

from replication.errors import DataError
from replication.project.places import Project
from replication.sources.recipe import Recipe


def recipes_of(project: Project) -> tuple[Recipe, ...]:
    """Every table that the project's modules describe, each after the tables that it is derived from.

    Raises
    ------
    DataError
        A module that cannot be loaded, a table that two modules make or that needs itself.
    """
    return _load(project.cleaning.resolve(), _state(project.cleaning))


def _state(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, times and sizes of the modules, so that a changed one is loaded again."""
    stats = ((path.name, path.stat()) for path in sorted(folder.glob("*.py")))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@lru_cache(maxsize=8)
def _load(folder: Path, state: tuple[tuple[str, int, int], ...]) -> tuple[Recipe, ...]:
    package = f"_cleaning_{hashlib.sha256(repr((str(folder), state)).encode()).hexdigest()[:16]}"
    _module(package, folder / "__init__.py", [str(folder)])
    found: dict[str, Recipe] = {}
    for name in (name.removesuffix(".py") for name, _, _ in state if not name.startswith("_")):
        for recipe in getattr(_module(f"{package}.{name}", folder / f"{name}.py"), "RECIPES", ()):
            table = recipe.schema.table
            if table in found:
                raise DataError(f"cleaning/{name}.py: table {table} is made by another module too")
            found[table] = recipe
    return tuple(found[table] for table in _order(found))


def _module(name: str, path: Path, inside: list[str] | None = None) -> ModuleType:
    """Load one module; a fault in it is its author's, and told with file and line."""
    if name in sys.modules:  # another module of the folder has imported it
        return sys.modules[name]
    if inside is not None and not path.is_file():
        module = ModuleType(name)
        module.__path__ = inside
        sys.modules[name] = module
        return module
    if not path.is_file():
        raise DataError(f"cleaning/{path.name}: is no plain file")
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=inside)
    assert spec is not None and spec.loader is not None  # a .py file always has both
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as problem:  # whatever its author's code does
        del sys.modules[name]
        raise DataError(f"cleaning/{path.name}: cannot be loaded: {_told(problem)}") from problem
    return module


def _told(problem: Exception) -> str:
    if isinstance(problem, SyntaxError):
        return f"line {problem.lineno}: {problem.msg}"
    return str(problem) or type(problem).__name__


def _order(found: dict[str, Recipe]) -> list[str]:
    """Names of tables, each after those that it is derived from, otherwise as they were found."""
    needs = {name: [table for table in recipe.inputs if recipe.derived] for name, recipe in found.items()}
    for name, tables in needs.items():
        absent = [table for table in tables if table not in found]
        if absent:
            raise DataError(f"table {name}: is derived from {absent[0]}, which no module of cleaning makes")
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as problem:
        raise DataError(f"tables need one another in a circle: {' -> '.join(problem.args[1])}") from None
