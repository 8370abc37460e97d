"""A whole column -> its kind by one rule: whole numbers, numbers, truth values or texts, and why texts.

Every format of file comes down to the same few kinds of column, so that one panel gives one table. Blanks
around a text are no part of it, and a field of blanks alone is empty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from replication.errors import DataError
from replication.language.named_numbers import DAY, WRITTEN, Clock, Labels, Named
from replication.panel.arrow_columns import in_one_piece
from replication.panel.not_numbers import Why, why_figures, why_text
from replication.panel.numerals import (
    BARE_EXPONENT,
    LEADING_ZERO,
    MARKERS,
    Spelling,
    fits,
    matches,
    numbers_of,
)
from replication.panel.reading import BLANKS, Place

FEW = 1000
EXACT = 2**53  # up to here floating point holds every whole number
PERIODS = {Clock("day"): DAY, **{Clock(unit): pattern for unit, pattern in WRITTEN.items()}}
TRUTH = r"^(?i:true|false)$"


@dataclass(frozen=True)
class Wishes:
    """What a study says of the columns of its file.

    Attributes
    ----------
    texts, numbers : collections of str
        Columns that are to be read as texts, as numbers.
    missing : tuple of str
        Texts that stand for a missing value.
    missing_numbers : tuple of float
        Numbers that do.
    """

    texts: Collection[str] = ()
    numbers: Collection[str] = ()
    missing: tuple[str, ...] = ()
    missing_numbers: tuple[float, ...] = ()


def wishes_of(
    texts: Collection[str], numbers: Collection[str], missing: Iterable[str | int | float]
) -> Wishes:
    """The wishes in a study's words; of what stands for missing, a text that is a number stands for both."""
    words = [str(entry).strip() for entry in missing]
    return Wishes(texts, numbers, tuple(words), tuple(float(word) for word in words if _is_number(word)))


def _is_number(word: str) -> bool:
    try:
        return bool(np.isfinite(float(word)))
    except ValueError:
        return False


@dataclass(frozen=True)
class Column:
    """A column of one kind.

    Attributes
    ----------
    values : Series
        int64, Int64 (whole, with gaps), float64, bool, boolean (truth, with gaps) or str.
    why : str
        Of a text: the sentence for whoever needs numbers.
    codes : bool
        Of a text: whether it is one only because its figures are codes, such as 003.
    read_missing : mapping of str to int
        Texts read as missing, and in how many rows.
    kept : mapping of str to int
        Texts kept as such that in a column of figures would be missing, and in how many rows.
    padded : mapping of str to int
        Texts with blanks around them that without these are another text, and in how many rows.
    named : Named or None
        What its numbers are called: periods, labelled codes.
    """

    values: pd.Series
    why: str = ""
    codes: bool = False
    read_missing: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    padded: Mapping[str, int] = field(default_factory=dict)
    named: Named | None = None


@dataclass(frozen=True)
class Fields:
    """A column of texts: its distinct fields without blanks around them, and which stands in each row."""

    name: str
    rows: pa.Int32Array
    texts: pa.StringArray
    padded: Mapping[str, int]  # texts with blanks around them, and in how many rows

    def there(self, wishes: Wishes, markers: bool = True) -> pa.StringArray:
        """The distinct texts, null where they are empty, missing or (without `markers`) say so."""
        absent = ["", *wishes.missing, *(() if markers else MARKERS)]
        gone = pc.is_in(self.texts, pa.array(absent, pa.string()))
        return pc.if_else(gone, pa.scalar(None, pa.string()), self.texts)

    @property
    def letters(self) -> int:
        """Bytes of all fields, were each written out."""
        each = pc.binary_length(self.texts).to_numpy(zero_copy_only=False).astype(np.int64)
        return int(each @ np.bincount(self.rows, minlength=len(each)))

    def counts(self, words: Collection[str]) -> dict[str, int]:
        """In how many rows each of these words stands, of those that stand in any."""
        each = sorted(words)
        places = pc.index_in(pa.array(each, pa.string()), value_set=self.texts).to_pylist()
        found = {word: place for word, place in zip(each, places, strict=True) if place is not None}
        counts = np.bincount(self.rows, minlength=len(self.texts)) if found else ()
        return {word: int(counts[place]) for word, place in found.items()}

    def first_row(self, word: str) -> int:
        """The first row in which this text stands."""
        return int(pc.index(self.rows, pc.index(self.texts, word)).as_py())


