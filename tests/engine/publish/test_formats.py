"""The four formats hold the same cells."""

from __future__ import annotations

import csv
import html.parser
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.publish.formats import html_document, to_csv, to_html, to_markdown
from replication.publish.latex import latex_document, to_latex
from replication.publish.model_tables import model_table
from replication.publish.statistics_tables import statistics_table
from replication.publish.table import Cell, Line, Table, printed
from replication.spec.entries import TableSpec

SUPERSCRIPT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


class _Grid(html.parser.HTMLParser):
    """Rows of texts of an HTML table."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.inside = True
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def bare(text: str) -> str:
    """A print format's number as the CSV writes it."""
    text = re.sub(r",(?= )|[()\[\]]", "", text.strip().replace("\u2212", "-"))
    text = re.sub("×10([⁻⁰-⁹¹²³]+)", lambda power: "e" + power[1].translate(SUPERSCRIPT), text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return "" if text == "\u2013" else text


def from_csv(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(to_csv(table))))


def from_html(table: Table) -> list[list[str]]:
    grid = _Grid()
    grid.feed(to_html(table))
    return [[bare(cell) for cell in row] for row in grid.rows]


def from_markdown(table: Table) -> list[list[str]]:
    lines = [line for line in to_markdown(table).splitlines() if line.startswith("|")]
    del lines[1]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    clean = [[re.sub(r"\\(.)", r"\1", cell.replace("&emsp;", "")) for cell in row] for row in rows]
    return [[bare(cell.replace("&lt;", "<")) for cell in row] for row in clean]


def from_latex(table: Table) -> list[list[str]]:
    """Cells of a table that LaTeX sets in one panel, headings aside."""
    body = to_latex(table).partition("\\midrule\n")[2].partition("\\bottomrule")[0]
    body = body.replace("\\midrule\n", "").replace("\\addlinespace\n", "").replace("\\quad ", "")
    rows = [line.removesuffix(" \\\\").split(" & ") for line in body.splitlines()]
    return [[bare(_plain(cell)) for cell in row] for row in rows]


def _plain(cell: str) -> str:
    cell = re.sub(r"\\phantom\{[.0]*\}", "", cell).replace("$-$", "-")
    cell = re.sub(r"\$\\times10\^\{(-?\d+)\}\$", r"e\1", cell)
    cell = re.sub(
        r"\\shortstack\[r\]\{(.*)\}$", lambda match: match[1].replace("-\\\\", "-").replace("\\\\", " "), cell
    )
    cell = (
        cell.replace(r"\textsuperscript{2}", "²").replace(r"\textless{}", "<").replace(r"\textendash{}", "–")
    )
    return cell.replace("{[}", "[").replace("{]}", "]").replace("\\_", "_")


@pytest.fixture(params=["one model", "several models", "statistics"])
def table(request, estimates, models, accounts, statistics, statistic_specs) -> Table:
    """Tables of each kind, with gaps, powers of ten, bounds and brackets in them."""
    if request.param == "statistics":
        spec = TableSpec(id="t", title="T", statistics=["share", "ratio"])
        return statistics_table(spec, statistics, statistic_specs, {})
    chosen = ["baseline"] if request.param == "one model" else ["baseline", "two_way", "log"]
    return model_table(TableSpec(id="t", title="T", models=chosen), estimates, models, accounts, {})


def test_formats_agree_cell_by_cell(table):
    expected = [list(table.header), *([cell.text for cell in row] for row in table.rows)]
    assert from_csv(table) == expected
    assert from_html(table) == [list(map(bare, table.header)), *lines_of(table)]
    assert from_markdown(table) == [list(map(bare, table.header)), *lines_of(table)]


def lines_of(table: Table) -> list[list[str]]:
    """What each printed line says in each column, of the rows that it joins."""
    columns = range(1, len(table.header))
    return [
        [
            bare(line.label.text),
            *(bare(" ".join(table.rows[row][c].text for row in line.rows)) for c in columns),
        ]
        for line in table.lines
    ]


def test_every_row_stands_on_one_line(table):
    assert [row for line in table.lines for row in line.rows] == list(range(len(table.rows)))


