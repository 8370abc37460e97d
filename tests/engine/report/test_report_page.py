"""The report page: complete, safe, needing nothing beside itself, the same bytes every time."""

from __future__ import annotations

import html.parser
import re
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest

from replication.publish.figures import write_figure
from replication.publish.statistics_tables import model_table, statistics_table
from replication.report.report_page import inline_svg, write_report
from replication.report.study_results import Drawing, Source, StudyResults
from replication.spec.entries import FigureSpec, Study, StudyHead, TableSpec

EVIL = '<script>alert("x")</script>'


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
def results(estimates, models, accounts, statistics, statistic_specs, tmp_path) -> list[StudyResults]:
    """Two studies that share the ids of their tables and figures; the second is written by a stranger."""
    dropped = pd.DataFrame(
        [
            ("study", "baseline", "ARG", year, "missing regressor us_trade")
            for year in (1982, 1983, 1984, 1990)
        ],
        columns=["study", "model", "entity", "time", "cause"],
    )
    tables = (
        model_table(
            TableSpec(id="main", title="Who got more", models=["baseline", "log"]),
            estimates,
            models,
            accounts,
            {},
        ),
        statistics_table(
            TableSpec(id="wide", title="Shares", statistics=["share"]), statistics, statistic_specs, {}
        ),
    )
    spec = FigureSpec(id="main", title="Shares over time", kind="lines", statistics=["share"], note="A note.")
    drawing = Drawing(
        spec, write_figure(spec, statistics, tmp_path / "svg", {})[0].read_text(encoding="utf-8")
    )
    source = Source("wdi/japan_aid.csv", "Net aid", "World Bank", "2022", "CC BY 4.0", "World Bank. WDI.")
    made = []
    for name, text in (("one", "Who got the money?"), ("two", EVIL)):
        study = Study(study=StudyHead(id=name, title=f"Study {text}", question=text, finding=text))
        frames = (estimates, models, statistics, dropped)
        made.append(StudyResults(study, *frames, accounts, tables, (drawing,), (source,)))
    return made


@pytest.fixture
def page(results, tmp_path) -> str:
    """The report as text."""
    write_report(results, tmp_path / "report.html")
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_page_needs_nothing_from_elsewhere(page):
    tags = _Page(page).tags
    assert not {"script", "link", "img", "iframe", "object", "embed", "base"} & {tag for tag, _ in tags}
    links = [
        value for _, attrs in tags for name, value in attrs.items() if name in ("src", "href", "xlink:href")
    ]
    assert links
    assert all(link.startswith("#") for link in links)
    assert not re.search(r"@import|url\((?!#)", page)


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


def test_it_reads_like_a_results_section(page):
    text = _Page(page).text
    headings = ["What was asked", "What was found", "Results", "Data", "Model by model"]
    places = [text.rindex(f"\n{heading}\n") for heading in headings]
    assert places == sorted(places)
    assert "Table 1. Who got more" in text
    assert "Table 4. Shares" in text
    assert "Figure 2. Shares over time" in text
    assert "World Bank. WDI." in text
    assert "licence CC BY 4.0" in text
    assert "182 of 1054 rows used, left out: 860 outside the sample" in text
    assert "ARG 1982\u20131984, 1990" in text
    assert "The estimator did not converge" in text


def test_what_a_stranger_writes_is_text(page):
    read = _Page(page)
    assert EVIL in read.text
    assert "script" not in {tag for tag, _ in read.tags}


def test_the_same_results_give_the_same_bytes_in_any_folder(results, tmp_path, page):
    write_report(results, tmp_path / "elsewhere" / "other.html")
    again = (tmp_path / "elsewhere" / "other.html").read_text(encoding="utf-8")
    assert again == page
    assert str(tmp_path) not in page
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", page)


def test_an_inlined_picture_keeps_its_references():
    svg = '<?xml version="1.0"?><svg xmlns="x"><!-- a --><g id="p1"/><use xlink:href="#p1"/></svg>'
    made = inline_svg(svg, "figure-a", 'A "title"')
    assert made == (
        '<svg role="img" aria-label="A &quot;title&quot;" xmlns="x"><g id="figure-a-p1"/>'
        '<use xlink:href="#figure-a-p1"/></svg>'
    )


def test_a_page_that_cannot_be_made_leaves_nothing_behind(results, tmp_path):
    broken = replace(results[0], models=None)
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