def fields_of(name: str, cells: pa.ChunkedArray) -> Fields:
    """The distinct fields of a column of texts, or of a dictionary of texts and their places."""
    found = (cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()).combine_chunks()
    words = pc.fill_null(pa.concat_arrays([found.dictionary, pa.array([""])]), "")
    used, rows = np.unique(pc.fill_null(found.indices, len(words) - 1), return_inverse=True)
    raw = words.take(pa.array(used))
    trimmed = pc.utf8_trim(raw, BLANKS)
    unique = trimmed.dictionary_encode()
    rows = pa.array(rows.astype(np.int32))
    return Fields(name, unique.indices.take(rows), unique.dictionary, _padded(raw, trimmed, rows))


def _padded(raw: pa.StringArray, trimmed: pa.StringArray, rows: pa.Int32Array) -> dict[str, int]:
    """Texts that lose blanks and then are another text of the column."""
    lost = pc.and_(pc.not_equal(raw, trimmed), pc.is_in(trimmed, raw))
    places = np.flatnonzero(pc.and_(lost, pc.not_equal(trimmed, "")))
    counts = np.bincount(rows, minlength=len(raw)) if len(places) else ()
    return {raw[int(place)].as_py(): int(counts[place]) for place in places}


def column_of_fields(fields: Fields, wishes: Wishes, spelling: Spelling, place: Place) -> Column:
    """The column that fields of text spell.

    Raises
    ------
    DataError
        A field that is no number, in a column that the study calls numbers.
    """
    if fields.name in wishes.texts:
        return _texts(fields, wishes, Why(f"{fields.name} is a text, because [study] names it under text"))
    for markers in (True, False):
        texts = fields.there(wishes, markers)
        values = _converted(texts, spelling, fields.name in wishes.numbers)
        values, clock = (values, None) if values is not None else _dated(texts)
        if values is not None and (markers or texts.null_count < len(texts)):
            kept = _without(values, wishes)
            lost = texts.filter(pc.and_(values.is_valid(), kept.is_null())).to_pylist()  # -9.0, where -9 is
            gone = fields.counts({*(MARKERS if not markers else ()), *wishes.missing, *lost})
            return Column(series_of(kept.take(fields.rows)), read_missing=gone, named=clock)
    why = _why(fields, wishes, spelling, place)
    if fields.name in wishes.numbers:
        raise DataError(f"{why.sentence}; [study] names it under numbers")
    return _texts(fields, wishes, why)


def _converted(texts: pa.StringArray, spelling: Spelling, forced: bool) -> pa.Array | None:
    """Distinct texts as numbers or truth values; None where they are neither, all of them."""
    if fits(texts, TRUTH):  # a column in which nothing stands is one of missing numbers
        return pc.equal(pc.ascii_lower(texts), "true") if texts.null_count < len(texts) else _nothing(texts)
    there = pc.drop_null(texts)
    codes = pc.or_(matches(there, LEADING_ZERO), matches(there, BARE_EXPONENT))
    if not pc.all(pc.or_(matches(there, spelling.pattern), codes)).as_py():
        return None
    if pc.any(codes).as_py() and not forced:
        return None
    try:
        return numbers_of(texts, spelling)
    except OverflowError:
        return None


def _dated(texts: pa.StringArray) -> tuple[pa.Array | None, Clock | None]:
    """Distinct texts as dates or other periods that cannot be anything else; None where they are not."""
    days = pc.replace_substring_regex(texts, r"[ T]00:00(:00(\.0+)?)?(Z|\+00:?00)?$", "")
    for clock, pattern in PERIODS.items():
        if fits(days, f"^{pattern.pattern}$"):
            numbers = [None if text is None else clock.spelled(text) for text in days.to_pylist()]
            if numbers.count(None) == texts.null_count:
                return pa.array(numbers, pa.int64()), clock
    return None, None


def _nothing(texts: pa.StringArray) -> pa.Array:
    return pa.nulls(len(texts), pa.float64())


def _without(values: pa.Array, wishes: Wishes, named: Named | None = None) -> pa.Array:
    """Numbers without those that stand for missing, or whose labels do."""
    labelled = named.words.items() if isinstance(named, Labels) else ()
    gone = [*wishes.missing_numbers, *(code for code, word in labelled if word in wishes.missing)]
    codes = [code for code in gone if pa.types.is_floating(values.type) or code % 1 == 0]
    if pa.types.is_boolean(values.type) or not codes:
        return values
    gone = pc.is_in(values, pa.array(codes, pa.float64()).cast(values.type, safe=False))
    return pc.if_else(gone, pa.scalar(None, values.type), values)


