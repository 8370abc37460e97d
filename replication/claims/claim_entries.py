"""What a claims file may say: one frozen class a kind of table in it."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from replication.spec.entry import Entry, Expression, Name, Text

Aggregate = Literal["only", "sum", "mean", "min", "max", "first", "last", "count", "volatility"]


Kind = Literal[
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


class Stated(Entry):
    """What the text says.

    A figure: `value` as printed, its `unit`, and the printed `words`, from which `wording.interval_of` takes
    what they leave open. `decimals` says how many digits are printed after the point where TOML loses them
    (1 for 55.0) or where they end before it (-3 for thousands). `low` and `high` are the ends of a printed
    range; to let them depart from the convention takes a reason, `deviates`, which is shown. A yes or no is
    `value = 1`.

    A date: `date`, as `days.span` reads it.
    """

    value: float | None = None
    date: Text = ""
    low: float | None = None
    high: float | None = None
    decimals: int | None = Field(default=None, ge=-15, le=12)
    unit: Text = ""
    words: Annotated[str, Field(max_length=120)] = ""
    deviates: Text = ""

    @property
    def figure(self) -> float:
        """The value of what is no date."""
        return math.nan if self.value is None else self.value


class Input(Entry):
    """One figure that a computation rests on.

    Either rows of a table (`table`, `where`, `take`, `by` an aggregate; volatility is the standard deviation
    of the changes of the logarithm from row to row): a processed one, one of the author's, or with `study` a
    record of that study's results (`study = "published"`, `table = "cells"`: a graded cell of a printed
    table); or what another claim of this file states (`claim`), with the interval of
    its wording. The rounding of the figure is `half_width` (half a unit in its last digit, or the column
    that holds it), or stands in columns of the table that `low` and `high` name, where one empty cell is an
    open end. `date = true` reads 1987, 1987-11 or 1987-11-05 as days, from the first that the date allows,
    or that of the column `low`, to the last, or that of `high`. `bound` says that the figure is only a bound
    for the one that is meant. `unit` is that of the figure, where its table does not say it.
    """

    table: Name | None = None
    study: Name | None = None
    where: Expression | None = None
    take: Name = "value"
    by: Aggregate = "only"
    claim: Name | None = None
    half_width: Annotated[float, Field(ge=0)] | Name = 0.0
    low: Name | None = None
    high: Name | None = None
    date: bool = False
    bound: Literal["at least", "at most"] | None = None
    unit: Text = ""


class Reading(Entry):
    """One way to compute the stated figure.

    `basis` says where its inputs come from: the document's own figures, recorded data, or, `elsewhere`, what
    another text states, which contradicts softly. `kind = "vintage"` marks readings that differ only in the
    edition of a series, `"reading"` those that differ in what the words mean. `proxy` says why what is
    computed is only near what the words say: agreement is then consistent and no more, disagreement soft.
    `note` is any other word on the computation; both are shown.
    """

    label: Text = ""
    kind: Literal["reading", "vintage"] = "reading"
    basis: Literal["document", "data", "elsewhere"]
    inputs: dict[Name, Input] = {}
    compute: Expression
    proxy: Text = ""
    note: Text = ""


class Claim(Entry):
    """One claim of a text.

    With one or more `readings` its verdict is computed; without any it is not checkable, and `missing` says
    which figure is missing and where it could be had. `soft` marks wording that cannot be held to a number
    (an idiom, inclusive counting of years): a contradiction is then told apart from a hard one. `auditor`
    marks a test that is ours and no statement of the text; `same_finding` names the claim whose finding this
    one repeats. Neither is counted again.
    """

    id: Name
    place: Text
    claim: Text
    kind: Kind
    stated: Stated
    readings: list[Reading] = Field(default=[], max_length=50)
    missing: Text = ""
    soft: Text = ""
    auditor: bool = False
    same_finding: Name | None = None
    same_as: list[Text] = []
    exhibit: Text = ""


class Cells(Entry):
    """A column of a printed table: every cell of it is a claim `id_ROW`, ROW being what stands in `over`.

    The table is recorded (`table`, `where`), one row a row; a missing cell makes no claim. The cells are the
    record of themselves, so that they are not checkable, and `missing` says where they could be checked.
    """

    id: Name
    place: Text
    claim: Text
    kind: Kind = "level"
    table: Name
    where: Expression | None = None
    over: Name
    take: Name
    decimals: int = Field(default=0, ge=-15, le=12)
    unit: Text
    missing: Text
    exhibit: Text = ""


class Slip(Entry):
    """A factor by which a figure of this text may be off because its unit was mistaken, from `low` to
    `high`.
    """

    low: float = Field(gt=1)
    high: float = Field(gt=1)
    words: Text


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
    and they are counted apart. A text that does not state its year has none.
    """

    id: Name
    title: Text
    author: Text
    year: int | None = Field(default=None, ge=1, le=9999)
    citation: Text
    parts: list[Text] = []


class Ledger(Entry):
    """A whole claims file."""

    text: TextHead
    claims: list[Claim] = Field(min_length=1, max_length=5000)
    cells: list[Cells] = Field(default=[], max_length=200)
    checks: list[Check] = Field(default=[], max_length=500)
    slips: list[Slip] = Field(default=[], max_length=20)

    def document(self, claim: Claim) -> str:
        """The document that a claim is counted under: the text, or the part of it that its place names."""
        part = next((part for part in self.text.parts if claim.place.startswith(part)), "")
        return f"{self.text.id}: {part}" if part else self.text.id
