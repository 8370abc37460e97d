"""A Table in Typst. Every text is a string, in which nothing but a quote and a backslash means more."""

from __future__ import annotations

from replication.project.escape import visible
from replication.publish.table import Line, Table, aligned


def to_typst(table: Table) -> str:
    """The table as a figure with three rules, its finding above, its notes beneath; it needs no package."""
    columns = range(len(table.header))
    sides = ", ".join("right" if table.numeric(column) else "left" for column in columns)
    header = ", ".join(_text(label) for label in table.header)
    rows = "".join(_line(table, line) for line in table.lines)
    said = [*table.notes, *table.account]
    notes = f"#text(size: 8pt)[_Notes._ #{_quoted(' '.join(said))}]\n" if said else ""
    finding = f"#{_quoted(table.finding)}\n" if table.finding else ""
    return (
        f"{finding}#figure(\n  table(\n    columns: {len(table.header)},\n    align: ({sides},),\n"
        f"    stroke: none,\n    table.hline(),\n    table.header({header}),\n"
        "    table.hline(stroke: 0.5pt),\n"
        f"{rows}    table.hline(),\n  ),\n  caption: {_text(table.title)},\n) <tab-{table.id}>\n{notes}"
    )


def _line(table: Table, line: Line) -> str:
    rule = "    table.hline(stroke: 0.5pt),\n" if line.rows[0] in table.rules else ""
    if table.heads(line):
        return f"{rule}    table.cell(colspan: {len(table.header)})[#emph[{_text(line.label.text)}]],\n"
    cells = ", ".join(_text(aligned(table, line, column)) for column in range(len(table.header)))
    return f"{rule}    {cells},\n"


def _text(text: str) -> str:
    return f"[#{_quoted(text)}]"


def _quoted(text: str) -> str:
    plain = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
