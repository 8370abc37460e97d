"""A folded part of a study's section on the page."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Part:
    """What stands behind a study's own exhibits, under a heading of its own, folded.

    Attributes
    ----------
    anchor : str
        Id of the element, unique on the page.
    title : str
    html : Markup
    """

    anchor: str
    title: str
    html: Markup
