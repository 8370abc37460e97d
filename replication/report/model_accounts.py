"""Model by model: what was estimated, by which errors, on which rows, with every coefficient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
from markupsafe import Markup

from replication.publish.formats import to_html
from replication.publish.model_notes import effects_words, error_words, rows_note
from replication.publish.model_tables import model_table, statistic_cell
from replication.publish.page_template import page_template
from replication.publish.periods import runs
from replication.publish.printed_words import in_words, statistic_words
from replication.publish.table import Table, printed
from replication.records.account import ModelAccount
from replication.report.opinions import opinion_on
from replication.report.part import Part
from replication.report.study_results import StudyResults
from replication.spec.entries import TableSpec


def models_part(results: StudyResults) -> Part | None:
    """Every model with all its errors, in full: what a table of several models has no room for."""
    if not results.found.accounts:
        return None
    html = page_template("replication.report", "models.html.j2").render(models=list(_models(results)))
    return Part(f"models-{results.study.study.id}", "Model by model", Markup(html))


def _models(results: StudyResults) -> Iterator[dict[str, object]]:
    study = results.study.study.id
    for account in results.found.accounts:
        anchor = f"model-{study}-{account.model}"
        yield {
            "anchor": anchor,
            "title": account.title or account.model,
            "question": account.question,
            "warnings": _warnings(account),
            "facts": _facts(results, account),
            "dropped": _dropped(results.found.dropped_rows, account.model),
            "html": Markup(to_html(_full_table(results, account), anchor=f"{anchor}-table")),
        }


def _warnings(account: ModelAccount) -> list[str]:
    stopped = ["The estimator did not converge: the numbers below are not estimates."]
    return [*([] if account.converged else stopped), *account.all_warnings]


def _facts(results: StudyResults, account: ModelAccount) -> list[tuple[str, str]]:
    labels = results.labels
    outcome = labels.get(account.outcome)
    facts = [
        ("Outcome", f"{outcome} ({account.outcome})" if outcome else account.outcome),
        ("Estimator", in_words(account.estimator)),
        ("Options", account.choices or "none"),
        ("Effects", effects_words(account, labels)),
        ("Rows", rows_note(account, labels)),
    ]
    facts += [(f"Error: {error_words(error)}", error.convention) for error in account.errors]
    if results.opinions is not None:
        facts.append(("Second opinion", f"{opinion_on(results.opinions, [account])}."))
    return [*facts, ("Statistics", _statistics(results.found.models, account.model, labels))]


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
    found = results.found
    table = model_table(spec, found.estimates, found.models, found.accounts, results.labels)
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
