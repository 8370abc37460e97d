"""From a table's entry in a study file and the tidy records to a Table, whatever it is a table of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from pandas.api import types

from replication.errors import DataError, StudyError, one_of
from replication.publish import rounding
from replication.publish.model_notes import sentence
from replication.publish.model_tables import EMPTY
from replication.publish.periods import in_order
from replication.publish.printed_words import capital
from replication.publish.table import Cell, Table
from replication.spec.entries import StatisticSpec, TableSpec

MISSING_NOTE = "A dash marks a figure that is not available."
P_VALUES = "p value"  # the unit of figures that are printed as such
_DIMENSIONS = ("statistic", "group", "period")


def statistics_table(
    spec: TableSpec,
    statistics: pd.DataFrame,
    specs: Sequence[StatisticSpec],
    labels: Mapping[str, str],
) -> Table:
    """The table that `spec.statistics` asks for, laid out by `spec.rows` and `spec.columns`.

    The third dimension, if it has more than one value, makes blocks of rows, each under its heading.

    Parameters
    ----------
    statistics : columns study, statistic, group, period, value, unit
    specs : titles, units and decimals of the statistics
    labels : printed words for groups

    Raises
    ------
    StudyError
        Rows and columns are the same dimension, or a statistic has no record.
    DataError
        Two records for one cell.
    """
    if spec.rows == spec.columns:
        raise StudyError(
            f"table '{spec.id}': rows and columns are both '{spec.rows}'; choose two different ones"
        )
    records = _chosen(spec, statistics)
    about = {entry.id: entry for entry in specs}
    words = _words(records, about, labels)
    (blocks,) = set(_DIMENSIONS) - {spec.rows, spec.columns}
    columns = _values(records, spec.columns)
    rows, rules = _blocks(spec, records, blocks, columns, words, about)
    units = list(dict.fromkeys(records["unit"]))
    notes = [f"Unit: {units[0]}."] if len(units) == 1 and units[0] else []
    notes += [MISSING_NOTE] if _any_missing(rows) else []
    notes += [sentence(about[s].note) for s in spec.statistics if s in about and about[s].note]
    notes += [sentence(spec.note)] if spec.note else []
    unnamed = units[0] if len(units) == 1 and units[0] else "Value"
    header = ("", *(words[spec.columns, c] or capital(unnamed) for c in columns))
    return Table(spec.id, spec.title, header, rows, rules, tuple(notes))


def _chosen(spec: TableSpec, statistics: pd.DataFrame) -> pd.DataFrame:
    known = list(dict.fromkeys(statistics["statistic"]))
    for name in spec.statistics:
        if name not in known:
            raise StudyError(f"table '{spec.id}': {one_of('statistic', name, known)}")
    records = statistics[statistics["statistic"].isin(spec.statistics)]
    records = records.assign(
        **{name: records[name].fillna("").astype(str) for name in (*_DIMENSIONS, "unit")}
    )
    twice = records.duplicated(list(_DIMENSIONS))
    if twice.any():
        key = ", ".join(records.loc[twice, list(_DIMENSIONS)].iloc[0])
        raise DataError(f"table '{spec.id}': two values for {key}; one was expected")
    order = {name: place for place, name in enumerate(spec.statistics)}
    return records.sort_values("statistic", key=lambda names: names.map(order), kind="stable")


def _words(
    records: pd.DataFrame, about: Mapping[str, StatisticSpec], labels: Mapping[str, str]
) -> dict[tuple[str, str], str]:
    """Printed words of every statistic, group and period; the unit beside a statistic where units differ."""
    words = {(name, key): labels.get(key) or key for name in ("group", "period") for key in records[name]}
    several = records["unit"].nunique() > 1
    for name, unit in dict(zip(records["statistic"], records["unit"], strict=True)).items():
        title = about[name].title if name in about else labels.get(name, name)
        words["statistic", name] = f"{title} ({unit})" if several and unit else title
    return words


def _values(records: pd.DataFrame, dimension: str) -> list[str]:
    found = list(dict.fromkeys(records[dimension]))
    return in_order(found) if dimension == "period" else found


def _blocks(
    spec: TableSpec,
    records: pd.DataFrame,
    blocks: str,
    columns: list[str],
    words: Mapping[tuple[str, str], str],
    about: Mapping[str, StatisticSpec],
) -> tuple[tuple[tuple[Cell, ...], ...], tuple[int, ...]]:
    rows: list[tuple[Cell, ...]] = []
    rules: list[int] = []
    headings = _values(records, blocks)
    for heading in headings:
        block = records[records[blocks] == heading]
        if len(headings) > 1:
            rules += [len(rows)] if rows else []
            rows.append((Cell(words[blocks, heading]), *(EMPTY for _ in columns)))
        cells = _cells(spec, block, about)
        for row in _values(block, spec.rows):
            level = int(len(headings) > 1)
            rows.append(
                (Cell(words[spec.rows, row], level=level), *(cells.get((row, c), EMPTY) for c in columns))
            )
    return tuple(rows), tuple(rules)


def _cells(
    spec: TableSpec, block: pd.DataFrame, about: Mapping[str, StatisticSpec]
) -> dict[tuple[str, str], Cell]:
    cells = {}
    for record in block.to_dict("records"):
        name = record["statistic"]
        own = about[name].decimals if name in about else 2
        text = rounding.fixed(record["value"], own if spec.decimals is None else spec.decimals)
        text = rounding.p_value(record["value"]) if record["unit"] == P_VALUES else text
        source = ("statistics", name, record["group"], record["period"])
        cells[record[spec.rows], record[spec.columns]] = Cell(text, source)
    return cells


def data_table(spec: TableSpec, rows: pd.DataFrame, labels: Mapping[str, str]) -> Table:
    """The rows of a processed table, the columns of `spec.show` (or all), figures in one precision a column.

    Parameters
    ----------
    rows : already filtered by `spec.where`, in the order to print
    labels : printed words for columns, and for the codes of a column of which every code has one

    Raises
    ------
    StudyError
        A column of `show` that the table has not.
    """
    shown = list(spec.show) or list(rows.columns)
    for name in shown:
        if name not in rows.columns:
            raise StudyError(f"table '{spec.id}': {one_of('column', name, rows.columns)}")
    columns = [_data_cells(spec, name, rows[name], labels) for name in shown]
    cells = tuple(zip(*columns, strict=True))
    header = tuple(labels.get(name) or name for name in shown)
    notes = ((MISSING_NOTE,) if _any_missing(cells) else ()) + ((sentence(spec.note),) if spec.note else ())
    return Table(spec.id, spec.title, header, cells, (), notes)


def _data_cells(spec: TableSpec, name: str, column: pd.Series, labels: Mapping[str, str]) -> list[Cell]:
    keys = [("table", str(spec.table), str(row), name) for row in range(len(column))]
    if types.is_bool_dtype(column):
        return [Cell("" if pd.isna(value) else "yes" if value else "no") for value in column]
    if types.is_numeric_dtype(column):
        values = column.astype("float64").tolist()
        own = rounding.common_decimals(values)
        texts = [rounding.fixed(value, own if spec.decimals is None else spec.decimals) for value in values]
        return [Cell(text, key) for text, key in zip(texts, keys, strict=True)]
    texts = ["" if pd.isna(value) else str(value) for value in column]
    coded = all(text in labels and not text.isdigit() for text in texts if text)  # 1 may be a section
    return [Cell(labels[text] if coded and text else text) for text in texts]


def _any_missing(rows: tuple[tuple[Cell, ...], ...]) -> bool:
    return any(cell.source and not cell.text for row in rows for cell in row)
