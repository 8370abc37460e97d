"""Figures in the page: references of their own, colours that follow the page."""

from __future__ import annotations

import re

from replication.publish.style import COLOURS, DARK, INK
from replication.report.inlined_figures import colours, inline_svg


def test_an_inlined_picture_keeps_its_references():
    inside = '<!-- a --><title>a</title><g id="p1"/><use xlink:href="#p1"/>'
    svg = f'<?xml version="1.0"?><svg xmlns="x">{inside}</svg>'
    made = inline_svg(svg, "figure-a", 'A "title"')
    assert made == (
        '<svg role="img" aria-label="A &quot;title&quot;" xmlns="x"><g id="figure-a-p1"/>'
        '<use xlink:href="#figure-a-p1"/></svg>'
    )


def test_its_colours_are_those_of_the_page_and_references_are_none():
    svg = '<svg><path clip-path="url(#abcdef)" style="fill: #1f2328; stroke: #123456"/></svg>'
    made = inline_svg(svg, "f", "")
    assert 'style="fill: var(--c1f2328, #1f2328); stroke: var(--c123456, #123456)"' in made
    assert 'clip-path="url(#f-abcdef)"' in made


def test_every_colour_of_the_figures_has_one_by_night():
    day, night = (dict(re.findall(r"--c(\w+): (#\w+);", colours(dark=dark))) for dark in (False, True))
    assert day.keys() == night.keys() >= {colour[1:] for colour in (INK, *COLOURS)}
    assert all(day[name] == f"#{name}" and night[name] == DARK[f"#{name}"] for name in day)
