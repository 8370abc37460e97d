"""The ledger from claims files to its folder: records, page, appendix; the commands that make it."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from replication.claims import terminal
from replication.claims.ledger import check_file, make_ledger
from replication.claims.tidy import COLUMNS
from replication.cli import main
from replication.errors import UserError
from replication.project.files import sha256
from replication.project.places import Project
from replication.report.contradicted import claims_told
from replication.report.report_page import write_report
from replication.versions.why import why
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


def test_the_example_has_twelve_claims_and_every_kind_of_verdict(example):
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
        "staff": "consistent",
        "overnight": "contradicted (soft)",
        "closed": "consistent",
        "years_open": "reproduced",
    }
    assert ledger.at["almost_double", "arithmetic"] == (
        "103.7 / 64.2 = 1.615 (1.613 to 1.617); stated almost double: 1.75 to 2"
    )
    assert ledger.at["almost_double", "rests_on"] == "figures[loans_1993]; figures[loans_1990]"
    assert ledger.at["almost_double", "allowed"] == "1.75 to 2"
    assert ledger.at["closed", "arithmetic"] == (
        "recorded no later than 1994-03-20; stated in March 1994: 1994-03"
    )
    assert ledger.at["overnight", "deviates"] == "A season is three months"


def test_what_agrees_is_counted_by_what_it_rests_on_and_our_tests_apart(example):
    counts = pd.read_parquet(example / "counts.parquet")
    given = counts[counts["claims"] > 0].set_index(["whose", "verdict", "support"])["claims"]
    assert given["the text's", "reproduced", "recorded data"] == 3
    assert given["the text's", "consistent", "order or direction only"] == 1
    assert given["the auditor's", "reproduced", "order or direction only"] == 1
    assert given["the text's"].sum() == 11


def test_caveats_stand_where_the_verdict_stands(example):
    told = "No later than the newspaper that reports it."
    assert pd.read_parquet(example / "ledger.parquet").set_index("id").at["closed", "caveats"] == told
    assert told in (example / "ledger.html").read_text() and told in (example / "ledger.tex").read_text()
    assert "A season is three months" in (example / "ledger.html").read_text()
    assert "A season is three months" in (example / "ledger.tex").read_text()


def test_csv_and_parquet_hold_the_same_records(example):
    for name, columns in COLUMNS.items():
        table = pd.read_parquet(example / f"{name}.parquet")
        assert table.columns.tolist() == columns
        assert len(pd.read_csv(example / f"{name}.csv")) == len(table)
    counts = pd.read_parquet(example / "counts.parquet")
    assert counts["claims"].sum() == 12
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
    assert page.rows == 12
    assert page.outside == [] and "http" not in text
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert '<form class="find" id="find" hidden>' in text  # shown by the script alone


def test_contradictions_come_first_with_their_arithmetic(example):
    text = (example / "ledger.html").read_text(encoding="utf-8")
    told = text[text.index('id="contradictions"') : text.index('id="claims"')]
    assert "103.7 / 64.2 = 1.615" in told
    assert told.index("Against the document&#39;s own figures") < told.index("Against recorded data")
    assert told.index("contradicted (soft)") < told.index("ambiguous") < told.index("firms")
    assert "A test of ours" not in told and "closed" not in told
    rested_on = text[text.index('id="figures"') :]
    assert "amount 103.7" in rested_on and "date 1991-11" in rested_on


def test_the_same_claims_give_the_same_bytes(example, tmp_path):
    check_file(Project(ROOT), EXAMPLE / "claims.toml", EXAMPLE, tmp_path / "again")
    for made in example.iterdir():
        assert made.read_bytes() == (tmp_path / "again" / made.name).read_bytes(), made.name


def test_the_report_counts_the_verdicts_and_links_to_the_ledger(example, tmp_path):
    path = tmp_path / "report.html"
    frames = (pd.read_parquet(example / f"{name}.parquet") for name in ("counts", "ledger"))
    write_report([], path, claims=claims_told(*frames, {}, "claims/ledger.html"))
    page = path.read_text()
    assert 'href="claims/ledger.html"' in page
    assert re.search(
        r'contradicted by the document</th><td class="figure">1</td><td class="figure">1</td>', page
    )
    write_report([], path)
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
    assert "mine: 4 claims: 1 reproduced, 3 not checkable" in said.out
    assert "mine: reproduced (arithmetic within the text) (1): half" in said.out
    assert "example: 11 claims: " in said.out and said.out.rstrip().endswith("; 1 tests of ours")
    assert re.search(
        r"example: grants_share: contradicted by the document: 100 \* 41.5 / 160 = 25.94", said.out
    )
    assert "there is such a file already; nothing was written" in said.err
