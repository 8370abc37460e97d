"""The published figures that a study is made from."""

from __future__ import annotations

from markupsafe import Markup

from replication.publish.page_template import page_template
from replication.report.part import Part
from replication.report.study_results import Source, StudyResults


def data_part(results: StudyResults) -> Part:
    """Every raw file behind a study: how to cite it, who publishes it, its vintage and its licence."""
    sources = [_told(source) for source in results.sources]
    html = page_template("replication.report", "data.html.j2").render(sources=sources)
    return Part(f"data-study-{results.study.study.id}", "Data", Markup(html))


def _told(source: Source) -> dict[str, str]:
    known = (
        (source.title if source.citation else "", "{}"),
        (source.publisher, "{}"),
        (source.vintage, "vintage {}"),
        (source.licence, "licence {}"),
        (source.id, "file {}"),
    )
    where = "; ".join(form.format(text) for text, form in known if text)
    return {"citation": source.citation or source.title or source.id, "where": where}
