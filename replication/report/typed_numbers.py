"""The rule of the report's prose: a number is a reference to a record, never typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replication.errors import StudyError
from replication.publish.prose import SECTIONS, prose_of
from replication.publish.references import parts_of
from replication.spec.entries import ModelSpec, StatisticSpec, Study, TableSpec
from replication.spec.entry import Entry, model_named

RESULTS = ("answer", "finding")  # what is said in them is said of results
PARAMETERS = {"with_", "options", "covariance", "variables", "where", "formula", "weights", "average_over"}

_EDGES = ".,;:!?()[]\"'\u2018\u2019\u201c\u201d\u2026"
_BREAKS = re.compile(r"[\s=<>~\u00b1\u00d7\u2248\u2014]+")
_YEAR = r"(?:1[5-9]|20)\d\d"
_YEARS = re.compile(rf"{_YEAR}(?:[-\u2013/](?:\d\d|{_YEAR}))?s?|{_YEAR}-?Q[1-4]|{_YEAR}-\d\d-\d\d")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_NAME = re.compile(r"[A-Za-z](?:(?!\d[.,]\d)[\w.'\u2019&/-])*", re.ASCII)
_PLACE = re.compile(r"\d+[A-Za-z]?")
_AMOUNTS = re.compile(r"percent|per|%|thousand|million|billion|trillion", re.I)
_PLACES = re.compile(
    r"(?:tables?|figures?|sections?|chapters?|equations?|paragraphs?|notes?|schemes?|models?|phases?|camps?|pages?)",
    re.I,
)
_JOINS = re.compile(r"and|or|to|,", re.I)
_LEVEL = re.compile(
    r"(?:percent|per cent|%)\s(?:confidence |uncertainty )?(?:interval|limit|level|band|set)", re.I
)
_LEVELS = ("1", "5", "10", "90", "95", "99")
_MONTHS = re.compile(r"January|February|March|April|May|June|July|August|September|October|November|December")


def check_typed(study: Study) -> None:
    """Refuse a number that is typed in a study's prose, whether or not some result happens to equal it.

    Prose is every title, question, answer, finding, note and what is said to be missing. A number may stand
    there as a reference, in words, and in digits as

    * a year, a span of years, a decade, a day of a month;
    * part of a name ("H1", "ASEAN-4"), an ordinal, the place of a table, figure, section, phase or model;
    * the level of an interval or of a test ("95 percent interval", "5 percent level");
    * in all but answers and findings: what the study itself sets, in an expression or an option of the entry,
      or of the models and statistics that the entry shows (a rate, a threshold, a window).

    Raises
    ------
    StudyError
        The study, the place and the number.
    """
    for place, key, text, entry in _prose(study):
        allowed = set() if key in RESULTS else set(_set(study, entry))
        for word in _typed(text):
            if not (digits := set(_numerals(word))) or not digits <= allowed:
                raise StudyError(
                    f"study {study.study.id}: {place}.{key} says {word!r} in digits; allowed: a reference to "
                    "its record, as {model.term} or {statistic[group, period]}, or words"
                )


def _prose(study: Study) -> Iterator[tuple[str, str, str, Entry]]:
    """Place, key and text of all that is said, with the entry that says it."""
    entries = [("study", study.study)]
    for section in (*SECTIONS, "readings"):
        entries += [(f"{section}.{entry.id}", entry) for entry in getattr(study, section)]
    for place, entry in entries:
        for key, text in (("title", entry.title), *_headings(entry), *prose_of(entry)):
            yield place, key, text, entry


def _headings(entry: Entry) -> list[tuple[str, str]]:
    """Words over the rows and columns of a table that the study gives."""
    if not isinstance(entry, TableSpec):
        return []
    titles = [(key, each.title) for key in ("panels", "groups") for each in getattr(entry, key)]
    return [
        *titles,
        *(("headings", word) for word in entry.headings),
        *(("indicate", w) for w in entry.indicate),
    ]


def _typed(text: str) -> Iterator[str]:
    """Words with a number in them that is neither a reference nor of a kind that may be typed."""
    parts = ["\0" if not isinstance(part, str) else part for part in parts_of(text)]
    words = [word for word in _BREAKS.split("".join(parts)) if word]
    for place, word in enumerate(words):
        bare = word.rstrip(_EDGES).lstrip(_EDGES.replace(".", ""))
        after = " ".join(words[place : place + 4])
        if re.search(r"[0-9]", bare) and not _may_stand(bare, words[:place], after):
            yield bare


def _may_stand(word: str, before: list[str], after: str) -> bool:
    """Whether a word with digits is a date, a name, a place or a level."""
    following = [near.strip(_EDGES) for near in after.split(" ")[1:2]]
    amount = any(_AMOUNTS.fullmatch(near) for near in following)
    if _NAME.fullmatch(word) or _ORDINAL.fullmatch(word):
        return True
    if _YEARS.fullmatch(word) or (_PLACE.fullmatch(word) and _is_place(before)):
        return not amount
    if word.rstrip("%") in _LEVELS and _LEVEL.search(after.replace("%", " %")):
        return True
    return word.isdecimal() and any(_MONTHS.match(near) for near in (*before[-1:], *following))


def _is_place(before: list[str]) -> bool:
    """Whether the words before name what is numbered: "table", "tables 1 and"."""
    for word in reversed(before):
        bare = word.strip(_EDGES)
        if _PLACES.fullmatch(bare):
            return True
        if not (_PLACE.fullmatch(bare) or _JOINS.fullmatch(bare)):
            return False
    return False


def _set(study: Study, entry: Entry) -> Iterator[str]:
    """Numbers that an entry sets, or that are set by what it shows; those of the whole study for its head."""
    if entry is study.study:
        yield from _parameters(study.model_dump())
        return
    models = entry.every_model if isinstance(entry, TableSpec) else getattr(entry, "models", ())
    shown = {*getattr(entry, "statistics", ()), *map(model_named, models)}
    entries: tuple[ModelSpec | StatisticSpec, ...] = (*study.models, *study.statistics)
    behind = [other for other in entries if other.id in shown]
    for each in (entry, *behind):
        yield from _parameters(each.model_dump())
    if behind or entry in study.models:
        yield from _parameters({"variables": study.variables})


def _parameters(part: object, key: str = "") -> Iterator[str]:
    """Numbers that stand in the expressions and options of a part of a study."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from _parameters(value, key if key in PARAMETERS else str(name))
    elif isinstance(part, list):
        for value in part:
            yield from _parameters(value, key)
    elif key in PARAMETERS and not isinstance(part, bool | None):
        yield from _numerals(str(part))


def _numerals(text: str) -> Iterable[str]:
    """Numbers in a text, in one spelling."""
    return (f"{float(digits.replace(',', '')):g}" for digits in re.findall(r"\d[\d,]*(?:\.\d+)?|\.\d+", text))
