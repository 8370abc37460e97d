"""Mistakes that beginners make, each with what the answer must contain; and the page of all answers.

`python -m tests.support.mistakes > docs/messages.md` writes the page; tests/engine/test_mistakes.py fails
where page and program differ. Every file is made up.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

from replication.cli import main

Table = pd.DataFrame
COUNTRIES = ["Argentina", "Brazil", "Chile", "Namibia", "Peru", "Zambia"]
KEYS = 'id = "mine"\ntitle = "Mine"\nentity = "country"\ntime = "yr"\n'
FORMULA = 'formula = "aid ~ gdp"'
LAGGED = 'formula = "aid ~ lag(gdp, 1)"'


@dataclass(frozen=True)
class Mistake:
    """One try: how it is called on the page, what is told, and the files and call that it takes.

    Attributes
    ----------
    what : str
        What is written or brought.
    told : tuple of str
        Parts that the answer has.
    model, head : str
        Keys of the model and of [study] in the study file.
    study : str
        The whole study file, in place of these.
    bring : callable
        Writes panel.csv, or gives the table that it holds.
    data : str
        The panel in the call.
    call : tuple of str
        The whole call, in place of `run study.toml --data DATA`.
    """

    what: str
    told: tuple[str, ...]
    model: str = ""
    head: str = ""
    study: str = ""
    bring: Callable[[Table], Table | None] = lambda table: table
    data: str = "panel.csv"
    call: tuple[str, ...] | None = None


def panel() -> Table:
    """Six countries, eight years."""
    draw = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "country": np.repeat(COUNTRIES, 8),
            "yr": np.tile(np.arange(1980, 1988), 6),
            "region": np.repeat(["America", "America", "America", "Africa", "America", "Africa"], 8),
            "aid": draw.normal(5, 1, 48).round(2),
            "gdp": draw.normal(5, 1, 48).round(2),
            "war": draw.integers(0, 2, 48),
        }
    )


@dataclass(frozen=True)
class Answer:
    """Exit code, what is told (the line that refuses, or how it was read, warnings and rows), files left."""

    code: int
    told: str
    left: frozenset[str]


@contextlib.contextmanager
def within(folder: Path) -> Iterator[None]:
    """Work in another folder for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@functools.cache
def answer(mistake: Mistake) -> Answer:
    """What a mistake is answered, in an empty folder; each is made once, for its test and for the page."""
    with tempfile.TemporaryDirectory() as folder, within(Path(folder)):
        code, told = _tried(mistake)
        return Answer(code, told, frozenset(os.listdir()))


def _tried(mistake: Mistake) -> tuple[int, str]:
    made = mistake.bring(panel())
    if made is not None:
        made.to_csv("panel.csv", index=False)
    model = mistake.model if "formula" in mistake.model else f"{FORMULA}\n{mistake.model}"
    study = mistake.study or f'[study]\n{KEYS}{mistake.head}\n\n[[models]]\nid = "m"\n{model}\n'
    Path("study.toml").write_text(study, encoding="utf-8")
    data = ("--data", mistake.data) if mistake.data else ()
    call = mistake.call if mistake.call is not None else ("run", "study.toml", *data, "--out", "out")
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(call)
        except SystemExit as left:
            code = int(left.code or 0)
    if code:
        return code, err.getvalue().strip()
    lines = [line for line in out.getvalue().splitlines() if _matters(line)]
    return code, "\n".join(lines or out.getvalue().splitlines()[:3])


def _matters(line: str) -> bool:
    begins = ("warning:", "panel.", "m: ", "m1: ", "m_1: ")
    return line.startswith(begins) and "clusters are few" not in line


# -- what files beginners bring


def cells(**fields: dict[int, str]) -> Callable[[Table], Table]:
    """The panel as texts, with other fields in some rows."""

    def change(table: Table) -> Table:
        table = table.astype(str).astype(object)
        for name, by_row in fields.items():
            for row, field in by_row.items():
                table.loc[row, name] = field
        return table

    return change


def written(**how) -> Callable[[Table], None]:
    """The panel written in another way."""
    return lambda table: table.to_csv("panel.csv", index=False, **how)


def peru(**how) -> Callable[[Table], None]:
    """The same, with a letter that is not in ASCII."""
    return lambda table: table.replace("Peru", "Perú").to_csv("panel.csv", index=False, **how)


def text(change: Callable[[str], str]) -> Callable[[Table], None]:
    """The text of the file, changed."""

    def write(table: Table) -> None:
        Path("panel.csv").write_text(change(table.to_csv(index=False)), encoding="utf-8")

    return write


def named(name: str, content: bytes = b"nothing of ours") -> Callable[[Table], None]:
    """Another file, of another format."""

    def write(_: Table) -> None:
        Path(name).write_bytes(content)

    return write


def in_folder(table: Table) -> None:
    """The file in a folder of its own."""
    Path("files").mkdir()
    table.to_csv("files/panel.csv", index=False)


def years(form: Callable[[int], object]) -> Callable[[Table], Table]:
    """Another way of writing the years."""
    return lambda table: table.assign(yr=[form(year) for year in table["yr"]])


def quarter(year: int) -> tuple[int, int]:
    """Years as quarters one after another: year and quarter."""
    return 1980 + (year - 1980) // 4, (year - 1980) % 4 + 1


