"""A signed network as a constellation: actors on a circle, camp beside camp, ties as arcs between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from replication.publish import lettering, style

_NODE = 0.105  # radius of an actor, the constellation having radius one


@dataclass(frozen=True)
class _Actor:
    id: str
    name: str
    country: str
    camp: str


def constellation(axes: Axes, ties: pd.DataFrame, actors: pd.DataFrame, words: Mapping[str, str]) -> None:
    """Draw the ties of one phase, with what its lines and bands mean below them.

    Parameters
    ----------
    ties : columns source, target, sign (positive or negative), and phase if actors change camps
    actors : columns id, name, country, and camp or side_<phase>; an actor absent here is drawn by its id
    words : printed words of camps
    """
    cast = _cast(ties, actors)
    places = _places(cast)
    for one, other, positive in _pairs(ties):
        _tie(axes, places[one], places[other], positive)
    countries = sorted({actor.country for actor in cast if actor.country})
    for actor in cast:
        _node(axes, actor, places[actor.id], countries)
    camps = list(dict.fromkeys(actor.camp for actor in cast if actor.camp))
    camps = camps if len(camps) > 1 else []
    _camp_bands(axes, cast, places, camps)
    _key(axes, camps, words)
    axes.set(xlim=(-1.75, 1.75), ylim=(-1.45, 1.45), aspect="equal")
    axes.set_axis_off()


def _key(axes: Axes, camps: list[str], words: Mapping[str, str]) -> None:
    """What the two kinds of line and the bands mean."""
    solid = Line2D([], [], color=style.COLOURS[0], linewidth=1.7, label="positive tie")
    broken = Line2D([], [], color=style.RED, linewidth=1.4, linestyle=(0, (4, 2)), label="negative tie")
    bands = [
        Line2D([], [], color=colour, linewidth=7, label=f"side: {words.get(camp, camp.replace('_', ' '))}")
        for camp, colour in zip(camps, style.BANDS, strict=False)
    ]
    axes.legend(
        handles=[solid, broken, *bands],
        loc="upper center",
        bbox_to_anchor=(0.5, 0.02),
        ncols=2 + len(bands) if len(bands) < 3 else 3,
        frameon=False,
        fontsize=style.TINY,
        handlelength=2.6,
    )


def _pairs(ties: pd.DataFrame) -> list[tuple[str, str, bool]]:
    """Each pair of actors once a sign: two broken lines on top of one another would look whole."""
    signs = zip(ties["source"], ties["target"], ties["sign"], strict=True)
    return sorted({(min(one, other), max(one, other), sign > 0) for one, other, sign in signs})


def _cast(ties: pd.DataFrame, actors: pd.DataFrame) -> list[_Actor]:
    """Actors that have a tie, by camp, country and name."""
    phases = list(dict.fromkeys(ties["phase"])) if "phase" in ties else []
    side = f"side_{phases[0]}" if len(phases) == 1 else ""
    about = {row["id"]: row for row in actors.fillna("").to_dict("records")}
    cast = []
    for name in dict.fromkeys([*ties["source"], *ties["target"]]):
        row = about.get(name, {})
        camp = str(row.get("camp", row.get(side, "")))
        cast.append(_Actor(name, str(row.get("name", name)), str(row.get("country", "")), camp))
    return sorted(cast, key=lambda actor: (actor.camp == "", actor.camp, actor.country, actor.name, actor.id))


def _places(cast: list[_Actor]) -> dict[str, NDArray[np.float64]]:
    """Places on the circle from the left clockwise, with half a step more between camps."""
    steps = [0.0]
    for before, actor in zip(cast, cast[1:], strict=False):
        steps.append(steps[-1] + (1.0 if before.camp == actor.camp else 1.6))
    turn = steps[-1] + (1.0 if cast[0].camp == cast[-1].camp else 1.6)
    first = sum(actor.camp == cast[0].camp for actor in cast)
    start = np.pi + np.pi * (first - 1) / turn
    angles = [start - 2 * np.pi * step / turn for step in steps]
    return {a.id: np.array([np.cos(t), np.sin(t)]) for a, t in zip(cast, angles, strict=True)}


def _tie(axes: Axes, start: NDArray[np.float64], end: NDArray[np.float64], positive: bool) -> None:
    """An arc bent towards the middle, a positive one more, so that a pair with both signs shows both."""
    bend = (0.35 if positive else 0.2) * min(1.0, float(np.linalg.norm(start - end)))
    curve = Path([start, (start + end) / 2 * (1 - bend), end], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    look = (style.COLOURS[0], 1.7, "solid") if positive else (style.RED, 1.3, (0, (4, 2)))
    patch = PathPatch(curve, fill=False, edgecolor=look[0], linewidth=look[1], linestyle=look[2], zorder=2)
    axes.add_patch(patch)


def _node(axes: Axes, actor: _Actor, place: NDArray[np.float64], countries: list[str]) -> None:
    """A disc with its country in it, filled for the country that is last in the alphabet."""
    filled = actor.country in countries[-1:]
    face, ink = (style.COLOURS[0], "white") if filled else ("white", style.COLOURS[0])
    axes.add_patch(
        Circle(
            (place[0], place[1]), _NODE, facecolor=face, edgecolor=style.COLOURS[0], linewidth=1.2, zorder=4
        )
    )
    centre: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 5}
    axes.text(place[0], place[1], actor.country[:3], color=ink, fontsize=5.6, fontweight="bold", **centre)
    outside = place * (1 + _NODE + 0.06)
    side = "center" if abs(place[0]) < 0.2 else ("left" if place[0] > 0 else "right")
    level = "center" if abs(place[1]) < 0.6 else ("bottom" if place[1] > 0 else "top")
    label = lettering.wrapped(actor.name, 1.15, style.TINY)
    axes.text(
        outside[0], outside[1], label, ha=side, va=level, fontsize=style.TINY, linespacing=1.1, zorder=5
    )


def _camp_bands(
    axes: Axes, cast: list[_Actor], places: dict[str, NDArray[np.float64]], camps: list[str]
) -> None:
    """A band under the actors of each camp."""
    for camp, colour in zip(camps, style.BANDS, strict=False):
        mine = [places[actor.id] for actor in cast if actor.camp == camp]
        angles = np.unwrap([np.arctan2(y, x) for x, y in mine])
        along = np.linspace(angles[0] + 0.12, angles[-1] - 0.12, 60)
        look: dict[str, Any] = {"color": colour, "linewidth": 15, "solid_capstyle": "round", "zorder": 1}
        axes.plot(np.cos(along), np.sin(along), **look)
