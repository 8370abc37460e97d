"""The claims ledger as a page that needs nothing beside itself, and as a LaTeX appendix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from replication.claims.checks import FAILS, HOLDS, OTHER_BASE, ROUNDED
from replication.claims.support import SUPPORTS
from replication.claims.tidy import AUDITORS
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
from replication.claims.written import rounded
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


def ledger_page(found: Mapping[str, pd.DataFrame], titles: Mapping[str, Any], report: str) -> str:
    """The page: counts, contradictions and doubts, every claim with its arithmetic, checks, figures.

    Parameters
    ----------
    found : mapping of record name to table
        As `tidy.frames` gives them.
    titles : mapping of text id to its head (title, author, year, citation)
    report : str
        Address of the report page, for links to its tables and figures; none if empty.

    The same records give the same bytes.
    """
    ledger, figures = found["ledger"], found["figures"]
    known = {_anchor(row) for row in _rows(ledger)}
    return page_template("replication.claims", "ledger.html.j2").render(
        stylesheet=Markup(stylesheet()),
        titles=titles,
        tone=TONES,
        documents=list(found["counts"]["document"].unique()),
        counts=verdict_counts(found["counts"]),
        told=_told(ledger, titles),
        filters=_filters(ledger),
        claims=list(_claims(ledger, set(figures["figure"]), report)),
        checks=list(_checks(found["checks"])),
        same=[_same(row, known) for row in _rows(found["same_facts"])],
        figures=list(_figures(figures)),
    )


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


def _told(ledger: pd.DataFrame, titles: Mapping[str, Any]) -> list[tuple[str, list]]:
    """What is contradicted or ambiguous in each text, in plain words, a finding once, the hardest first."""
    rows = _rows(ledger[ledger["verdict"].isin(DOUBTED)])
    again: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in rows:
        if row["same_finding"]:
            again.setdefault((row["text"], row["same_finding"]), []).append((row["id"], _anchor(row)))
    told = []
    for text in titles:
        groups = []
        for verdict in DOUBTED:
            own = [r for r in rows if (r["text"], r["verdict"], r["same_finding"]) == (text, verdict, "")]
            groups += [(verdict, [_sentence(row, again) for row in own])] if own else []
        told += [(text, groups)] if groups else []
    return told


def _sentence(
    row: Mapping[str, Any], again: Mapping[tuple[str, str], list[tuple[str, str]]]
) -> dict[str, Any]:
    basis = " and ".join(BASIS[word] for word in row["basis"].split(", "))
    ours = ["A test of ours."] if row["whose"] == AUDITORS else []
    soft = [f"Soft: {row['soft']}"] if row["soft"] else []
    return {
        "anchor": _anchor(row),
        "place": row["place"],
        "claim": row["claim"],
        "against": "" if row["verdict"] == AMBIGUOUS else f"Against {basis}: ",
        "arithmetic": row["arithmetic"],
        "beside": [*ours, *filter(None, (row["caveats"],)), *soft],
        "slip": row["unit_slip"],
        "again": again.get((row["text"], row["id"]), []),
    }


def _anchor(row: Mapping[str, Any]) -> str:
    return f"claim-{row['text']}-{row['id']}"


def _claims(ledger: pd.DataFrame, figures: set[str], report: str) -> Iterator[dict[str, Any]]:
    for row in _rows(ledger):
        linked = row["exhibit"] and report
        searched = ("id", "place", "claim", "arithmetic", "caveats", "missing", "unit", "words", "verdict")
        yield {
            **row,
            "anchor": _anchor(row),
            "rests": row["support"],
            "ours": row["whose"] == AUDITORS,
            "finding": row["same_finding"],
            "finding_link": f"claim-{row['text']}-{row['same_finding']}",
            "exhibit_link": f"{report}#{row['exhibit']}" if linked else "",
            "exhibit_name": _exhibit_name(row["exhibit"]),
            "cells": [(name, _target(name, row["text"], figures)) for name in _split(row["rests_on"])],
            "stated_words": stated_with_unit(row),
            "leaves": "" if row["allowed"] in (row["words"], "true", "false") else row["allowed"],
            "computed_words": row["arithmetic"].rpartition("; stated ")[0],
            "search": " ".join(row[name] for name in searched).lower(),
        }


def _split(rests_on: str) -> list[str]:
    return re.findall(r"[A-Za-z][\w.]*\[.*?\](?=; [A-Za-z][\w.]*\[|$)", rests_on)


def _target(name: str, text: str, figures: set[str]) -> str:
    """Anchor of a recorded figure, or of the claim that states it; empty for many rows told as one."""
    if name.startswith("stated["):
        return f"claim-{text}-{name[7:-1]}" if not name.endswith(" rows]") else ""
    return _slug(name) if name in figures else ""


def _exhibit_name(anchor: str) -> str:
    kind, _, rest = anchor.partition("-")
    return f"{kind} {rest.partition('-')[2].replace('_', ' ')}" if anchor else ""


def stated_with_unit(row: Mapping[str, Any]) -> str:
    """The printed words, with the unit where they hold no word of it and it is one."""
    if row["unit"] in ("yes or no", "date"):
        return row["words"]
    known = any(word in row["words"].lower() for word in row["unit"].lower().split() if len(word) > 2)
    return row["words"] if known else f"{row['words']} ({row['unit']})"


def _slug(name: str) -> str:
    return f"recorded-{_OTHER.sub('-', name).strip('-')}"


def _checks(checks: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """One row a result; base years that give another multiple are told together."""
    for _, own in checks.groupby(["text", "check"], sort=False):
        others = own[own["result"] == OTHER_BASE]
        yield from _rows(own[own["result"] != OTHER_BASE])
        if len(others):
            bases = ", ".join(item.removeprefix("base ") for item in others["item"])
            low, high = rounded(others["computed"].min()), rounded(others["computed"].max())
            told = f"{low} to {high} times" if len(others) > 1 else f"{low} times"
            yield {**_rows(others)[0], "item": f"bases {bases}", "arithmetic": told}


def _same(row: Mapping[str, Any], known: set[str]) -> dict[str, str]:
    sides: dict[str, str] = {}
    for name, prefix in (("first", ""), ("second", "other_")):
        text, ident = row[f"{prefix}text"], row[f"{prefix}id"]
        anchor = f"claim-{text}-{ident}"
        unit = row[f"{prefix}unit"]
        sides |= {
            name: f"{text}: {ident}",
            f"{name}_link": anchor if anchor in known else "",
            f"{name}_stated": row[f"{prefix}allowed"] + ("" if unit in ("date", "yes or no") else f" {unit}"),
        }
    return {**sides, "result": "agree" if row["agree"] else "differ"}


def _figures(figures: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """One row a recorded row, with the figures that were read from it and the claims that use them."""
    recorded: dict[str, dict[str, str]] = {}
    users: dict[str, dict[str, None]] = {}
    for text, name, column, shown, _, claims in figures.itertuples(index=False):
        recorded.setdefault(name, {})[column] = shown
        users.setdefault(name, {}).update(dict.fromkeys(f"{text}: {claim}" for claim in claims.split(", ")))
    for name in sorted(recorded):
        told = "; ".join(f"{column} {shown}".strip() for column, shown in recorded[name].items() if shown)
        yield {"anchor": _slug(name), "name": name, "recorded": told, "users": list(users[name])}


def ledger_latex(found: Mapping[str, pd.DataFrame], titles: Mapping[str, Any]) -> str:
    """An appendix that compiles with pdflatex: the counts, then a long table a text."""
    ledger = found["ledger"]
    parts = [_latex_counts(found["counts"])]
    parts += [_latex_text(ledger[ledger["text"] == text], head.title) for text, head in titles.items()]
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
