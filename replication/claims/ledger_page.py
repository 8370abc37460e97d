"""The claims ledger as a page that needs nothing beside itself, and as a LaTeX appendix."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd
from markupsafe import Markup

from replication.claims.book import Book, Text
from replication.claims.checks import FAILS, HOLDS, OTHER_BASE, ROUNDED, SameFact
from replication.claims.judge import Outcome
from replication.claims.recorded import STATED, Cell
from replication.claims.support import SUPPORTS
from replication.claims.tidy import AUDITORS, FigureUsed, check_row, computed_words, figures_used, rows_behind
from replication.claims.units import DATE, TRUTH, stated_unit
from replication.claims.verdict import (
    AGREES,
    AMBIGUOUS,
    BY_VINTAGE,
    CONSISTENT,
    HARD,
    NOT_CHECKABLE,
    SOFT,
    VERDICTS,
)
from replication.claims.written import allowed, ends, rounded
from replication.project import escape
from replication.publish.formats import stylesheet
from replication.publish.latex import PREAMBLE
from replication.publish.page_template import page_template
from replication.report.counts import verdict_counts

BASIS = {"document": "the document's own figures", "data": "recorded data", "elsewhere": "another text"}
DOUBTED = (*HARD, SOFT, AMBIGUOUS, BY_VINTAGE)
TONES = {
    **dict.fromkeys(HARD, "hard"),
    SOFT: "soft",
    **dict.fromkeys((AMBIGUOUS, BY_VINTAGE), "open"),
    **dict.fromkeys(AGREES, "good"),
    CONSISTENT: "near",
    NOT_CHECKABLE: "none",
    HOLDS: "good",
    ROUNDED: "good",
    FAILS: "hard",
    OTHER_BASE: "none",
    "agree": "good",
    "differ": "hard",
}
_OTHER = re.compile(r"[^A-Za-z0-9]+")


def ledger_page(book: Book, found: Mapping[str, pd.DataFrame], exhibits: Mapping[str, Exhibit]) -> str:
    """The page: counts, contradictions and doubts, every claim with its arithmetic, checks, figures.

    Parameters
    ----------
    found : mapping of record name to table
        As `tidy.frames` gives them for the book.
    exhibits : mapping of str to Exhibit
        Tables and figures of the report page, by the names that claims have for them.

    The same book gives the same bytes.
    """
    ledger = found["ledger"]
    outcomes = [outcome for text in book.texts for outcome in text.outcomes]
    entries = [_Entry(*pair) for pair in zip(_rows(ledger), outcomes, strict=True)]
    titles = {text.ledger.text.id: text.ledger.text for text in book.texts}
    known = {entry.anchor for entry in entries}
    return page_template("replication.claims", "ledger.html.j2").render(
        stylesheet=Markup(stylesheet()),
        titles=titles,
        tone=TONES,
        documents=list(found["counts"]["document"].unique()),
        counts=verdict_counts(found["counts"]),
        told=_told(entries, titles),
        filters=_filters(ledger),
        claims=[_shown(entry, exhibits) for entry in entries],
        checks=[row for text in book.texts for row in _checks(text)],
        same=[_same(fact, known) for fact in book.same],
        figures=list(_figures(book)),
    )


@dataclass(frozen=True)
class Exhibit:
    """A table or figure of the report page: what a link to it says, and its address."""

    name: str
    address: str


@dataclass(frozen=True)
class _Entry:
    """A claim: its row of the ledger, and what the row was made of."""

    row: dict[str, Any]
    outcome: Outcome

    @property
    def anchor(self) -> str:
        """Where on the page it stands."""
        return _anchor(self.row["text"], self.row["id"])


def _anchor(text: str, claim: str) -> str:
    return f"claim-{text}-{claim}"


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _filters(ledger: pd.DataFrame) -> list[tuple[str, str, list[str]]]:
    """Name, heading and options of every filter; verdicts and supports in their order."""
    orders = {"verdict": VERDICTS, "support": SUPPORTS}
    headings = {
        "document": "Document",
        "verdict": "Verdict",
        "support": "Rests on",
        "whose": "Whose",
        "kind": "Kind",
    }
    filters = []
    for name, heading in headings.items():
        given = set(ledger[name]) - {""}
        order = orders.get(name, list(dict.fromkeys(ledger[name])) if name == "document" else sorted(given))
        filters.append((name, heading, [option for option in order if option in given]))
    return filters


def _told(entries: Sequence[_Entry], titles: Iterable[str]) -> list[tuple[str, list]]:
    """What is contradicted or ambiguous in each text, in plain words, a finding once, the hardest first."""
    doubted = [entry for entry in entries if entry.row["verdict"] in DOUBTED]
    again: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for entry in doubted:
        if finding := entry.row["same_finding"]:
            again.setdefault((entry.row["text"], finding), []).append((entry.row["id"], entry.anchor))
    told = []
    for text in titles:
        groups = []
        for verdict in DOUBTED:
            key = (text, verdict, "")
            own = [e for e in doubted if (e.row["text"], e.row["verdict"], e.row["same_finding"]) == key]
            groups += [(verdict, [_sentence(entry, again) for entry in own])] if own else []
        told += [(text, groups)] if groups else []
    return told


def _sentence(entry: _Entry, again: Mapping[tuple[str, str], list[tuple[str, str]]]) -> dict[str, Any]:
    row = entry.row
    basis = " and ".join(dict.fromkeys(BASIS[result.reading.basis] for result in entry.outcome.results))
    ours = ["A test of ours."] if row["whose"] == AUDITORS else []
    soft = [f"Soft: {row['soft']}"] if row["soft"] else []
    return {
        "anchor": entry.anchor,
        "place": row["place"],
        "claim": row["claim"],
        "against": "" if row["verdict"] == AMBIGUOUS else f"Against {basis}: ",
        "arithmetic": row["arithmetic"],
        "beside": [*ours, *filter(None, (row["caveats"],)), *soft],
        "slip": row["unit_slip"],
        "again": again.get((row["text"], row["id"]), []),
    }


def _shown(entry: _Entry, exhibits: Mapping[str, Exhibit]) -> dict[str, Any]:
    """A row of the table of every claim."""
    row, outcome = entry.row, entry.outcome
    plain = row["allowed"] == row["words"] or stated_unit(outcome.claim.stated) == TRUTH
    searched = ("id", "place", "claim", "arithmetic", "caveats", "missing", "unit", "words", "verdict")
    return {
        **row,
        "anchor": entry.anchor,
        "rests": row["support"],
        "ours": row["whose"] == AUDITORS,
        "finding": row["same_finding"],
        "finding_link": _anchor(row["text"], row["same_finding"]),
        "exhibit": exhibits.get(row["exhibit"]),
        "cells": [(words, _target(cell, row["text"])) for words, cell in rows_behind(outcome.cells)],
        "stated_words": stated_with_unit(row),
        "leaves": "" if plain else row["allowed"],
        "computed_words": computed_words(outcome),
        "search": " ".join(row[name] for name in searched).lower(),
    }


def _target(cell: Cell | None, text: str) -> str:
    """Anchor of a recorded figure, or of the claim that states it; empty for many rows told as one."""
    if cell is None:
        return ""
    return _anchor(text, cell.row) if cell.table == STATED else _slug(cell)


def stated_with_unit(row: Mapping[str, Any]) -> str:
    """The printed words, with the unit where they hold no word of it and it is one."""
    if row["unit"] in ("yes or no", "date"):
        return row["words"]
    known = any(word in row["words"].lower() for word in row["unit"].lower().split() if len(word) > 2)
    return row["words"] if known else f"{row['words']} ({row['unit']})"


def _slug(cell: Cell) -> str:
    return f"recorded-{_OTHER.sub('-', str(cell)).strip('-')}"


def _checks(text: Text) -> Iterator[dict[str, Any]]:
    """One row a result; base years that give another multiple are told together."""
    for _, results in groupby(text.checks, key=lambda checked: checked.check.id):
        own = list(results)
        others = [checked for checked in own if checked.result == OTHER_BASE]
        yield from (check_row(text, checked) for checked in own if checked.result != OTHER_BASE)
        if others:
            bases = ", ".join(checked.base for checked in others)
            sizes = [checked.computed.point for checked in others]
            low, high = rounded(min(sizes)), rounded(max(sizes))
            told = f"{low} to {high} times" if len(others) > 1 else f"{low} times"
            yield {**check_row(text, others[0]), "item": f"bases {bases}", "arithmetic": told}


def _same(fact: SameFact, known: Collection[str]) -> dict[str, str]:
    sides: dict[str, str] = {}
    for name, side in (("first", fact.here), ("second", fact.there)):
        anchor = _anchor(side.text, side.id)
        unit = "" if side.unit in (DATE, TRUTH) else f" {side.words}"
        sides |= {
            name: f"{side.text}: {side.id}",
            f"{name}_link": anchor if anchor in known else "",
            f"{name}_stated": ends(side.stated, side.unit, allowed) + unit,
        }
    return {**sides, "result": "agree" if fact.agree else "differ"}


def _figures(book: Book) -> Iterator[dict[str, Any]]:
    """One row a recorded row, with the figures that were read from it and the claims that use them."""
    rows: dict[str, list[tuple[str, FigureUsed]]] = {}
    for text in book.texts:
        for used in figures_used(text):
            rows.setdefault(str(used.cell), []).append((text.ledger.text.id, used))
    for name, figures in sorted(rows.items()):
        shown = {used.cell.column: used.shown for _, used in figures}
        users = dict.fromkeys(f"{text}: {claim}" for text, used in figures for claim in used.claims)
        told = "; ".join(f"{column} {figure}".strip() for column, figure in shown.items() if figure)
        yield {"anchor": _slug(figures[0][1].cell), "name": name, "recorded": told, "users": list(users)}


def ledger_latex(book: Book, found: Mapping[str, pd.DataFrame]) -> str:
    """An appendix that compiles with pdflatex: the counts, then a long table a text."""
    ledger = found["ledger"]
    parts = [_latex_counts(found["counts"])]
    heads = [text.ledger.text for text in book.texts]
    parts += [_latex_text(ledger[ledger["text"] == head.id], head.title) for head in heads]
    return f"{PREAMBLE}\\begin{{document}}\n{''.join(parts)}\\end{{document}}\n"


def _latex_counts(counts: pd.DataFrame) -> str:
    documents = counts["document"].unique()
    header = " & ".join(["Verdict", *map(escape.latex, documents), "All"])
    rows = "".join(
        f"{escape.latex(verdict)} & {' & '.join(map(str, numbers))} \\\\\n"
        for verdict, numbers in verdict_counts(counts)
    )
    columns = "l" + "r" * (len(documents) + 1)
    return (
        "\\begin{table}[htbp]\n\\centering\\footnotesize\n\\caption{Claims by verdict}\\par\\smallskip\n"
        f"\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n\\toprule\n{header} \\\\\n\\midrule\n{rows}"
        "\\bottomrule\n\\end{tabular}\n\\end{table}\n"
    )


def _latex_text(ledger: pd.DataFrame, title: str) -> str:
    head = "\\toprule\nVerdict & Claim & Stated & Computed \\\\\n\\midrule\n"
    widths = (0.15, 0.3, 0.14, 0.33)
    columns = "".join(rf">{{\raggedright\arraybackslash}}p{{{width}\linewidth}}" for width in widths)
    rows = "".join(_latex_row(row) for row in _rows(ledger))
    return (
        f"{{\\scriptsize\n\\begin{{longtable}}{{@{{}}{columns}@{{}}}}\n"
        f"\\caption{{{escape.latex(title)}: every claim}}\\\\\n{head}\\endfirsthead\n{head}\\endhead\n"
        f"\\bottomrule\n\\endfoot\n{rows}\\end{{longtable}}\n}}\n"
    )


def _latex_row(row: Mapping[str, Any]) -> str:
    """A claim with all that stands beside its verdict on the page."""
    verdict = [row["verdict"], row["support"], "a test of ours" if row["whose"] == AUDITORS else ""]
    verdict += [f"finding of {row['same_finding']}" if row["same_finding"] else ""]
    stated = [stated_with_unit(row), row["deviates"]]
    missing = f"Missing: {row['missing']}" if row["missing"] else ""
    soft = f"Soft: {row['soft']}" if row["soft"] else ""
    computed = [row["arithmetic"], row["caveats"], soft, missing]
    cells = [verdict, [row["claim"], row["place"]], stated, computed]
    return f"{' & '.join(_breaking('; '.join(filter(None, cell))) for cell in cells)} \\\\\n"


def _breaking(cells: str) -> str:
    r"""Escaped text that may break after the underscores of a name, which stand in narrow columns."""
    return escape.latex(cells).replace(r"\_", r"\_\allowbreak{}")
