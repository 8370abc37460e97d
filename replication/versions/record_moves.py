"""Two tidy records compared cell by cell, each number by the tolerance of the model that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from replication.errors import DataError
from replication.records.tidy_tables import Tidy
from replication.versions.content import TIDY
from replication.versions.grades import GRADES, LEVEL, Move, Verdict
from replication.versions.tolerances import (
    DESCRIPTIVE,
    FLOOR,
    ITERATIVE,
    P_VALUES,
    measure_of,
    of_estimator,
    of_statistic,
)

Floats = NDArray[np.float64]
OLD, NEW, NTH, SIDE = "|old", "|new", "|nth", "|side"
IDENTICAL, ROUNDING, VALUE, SIGNIFICANCE, SIGN, APPEARED, VANISHED = range(len(GRADES))


def compare_records(study: str, old: Path, new: Path, estimators: Mapping[str, str]) -> Verdict:
    """Grade every cell of two versions of one tidy record.

    Parameters
    ----------
    old, new : Path
        Files of the same name, one of `content.TIDY`.
    estimators : mapping of str to str
        The estimator of each model.
    """
    tables = [_as_text(path) for path in (old, new)]
    tidy = TIDY[new.name]
    left, right = (_parsed(*each, tidy) for each in zip(tables, (old, new), strict=True))
    joined = left.merge(right, on=[*tidy.key, NTH], how="outer", suffixes=(OLD, NEW), indicator=SIDE)
    moves = [move for column in tidy.numbers for move in _number_moves(joined, column, tidy, estimators)]
    moves += [move for column in tidy.texts for move in _text_moves(joined, column, tidy)]
    moves += _beside_cells(*tables)
    if not tidy.numbers and not tidy.texts:
        raise DataError(f"{new.name}: has nothing to compare")
    return Verdict(study, new.name, len(joined) * len([*tidy.numbers, *tidy.texts]), tuple(moves))


def _beside_cells(old: pd.DataFrame, new: pd.DataFrame) -> Iterator[Move]:
    """What no cell tells: a column more or less, another study's name in the rows."""
    for name in sorted({*old} ^ {*new}):
        yield Move(f"column {name}", "appeared" if name in new else "vanished", "", "")
    was, now = (", ".join(sorted({*table["study"]})) if "study" in table else "" for table in (old, new))
    if len(old) and len(new) and was != now:
        yield Move("study", "value", was, now)


def _as_text(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype="str", keep_default_na=False)
    except (OSError, ValueError) as problem:
        raise DataError(f"{path}: is no record of results ({problem})") from None


def _parsed(table: pd.DataFrame, path: Path, tidy: Tidy) -> pd.DataFrame:
    """Rows as text and as numbers, with the place of each among the rows of the same key."""
    columns = [*tidy.key, *tidy.numbers, *tidy.texts]
    if lacking := [name for name in columns if name not in table]:
        raise DataError(f"{path}: is no record of results: it has no column {', '.join(lacking)}")
    table = table[columns]
    # What is no number, "nan" included, is a number that vanished.
    numbers = {f"{name}|number": pd.to_numeric(table[name], errors="coerce") for name in tidy.numbers}
    parsed = table.assign(**numbers)
    return parsed.assign(**{NTH: parsed.groupby(list(tidy.key), sort=False).cumcount()})


