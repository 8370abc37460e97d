"""Printed cells beside the records of a study: one row a printed number, with its grade."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from decimal import Decimal

import pandas as pd

from replication.errors import StudyError, one_of
from replication.project.strict import located
from replication.published.cell_grades import (
    GRADES,
    Grade,
    Quantity,
    grade,
    relative_difference,
    rounded_like,
    stars_of,
)
from replication.published.printed_numbers import Printed, read_printed
from replication.published.read_article import Row
from replication.records.model_statistics import STATISTICS
from replication.records.records import Records
from replication.spec.article_entries import Article, Column, PrintedTable

STARS = "stars"
QUANTITIES = {
    "estimate": Quantity(signed=True),
    "std_error": Quantity(),
    "statistic": Quantity(signed=True),
    "p_value": Quantity(),
}
NO_NUMBER = "our model has no such number"


@dataclass(frozen=True)
class GradedCell:
    """One printed cell, or the stars behind one.

    Attributes
    ----------
    article, table, column, term, quantity : str
        Its place; `term` is empty at the foot of a column.
    model, error : str
        Ours.
    text, number : str
        As printed; and without brackets and stars.
    printed, half_width : float
        The printed number and half a unit of its last digit; missing for stars.
    ours : float
        In full precision; for stars the p value.
    rounded : str
        Ours as the print would have it.
    relative : float
        |ours - printed| / |printed|.
    grade, reason : str
        The grade; why there is no number of ours.
    """

    article: str
    table: str
    column: str
    term: str
    quantity: str
    model: str
    error: str
    text: str
    number: str = ""
    printed: float = math.nan
    half_width: float = math.nan
    ours: float = math.nan
    rounded: str = ""
    relative: float = math.nan
    grade: Grade = "not computable"
    reason: str = ""


@dataclass(frozen=True)
class Place:
    """Where a printed cell stands, and what of ours it is graded against.

    Attributes
    ----------
    article : Article
    table : PrintedTable
    column : Column
    model, error : str
        Ours; empty where the column has none.
    """

    article: Article
    table: PrintedTable
    column: Column
    model: str = ""
    error: str = ""


def grade_article(article: Article, rows: list[Row], found: Records) -> pd.DataFrame:
    """Every printed cell of an article, graded.

    Parameters
    ----------
    found : Records
        Those of the study that the article names.

    Returns
    -------
    DataFrame with the columns of `GradedCell`; tables and columns in the order of the file, the foot of a
    column after its terms.

    Raises
    ------
    StudyError
        A model, error, term or statistic that the records do not have; a text that is no printed number.
    """
    graded = [cell for place in _places(article, found) for cell in _column(place, rows, found)]
    kinds = {field.name: "float64" if field.type == "float" else "str" for field in fields(GradedCell)}
    return pd.DataFrame([astuple(cell) for cell in graded], columns=list(kinds)).astype(kinds)


def counts_of(cells: pd.DataFrame) -> pd.DataFrame:
    """article, table, grade, cells: how many cells of each table have which grade, every grade named."""
    found = cells.groupby(["article", "table", "grade"]).size()
    tables = cells[["article", "table"]].drop_duplicates().itertuples(index=False, name=None)
    rows = [(*table, name, int(found.get((*table, name), 0))) for table in tables for name in GRADES]
    return pd.DataFrame(rows, columns=["article", "table", "grade", "cells"])


def _places(article: Article, found: Records) -> Iterator[Place]:
    for table in article.tables:
        for column in table.columns:
            where = f"tables.{table.id}.columns.{column.id}"
            model, error = located(where, _ours, column, found) if column.model else ("", "")
            yield Place(article, table, column, model, error)


def _ours(column: Column, found: Records) -> tuple[str, str]:
    """The model and the error of ours that a column stands for."""
    errors = {account.model: [error.label for error in account.errors] for account in found.accounts}
    if column.model not in errors:
        raise StudyError(one_of("model", column.model, errors))
    known = errors[column.model]
    if column.error is not None and column.error not in known:
        raise StudyError(one_of("error", column.error, known))
    return column.model, column.error or known[0]


def _column(place: Place, rows: list[Row], found: Records) -> Iterator[GradedCell]:
    mine = [row for row in rows if (row.table, row.column) == (place.table.id, place.column.id)]
    for row in mine:
        name = f"table {row.table}, column {row.column}, {row.term}"
        yield from located(name, list, _coefficient(place, row, found))
    for name, text in place.column.printed.items():
        where = f"tables.{place.table.id}.columns.{place.column.id}.printed.{name}"
        yield located(where, _foot, place, name, text, found)


def _coefficient(place: Place, row: Row, found: Records) -> Iterator[GradedCell]:
    """An estimate, what stands under it, and its stars."""
    reason = row.missing or place.column.missing
    ours = {} if reason else _estimate(place, place.article.terms.get(row.term, row.term), found)
    texts = {"estimate": row.estimate, place.table.error: row.error}
    shown = {name: read_printed(text, place.table.stars) for name, text in texts.items() if text}
    stars = _stars(place, shown, ours)
    for name, printed in shown.items():
        own = stars if name == "estimate" else None
        yield _number(place, row.term, name, printed, ours.get(name, math.nan), reason, own)
    if stars is not None:
        yield _marks(place, row.term, stars, ours.get("p_value", math.nan), reason)


def _estimate(place: Place, term: str, found: Records) -> dict[str, float]:
    """Estimate, error, statistic and p value of a term of ours."""
    mine = found.estimates[
        (found.estimates["model"] == place.model) & (found.estimates["error"] == place.error)
    ]
    row = mine[mine["term"] == term]
    if row.empty:
        raise StudyError(f"{one_of('term', term, mine['term'])}; terms gives ours for a printed one")
    return {name: float(row[name].iloc[0]) for name in QUANTITIES}


def _stars(place: Place, shown: dict[str, Printed], ours: dict[str, float]) -> tuple[str, str] | None:
    """Marks as printed, wherever they stand, and ours; None where the table has none."""
    if not place.table.stars or "estimate" not in shown:
        return None
    printed = next((number.marks for number in shown.values() if number.marks), "")
    return printed, stars_of(ours.get("p_value", math.nan), place.table.stars)


def _foot(place: Place, name: str, text: str, found: Records) -> GradedCell:
    """A statistic under a column."""
    reason = place.column.missing
    return _number(
        place, "", name, read_printed(text), math.nan if reason else _statistic(place, name, found), reason
    )


def _statistic(place: Place, name: str, found: Records) -> float:
    """A statistic of the model, whatever the error or by the one that the column is for."""
    mine = found.models[(found.models["model"] == place.model) & (found.models["of"] == "")]
    mine = mine[mine["error"].isin(["", place.error])]
    row = mine[mine["name"] == name]
    if row.empty:
        raise StudyError(one_of("statistic", name, mine["name"]))
    return float(row["value"].iloc[0])


def _number(
    place: Place,
    term: str,
    quantity: str,
    printed: Printed,
    ours: float,
    reason: str,
    stars: tuple[str, str] | None = None,
) -> GradedCell:
    """A printed number graded."""
    known = math.isfinite(ours)
    return replace(
        _cell(place, term, quantity, printed.text),
        number=_text(printed.value, printed),
        printed=float(printed.value),
        half_width=float(printed.unit / 2),
        ours=ours,
        rounded=_text(_unsigned_zero(rounded_like(printed, ours)), printed) if known else "",
        relative=relative_difference(printed, ours),
        grade=grade(printed, ours, place.article.article.tolerance, _kind(quantity), stars),
        reason="" if known else reason or NO_NUMBER,
    )


def _marks(place: Place, term: str, stars: tuple[str, str], p_value: float, reason: str) -> GradedCell:
    """The stars of an estimate graded: they agree or they do not."""
    here = replace(_cell(place, term, STARS, stars[0]), ours=p_value)
    if not math.isfinite(p_value):
        return replace(here, reason=reason or NO_NUMBER)
    return replace(here, rounded=stars[1], grade="exact" if stars[0] == stars[1] else "differs")


def _cell(place: Place, term: str, quantity: str, text: str) -> GradedCell:
    """A cell that is not graded yet."""
    return GradedCell(
        article=place.article.article.id,
        table=place.table.id,
        column=place.column.id,
        term=term,
        quantity=quantity,
        model=place.model,
        error=place.error,
        text=text,
    )


def _kind(quantity: str) -> Quantity:
    """What kind of number a quantity is: one of a coefficient, or a statistic of a model."""
    declared = STATISTICS.get(quantity)
    counted = declared is not None and declared.number == "exact"
    return QUANTITIES.get(quantity, Quantity(counted=counted))


def _text(number: Decimal, printed: Printed) -> str:
    """A number as the print writes its own."""
    return f"{number:e}" if printed.scientific else f"{number:f}"


def _unsigned_zero(number: Decimal) -> Decimal:
    """No minus before a row of zeros of ours."""
    return number or number.copy_abs()
