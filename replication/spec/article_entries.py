"""What a file of printed tables may say: one frozen class a kind of table in it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from replication.spec.entry import Entry, Name, Text

Label = Annotated[str, Field(pattern=r"^\S(.{0,78}\S)?$")]  # as printed: one line, no blank at its ends
Mark = Annotated[str, Field(pattern=r"^[^\w\s.,()\[\]{}<-]{1,4}$")]
Level = Annotated[float, Field(gt=0, lt=1)]


class ArticleHead(Entry):
    """What was printed where, and the study of ours that estimates it again.

    `tolerance` is the largest |ours - printed| / |printed| that counts as the same value. `seen` says where
    the figures were read, if not in the article itself.
    """

    id: Name
    title: Text
    citation: Text
    study: Name
    tolerance: Annotated[float, Field(gt=0, lt=1)] = 0.05
    seen: Text = ""


class Column(Entry):
    """A printed column and the model of ours that it stands for, or why there is none (`missing`).

    `error` is the label of one of the model's errors, its first if none is named. `printed` holds what the
    foot of the column says: a statistic of the model by its name, and the figure as printed.
    """

    id: Label
    title: Text = ""
    model: Annotated[str, Field(max_length=200)] = ""
    error: Name | None = None
    printed: dict[Name, Annotated[str, Field(max_length=60)]] = Field(default={}, max_length=50)
    missing: Text = ""


class PrintedTable(Entry):
    """A printed table: `error` says what stands under or beside its coefficients, `stars` its levels."""

    id: Name
    title: Text
    place: Text = ""
    error: Literal["std_error", "statistic", "p_value"] = "std_error"
    stars: dict[Mark, Level] = Field(default={}, max_length=6)
    columns: list[Column] = Field(min_length=1, max_length=50)


class Article(Entry):
    """A whole file. `terms` gives our term for each printed one that is spelled otherwise."""

    article: ArticleHead
    terms: dict[Label, Annotated[str, Field(max_length=500)]] = Field(default={}, max_length=500)
    tables: list[PrintedTable] = Field(min_length=1, max_length=50)
