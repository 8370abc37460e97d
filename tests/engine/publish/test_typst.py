"""A table in Typst: the cells of the table, and no text that Typst would run."""

from __future__ import annotations

import re

from replication.publish.table import Cell, Table
from replication.publish.typst import to_typst

KEY = ("statistics", "s", "g", "p")
TABLE = Table(
    "t",
    'Aid "now" \\ #read("x")',
    ("", "Pooled"),
    ((Cell("*x* $1$"), Cell("-1.25", KEY)), (Cell("y"), Cell("12345.5", KEY))),
    rules=(1,),
    notes=("A note.",),
)


def test_every_text_is_a_string_literal():
    text = to_typst(TABLE)
    strings = re.findall(r'"(?:[^"\\]|\\.)*"', text)
    assert '"Aid \\"now\\" \\\\ #read(\\"x\\")"' in strings and '"*x* $1$"' in strings
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    assert "read" not in bare and "$" not in bare and "Aid" not in bare


def test_cells_rules_and_alignment():
    lines = to_typst(TABLE).splitlines()
    assert '    [#"*x* $1$"], [#"\u22121.25"],' in lines
    assert '    [#"y"], [#"12,345.5\u2007"],' in lines  # as many decimals as the other, the last one blank
    assert lines.count("    table.hline(),") == 2 and lines.count("    table.hline(stroke: 0.5pt),") == 2
    assert "    align: (left, right,)," in lines
    assert lines[-1] == '#text(size: 8pt)[_Notes._ #"A note."]'
