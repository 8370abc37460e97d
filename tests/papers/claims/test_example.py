"""The example of the guide: its ledger's records, page and appendix."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from replication.claims.ledger import check_file
from replication.claims.tidy import COLUMNS
from replication.cli import main
from replication.project.places import Project
from replication.report.contradicted import claims_told
from replication.report.report_page import write_report
from tests.support.repository import ROOT

EXAMPLE = ROOT / "claims/example"


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


def test_the_command_tells_what_is_contradicted_and_counts(capsys):
    assert main(["claims", "check", str(EXAMPLE / "claims.toml"), "--data", str(EXAMPLE)]) == 0
    said = capsys.readouterr().out
    assert "example: 11 claims: " in said and said.rstrip().endswith("; 1 tests of ours")
    assert "example: grants_share: contradicted by the document: 100 * 41.5 / 160 = 25.94" in said