def _number_moves(joined: pd.DataFrame, column: str, tidy: Tidy, estimators: Mapping[str, str]) -> list[Move]:
    old, new = _numbers(joined, column)
    size = np.fmax(np.abs(old), np.abs(new))
    scale = _scale(joined, column, tidy, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(old == new, 0.0, np.abs(new - old) / scale)
        tolerance = _tolerances(joined, column, tidy, estimators)
        floor = _floor(joined, column, tidy, size) / scale
        allowed = np.where(tolerance > 0, tolerance + floor, 0.0)
    grades = _graded(old, new, relative, allowed)
    p_values = _measures(joined, column) == "p"
    crossed = p_values & ((old < LEVEL) != (new < LEVEL))
    bound = column in ("conf_low", "conf_high")  # an interval that takes zero in or lets it go
    turned = ~p_values & (old * new < 0)
    moved = grades == VALUE
    grades = np.where(moved & crossed, SIGNIFICANCE, grades)
    grades = np.where(moved & turned, SIGNIFICANCE if bound else SIGN, grades)
    return _moves(joined, column, tidy, _one_sided(joined, grades), relative, allowed)


def _numbers(joined: pd.DataFrame, column: str) -> tuple[Floats, Floats]:
    old, new = (joined[f"{column}|number{side}"].to_numpy(dtype=float) for side in (OLD, NEW))
    return old, new


def _graded(old: Floats, new: Floats, relative: Floats, tolerance: Floats) -> NDArray[np.int64]:
    grades = np.where(relative <= tolerance, ROUNDING, VALUE)
    grades = np.where((old == new) | (np.isnan(old) & np.isnan(new)), IDENTICAL, grades)
    grades = np.where(np.isnan(old) & ~np.isnan(new), APPEARED, grades)
    return np.where(~np.isnan(old) & np.isnan(new), VANISHED, grades)


def _scale(joined: pd.DataFrame, column: str, tidy: Tidy, size: Floats) -> Floats:
    """What a difference is measured against: the value, or what gives zero a size.

    A coefficient and its interval have the standard error, a t statistic and a p value have one.
    """
    if column in ("estimate", "conf_low", "conf_high"):
        return np.fmax(size, joined[f"std_error|number{OLD}"].to_numpy(dtype=float))
    if column in ("statistic", "p_value"):
        return np.fmax(size, 1.0)
    if column == "std_error":
        return size
    if "with" in tidy.key:
        return _errors_of_pair(joined, size)
    return np.where(np.isin(_measures(joined, column), ("p", "share")), np.fmax(size, 1.0), size)


def _errors_of_pair(joined: pd.DataFrame, size: Floats) -> Floats:
    """What a covariance is measured against: twice the two standard errors multiplied, or twice itself.

    So a variance moves as far as its root does.
    """
    own = joined["term"] == joined["with"]
    key = ["model", "error", "term"]
    root = pd.Series(np.sqrt(size[own.to_numpy()]), pd.MultiIndex.from_frame(joined.loc[own, key]))
    root = root[~root.index.duplicated()]
    pairs = [joined[["model", "error", name]] for name in ("term", "with")]
    first, second = (root.reindex(pd.MultiIndex.from_frame(pair)).to_numpy(dtype=float) for pair in pairs)
    return 2.0 * np.fmax(size, first * second)


def _kind(joined: pd.DataFrame, tidy: Tidy) -> pd.Series:
    """What a statistic is called, whatever model or group it is of."""
    return joined["name" if tidy.key[0] == "model" else tidy.key[0]]


def _floor(joined: pd.DataFrame, column: str, tidy: Tidy, size: Floats) -> Floats:
    """What is allowed whatever the size of the value; nothing beside a standard error."""
    if column != "value" or "with" in tidy.key:
        return np.zeros(len(joined))
    largest = pd.Series(size).groupby(_kind(joined, tidy)).transform("max").to_numpy(dtype=float)
    return FLOOR * np.nan_to_num(largest, posinf=0.0)


def _measures(joined: pd.DataFrame, column: str) -> NDArray[np.str_]:
    """(rows,) What kind of figure each number is."""
    if "name" in joined:
        return np.array([measure_of(name) for name in joined["name"]], dtype=str)
    return np.full(len(joined), "p" if column == "p_value" else "figure")


def _tolerances(joined: pd.DataFrame, column: str, tidy: Tidy, estimators: Mapping[str, str]) -> Floats:
    """(rows,) Largest difference over the scale, without the floor."""
    if column == "ours":  # a number of any model, held in the study's own records by what it is
        return np.full(len(joined), ITERATIVE.relative)
    if tidy.key[0] != "model":
        return np.full(len(joined), DESCRIPTIVE.relative)
    if column == "p_value":
        return np.full(len(joined), P_VALUES.relative)
    used = joined["model"].map(estimators).fillna("")
    if "name" in joined:
        pairs = zip(joined["name"], used, strict=True)
        return np.array([of_statistic(name, estimator).relative for name, estimator in pairs])
    return np.array([of_estimator(estimator).relative for estimator in used])


def _text_moves(joined: pd.DataFrame, column: str, tidy: Tidy) -> list[Move]:
    old, new = (joined[f"{column}{side}"].to_numpy(dtype=object) for side in (OLD, NEW))
    grades = _one_sided(joined, np.where(old == new, IDENTICAL, VALUE))
    none = np.full(len(joined), np.nan)
    return _moves(joined, column, tidy, grades, none, none)


def _one_sided(joined: pd.DataFrame, grades: NDArray[np.int64]) -> NDArray[np.int64]:
    side = joined[SIDE].astype(str).to_numpy()
    return np.where(side == "left_only", VANISHED, np.where(side == "right_only", APPEARED, grades))


def _moves(
    joined: pd.DataFrame,
    column: str,
    tidy: Tidy,
    grades: NDArray[np.int64],
    relative: Floats,
    allowed: Floats,
) -> list[Move]:
    places = np.flatnonzero(grades != IDENTICAL)
    some = joined.iloc[places]
    keys = some[list(tidy.key)].itertuples(index=False, name=None)
    texts = (some[f"{column}{side}"].fillna("").tolist() for side in (OLD, NEW))
    return [
        Move(
            ", ".join([*filter(None, key), column]),
            GRADES[grades[place]],
            old,
            new,
            float(relative[place]),
            float(allowed[place]),
        )
        for place, key, old, new in zip(places.tolist(), keys, *texts, strict=True)
    ]
