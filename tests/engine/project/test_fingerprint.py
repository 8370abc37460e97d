"""What program made a result, and results of another one."""

from __future__ import annotations

import json

import pytest

from replication.errors import DataError
from replication.project.fingerprint import code_behind, require_this_program


def folder_made_by(path, code):
    (path / "manifest.json").write_text(json.dumps({"files": {}, "code": code}))
    return path


def test_results_of_this_program_are_read(tmp_path):
    own = {**code_behind("replication.study.run"), "cleaning/debt.py": "0"}
    require_this_program(folder_made_by(tmp_path, own))


@pytest.mark.parametrize("module", ["replication/records/model_statistics.py", "replication/records/older.py"])
def test_results_of_a_program_with_another_module_are_refused(tmp_path, module):
    older = {**code_behind("replication.study.run"), module: "0" * 64}
    with pytest.raises(DataError, match=rf"another version of the program made it \({module}.*make all"):
        require_this_program(folder_made_by(tmp_path, older))
