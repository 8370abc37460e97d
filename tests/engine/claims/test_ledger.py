"""The ledger from claims files to its folder: records, page, appendix; the commands that make it."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from replication.claims import terminal
from replication.claims.ledger import check_file, make_ledger
from replication.cli import main
from replication.errors import UserError
from replication.project.files import sha256
from replication.project.places import Project
from replication.versions.why import why
from tests.support.claims_files import CLAIM, HEAD, READING

HOSTILE = "<script>alert(1)</script> & 50% of_the \\input{x} $y$ #1"
STUDY = """
[study]
id = "mine"
title = "Mine"
[[tables]]
id = "loans"
title = "Loans"
table = "loans"
"""


@pytest.fixture
def project(tmp_path) -> Project:
    """A project with one study, one text and no data."""
    project = Project(tmp_path)
    for folder in (project.claims, project.specs):
        folder.mkdir(parents=True)
    (project.specs / "mine.toml").write_text(STUDY)
    (project.claims / "mine.toml").write_text(HEAD + CLAIM + 'missing = "all"\nexhibit = "table-mine-loans"')
    return project


def test_all_files_of_a_project_and_the_link_to_the_exhibit(project):
    yours = HEAD.replace("mine", "yours") + CLAIM + 'missing = "x"\nsame_as = ["mine:share"]'
    (project.claims / "yours.toml").write_text(yours)
    make_ledger(project)
    assert 'href="../report.html#table-mine-loans"' in (project.ledger / "ledger.html").read_text()
    assert pd.read_parquet(project.ledger / "same_facts.parquet")["agree"].tolist() == [True]


def test_text_from_a_claims_file_stays_text(project):
    text = (HEAD + CLAIM + "missing = 'all'").replace('"A fifth"', f"'{HOSTILE}'").replace("p. 1", "=1+1")
    (project.claims / "mine.toml").write_text(text)
    make_ledger(project)
    page = (project.ledger / "ledger.html").read_text()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    appendix = (project.ledger / "ledger.tex").read_text()
    assert r"\input{" not in appendix and r"\& 50\% of\_\allowbreak{}the \textbackslash{}input" in appendix
    assert "'=1+1" in (project.ledger / "ledger.csv").read_text()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "mine.toml",
            'missing = "x"\nexhibit = "table-mine-laons"',
            "mine.toml: claims.share: exhibit .*-loans",
        ),
        ("mine.toml", 'missing = "x"\nsame_as = ["other:share"]', "text 'other' is not known; allowed: mine"),
        ("mine.toml", READING, "mine.toml: table 'figures' is not known; there is none"),
        ("zwei.toml", 'missing = "x"', "zwei.toml: text.id 'mine' is that of mine.toml too"),
    ],
)
def test_a_mistake_leaves_the_old_ledger(project, name, text, message):
    make_ledger(project)
    before = (project.ledger / "manifest.json").read_bytes()
    (project.claims / name).write_text(HEAD + CLAIM + text)
    with pytest.raises(UserError, match=message):
        make_ledger(project)
    assert (project.ledger / "manifest.json").read_bytes() == before


def test_without_a_claims_file_the_way_to_one_is_told(tmp_path):
    with pytest.raises(UserError, match="no claims file; write one with replicate claims new"):
        make_ledger(Project(tmp_path))


def test_a_fact_of_another_text_is_looked_for_beside_the_file_and_in_the_project(project, tmp_path):
    path = tmp_path / "yours/yours.toml"
    path.parent.mkdir()
    text = HEAD.replace("mine", "yours") + CLAIM + 'missing = "x"\nsame_as = ["mine:share"]'
    path.write_text(text)
    assert [fact.agree for fact in check_file(project, path).same] == [True]
    for wrong, message in (("mine:shore", "claim of mine 'shore'"), ("nobody:share", "text 'nobody'")):
        path.write_text(text.replace("mine:share", wrong))
        with pytest.raises(UserError, match=message):
            check_file(project, path)


def test_a_finding_that_two_claims_bring_up_is_told_and_counted_once(project):
    reading = READING.replace("100 * a / b", "a").partition("inputs.b")[0]
    wrong = CLAIM.replace("= 20", "= 30") + reading
    again = wrong.replace('id = "share"', 'id = "again"').replace(
        "[[claims.r", 'same_finding = "share"\n[[claims.r'
    )
    path = project.root / "twice.toml"
    path.write_text(HEAD + wrong + again)
    shutil.copytree(project.claims, project.root / "data")
    (project.root / "data/figures.csv").write_text("key,value\na,20\nb,100\n")
    book = check_file(project, path, project.root / "data", project.root / "out")
    page = (project.root / "out/ledger.html").read_text()
    told = page[page.index('id="contradictions"') : page.index('id="claims"')]
    assert told.count("<li>") == 1 and '<a href="#claim-mine-again">again</a>' in told
    assert list(terminal.told(book))[-1] == (
        "mine: 2 claims: 1 contradicted by the document, 1 same finding as another claim"
    )


def test_a_result_of_a_study_is_an_input_like_any_other(project):
    folder = project.current / "mine"
    folder.mkdir(parents=True)
    values = {"value": [20.1], "unit": "percent"}
    frame = pd.DataFrame({"study": "mine", "statistic": "share", "group": "all", "period": "1990", **values})
    frame.to_parquet(folder / "statistics.parquet")
    (folder / "manifest.json").write_text(
        json.dumps({"files": {"statistics.parquet": sha256(folder / "statistics.parquet")}})
    )
    reading = """[[claims.readings]]
