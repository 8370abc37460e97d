"""The rooms of the package: names said once, imports that run one way."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from statistics import median

from replication.project.places import PACKAGE

# From the ground up, as docs/architecture.md describes them: nothing imports what stands to its right.
ROOMS = [
    "errors",
    "project",
    "language",
    "spec",
    "sources",
    "describe",
    "estimate",
    "panel",
    "inference",
    "records",
    "publish",
    "study",
    "report",
    "versions",
    "crosscheck",
    "export",
    "robustness",
    "published",
    "claims",
    "deposit",
    "api",
    "cli_arguments",
    "cli",
    "__main__",
]
LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 400, 60, 8  # lines, signature and docstring included
MODULES = [path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Rooms that a module imports from, wherever in it the import stands."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    names = [f"{node.module}.{alias.name}".split(".") for node in nodes for alias in node.names]
    return {name[1] for name in names if name[0] == "replication"} - {"__version__"}


def test_no_two_modules_have_one_name():
    assert [name for name, count in Counter(path.name for path in MODULES).items() if count > 1] == []


def test_every_module_stands_in_a_room():
    assert {room(path) for path in MODULES} <= set(ROOMS)


def test_imports_run_one_way():
    upward = [
        f"{path.relative_to(PACKAGE)} imports {other}"
        for path in MODULES
        for other in imported(path)
        if ROOMS.index(other) > ROOMS.index(room(path))
    ]
    assert upward == []


def test_no_module_and_no_function_is_too_long_to_be_read_at_once():
    lengths = {str(path.relative_to(PACKAGE)): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}
    functions = {
        f"{path.relative_to(PACKAGE)}, {node.name}": node.end_lineno - node.lineno + 1
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    assert {name: lines for name, lines in functions.items() if lines > LONGEST_FUNCTION} == {}
    assert median(functions.values()) <= MEDIAN_FUNCTION


def test_the_engine_names_none_of_its_papers():
    papers = ("katada", "posen", "hatch_", "matsumura", "trumbull")
    assert [str(path) for path in MODULES if any(paper in path.read_text().lower() for paper in papers)] == []


def test_a_name_is_imported_from_the_module_that_makes_it():
    imports = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): [
            node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)
        ]
        for path in MODULES
    }
    passed_on = {name: {a.name for node in nodes for a in node.names} for name, nodes in imports.items()}
    assert [
        f"{name} imports {alias.name} from {node.module}"
        for name, nodes in imports.items()
        for node in nodes
        for alias in node.names
        if alias.name in passed_on.get(node.module or "", ()) and not _is_made_in(node.module, alias.name)
    ] == []


def _is_made_in(module: str, name: str) -> bool:
    text = (PACKAGE.parent / module.replace(".", "/")).with_suffix(".py").read_text()
    return bool(re.search(rf"^(?:def|class) {name}\b|^{name}\b.* =", text, re.MULTILINE))