def test_latex_has_the_same_figures(table):
    rows = tuple(row[:3] for row in table.rows)
    narrow = replace(table, header=table.header[:3], rows=rows, notes=(), account=())
    expected = [[text.replace("χ", r"\ensuremath{\chi}") for text in line] for line in lines_of(narrow)]
    assert from_latex(narrow) == expected


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-1e7, 1e7).map(lambda x: f"{x:.3f}"), min_size=30, max_size=30))
def test_a_wide_table_is_broken_into_panels_that_hold_every_figure(texts):
    cells = tuple(Cell(text, ("table", "t", "0", str(place))) for place, text in enumerate(texts))
    table = Table("t", "T", ("", *map(str, range(30))), ((Cell("row"), *cells),))
    made = to_latex(table)
    assert made.count("\\begin{tabular}") > 1
    figures = re.findall(r"(?:\$-\$)?[\d,]+\.\d{3}", made)
    assert [bare(figure.replace("$-$", "-")) for figure in figures] == texts


def test_a_long_table_runs_over_pages_with_its_heading_on_each():
    rows = tuple((Cell(f"row {place}"), Cell("1.5", ("table", "t", str(place), "a"))) for place in range(90))
    made = to_latex(Table("t", "T", ("", "a"), rows))
    assert made.count("\\begin{longtable}") == 1
    assert made.count("\\endhead") == 1
    assert made.count("1.5") == 90


def test_points_are_aligned_under_one_another():
    cells = [Cell("1.25", ("a",)), Cell("10", ("b",)), Cell("0.125", ("c",), "(", ")")]
    table = Table("t", "T", ("", "x"), tuple((Cell("r"), cell) for cell in cells))
    assert [table.padding(cell, 1) for cell in cells] == [(False, 0), (True, 2), (False, 0)]
    assert "10\\phantom{.00}" in to_latex(table)
    assert "& (0.125) " in to_latex(table)
    assert "10\u2008\u2007\u2007<" in to_html(table)


def test_rows_that_are_joined_stand_on_one_line_in_print_and_apart_in_a_csv():
    low, high = Cell("-1.5", ("a",), "[", ","), Cell("0.5", ("b",), "", "]")
    rows = ((Cell("from"), low), (Cell("to"), high), (Cell("p"), Cell("0.3", ("c",))))
    table = Table("t", "T", ("", "x"), rows, joined=(Line(Cell("Interval"), (0, 1, 2)),))
    assert to_csv(table) == ",x\nfrom,-1.5\nto,0.5\np,0.3\n"
    assert "Interval & [$-$1.5, 0.5] 0.3".replace("[", "{[}").replace("]", "{]}") in to_latex(table)
    assert "| Interval | \\[-1.5, 0.5\\] 0.3 |" in to_markdown(table)
    assert from_html(table)[1] == ["Interval", "-1.5 0.5 0.3"]


def test_a_line_of_missing_records_is_one_dash_and_one_without_records_is_empty():
    missing = tuple((Cell(word), Cell("", (word,)), Cell("")) for word in ("from", "to"))
    table = Table("t", "T", ("", "x", "y"), missing, joined=(Line(Cell("Interval"), (0, 1)),))
    assert [printed(cell) for cell in table.cells(table.lines[0], 1)] == ["\u2013"]
    assert [printed(cell) for cell in table.cells(table.lines[0], 2)] == [""]


def test_numbers_print_as_a_journal_prints_them_and_stay_bare_in_csv():
    cell = Cell("-12345.5", ("a",), "(", ")")
    table = Table("t", "T", ("", "x"), ((Cell("r"), cell), (Cell("s"), Cell("-1.20e-7", ("b",)))))
    assert to_csv(table) == ",x\nr,-12345.5\ns,-1.20e-7\n"
    assert "(\u221212,345.5)<" in to_html(table)
    assert "\u22121.20×10⁻⁷" in to_html(table)
    assert "($-$12,345.5)" in to_latex(table)
    assert "$-$1.20$\\times10^{-7}$" in to_latex(table)


def test_injection_in_every_place_of_a_table_is_text():
    evil = '"><script>alert(1)</script> | \\input{x} & =1+1'
    cells = ((Cell(evil), Cell("1", ("a",))),)
    table = Table("t", evil, (evil, evil), cells, (), (evil,), (evil,), evil)
    assert "<script" not in html_document(table)
    assert "<script" not in to_markdown(table)
    assert "\\input" not in latex_document([table])
    assert from_csv(table)[1][0] == evil
