"""The report: one page that answers on its first screen and needs nothing beside itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from markupsafe import Markup, escape

from replication.project.escape import one_line, without_control
from replication.project.files import write_text
from replication.publish.files_beside import files_of_figure, files_of_table
from replication.publish.formats import stylesheet, to_html
from replication.publish.page_template import page_template
from replication.publish.prose import Piece
from replication.publish.table import Table
from replication.report.anchors import Exhibit, Numbers, Shown, origin
from replication.report.contradicted import Claims
from replication.report.data_behind import data_part
from replication.report.inlined_figures import colours, inline_svg
from replication.report.model_accounts import models_part
from replication.report.opinions import opinion_on
from replication.report.part import Part
from replication.report.robustness_part import robustness_part
from replication.report.study_results import Drawing, StudyResults

# What stands behind a study's exhibits, in order; a study that has nothing to show there gives None.
GIVERS: tuple[Callable[[StudyResults], Part | None], ...] = (robustness_part, models_part, data_part)
PROSE = ("question", "answer", "finding", "undone")


@dataclass(frozen=True)
class About:
    """What the first page says of the whole.

    Attributes
    ----------
    title : str
    facts : tuple of (str, str)
        Version, date of the data, what the check and the second opinion found.
    grades : tuple of (str, str)
        Printed tables that were estimated again, and how many of their cells have which grade.
    """

    title: str = "Results"
    facts: tuple[tuple[str, str], ...] = ()
    grades: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Shown:
    """An exhibit as it stands on the page."""

    anchor: str
    label: str
    title: str
    html: Markup


@dataclass(frozen=True)
class _Section:
    """A study as it stands on the page: its prose, the exhibits that bear its answer, the others, parts."""

    id: str
    title: str
    prose: dict[str, Markup]
    first: list[_Shown]
    rest: list[_Shown]
    parts: list[Part]


def write_report(
    studies: Sequence[StudyResults],
    path: Path,
    about: About | None = None,
    claims: Claims | None = None,
    graded: str = "",
) -> None:
    """Write the report of all studies, in the order given, whole or not at all.

    The same results give the same bytes: no date of making and no path stands in it.

    Parameters
    ----------
    claims : what the ledger found, if it was made
    graded : the section of printed tables, as HTML, if any were graded
    """
    numbers = Numbers()
    script = _resource("report.js") + _resource("curves.js")
    page = page_template("replication.report", "report.html.j2").render(
        about=about or About(),
        style=Markup(stylesheet() + _resource("report.css") + _resource("curves.css")),
        light=Markup(colours(dark=False)),
        dark=Markup(colours(dark=True)),
        script=Markup(script),
        checksum=_checksum(script),
        sections=[_section(results, numbers) for results in studies],
        claims=claims,
        graded=Markup(graded),
    )
    write_text(path, page.rstrip() + "\n")


def _resource(name: str) -> str:
    return resources.files("replication.report").joinpath(f"templates/{name}").read_text("utf-8")


def _checksum(script: str) -> str:
    """As a page names the one script that may run in it."""
    return base64.b64encode(hashlib.sha256(f"\n{script}".encode()).digest()).decode()


def _section(results: StudyResults, numbers: Numbers) -> _Section:
    head = results.study.study
    first, rest = numbers.exhibits(results)
    shown = Shown(head.id, [*first, *rest], results.curves)
    return _Section(
        f"study-{head.id}",
        one_line(head.title),
        {key: _linked(results.prose.get(key, ()), shown) for key in PROSE},
        [_set(results, exhibit) for exhibit in first],
        [_set(results, exhibit) for exhibit in rest],
        [part for give in GIVERS if (part := give(results))],
    )


def _linked(pieces: Sequence[Piece], shown: Shown) -> Markup:
    """Prose in which each number leads to the exhibit that shows it."""
    link = Markup('<a class="number" href="#{}">{}</a>')
    parts = [
        link.format(shown.at(piece.source), piece.text)
        if piece.source
        else escape(without_control(piece.text))
        for piece in pieces
    ]
    return Markup("").join(parts)


def _set(results: StudyResults, exhibit: Exhibit) -> _Shown:
    what = exhibit.what
    study = results.study.study.id
    if isinstance(what, Table):
        html = _table(results, exhibit, what) + files_of_table(study, what.id, results.files)
    else:
        html = _figure(exhibit, what) + files_of_figure(study, what.spec.id, results.files)
    return _Shown(exhibit.anchor, exhibit.label, exhibit.title, html)


def _table(results: StudyResults, exhibit: Exhibit, table: Table) -> Markup:
    """A table; one of models with what other programs say of them."""
    study = results.study.study.id
    models = {cell.source[1] for row in table.rows for cell in row if cell.source[:1] == ("estimates",)}
    accounts = [account for account in results.found.accounts if account.model in models]
    if accounts and results.opinions is not None:
        opinion = f"Second opinion: {opinion_on(results.opinions, accounts)}."
        table = replace(table, notes=(*table.notes, opinion))
    return Markup(to_html(table, exhibit.label, exhibit.anchor, lambda cell: origin(study, cell.source)))


def _figure(exhibit: Exhibit, drawing: Drawing) -> Markup:
    spec = drawing.spec
    part = Markup('<p class="{}">{}{}</p>')
    notes = [("Missing.", spec.missing), ("Notes.", spec.note)]
    said = [
        part.format("notes", Markup("<i>{}</i> ").format(word), one_line(text))
        for word, text in notes
        if text
    ]
    said += [part.format("notes", "", drawing.source)] if drawing.source else []
    finding = one_line(spec.finding)
    answer = part.format("answer", "", finding) if finding else ""
    drawn = Markup(inline_svg(drawing.svg, exhibit.anchor, f"{exhibit.title}. {finding}".strip()))
    name = exhibit.anchor
    return Markup(
        '<figure id="{}"><figcaption id="{}-title"><span class="label">{}.</span> {}</figcaption>{}'
        '<div class="wide drawn" tabindex="0" role="group" aria-labelledby="{}-title">{}</div>{}</figure>'
    ).format(name, name, exhibit.label, exhibit.title, answer, name, drawn, Markup("").join(said))
