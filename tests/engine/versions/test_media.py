"""The media of a table: all say the same, and where one does not it is found."""

from __future__ import annotations

import pytest

from replication.publish.formats import html_document, to_csv, to_html, to_markdown
from replication.publish.latex import to_latex
from replication.publish.table import Cell, Line, Table
from replication.versions.media import disagreements, report_disagreements

WORDS = ("R², adjusted & 50% of $x_1$", "s.e. | of #3", "Größe × 10 – “so”", "a < b, [c] {d} ~e^f", "é*_`")
FIGURES = ("0.12", "-1.5", "<0.001", "1.2e-5", "", "12345", "0", "-3.2e10")


def figure(text: str, place: int) -> Cell:
    before, after = ("(", ")") if place % 3 == 1 else ("", "")
    return Cell(text, source=("models", "m", f"n{place}"), before=before, after=after)


def table(columns: int, rows: int = 6) -> Table:
    """Words of every kind, figures in brackets and without, as many columns as make LaTeX break it."""
    body = tuple(
        (Cell(f"{WORDS[r % len(WORDS)]} {r}", level=r % 2),)
        + tuple(figure(FIGURES[(r + c) % len(FIGURES)], r + c) for c in range(columns))
        for r in range(rows)
    )
    header = ("", *(f"Model {c}: {WORDS[c % len(WORDS)]}" for c in range(columns)))
    return Table(id="t", title="A title with & in it", header=header, rows=body, notes=("A note: 5 < 6.",))


def written(folder, made: Table):
    place = folder / "tables"
    place.mkdir()
    media = {"csv": to_csv, "tex": to_latex, "html": html_document, "md": to_markdown}
    for ending, write in media.items():
        text = write(made)
        (place / f"t.{ending}").write_text(text, encoding="utf-8")
    page = to_html(made, anchor="table-s-t")
    (folder / "report.html").write_text(f"<html><body>{page}</body></html>", encoding="utf-8")
    return folder


@pytest.mark.parametrize(("columns", "rows"), [(1, 3), (3, 6), (14, 6), (4, 90), (12, 80)])
def test_every_medium_says_what_the_csv_says(tmp_path, columns, rows):
    folder = written(tmp_path, table(columns, rows))
    assert list(disagreements(folder)) == []
    assert report_disagreements(folder / "report.html", {"s": folder}) == []


@pytest.mark.parametrize("ending", ["tex", "html", "md"])
@pytest.mark.parametrize(
    ("old", "new"), [("345", "346"), ("0.12", "0.21"), ("adjusted", "adapted"), ("Model 1", "Model 7")]
)
def test_what_one_medium_says_otherwise_is_found(tmp_path, ending, old, new):
    folder = written(tmp_path, table(4))
    path = folder / "tables" / f"t.{ending}"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    ((name, moves),) = disagreements(folder)
    assert name == f"tables/t.{ending}" and {move.grade for move in moves} == {"value"}


def test_a_lost_sign_is_found_in_every_medium(tmp_path):
    folder = written(tmp_path, table(4))
    for ending, minus in (("tex", "$-$1.5"), ("html", "\u22121.5"), ("md", "-1.5")):
        path = folder / "tables" / f"t.{ending}"
        text = path.read_text(encoding="utf-8")
        assert minus in text
        path.write_text(text.replace(minus, "1.5", 1), encoding="utf-8")
    assert len(list(disagreements(folder))) == 3


def test_a_row_that_one_medium_lacks_is_found(tmp_path):
    folder = written(tmp_path, table(4))
    path = folder / "tables" / "t.md"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if " 5 |" not in line), encoding="utf-8")
    ((_, moves),) = disagreements(folder)
    assert [move.grade for move in moves] == ["vanished"]


def test_a_table_that_the_report_lacks_is_found(tmp_path):
    folder = written(tmp_path, table(4))
    (folder / "report.html").write_text("", encoding="utf-8")
    moves = report_disagreements(folder / "report.html", {"s": folder})
    assert [(move.cell, move.grade) for move in moves] == [("s/t, all of it", "vanished")]


@pytest.mark.parametrize("columns", [2, 14])
def test_rows_that_a_medium_sets_on_one_line_are_held_to_the_rows_of_the_csv(tmp_path, columns):
    labels = ("Aid", "s.e.", "clustered, 95% from", "clustered, 95% to", "clustered, p", "Rows")
    body = tuple(
        (Cell(label), *(Cell(f"{r}.{c + 1}", source=("models", "m", f"{r}")) for c in range(columns)))
        for r, label in enumerate(labels)
    )
    joined = (Line(Cell("Aid"), (0, 1)), Line(Cell("clustered", level=1), (2, 3, 4)))
    header = ("", *(f"Model {c}" for c in range(columns)))
    folder = written(tmp_path, Table(id="t", title="T", header=header, rows=body, joined=joined))
    assert list(disagreements(folder)) == []
    path = folder / "tables" / "t.md"
    path.write_text(path.read_text().replace("3.2", "3.7", 1))
    ((_, moves),) = disagreements(folder)
    assert [(move.cell, move.grade) for move in moves] == [("clustered, 95% from, Model 1", "value")]
