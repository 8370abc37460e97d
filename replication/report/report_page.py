"""The report: one page that needs nothing beside itself and reads like the results section of a paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from replication.project import escape
from replication.project.files import write_text
from replication.publish.formats import stylesheet, to_html
from replication.publish.model_notes import error_words, rows_note
from replication.publish.model_tables import model_table, statistic_cell
from replication.publish.page_template import page_template
from replication.publish.periods import runs
from replication.publish.printed_words import in_words, statistic_words
from replication.publish.table import Cell, Table, printed
from replication.records.account import ModelAccount
from replication.report.counts import verdict_counts
from replication.report.study_results import Drawing, Source, StudyResults
from replication.spec.entries import TableSpec

_IDENTITY = re.compile(r'\b(id="|xlink:href="#|href="#|url\(#)')
_PROLOGUE = re.compile(r"\A.*?(?=<svg)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)


@dataclass(frozen=True)
class _Exhibit:
    """A table or figure with its number in the report."""

    anchor: str
    label: str
    title: str
    html: Markup


def write_report(
    studies: Sequence[StudyResults],
    path: Path,
    title: str = "Results",
    verdicts: pd.DataFrame | None = None,
) -> None:
    """Write the report of all studies, in the order given, whole or not at all.

    With `verdicts` (document, verdict, claims) the claims ledger is counted and linked to.

    The same results give the same bytes: no date, no path, no version stands in it.
    """
    template = page_template("replication.report", "report.html.j2")
    tables, figures = count(1), count(1)
    sections = [_section(results, tables, figures) for results in studies]
    page = template.render(
        title=title,
        stylesheet=Markup(stylesheet()),
        sections=sections,
        documents=[] if verdicts is None else list(verdicts["document"].unique()),
        verdicts=[] if verdicts is None else verdict_counts(verdicts),
    )
    write_text(path, page.rstrip() + "\n")


def _section(results: StudyResults, tables: Iterator[int], figures: Iterator[int]) -> dict[str, object]:
    head = results.study.study
    exhibits = [_table_exhibit(head.id, table, next(tables)) for table in results.tables]
    exhibits += [_figure_exhibit(head.id, drawing, next(figures)) for drawing in results.figures]
    return {
        "id": f"study-{head.id}",
        "title": escape.one_line(head.title),
        "question": head.question,
        "finding": head.finding,
        "exhibits": exhibits,
        "sources": [_source(source) for source in results.sources],
        "models": list(_models(results)),
    }


def _table_exhibit(study: str, table: Table, number: int) -> _Exhibit:
    anchor, label = f"table-{study}-{table.id}", f"Table {number}"
    html = to_html(table, label, anchor, lambda cell: _origin(study, cell))
    return _Exhibit(anchor, label, table.title, Markup(html))


def _origin(study: str, cell: Cell) -> str:
    """Where the page accounts for a cell: its model, with the rows used, or the data of the study."""
    if cell.source[0] in ("estimates", "models"):
        return f"model-{study}-{cell.source[1].partition('.')[0]}"
    return f"data-study-{study}"


def _figure_exhibit(study: str, drawing: Drawing, number: int) -> _Exhibit:
    spec = drawing.spec
    anchor, label = f"figure-{study}-{spec.id}", f"Figure {number}"
    title = escape.one_line(spec.title)
    caption = Markup('<figcaption><span class="number">{}.</span> {}</figcaption>').format(label, title)
    said = escape.one_line(" ".join(filter(None, (spec.finding, spec.note))))
    notes = Markup('<p class="notes"><i>Notes.</i> {}</p>').format(said) if said else ""
    drawn = Markup(inline_svg(drawing.svg, anchor, spec.title))
    html = Markup('<figure id="{}">{}{}{}</figure>').format(anchor, caption, drawn, notes)
    return _Exhibit(anchor, label, spec.title, html)


def inline_svg(svg: str, prefix: str, title: str) -> str:
    """An SVG file's picture for a page that holds several: its own ids, no prologue, a name to read out."""
    picture = _COMMENT.sub("", _PROLOGUE.sub("", svg, count=1))
    picture = _IDENTITY.sub(lambda match: f"{match[1]}{prefix}-", picture)
    return picture.replace("<svg ", f'<svg role="img" aria-label="{escape.html_text(title)}" ', 1).strip()


def _source(source: Source) -> dict[str, str]:
    known = (
        (source.title if source.citation else "", "{}"),
        (source.publisher, "{}"),
        (source.vintage, "vintage {}"),
        (source.licence, "licence {}"),
        (source.id, "file {}"),
    )
    where = "; ".join(form.format(text) for text, form in known if text)
    return {"citation": source.citation, "title": source.title or source.id, "where": where}


def _models(results: StudyResults) -> Iterator[dict[str, object]]:
    """Each model with all its errors, in full: what a table of several models has no room for."""
    study = results.study.study.id
    for account in results.accounts:
        anchor = f"model-{study}-{account.model}"
        yield {
            "anchor": anchor,
            "title": account.title or account.model,
            "question": account.question,
            "warnings": _warnings(account),
            "facts": _facts(results, account),
            "dropped": _dropped(results.dropped, account.model),
            "html": Markup(to_html(_full_table(results, account), anchor=f"{anchor}-table")),
        }


def _warnings(account: ModelAccount) -> list[str]:
    stopped = ["The estimator did not converge: the numbers below are not estimates."]
    return [*([] if account.converged else stopped), *account.all_warnings]


def _facts(results: StudyResults, account: ModelAccount) -> list[tuple[str, str]]:
    labels = results.study.labels
    outcome = labels.get(account.outcome)
    facts = [
        ("Outcome", f"{outcome} ({account.outcome})" if outcome else account.outcome),
        ("Estimator", in_words(account.estimator)),
        ("Options", account.choices or "none"),
        ("Effects", account.effects or "none"),
        ("Rows", rows_note(account, labels)),
    ]
    facts += [(f"Error: {error_words(error)}", error.convention) for error in account.errors]
    return [*facts, ("Statistics", _statistics(results.models, account.model, labels))]


def _statistics(models: pd.DataFrame, model: str, labels: dict[str, str]) -> str:
    """All that models.csv says of a model, but the rows dropped, which stand above."""
    mine = models[(models["model"] == model) & (models["error"] == "") & (models["name"] != "dropped")]
    parts = []
    for name, of, value in mine[["name", "of", "value"]].itertuples(index=False):
        cell = statistic_cell(("models", model, "", name, of), value)
        number = printed(cell).replace("-", "\u2212").replace(" ", "\u00a0")
        parts.append(f"{statistic_words(name, of, labels)}:\u00a0{number}")
    return "; ".join(parts)


def _full_table(results: StudyResults, account: ModelAccount) -> Table:
    """Every coefficient of a model; its footer and notes stand in the facts above it."""
    title = f"All coefficients: {account.title or account.model}"
    spec = TableSpec(id=account.model, title=title[:2000], models=[account.model])
    table = model_table(spec, results.estimates, results.models, results.accounts, results.study.labels)
    return replace(table, rows=table.rows[: table.rules[0]], rules=(), notes=(), account=())


def _dropped(rows: pd.DataFrame, model: str) -> list[tuple[str, str]]:
    """For each cause, the entities and the runs of periods that were left out."""
    mine = rows[rows["model"] == model]
    told = []
    for cause, chosen in mine.groupby("cause", sort=False):
        entities = chosen.groupby("entity", sort=True)["time"]
        parts = [f"{entity} {runs(sorted(times))}" for entity, times in entities]
        told.append((f"{cause} ({len(chosen)})", "; ".join(parts)))
    return told