def month(year: int) -> tuple[int, int]:
    """The same as months, over the end of a year."""
    return 1980 + (year - 1977) // 12, (year - 1977) % 12 + 1


def every(name: str, form: Callable[[float], object]) -> Callable[[Table], Table]:
    """Another way of writing all values of a column."""
    return lambda table: table.assign(**{name: [form(value) for value in table[name]]})


def some(name: str, value: object, step: int = 9) -> Callable[[Table], Table]:
    """Another value in some rows of a column."""
    return lambda table: table.assign(**{name: table[name].where(table.index % step > 0, value)})


def called(name: str, of: str = "gdp") -> Callable[[Table], Table]:
    """Another name for a column."""
    return lambda table: table.rename(columns={of: name})


def with_row(**fields: object) -> Callable[[Table], Table]:
    """A row below the others."""
    return lambda table: pd.concat([table, pd.DataFrame([fields])])


def with_column(name: str, values: Callable[[Table], object]) -> Callable[[Table], Table]:
    """A further column."""
    return lambda table: table.assign(**{name: values(table)})


def ninth(country: str) -> Callable[[Table], Table]:
    """Another name of the country in one row of Brazil's."""
    return lambda table: table.assign(country=table["country"].where(table.index != 9, country))


def shouting(name: str, rows: Callable[[Table], pd.Series]) -> Callable[[Table], Table]:
    """Capital letters in some rows of a column."""
    return lambda table: table.assign(**{name: table[name].where(~rows(table), table[name].str.upper())})


def spread(stem: str, by: str = "yr", along: str = "country") -> Callable[[Table], Table]:
    """The panel wide: a column a period, or a column a country."""
    return lambda table: table.pivot(index=along, columns=by, values="aid").add_prefix(stem).reset_index()


def sheets(**content: Callable[[Table], list[list]]) -> Callable[[Table], None]:
    """A workbook, a sheet for each word."""

    def write(table: Table) -> None:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in content.items():
            sheet = book.create_sheet(name)
            for row in rows(table):
                sheet.append(row)
        book.save("panel.xlsx")

    return write


def rows_of(table: Table) -> list[list]:
    """Headings and rows, as cells."""
    table = table.astype(object).where(table.notna(), None)
    return [list(table.columns), *table.to_numpy().tolist()]


def whole(rest: str, head: str = f"[study]\n{KEYS}") -> str:
    """A whole study file."""
    return f"{head}\n{rest}\n"


def tries(cases: dict[str, tuple[str, ...] | str], form: str) -> list[Mistake]:
    """Tries that differ in one word: the keys of the model with it, and what is told."""
    return [
        Mistake(what, (told,) if isinstance(told, str) else told, model=form.format(what))
        for what, told in cases.items()
    ]


def formulas(cases: dict[str, tuple[str, ...] | str]) -> list[Mistake]:
    """Tries of formulas."""
    return tries(cases, "formula = '{}'")


def filters(cases: dict[str, tuple[str, ...] | str]) -> list[Mistake]:
    """Tries of filters."""
    return tries(cases, "where = '''{}'''")


def keys(cases: dict[str, tuple[str, ...] | str]) -> list[Mistake]:
    """Tries of whole keys of the model."""
    return tries(cases, "{}")


def estimators(cases: dict[str, str]) -> list[Mistake]:
    """Tries of estimators that are called something else here."""
    return keys(
        {
            f'estimator = "{word}"': f"models.m.estimator: word '{word}' is not known; here it is {meant}"
            for word, meant in cases.items()
        }
    )


def within_rows(name: str, rows: Callable[[Table], pd.Series]) -> Callable[[Table], Table]:
    """A column that holds its value in some rows alone."""
    return lambda table: table.assign(**{name: table[name].where(rows(table))})


def files(cases: dict[str, tuple[Callable[[Table], Table | None], str]], **other: str) -> list[Mistake]:
    """Tries of files."""
    return [Mistake(what, (told,), bring=bring, **other) for what, (bring, told) in cases.items()]


def calls(cases: dict[str, str]) -> list[Mistake]:
    """Tries of whole calls."""
    return [
        Mistake(f"replicate {words}".strip(), (told,), call=tuple(words.split()))
        for words, told in cases.items()
    ]


def page() -> str:
    """Every mistake with the answer as it is printed, as Markdown."""
    from tests.support.mistake_table import ROWS

    parts = [HEAD]
    for kind, mistakes in ROWS.items():
        told = [f"{each.what.replace(chr(10), ' ')}\n    {_indented(answer(each).told)}" for each in mistakes]
        parts.append(f"## {kind}\n\n```text\n" + "\n".join(told) + "\n```\n")
    return "\n".join(parts)


def _indented(text: str) -> str:
    return "\n    ".join(line[:600] + " ..." * (len(line) > 600) for line in text.splitlines())


HEAD = """# Mistakes, and what is said of them

Made by tests/support/mistakes.py, which makes every mistake below with a made-up panel (six countries,
1980 to 1987) and prints the answer; tests/engine/test_mistakes.py fails where this page and the program
differ. A line is what is written or brought; below it stands what is told. An answer without `replicate:`
is no refusal: the file is read, and what was assumed or looks odd is said.
"""


if __name__ == "__main__":
    print(page(), end="")
