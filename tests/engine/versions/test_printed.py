"""Changes planted in published tables and figures."""

from __future__ import annotations

import pytest

from replication.versions.printed import compare_figure, compare_table

TABLE = """,Line,Curve
Military aid,0.50,-1.25
s.e.,0.24,0.60
p,0.034,<0.001
Debt,12.1,
s.e.,3.3,
Observations,155,150
"""


def compared(folder, new, old=TABLE, record=0.5050000001):
    """The table in two versions of a study that records one number in full precision."""
    for place, text in (("old", old), ("new", new)):
        (folder / place / "tables").mkdir(parents=True)
        (folder / place / "tables" / "t.csv").write_text(text)
    (folder / "old" / "models.csv").write_text(f"study,model,name,value\ns,m,x,{record}\n")
    places = (folder / place / "tables" / "t.csv" for place in ("old", "new"))
    return compare_table("s", "tables/t.csv", *places)


@pytest.mark.parametrize(
    ("old", "new", "grade"),
    [
        ("0.50,-1.25", "0.50,1.25", "sign"),
        ("0.50,-1.25", "0.55,-1.25", "value"),
        ("0.50,-1.25", "0.51,-1.25", "rounding"),  # one unit of the last digit, and a record on its edge
        ("0.50,-1.25", "0.49,-1.25", "value"),  # no record lies on this one
        ("0.50,-1.25", "0.5,-1.25", "value"),
        ("12.1,", "12.1,3", "appeared"),
        ("<0.001", "", "vanished"),
        ("155,150", "155,many", "value"),
    ],
)
def test_a_planted_change_has_its_grade(tmp_path, old, new, grade):
    verdict = compared(tmp_path, TABLE.replace(old, new))
    assert [move.grade for move in verdict.moves] == [grade]
    assert verdict.cells == 21


@pytest.mark.parametrize(("record", "grade"), [(0.505, "rounding"), (0.5051, "value"), (0.36612, "value")])
def test_a_last_digit_counts_unless_its_record_lies_on_the_edge(tmp_path, record, grade):
    verdict = compared(tmp_path, TABLE.replace("0.50,", "0.51,"), record=record)
    assert verdict.grade == grade
    assert verdict.moves[0].cell == "Military aid, Line"


def test_a_lost_row_is_lost_and_no_other_row_moves(tmp_path):
    verdict = compared(tmp_path, TABLE.replace("Debt,12.1,\ns.e.,3.3,\n", ""))
    assert {move.grade for move in verdict.moves} == {"vanished"}
    assert {move.old for move in verdict.moves} == {"Debt", "12.1", "s.e.", "3.3"}


def test_a_lost_column_is_lost_and_no_other_moves(tmp_path):
    lines = [line.rpartition(",")[0] for line in TABLE.splitlines()]
    verdict = compared(tmp_path, "\n".join(lines) + "\n")
    assert {move.grade for move in verdict.moves} == {"vanished"}
    assert {move.old for move in verdict.moves} == {"Curve", "-1.25", "0.60", "<0.001", "150"}


def test_a_new_word_for_a_row_is_one_change(tmp_path):
    verdict = compared(tmp_path, TABLE.replace("Military aid", "US military aid"))
    assert [(move.grade, move.new) for move in verdict.moves] == [("value", "US military aid")]


def test_rows_named_by_two_columns_are_matched_by_both(tmp_path):
    old = "text,claim,value\na,one,1\na,two,2\nb,one,3\n"
    verdict = compared(tmp_path, old.replace("a,two,2\n", ""), old)
    assert [(move.grade, move.old) for move in verdict.moves] == [
        ("vanished", "a"),
        ("vanished", "two"),
        ("vanished", "2"),
    ]


def test_full_precision_in_a_table_may_differ_in_its_last_digits(tmp_path):
    old = "claim,value\none,1.5950379358465527\n"
    verdict = compared(tmp_path, old.replace("5527", "5529"), old)
    assert verdict.grade == "rounding"


@pytest.mark.parametrize(
    ("new", "grade"),
    [
        ('<path d="M 10.000001 20"/>', "rounding"),
        ('<path d="M 10.5 20"/>', "value"),
        ('<text d="M 10 20"/>', "value"),
        ("", "vanished"),
    ],
)
def test_a_figure_is_compared_line_by_line(tmp_path, new, grade):
    (tmp_path / "old.svg").write_text('<svg>\n<path d="M 10 20"/>\n')
    (tmp_path / "new.svg").write_text(f"<svg>\n{new}\n" if new else "<svg>\n")
    verdict = compare_figure("s", "figures/f.svg", tmp_path / "old.svg", tmp_path / "new.svg")
    assert [move.grade for move in verdict.moves] == [grade]
