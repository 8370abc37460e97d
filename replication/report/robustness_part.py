"""What other reasonable choices make of a study, as `replicate robustness` wrote it for the page."""

from __future__ import annotations

from markupsafe import Markup

from replication.report.part import Part
from replication.report.study_results import StudyResults


def robustness_part(results: StudyResults) -> Part | None:
    """The curves of a study, if it declares some."""
    if not results.robustness:
        return None
    anchor = f"robustness-{results.study.study.id}"
    return Part(anchor, "Under other reasonable choices", Markup(results.robustness))
