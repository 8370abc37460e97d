"""The report holds to its own rule: a number in its prose must be a rounded result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from replication.errors import DataError
from replication.publish.rounding import fixed
from replication.publish.table import is_figure
from replication.report.study_results import StudyResults
from replication.spec.entries import Study

AMOUNTS = "percentage points?|percent|per cent|%|thousand|million|billion|trillion|yen|dollars?"
NUMBER = re.compile(
    rf"(?<![\w.])(?P<sign>US\$|\$)?(?P<digits>\d[\d,]*(?:\.\d+)?)(?![\w])(?P<unit>\s*(?:{AMOUNTS}))?"
)
NAMED = re.compile(
    r"\b(?:tables?|figures?|sections?|chapters?|equations?|paragraphs?|notes?|models?)\s+$", re.I
)
LEVEL = re.compile(r"\s*(?:confidence |uncertainty )?(?:interval|limit|level|band|set)", re.I)
LEVELS = ("90", "95", "99")
PARAMETERS = {"with_", "options", "covariance", "variables", "where", "formula", "weights"}


def check_prose(results: StudyResults) -> None:
    """Refuse a number in a study's prose that matches no result of the study.

    Checked is every number with decimals, every percentage and every amount (of dollars, yen, thousands,
    millions ...) in questions, findings, notes and what is said to be missing. It must be
    a result, rounded to the digits that are printed, whatever its sign; a percentage may be a hundred times
    a result. Exempt are whole numbers without a unit (years, counts told in words), the place of a table,
    figure, section or model, the level of an interval, and what the study file itself sets in an
    expression or an option (a rate, a threshold, a window).

    Raises
    ------
    DataError
        The study, the place and the number.
    """
    known = np.unique(np.abs(list(_results(results))))
    for place, text in _prose(results.study):
        for found in NUMBER.finditer(text):
            if _must_match(found, text) and not _matches(found, known):
                raise DataError(
                    f"study {results.study.study.id}: {place} says {found.group().strip()!r}, which is no "
                    "result of this study; allowed: a figure of its records, rounded, or no figure"
                )


def _prose(study: Study) -> Iterator[tuple[str, str]]:
    yield "study.question", study.study.question
    yield "study.finding", study.study.finding
    for section in ("models", "statistics", "tables", "figures"):
        for entry in getattr(study, section):
            for key in ("question", "finding", "note", "missing"):
                if getattr(entry, key, ""):
                    yield f"{section}.{entry.id}.{key}", getattr(entry, key)


def _must_match(found: re.Match, text: str) -> bool:
    if NAMED.search(text[: found.start()]):
        return False
    if found["digits"] in LEVELS and LEVEL.match(text, found.end()):
        return False
    return bool("." in found["digits"] or found["unit"] or found["sign"])


def _matches(found: re.Match, known: np.ndarray) -> bool:
    digits = found["digits"].replace(",", "")
    decimals, value = len(digits.partition(".")[2]), float(digits)
    percent = (found["unit"] or "").strip().startswith(("per", "%"))
    for scale in (1.0, 100.0) if percent else (1.0,):
        near = known[np.abs(known * scale - value) <= 0.51 * 10.0**-decimals] * scale
        if any(float(fixed(candidate, decimals)) == value for candidate in near):
            return True
    return False


def _results(results: StudyResults) -> Iterator[float]:
    """Every figure of the records, of the published cells, and what the study file sets."""
    for frame in (results.estimates, results.models, results.statistics):
        numbers = frame.select_dtypes("number").to_numpy(dtype=float).ravel()
        yield from numbers[np.isfinite(numbers)]
    for table in results.tables:
        for cell in (cell for row in table.rows for cell in row):
            if cell.source and is_figure(cell.text):
                yield float(cell.text.removeprefix("<"))
    yield from _set(results.study.model_dump())


def _set(part: object, key: str = "") -> Iterator[float]:
    """Numbers that stand in the expressions and options of a study."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from _set(value, key if key in PARAMETERS else str(name))
    elif isinstance(part, list):
        for value in part:
            yield from _set(value, key)
    elif key in PARAMETERS:
        yield from _numbers_in(part)


def _numbers_in(value: object) -> Iterable[float]:
    if isinstance(value, str):
        return [float(digits) for digits in re.findall(r"\d+(?:\.\d+)?", value)]
    return [] if value is None or pd.isna(value) else [float(value)]
