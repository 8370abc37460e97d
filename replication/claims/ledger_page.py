"""The claims ledger as a page that needs nothing beside itself, and as a LaTeX appendix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from replication.claims.verdict import HARD
from replication.project import escape
from replication.publish.formats import stylesheet
from replication.publish.latex import PREAMBLE
from replication.publish.rounding import grouped
from replication.report.counts import verdict_counts

BASIS = {"document": "the document's own figures", "data": "recorded data"}
_OTHER = re.compile(r"[^A-Za-z0-9]+")


def ledger_page(found: Mapping[str, pd.DataFrame], titles: Mapping[str, Any], report: str) -> str:
    """The page: counts, contradictions, every claim with its arithmetic, checks, figures.

    Parameters
    ----------
    found : mapping of record name to table
        As `claims.records.frames` gives them.
    titles : mapping of text id to its head (title, author, year, citation)
    report : str
        Address of the report page, for links to its tables and figures; none if empty.

    The same records give the same bytes.
    """
    environment = Environment(
        loader=PackageLoader("replication.claims"), autoescape=True, undefined=StrictUndefined
    )
    figures = found["figures"]
    return environment.get_template("ledger.html.j2").render(
        stylesheet=Markup(stylesheet()),
        titles=titles,
        hard=HARD,
        documents=list(found["counts"]["document"].unique()),
        counts=verdict_counts(found["counts"]),
        told=_told(found["ledger"], titles),
        claims=list(_claims(found["ledger"], set(figures["figure"]), report)),
        verdicts=_verdicts(found["counts"]),
        kinds=sorted(set(found["ledger"]["kind"])),
        checks=found["checks"].to_dict("records"),
        same=[_same(row) for row in found["same_facts"].to_dict("records")],
        figures=list(_figures(figures)),
    )


def _verdicts(counts: pd.DataFrame) -> list[str]:
    """Verdicts that were given, in their order."""
    return list(dict.fromkeys(counts.loc[counts["claims"] > 0, "verdict"]))


def _told(ledger: pd.DataFrame, titles: Mapping[str, Any]) -> list[tuple[str, list[dict[str, str]]]]:
    """Contradictions of each text in plain words, those with its own figures first."""
    chosen = ledger[ledger["verdict"].isin(HARD)]
    order = chosen["verdict"].map(HARD.index)
    chosen = chosen.loc[order.sort_values(kind="stable").index]
    return [
        (text, [_sentence(row) for row in chosen[chosen["text"] == text].to_dict("records")])
        for text in titles
        if text in set(chosen["text"])
    ]


def _sentence(row: Mapping[str, Any]) -> dict[str, str]:
    basis = " and ".join(BASIS[word] for word in row["basis"].split(", "))
    return {
        "anchor": _anchor(row),
        "place": row["place"],
        "claim": row["claim"],
        "against": f"Against {basis}",
        "arithmetic": row["arithmetic"],
        "slip": row["unit_slip"],
    }


def _anchor(row: Mapping[str, Any]) -> str:
    return f"claim-{row['text']}-{row['id']}"


def _claims(ledger: pd.DataFrame, figures: set[str], report: str) -> Iterator[dict[str, Any]]:
    for row in ledger.to_dict("records"):
        linked = row["exhibit"] and report
        words = " ".join(
            row[name] for name in ("id", "place", "claim", "arithmetic", "missing", "unit", "words")
        )
        yield {
            **row,
            "anchor": _anchor(row),
            "exhibit_link": f"{report}#{row['exhibit']}" if linked else "",
            "exhibit_name": _exhibit_name(row["exhibit"]),
            "cells": [(name, _target(name, row["text"], figures)) for name in _split(row["rests_on"])],
            "stated_words": _with_unit(row["words"], row["unit"]),
            "search": words.lower(),
        }


def _split(rests_on: str) -> list[str]:
    return re.findall(r"[A-Za-z]\w*\[.*?\](?=; [A-Za-z]\w*\[|$)", rests_on)


def _target(name: str, text: str, figures: set[str]) -> str:
    """Anchor of a recorded figure, or of the claim that states it; empty for many rows told as one."""
    if name.startswith("stated["):
        return f"claim-{text}-{name[7:-1]}" if not name.endswith(" rows]") else ""
    return _slug(name) if name in figures else ""


def _exhibit_name(anchor: str) -> str:
    kind, _, rest = anchor.partition("-")
    return f"{kind} {rest.partition('-')[2].replace('_', ' ')}" if anchor else ""


def _with_unit(words: str, unit: str) -> str:
    """The printed words, with the unit where they hold no word of it."""
    known = any(word in words.lower() for word in unit.lower().split() if len(word) > 2)
    return words if known else f"{words} ({unit})"


def _slug(name: str) -> str:
    return f"recorded-{_OTHER.sub('-', name).strip('-')}"


def _same(row: Mapping[str, Any]) -> dict[str, str]:
    sides = (("text", "id", "stated", "unit"), ("other_text", "other_id", "other_stated", "other_unit"))
    stated = [f"{grouped(f'{row[value]:g}')} {row[unit]}" for _, _, value, unit in sides]
    return {
        "first": f"{row['text']}: {row['id']}",
        "first_link": f"claim-{row['text']}-{row['id']}",
        "first_stated": stated[0],
        "second": f"{row['other_text']}: {row['other_id']}",
        "second_link": f"claim-{row['other_text']}-{row['other_id']}",
        "second_stated": stated[1],
        "result": "agree" if row["agree"] else "differ",
    }


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
    head = "\\toprule\nPlace & Claim & Stated & Computed & Verdict \\\\\n\\midrule\n"
    widths = (0.13, 0.27, 0.12, 0.26, 0.12)
    columns = "".join(rf">{{\raggedright\arraybackslash}}p{{{width}\linewidth}}" for width in widths)
    rows = "".join(_latex_row(row) for row in ledger.to_dict("records"))
    return (
        f"{{\\scriptsize\n\\begin{{longtable}}{{@{{}}{columns}@{{}}}}\n"
        f"\\caption{{{escape.latex(title)}: every claim}}\\\\\n{head}\\endfirsthead\n{head}\\endhead\n"
        f"\\bottomrule\n\\endfoot\n{rows}\\end{{longtable}}\n}}\n"
    )


def _latex_row(row: Mapping[str, Any]) -> str:
    computed = row["arithmetic"] or row["missing"]
    cells = (row["place"], row["claim"], _with_unit(row["words"], row["unit"]), computed, row["verdict"])
    return f"{' & '.join(_breaking(cell) for cell in cells)} \\\\\n"


def _breaking(cells: str) -> str:
    r"""Escaped text that may break after the underscores of a name, which stand in narrow columns."""
    return escape.latex(cells).replace(r"\_", r"\_\allowbreak{}")
