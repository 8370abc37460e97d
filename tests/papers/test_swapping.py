"""docs/swapping.md is true: its study and each of its changes print what stands there."""

from __future__ import annotations

import re
import shutil

import pytest

from replication.cli import main
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "swapping.md").read_text(encoding="utf-8")
STUDY = re.search(r"```toml study\n(.*?)```", PAGE, re.DOTALL)[1]
CHANGES = re.findall(r"```toml change\n(.*)\n(.*)\n```\n\n```text\n((?:.*\n)*?)```", PAGE)
COMMAND = re.search(r"\.venv/bin/replicate (run swap\.toml .*)", PAGE)[1].split()


@pytest.fixture(scope="module")
def project(cleaned_project, tmp_path_factory):
    root = tmp_path_factory.mktemp("swap") / "project"
    return shutil.copytree(cleaned_project.root, root, symlinks=True)


@pytest.fixture
def printed(project, monkeypatch, capsys):
    def run(study: str) -> str:
        monkeypatch.chdir(project)
        (project / "swap.toml").write_text(study, encoding="utf-8")
        assert main(COMMAND) == 0
        lines = capsys.readouterr().out.splitlines()
        return "\n".join(line for line in lines if line.startswith(("  ", "log(")))

    return run


def test_the_study_of_the_page(printed):
    shown = re.search(r"prints\n\n```text\n(.*?)\n```", PAGE, re.DOTALL)[1]
    assert printed(STUDY) == shown


@pytest.mark.parametrize(("before", "after", "shown"), CHANGES, ids=[change[1][:40] for change in CHANGES])
def test_a_change_of_one_line(printed, before, after, shown):
    assert STUDY.count(before) == 1
    assert printed(STUDY.replace(before, after)) == shown.rstrip("\n")


def test_the_page_changes_a_variable_an_effect_an_error_and_a_sample():
    keys = {after.split(" = ")[0] for _, after, _ in CHANGES}
    assert keys == {"income", "effects", "covariance", "where"}
