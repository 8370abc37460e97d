"""What program made a result, and results of another one."""

from __future__ import annotations

import ast
import json

import pytest

from replication.errors import DataError
from replication.project.fingerprint import _imported, code_behind, require_this_program
from replication.project.places import PACKAGE


def folder_made_by(path, code):
    (path / "manifest.json").write_text(json.dumps({"files": {}, "code": code}))
    return path


def test_results_of_this_program_are_read(tmp_path):
    own = {**code_behind("replication.study.run"), "cleaning/debt.py": "0"}
    assert require_this_program(folder_made_by(tmp_path, own)) is None


@pytest.mark.parametrize(
    "module", ["replication/records/model_statistics.py", "replication/records/older.py"]
)
def test_results_of_a_program_with_another_module_are_refused(tmp_path, module):
    older = {**code_behind("replication.study.run"), module: "0" * 64}
    with pytest.raises(DataError, match=rf"another version of the program made it \({module}.*make all"):
        require_this_program(folder_made_by(tmp_path, older))


def parsed(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


@pytest.mark.parametrize(
    "room", sorted({path.parent for path in PACKAGE.rglob("*.py")}), ids=lambda room: room.name
)
def test_imports_are_those_that_the_parser_finds(room):
    """No import of the package is missed; a word of a docstring that looks like one does no harm."""
    for path in room.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert {*parsed(text)} <= {*_imported(text)}, path
