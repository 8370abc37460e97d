"""The ledger from claims files to its folder: records, page, appendix; the commands that make it."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from replication.claims.ledger import check_file, make_ledger
from replication.claims.tidy import COLUMNS
from replication.cli import main
from replication.errors import UserError
from replication.project.places import Project
from replication.report.report_page import write_report
from tests.support.claims_files import CLAIM, HEAD, READING
from tests.support.repository import ROOT

EXAMPLE = ROOT / "claims/example"
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


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "ledger"
    check_file(Project(ROOT), EXAMPLE / "claims.toml", EXAMPLE, folder)
    return folder


def test_the_example_has_ten_claims_and_every_kind_of_verdict(example):
    ledger = pd.read_parquet(example / "ledger.parquet").set_index("id")
    assert ledger["verdict"].to_dict() == {
        "loans_1993": "reproduced",
        "almost_double": "contradicted by recorded data",
        "four_years": "reproduced",
        "whole": "not checkable",
        "loans_share": "reproduced within rounding",
        "grants_share": "contradicted by the document",
        "order": "reproduced",
        "firms_growth": "ambiguous",
        "staff": "reproduced within rounding",
        "overnight": "contradicted (soft)",
    }
    assert ledger.at["almost_double", "arithmetic"] == (
        "103.7 / 64.2 = 1.615 (1.613 to 1.617); stated almost double: 1.75 to 2"
    )
    assert ledger.at["almost_double", "rests_on"] == "figures[loans_1993]; figures[loans_1990]"


def test_csv_and_parquet_hold_the_same_records(example):
    for name, columns in COLUMNS.items():
        table = pd.read_parquet(example / f"{name}.parquet")
        assert table.columns.tolist() == columns
        assert len(pd.read_csv(example / f"{name}.csv")) == len(table)
    counts = pd.read_parquet(example / "counts.parquet")
    assert counts["claims"].sum() == 10
    manifest = json.loads((example / "manifest.json").read_text())
    assert {"ledger.html", "ledger.tex", "ledger.csv"} <= set(manifest["files"])


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.outside: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if tag == "a" and "href" in found else []
        self.outside += [found[key] for key in ("src", "srcset", "action") if key in found]
        self.outside += [found["href"]] if tag == "link" else []
        self.rows += "data-verdict" in found


def test_the_page_is_whole_by_itself_and_every_link_in_it_leads_somewhere(example):
    text = (example / "ledger.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.rows == 10
    assert page.outside == [] and "http" not in text
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert '<form class="find" id="find" hidden>' in text  # shown by the script alone


def test_contradictions_come_first_with_their_arithmetic(example):
    text = (example / "ledger.html").read_text(encoding="utf-8")
    told = text[text.index('id="contradictions"') : text.index('id="claims"')]
    assert "103.7 / 64.2 = 1.615" in told
    assert told.index("Against the document&#39;s own figures") < told.index("Against recorded data")
    assert "firms" not in told
    rested_on = text[text.index('id="figures"') :]
    assert "amount 103.7" in rested_on and "date 1991-11" in rested_on


def test_the_same_claims_give_the_same_bytes(example, tmp_path):
    check_file(Project(ROOT), EXAMPLE / "claims.toml", EXAMPLE, tmp_path / "again")
    for made in example.iterdir():
        assert made.read_bytes() == (tmp_path / "again" / made.name).read_bytes(), made.name


def test_the_report_counts_the_verdicts_and_links_to_the_ledger(example, tmp_path):
    path = tmp_path / "report.html"
    write_report([], path, "Report", pd.read_parquet(example / "counts.parquet"))
    page = path.read_text()
    assert 'href="claims/ledger.html"' in page
    assert re.search(
        r'contradicted by the document</th><td class="figure">1</td><td class="figure">1</td>', page
    )
    write_report([], path, "Report")
    assert "ledger" not in path.read_text()


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
        ("mine.toml", READING, "mine.toml: table 'figures' is not known; allowed: "),
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


def test_facts_shared_with_other_texts_do_not_keep_a_file_from_being_checked(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + CLAIM + 'missing = "x"\nsame_as = ["other:share"]')
    assert check_file(Project(tmp_path), path).same == ()


def test_own_tables_are_read_from_a_folder_and_a_wrong_name_lists_them(tmp_path):
    shutil.copy(EXAMPLE / "figures.csv", tmp_path / "figures.csv")
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
    assert main(["claims", "check", str(EXAMPLE / "claims.toml"), "--data", str(EXAMPLE)]) == 0
    assert main(["--project", str(tmp_path), "claims"]) == 2
    said = capsys.readouterr()
    assert "mine: 3 claims: 1 reproduced, 2 not checkable" in said.out
    assert re.search(
        r"example: grants_share: contradicted by the document: 100 \* 41.5 / 160 = 25.94", said.out
    )
    assert "there is such a file already; nothing was written" in said.err
