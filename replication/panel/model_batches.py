"""A folder that no memory holds -> what one model takes of its rows, batch after batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from replication.errors import DataError, StudyError, one_of
from replication.estimate.design import Floats, Needs
from replication.language.atoms import Expanded
from replication.language.evaluate import GROUP_FUNCTIONS, PANEL_FUNCTIONS, SAMPLE_FUNCTIONS, Rows
from replication.language.nodes import Call, Node, names_in, show
from replication.language.syntax import parse, parse_formula
from replication.language.terms import plain_terms
from replication.panel.arrow_columns import grid_of, in_one_piece
from replication.panel.cause import Cause
from replication.panel.column_kinds import series_of
from replication.panel.panel import Panel
from replication.panel.reading import Reading
from replication.panel.rows import judged
from replication.panel.shards import Shard, Shards, told_of
from replication.spec.entries import ModelSpec

OF_OTHER_ROWS = (*PANEL_FUNCTIONS, *GROUP_FUNCTIONS, *SAMPLE_FUNCTIONS, "dummies", "event")
"""Functions whose value in a row other rows decide."""


@dataclass(frozen=True)
class Batch:
    """Some rows of a panel.

    Attributes
    ----------
    numbers : (n, m) float array
        The outcome and the regressors.
    levels : tuple of (n,) arrays
        Of whole numbers or texts.
    present : (n,) bool array
        Whether the row is one of the model's: nothing of it is missing, it lies inside `where`.
    causes : mapping of Cause to int
        Every cause for which a row may be left out, in the order in which they strike, and how many are.
    """

    numbers: Floats
    levels: tuple[NDArray[Any], ...]
    present: NDArray[np.bool_]
    causes: Mapping[Cause, int]


@dataclass(frozen=True)
class ModelBatches:
    """What a model takes of a folder.

    Attributes
    ----------
    shards : Shards
    model : ModelSpec
    variables : mapping of str to str
        The study's named expressions.
    columns : tuple of str
        Those that are read.
    levels : mapping of str to str
        Column of the entity, the time, each effect and each cluster, by the name that the study gives it.
    """

    shards: Shards
    model: ModelSpec
    variables: Mapping[str, str]
    columns: tuple[str, ...]
    levels: Mapping[str, str]

    def batches(self) -> Iterator[Batch]:
        """All rows once, a batch at a time; in which order, nothing may depend on."""
        for shard, table in self.shards.batches(self.columns):
            if len(table):
                yield self._batch(shard, table)

    def place(self, name: str) -> int:
        """Where the levels of an effect or cluster stand among those of a batch."""
        return list(dict.fromkeys(self.levels.values())).index(self.levels[name])

    def _batch(self, shard: Shard, table: pa.Table) -> Batch:
        panel = self._panel(shard, table)
        _, values, drops = judged(panel, self.model.model_copy(update={"effects": []}), [], Needs({}))
        for name, column in self.levels.items():
            drops.mark(panel.table[column].isna().to_numpy(), "missing cluster", name)
        columns = [values.outcome, *values.regressors]
        return Batch(
            np.column_stack([column.values for column in columns]),
            tuple(_levels(panel.table[column]) for column in dict.fromkeys(self.levels.values())),
            drops.kept,
            drops.totals,
        )

    def _panel(self, shard: Shard, table: pa.Table) -> Panel:
        with told_of(shard.label):
            grid = grid_of(table, [])
            columns = dict(zip(grid.headings, map(_series, grid.columns), strict=True))
        found = pd.DataFrame(columns)
        entity, time = (self.levels[name] for name in ("entity", "time"))
        for key in (entity, time):
            if found[key].isna().any():
                raise DataError(f"{shard.label}: {key} is empty; allowed: a value in every row")
        for name, values in found.items():
            if pd.api.types.is_float_dtype(values) and np.isinf(values.to_numpy()).any():
                raise DataError(f"{shard.label}: {name} is infinite; allowed: finite numbers or missing ones")
        nothing = np.zeros(len(found), dtype=np.int64)
        reading = Reading(found, shard.label, named=grid.named)
        return Panel(found, entity, time, nothing, nothing, self.variables, reading)

    def names(self) -> tuple[str, ...]:
        """The outcome and the terms, as a study file calls them."""
        formula = parse_formula(self.model.formula)
        return (show(formula.outcome), *(show(term) for term in plain_terms(formula.terms)))


def model_batches(
    shards: Shards,
    model: ModelSpec,
    keys: tuple[str, str],
    variables: Mapping[str, str],
    clusters: Sequence[str],
) -> ModelBatches:
    """The columns that a model names, checked before a row is read.

    Parameters
    ----------
    keys : columns of entity and time

    Raises
    ------
    StudyError
        A column that is not there, an expression that is not one of a single row.
    DataError
        A level that is neither a whole number nor a text.
    """
    levels = {"entity": keys[0], "time": keys[1]}
    levels |= {name: levels.get(name, name) for name in (*model.effects, *clusters)}
    for role, name in levels.items():
        if name not in shards.kinds:
            raise StudyError(f"{shards.folder.name}: {role}: {one_of('column', name, shards.kinds)}")
    for name in levels.values():
        _refuse_no_level(shards, name, name == keys[1])
    formula = parse_formula(model.formula)
    nodes = [formula.outcome, *plain_terms(formula.terms), *([parse(model.where)] if model.where else [])]
    inside = Expanded(Rows(pd.DataFrame(columns=list(shards.kinds)), variables=variables))
    nodes = [inside(node) for node in nodes]
    for node in nodes:
        _refuse_other_rows(node)
    used = dict.fromkeys(name for node in nodes for name in names_in(node))
    for name in used:
        if name not in shards.kinds:
            raise StudyError(f"{shards.folder.name}: {one_of('column', name, shards.kinds)}")
    columns = tuple(dict.fromkeys([*used, *levels.values()]))
    return ModelBatches(shards, model, variables, columns, levels)


def _refuse_no_level(shards: Shards, name: str, time: bool) -> None:
    kind = shards.kinds[name]
    text = pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)
    whole = pa.types.is_integer(kind) and kind != pa.uint64()
    if not whole and (time or not text):
        allowed = "whole numbers" if time else "whole numbers or texts"
        raise DataError(f"{shards.folder.name}: {name} holds {kind}; allowed by partition: {allowed}")


def _refuse_other_rows(node: Node) -> None:
    match node:
        case Call(function, arguments):
            if function in OF_OTHER_ROWS:
                raise StudyError(
                    f"{show(node)[:80]} is made of other rows, which a read by partition has not"
                )
            for argument in arguments:
                _refuse_other_rows(argument)


def _series(values: pa.ChunkedArray) -> pd.Series:
    """A column of a batch, as the whole of it would be read."""
    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, pa.string())
    if not pa.types.is_string(values.type):
        return series_of(in_one_piece(values))
    trimmed = pc.utf8_trim_whitespace(values)
    there = pc.if_else(pc.equal(trimmed, ""), None, trimmed)
    return pd.Series(there.to_numpy(), dtype="str")


def _levels(column: pd.Series) -> NDArray[Any]:
    """Values of a column of levels; anything where missing."""
    if pd.api.types.is_numeric_dtype(column):
        return column.fillna(0).to_numpy(dtype=np.int64)
    found: NDArray[Any] = column.fillna("").to_numpy(dtype=object).astype(str)
    return found
