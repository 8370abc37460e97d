"""What a claims file may say: one frozen class a kind of table in it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from replication.spec.entries import Entry, Expression, Name, Text

Aggregate = Literal["only", "sum", "mean", "min", "max", "first", "last", "count"]


class Stated(Entry):
    """What the text says, as the interval that its wording allows.

    `value` is the figure as printed; `low` and `high` are the ends of what the wording leaves open: half a
    unit in the last printed digit where nothing else is said, wider for "about" and "almost", one-sided (an
    end left out) for "more than" and "at most". With both ends left out the figure is exact for a count, a
    rank, a date and an order, and rounded at its last printed digit for all else; `decimals` says how many
    digits are printed after the point where TOML loses them (1 for 55.0) or where they end before it (-3 for
    thousands). A statement of order or of yes and no is `value = 1`.
    """

    value: float
    low: float | None = None
    high: float | None = None
    decimals: int | None = Field(default=None, ge=-15, le=12)
    unit: Text
    words: Annotated[str, Field(max_length=120)] = ""


class Input(Entry):
    """One figure that a computation rests on.

    Either rows of a processed table (`table`, `where`, `take`, `by` an aggregate), or what another claim of
    this file states (`claim`), with the interval of its wording. The rounding of the figure is `half_width`
    (half a unit in its last digit), or stands in columns of the table that `low` and `high` name, where an
    empty cell is an open end. `date = true` reads texts like 1987, 1987-11 or 1987-11-05 as days, from the
    first that the date allows to the last.
    """

    table: Name | None = None
    where: Expression | None = None
    take: Name = "value"
    by: Aggregate = "only"
    claim: Name | None = None
    half_width: float = Field(default=0.0, ge=0)
    low: Name | None = None
    high: Name | None = None
    date: bool = False


class Reading(Entry):
    """One way to compute the stated figure.

    `basis` says where its inputs come from: the document's own figures, or data recorded elsewhere.
    `kind = "vintage"` marks readings that differ only in the edition of a series, `"reading"` those that
    differ in what the words mean.
    """

    label: Text = ""
    kind: Literal["reading", "vintage"] = "reading"
    basis: Literal["document", "data"]
    inputs: dict[Name, Input] = {}
    compute: Expression
    note: Text = ""


class Claim(Entry):
    """One claim of a text.

    With one or more `readings` its verdict is computed; without any it is not checkable, and `missing` says
    which figure is missing and where it could be had. `soft` marks wording that cannot be held to a number
    (an idiom, inclusive counting of years): a contradiction is then told apart from a hard one.
    """

    id: Name
    place: Text
    claim: Text
    kind: Literal[
        "level",
        "share",
        "growth",
        "multiple",
        "count",
        "rank",
        "amount",
        "date",
        "order",
        "sum",
        "consistency",
    ]
    stated: Stated
    readings: list[Reading] = Field(default=[], max_length=50)
    missing: Text = ""
    soft: Text = ""
    same_as: list[Text] = []
    exhibit: Text = ""


class Check(Entry):
    """A check of what several claims of the text state together.

    sum: the figures of `claims` add up to `total`. totals: `claims` are an amount, its share in percent, a
    further amount, its share, ...: all imply the same whole. order: the figures of `claims` do not fall.
    multiples: the figure of the one claim is the last value of `take` over that of each earlier row of
    `table`, rows ordered by `over`; one result a base.
    """

    id: Name
    kind: Literal["sum", "totals", "order", "multiples"]
    title: Text
    claims: list[Name] = Field(min_length=1, max_length=200)
    total: float = 100.0
    table: Name | None = None
    where: Expression | None = None
    take: Name = "value"
    over: Name = "year"


class TextHead(Entry):
    """The text that the claims are from.

    `parts` names its documents where it has several; the place of every claim then begins with one of them,
    and they are counted apart.
    """

    id: Name
    title: Text
    author: Text
    year: int
    citation: Text
    parts: list[Text] = []


class Ledger(Entry):
    """A whole claims file."""

    text: TextHead
    claims: list[Claim] = Field(min_length=1, max_length=5000)
    checks: list[Check] = Field(default=[], max_length=500)

    def document(self, claim: Claim) -> str:
        """The document that a claim is counted under: the text, or the part of it that its place names."""
        part = next((part for part in self.text.parts if claim.place.startswith(part)), "")
        return f"{self.text.id}: {part}" if part else self.text.id
