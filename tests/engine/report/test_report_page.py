"""The report page: complete, safe, needing nothing beside itself, the same bytes every time."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from replication.publish.prose import Piece
from replication.report.contradicted import Claims, Contradicted
from replication.report.report_page import About, write_report
from tests.engine.report.conftest import EVIL


class _Page(html.parser.HTMLParser):
    """Tags with their attributes, and the text."""

    def __init__(self, page: str):
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.tags if attrs.get("id")]


@pytest.fixture
def page(results, tmp_path) -> str:
    """The report as text."""
    write_report(results, tmp_path / "report.html", About("Made up", (("Made by", "replication 9.9"),)))
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_page_needs_nothing_from_elsewhere(page):
    tags = _Page(page).tags
    assert not {"link", "img", "iframe", "object", "embed", "base"} & {tag for tag, _ in tags}
    links = [
        value for _, attrs in tags for name, value in attrs.items() if name in ("src", "href", "xlink:href")
    ]
    assert links
    assert all(link.startswith("#") for link in links)
    assert not re.search(r"@import|url\((?!#)", page)


def test_one_script_may_run_and_nothing_may_be_fetched(page):
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    checksum = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = (
        attrs["content"] for tag, attrs in _Page(page).tags if tag == "meta" and "http-equiv" in attrs
    )
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{checksum}'"


def test_every_id_is_unique_and_every_link_arrives(page):
    read = _Page(page)
    ids = read.ids()
    assert len(ids) == len(set(ids))
    for _, attrs in read.tags:
        for name in ("href", "xlink:href"):
            if attrs.get(name, "#").startswith("#") and attrs.get(name):
                assert attrs[name][1:] in ids
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(ids)
    assert {"table-one-main", "table-two-main", "figure-one-main", "model-one-baseline"} <= set(ids)


def test_it_answers_first_and_accounts_for_it_later(page):
    text = _Page(page).text
    headings = ["What was asked", "The answer", "What was found", "What could not be done", "Results"]
    places = [text.rindex(f"\n{heading}\n") for heading in headings]
    assert places == sorted(places)
    assert text.index("Aid follows trade") < text.index("Contents")
    assert "replication 9.9" in text[: text.index("Contents")]
    assert "Table 1. Shares" in text
    assert "Table 2. Who got more" in text
    assert "Figure 2. Shares over time" in text
    assert "Source: World Bank." in text
    assert "World Bank. WDI." in text
    assert "licence CC BY 4.0" in text
    assert "182 of 1054 rows used, left out: 860 outside the sample" in text
    assert "ARG 1982\u20131984, 1990" in text
    assert "The estimator did not converge" in text


def test_exhibits_of_the_answer_stand_open_and_the_rest_is_folded(page):
    first, _, rest = page.partition('id="rest-study-one"')
    assert 'id="table-one-wide"' in first and 'id="table-one-main"' not in first
    assert 'id="table-one-main"' in rest and 'id="figure-one-main"' in rest


def test_a_number_of_the_prose_leads_to_the_exhibit_that_shows_it(results, tmp_path):
    key = next(
        cell.source for row in results[0].tables[0].rows for cell in row if cell.source[:1] == ("estimates",)
    )
    other = ("estimates", "two_way", "clustered", "bank_lending", "p_value")
    pieces = (Piece("It is "), Piece("0.5", key), Piece(", "), Piece("0.1", other))
    told = replace(results[0], prose={"answer": pieces})
    write_report([told], tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    shown = '<a class="number" href="#table-one-main">0.5</a>'
    assert f'It is {shown}, <a class="number" href="#model-one-two_way">0.1</a>' in page


def test_a_part_on_other_choices_stands_folded_before_the_models(results, tmp_path):
    told = replace(results[0], robustness='<section id="one-robustness-main">curves</section>')
    write_report([told], tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    part = page[page.index('<details class="part" id="robustness-one">') :]
    assert part.index("curves") < part.index('id="models-one"')
    assert 'href="#robustness-one"' in page


def test_at_a_table_of_models_stands_what_other_programs_say(page):
    figure = page[page.index('id="table-one-main"') :]
    notes = figure[
        figure.index('<p class="notes">') : figure.index("</p>", figure.index('<p class="notes">'))
    ]
    said = "Second opinion: agrees with statsmodels 0.15.0 to 3e-13; no second program for panel-corrected"
    assert said in notes


def test_contradicted_claims_stand_on_the_first_page_by_name(results, tmp_path):
    link = "claims/ledger.html#claim-a-doubled"
    found = Contradicted("Author 2001", "It doubled <b>.", "page 1", "1.6, stated 2", link)
    claims = Claims(["a"], [("contradicted by the document", [1, 1]), ("all claims", [7, 7])], [found])
    write_report(results, tmp_path / "page.html", claims=claims)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    front = page[: page.index('<nav aria-label="Contents">')]
    assert "1 of 7 claims are contradicted by figures" in front
    assert f'<a href="{link}">It doubled &lt;b&gt;.</a>' in front
    assert "1.6, stated 2" in page[page.index('<section id="claims">') :]


def test_what_a_stranger_writes_is_text(page):
    read = _Page(page)
    assert EVIL in read.text
    assert [tag for tag, _ in read.tags].count("script") == 1


def test_the_same_results_give_the_same_bytes_in_any_folder(results, tmp_path, page):
    about = About("Made up", (("Made by", "replication 9.9"),))
    write_report(results, tmp_path / "elsewhere" / "other.html", about)
    again = (tmp_path / "elsewhere" / "other.html").read_text(encoding="utf-8")
    assert again == page
    assert str(tmp_path) not in page
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", page)


def test_a_page_that_cannot_be_made_leaves_nothing_behind(results, tmp_path):
    broken = replace(results[0], found=replace(results[0].found, models=None))
    with pytest.raises(TypeError):
        write_report([broken], tmp_path / "out" / "report.html")
    assert not (tmp_path / "out").exists()


def test_importing_the_tables_loads_neither_matplotlib_nor_jinja():
    modules = "replication.publish.statistics_tables, replication.publish.formats"
    code = f"import sys, {modules}; print(sorted(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "'replication.publish.statistics_tables'" in told
    assert "'matplotlib'" not in told
    assert "'jinja2'" not in told
