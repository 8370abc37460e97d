"""What a claims file may say: one frozen class a kind of table in it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from replication.studies.model import Entry, Expression, Name, Text

Aggregate = Literal["only", "sum", "mean", "min", "max", "first", "last", "count"]


class Stated(Entry):
    """What the text says, as the interval that its wording allows.

    `value` is the figure as printed; `low` and `high` are the ends of what the wording leaves open: half a
    unit in the last printed digit where nothing else is said, wider for "about" and "almost", one-sided (an
    end left out) for "more than" and "at most". A statement of order or of yes and no is `value = 1`.
    """

    value: float
    low: float | None = None
    high: float | None = None
    unit: Text
    words: Annotated[str, Field(max_length=120)] = ""


class Input(Entry):
    """One figure that a computation rests on.

    Either rows of a processed table (`table`, `where`, `take`, `by` an aggregate), or what another claim of
    this file states (`claim`). `half_width` is the rounding of the figure: half a unit in its last digit.
    """

    table: Name | None = None
    where: Expression | None = None
    take: Name = "value"
    by: Aggregate = "only"
    claim: Name | None = None
    half_width: float = Field(default=0.0, ge=0)


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
    readings: list[Reading] = []
    missing: Text = ""
    soft: Text = ""
    same_as: list[Text] = []
    exhibit: Text = ""


class TextHead(Entry):
    """The document that the claims are from."""

    id: Name
    title: Text
    author: Text
    year: int
    citation: Text


class Ledger(Entry):
    """A whole claims file."""

    text: TextHead
    claims: list[Claim] = Field(min_length=1, max_length=5000)