def series_of(values: pa.Array) -> pd.Series:
    """Numbers or truth values as a column; figures that are all whole are whole numbers."""
    absent = values.is_null().to_numpy(zero_copy_only=False)
    if pa.types.is_boolean(values.type):
        truth = pc.fill_null(values, False).to_numpy(zero_copy_only=False)
        return pd.Series(pd.arrays.BooleanArray(truth, absent) if absent.any() else truth)
    filled = pc.fill_null(values, 0) if values.null_count else values  # which would copy what has none
    numbers = filled.to_numpy(zero_copy_only=False)
    if numbers.dtype.kind == "f":
        absent |= np.isnan(numbers)
        if absent.all() or not _whole(numbers, absent):
            numbers = numbers.astype(np.float64, copy=False)
            return pd.Series(np.where(absent, np.nan, numbers) if absent.any() else numbers, copy=False)
    if not absent.any():
        return pd.Series(numbers.astype(np.int64, copy=False), copy=False)
    return pd.Series(pd.arrays.IntegerArray(np.where(absent, 0, numbers).astype(np.int64), absent))


def _whole(numbers: np.ndarray, absent: np.ndarray) -> bool:
    """Whether all figures that are there are whole; of most columns of others the first few tell."""
    first, rest = slice(FEW), slice(FEW, None)
    return all(
        np.all(absent[part] | (np.abs(numbers[part]) <= EXACT) & (np.floor(numbers[part]) == numbers[part]))
        for part in (first, rest)
    )


def _texts(fields: Fields, wishes: Wishes, why: Why) -> Column:
    values = fields.there(wishes).take(fields.rows).to_pandas().astype("str")
    kept = fields.counts(MARKERS.difference(wishes.missing))
    gone = fields.counts(wishes.missing)
    return Column(values, why.sentence, why.codes, gone, kept, fields.padded)


def _why(fields: Fields, wishes: Wishes, spelling: Spelling, place: Place) -> Why:
    """What keeps a column of texts from being numbers: its first text that is none, and where it stands."""
    texts = pc.drop_null(fields.there(wishes, markers=False))
    texts = texts if len(texts) else pc.drop_null(fields.there(wishes))
    return why_text(fields.name, texts, spelling, lambda text: place(fields.first_row(text)))


def holds_texts(values: pa.ChunkedArray) -> bool:
    """Whether a column is of texts, as such or as a dictionary of them."""
    return bool(pa.types.is_string(values.type) or pa.types.is_dictionary(values.type))


def column_of_texts(fields: Fields, wishes: Wishes, place: Place) -> Column:
    """The column that a file knows to be of texts: they stay texts, though they spell numbers.

    Raises
    ------
    DataError
        A field that is no number, in a column that the study calls numbers.
    """
    if fields.name in wishes.numbers or fields.there(wishes).null_count == len(fields.texts):
        return column_of_fields(fields, wishes, Spelling(), place)
    return _texts(fields, wishes, _why_known(fields, wishes, place))


def column_of_numbers(
    name: str, values: pa.ChunkedArray, named: Named | None, wishes: Wishes, place: Place
) -> Column:
    """The column that a file knows to be of numbers, which may have names, or of truth values."""
    if name in wishes.texts:
        return column_of_fields(fields_of(name, _spelled(values, named)), wishes, Spelling(), place)
    found = in_one_piece(values)
    kept = _without(found, wishes, named)
    gone = kept.null_count - found.null_count
    missing = {" or ".join(wishes.missing): gone} if gone else {}
    return Column(series_of(kept), read_missing=missing, named=None if name in wishes.numbers else named)


def _why_known(fields: Fields, wishes: Wishes, place: Place) -> Why:
    if _converted(fields.there(wishes), Spelling(), forced=True) is None:
        return _why(fields, wishes, Spelling(), place)
    first = pc.drop_null(fields.there(wishes))[0].as_py()
    return why_figures(fields.name, place(fields.first_row(first)), first)


def _spelled(values: pa.ChunkedArray, named: Named | None) -> pa.ChunkedArray:
    """Numbers as texts, by their names where they have them, whole ones without a point."""
    codes, found = pd.factorize(series_of(in_one_piece(values)))
    name = str if named is None else named.name
    texts = [*(name(value) for value in found.tolist()), None]
    return pa.chunked_array([pa.array(np.array(texts, dtype=object)[codes], pa.string())])