basis = "data"
compute = "a"
inputs.a = { study = "mine", table = "statistics", where = "statistic == 'share'" }
"""
    (project.claims / "mine.toml").write_text(HEAD + CLAIM + reading)
    make_ledger(project)
    ledger = pd.read_parquet(project.ledger / "ledger.parquet")
    assert ledger["rests_on"].tolist() == ["mine.statistics[share, all, 1990]"]
    assert "mine/statistics.parquet" in json.loads((project.ledger / "manifest.json").read_text())["results"]
    assert "claims: cascade: study mine" in why(project)  # the study file is newer than these results
    frame.assign(value=[19.0]).to_parquet(folder / "statistics.parquet")
    assert "claims: input changed: results/current mine/statistics.parquet" in why(project)
    with pytest.raises(UserError, match="statistics.parquet: was changed since it was made"):
        make_ledger(project)
    (project.claims / "mine.toml").write_text(HEAD + CLAIM + reading.replace("statistics", "statistic"))
    with pytest.raises(UserError, match="study mine: record 'statistic' is not known; .*mean 'statistics'"):
        make_ledger(project)
    (project.claims / "mine.toml").write_text(HEAD + CLAIM + reading.replace('"mine", t', '"yours", t'))
    with pytest.raises(UserError, match="study yours has no results; run it first"):
        make_ledger(project)


def test_own_tables_are_read_from_a_folder_and_a_wrong_name_lists_them(tmp_path):
    (tmp_path / "figures.csv").write_text("key,value\na,20\nb,100\n")
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + CLAIM + READING.replace('"figures"', '"figurs"'))
    with pytest.raises(
        UserError, match="table 'figurs' is not known; allowed: figures .did you mean 'figures'"
    ):
        check_file(Project(tmp_path), path, tmp_path)
    with pytest.raises(UserError, match="there is no such folder"):
        check_file(Project(tmp_path), path, tmp_path / "nowhere")


def test_the_commands(tmp_path, capsys):
    new = str(tmp_path / "new.toml")
    assert main(["claims", "new", new]) == 0
    assert main(["claims", "new", new]) == 2
    assert main(["claims", "check", new]) == 0
    assert main(["--project", str(tmp_path), "claims"]) == 2
    said = capsys.readouterr()
    assert "mine: 4 claims: 1 reproduced, 3 not checkable" in said.out
    assert "mine: reproduced (arithmetic within the text) (1): half" in said.out
    assert "is there already; name another, or move it away" in said.err
