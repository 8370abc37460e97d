"""Escaping: what a strict reader of each format gets back is the text, and nothing else."""

from __future__ import annotations

import csv
import html.parser
import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.project import escape
from replication.publish.latex import latex_document
from replication.publish.table import Cell, Table

quick = settings(max_examples=50, deadline=None)
nasty = st.text(st.sampled_from("\\{}$&#%_^~<>|\"'`-,?![]*=+@;:/\n\r\t a1é−家\u202e\x00"), max_size=30)

TORTURE = (
    r"\input{/etc/passwd} \write18{ls} \end{tabular} & # $x^2_i$ % ~ {} \\ [2ex] * -- --- '' `` ,, ?` !` "
    "« é ł ő ß − × ± ≤ ≥ → β σ R² “quoted” – — … 家計 🙂 \x00 \u202e"
)


class _Reader(html.parser.HTMLParser):
    """Collects tags and text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


@quick
@given(nasty)
def test_html_reads_back(text: str):
    reader = _Reader()
    reader.feed(f"<p>{escape.html_text(text)}</p>")
    reader.close()
    assert (reader.tags, reader.text) == (["p"], escape.one_line(text))


@quick
@given(st.lists(nasty, min_size=1, max_size=4))
def test_csv_reads_back_and_runs_nothing(texts: list[str]):
    stream = io.StringIO()
    csv.writer(stream).writerow([escape.csv_text(text) for text in texts])
    (row,) = csv.reader(io.StringIO(stream.getvalue()))
    number = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
    for cell, text in zip(row, texts, strict=True):
        assert cell in (escape.one_line(text), f"'{escape.one_line(text)}")
        assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r") or number.fullmatch(cell)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        (" \t=1+1", "'=1+1"),
        ("+1-800", "'+1-800"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-0.12", "-0.12"),
        ("1.20e-7", "1.20e-7"),
        ("<0.001", "<0.001"),
    ],
)
def test_csv_cases(text: str, safe: str):
    assert escape.csv_text(text) == safe


@quick
@given(nasty)
def test_markdown_keeps_its_columns_and_passes_no_tag(text: str):
    cell = escape.markdown(text)
    assert not re.search(r"(?<!\\)(\\\\)*[|`*_\[\]$#!]", re.sub(r"\\.", "", cell))
    assert "<" not in cell
    assert "\n" not in cell


@quick
@given(nasty)
def test_latex_leaves_no_command_of_the_writer(text: str):
    made = escape.latex(text)
    ours = r"\\(text[a-z]+|ensuremath)\{(\\[a-zA-Z]+|-|U\+[0-9A-F]+|[0-9])?\}|\\[{}$&#%_]|\{[\[\]*]?\}"
    rest = re.sub(ours, "", made)
    assert not set(rest) & set('\\{}$&#%_^~<>|"`[]*')
    assert rest.isprintable()
    assert not re.search(r"--|''|,,", made)


def test_latex_of_the_ten_characters():
    assert escape.latex("\\{}$&#%_^~") == (
        r"\textbackslash{}\{\}\$\&\#\%\_\textasciicircum{}\textasciitilde{}"
    )
    assert escape.latex("家") == r"\texttt{U+5BB6}"


def test_the_torture_string_compiles_where_there_is_a_compiler(tmp_path: Path):
    table = Table("torture", TORTURE, ("", TORTURE), ((Cell(TORTURE), Cell("x")),) * 2, (1,), (TORTURE,))
    every = "".join(sorted(escape._ACCENTED | set(escape._LATEX)))
    document = latex_document([table, Table("letters", every, ("", "a"), ((Cell(every), Cell("b")),))])
    assert r"\textbackslash{}input" in document
    assert r"\write18" not in document
    assert document.count(r"\begin{tabular}") == document.count(r"\end{tabular}") == 2
    if compiler := shutil.which("pdflatex"):
        (tmp_path / "torture.tex").write_text(document, encoding="utf-8")
        run = [compiler, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "torture.tex"]
        done = subprocess.run(
            run, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False
        )
        assert done.returncode == 0, done.stdout[-2000:]
