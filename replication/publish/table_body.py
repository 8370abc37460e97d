"""The rows of a table while they are collected, block by block."""

from __future__ import annotations

from dataclasses import dataclass, field

from replication.publish.table import Cell, Line

Row = tuple[Cell, ...]


@dataclass
class Body:
    """Rows, rules, joined lines and headings, each as in `Table`."""

    rows: list[Row] = field(default_factory=list)
    rules: list[int] = field(default_factory=list)
    joined: list[Line] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    panels: list[int] = field(default_factory=list)

    def line(self, label: Cell, block: list[Row]) -> None:
        """Rows that print formats set on one line."""
        if len(block) > 1:
            self.joined.append(Line(label, tuple(range(len(self.rows), len(self.rows) + len(block)))))
        self.rows += block

    def heading(self, text: str) -> None:
        """A row that heads those under it."""
        self.headings.append(len(self.rows))
        self.rows.append((Cell(text),))

    def panel(self, title: str, other: Body) -> None:
        """The rows of another below these, under a heading with a rule above it."""
        if self.rows:
            self.rules.append(len(self.rows))
        self.panels.append(len(self.rows))
        self.heading(title)
        start = len(self.rows)
        self.rows += other.rows
        self.rules += [start + row for row in other.rules]
        self.headings += [start + row for row in other.headings]
        self.joined += [Line(line.label, tuple(start + row for row in line.rows)) for line in other.joined]
