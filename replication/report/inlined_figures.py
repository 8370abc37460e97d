"""Figures on the page: an SVG file set into it, and its colours by day and by night."""

from __future__ import annotations

import re

from replication.project import escape
from replication.publish.style import DARK

_IDENTITY = re.compile(r'\b(id="|xlink:href="#|href="#|url\(#)')
_PROLOGUE = re.compile(r"\A.*?(?=<svg)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<title>.*?</title>", re.DOTALL)
_COLOUR = re.compile(r"(?<=: )#([0-9a-f]{6})\b")


def inline_svg(svg: str, prefix: str, title: str) -> str:
    """An SVG file's picture for a page that holds several: its own ids, no prologue, a name to read out.

    Colours become variables of the page, which `colours` sets.
    """
    picture = _COMMENT.sub("", _PROLOGUE.sub("", svg, count=1))
    picture = _IDENTITY.sub(lambda match: f"{match[1]}{prefix}-", picture)
    picture = _COLOUR.sub(lambda match: f"var(--c{match[1]}, {match[0]})", picture)
    return picture.replace("<svg ", f'<svg role="img" aria-label="{escape.html_text(title)}" ', 1).strip()


def colours(*, dark: bool) -> str:
    """Declarations of every colour of the figures, as they are on white or on a dark page."""
    return " ".join(
        f"--c{light.removeprefix('#')}: {night if dark else light};" for light, night in DARK.items()
    )
