"""A study's robustness as a part of the report: what each curve says, and the curve itself.

The page holds the specifications, so that a reader who ticks choices sees the curve of what is left, with the
same numbers as here: 40 bits of the range of all estimates are exact to a part in 10^12 of it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from replication.estimate.design import Floats
from replication.publish import rounding
from replication.publish.files_beside import files_of_figure, files_of_table
from replication.publish.formats import to_html
from replication.publish.page_template import page_template
from replication.robustness.choices import Choice
from replication.robustness.curve import Curve
from replication.robustness.curve_summary import SIZE, curve_summary
from replication.robustness.curve_tables import estimate_text, worded
from replication.robustness.factors import Factor, factors
from replication.robustness.number_table import Recorded
from replication.spec.robustness_entries import RobustnessSpec

MOST_BYTES = 200_000
"""Of data in the page, for all curves together; one that is beyond stands there as tables alone."""

WIDTH = 5
"""Bytes of a number."""

LONGEST = 44
"""Letters of a row's name with its choice before it."""

EVEN = 1e-12
"""Relative difference of its sides below which an interval is symmetric but for rounding."""


@dataclass(frozen=True)
class Checked:
    """One entry of `[[robustness]]`, done.

    Attributes
    ----------
    spec : RobustnessSpec
    curve : Curve or None
        None where no choice is declared.
    tables : tuple of Recorded
    """

    spec: RobustnessSpec
    curve: Curve | None
    tables: tuple[Recorded, ...]


def section(name: str, done: Sequence[Checked], labels: Mapping[str, str], made: Collection[str] = ()) -> str:
    """The part of the report, as HTML.

    Parameters
    ----------
    name : str
        Of the folder of results, for the anchors.
    labels : mapping of str to str
        Printed words of terms, choices and alternatives.
    made : collection of str
        Files beside it in that folder, to which the page leads.
    """
    left, shown = MOST_BYTES, []
    for each in done:
        data = "" if each.curve is None else _data(each.curve, labels, left)
        left -= len(data)
        shown.append(
            {
                "id": f"{name}-{each.spec.id}",
                "title": each.spec.title or each.spec.id,
                "question": each.spec.question,
                "curve": None if each.curve is None else _curve(each.curve, labels, data),
                "files": files_of_figure(name, each.spec.id, made),
                "tables": [_table(name, table, made) for table in each.tables],
            }
        )
    return page_template("replication.robustness", "section.html.j2").render(entries=shown).strip() + "\n"


def _data(found: Curve, labels: Mapping[str, str], room: int) -> str:
    """The specifications, as the script reads them; nothing where there is no room for so many bytes."""
    if len(found) * WIDTH > room:
        return ""
    text = json.dumps(live(found, labels), separators=(",", ":"), ensure_ascii=True).replace("<", "\\u003c")
    return text if len(text) <= room else ""


def _curve(found: Curve, labels: Mapping[str, str], data: str) -> dict[str, Any]:
    return {
        "said": said(found),
        "fieldsets": _fieldsets(found, labels),
        "size": f"{len(found):,}",
        "data": Markup(data),
    }


def _table(name: str, recorded: Recorded, made: Collection[str]) -> dict[str, Any]:
    table = recorded.table
    html = Markup(to_html(table, anchor=f"table-{name}-{table.id}"))
    return {"title": table.title, "html": html + files_of_table(name, table.id, made)}


def said(found: Curve) -> str:
    """A curve in three sentences."""
    numbers, text = curve_summary(found), estimate_text(found)
    told = {name: text(value).replace("-", "\u2212") for name, value in numbers.items()}
    share = {name: rounding.fixed(100 * value, 0) for name, value in numbers.items()}
    sentence = (
        f"Of {len(found):,} specifications {share['share positive']} percent give a positive "
        f"coefficient; {share['share significant and positive']} percent a positive and "
        f"{share['share significant and negative']} percent a negative one that is significant at "
        f"{rounding.fixed(100 * SIZE, 0)} percent. The median is {told['median']}, the range "
        f"{told['smallest']} to {told['largest']}; the reported coefficient, {told['reported']}, is larger "
        f"than {share['share below the reported']} percent of them."
    )
    if found.test is None:
        return sentence
    p = {name: rounding.p_value(value) for name, value in found.test.p_values.items()}
    return (
        f"{sentence} Were there no effect in any of them, a median as far from zero would come with "
        f"probability {p['median']}, as many significant results in one direction with "
        f"{p['share significant']}."
    )


def _fieldsets(found: Curve, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """What a reader can tick: each choice with its alternatives, each control in or out."""
    return [
        {"title": worded(labels, each.name), "boxes": [worded(labels, *label) for label in each.labels]}
        for each in factors(found.universe)
    ]


def live(found: Curve, labels: Mapping[str, str]) -> dict[str, Any]:
    """The specifications for a page: which of all combinations there are, their estimates and intervals."""
    numbers = found.estimates.column("number")
    estimate, low, high, p_value = (
        found.estimates.column(name) for name in ("estimate", "conf_low", "conf_high", "p_value")
    )
    below, above = estimate - low, high - estimate
    sides = [below] if np.allclose(below, above, rtol=EVEN, atol=0) else [below, above]
    there = np.zeros(len(found.universe), dtype=bool)
    there[numbers] = True
    return {
        "choices": [_choice(choice) for choice in found.universe.choices],
        "rows": [_names(each, labels) for each in factors(found.universe)],
        "there": _text(np.packbits(there)),
        "significant": _text(np.packbits(p_value < SIZE)),
        "estimate": _packed(estimate),
        "sides": [_packed(side) for side in sides],
        "decimals": len(estimate_text(found)(float(estimate[0])).partition(".")[2]),
    }


def _names(factor: Factor, labels: Mapping[str, str]) -> list[str]:
    name = worded(labels, factor.name)
    if factor.control is not None:
        return ["", name]
    both = [(name, worded(labels, *label)) for label in factor.labels]
    return [f"{name}: {word}" if len(f"{name}: {word}") <= LONGEST else word for name, word in both]


def _choice(choice: Choice) -> dict[str, Any]:
    """How many alternatives, and of sets of controls which controls each has."""
    if choice.sets is None:
        return {"size": len(choice)}
    varied = choice.sets.varied
    members = np.packbits(choice.sets.members(np.arange(len(choice)))[:, :varied])
    return {"size": len(choice), "controls": varied, "members": _text(members)}


def _packed(values: Floats) -> dict[str, Any]:
    """Numbers as whole multiples of a step from the smallest on, WIDTH bytes each, the lowest byte first."""
    low, high = float(values.min()), float(values.max())
    step = (high - low) / (256**WIDTH - 1) or 1.0
    whole = np.rint((values - low) / step).astype("<u8")
    data = whole.view(np.uint8).reshape(-1, 8)[:, :WIDTH]
    return {"low": low, "step": step, "width": WIDTH, "data": _text(data)}


def _text(data: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(data).tobytes()).decode("ascii")
