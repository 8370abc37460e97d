"""From a figure's entry in a study file and the tidy records to an SVG and a PNG, byte for byte the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from replication.errors import StudyError, one_of
from replication.project import escape
from replication.project.files import write_aside
from replication.publish import charts, style
from replication.publish.coefficients import coefficients
from replication.publish.network import constellation, tie_key
from replication.publish.periods import in_order
from replication.spec.entries import FigureSpec

_DPI = 200
_LINE = 11  # points from one line of small text above the axes to the next
_CHARTS: dict[str, Callable[[Axes, list[charts.Series]], int]] = {
    "lines": charts.lines,
    "bars": charts.bars,
    "stacked": charts.stacked,
    "dots": charts.dots,
}


def write_figure(
    spec: FigureSpec,
    records: pd.DataFrame,
    folder: Path,
    labels: Mapping[str, str],
    actors: pd.DataFrame | None = None,
) -> tuple[Path, Path]:
    """Draw a figure and write `<id>.svg` and `<id>.png` into a folder; arguments as in `draw`."""
    svg, png = folder / f"{spec.id}.svg", folder / f"{spec.id}.png"
    with style.journal():
        figure = draw(spec, records, labels, actors)
        look: dict[str, Any] = {"bbox_inches": _paper(figure), "pad_inches": 0}
        about = {"Date": None, "Creator": None, "Title": spec.id}
        write_aside(svg, lambda aside: figure.savefig(aside, format="svg", metadata=about, **look))
        look |= {"dpi": _DPI, "metadata": {"Software": None}}
        write_aside(png, lambda aside: figure.savefig(aside, format="png", **look))
    return svg, png


def _paper(figure: Figure) -> Bbox:
    """The page's full width, wider if a name needs it, and the height that is drawn on; inches."""
    drawn = figure.get_tightbbox()
    return Bbox.from_extents(min(0, drawn.x0), drawn.y0 - 0.05, max(style.WIDTH, drawn.x1), drawn.y1 + 0.05)


def draw(
    spec: FigureSpec,
    records: pd.DataFrame,
    labels: Mapping[str, str],
    actors: pd.DataFrame | None = None,
) -> Figure:
    """The figure that `spec` asks for. Call inside `style.journal()`; `write_figure` does.

    Parameters
    ----------
    records : DataFrame
        For lines, bars, stacked, dots: study, statistic, group, period, value, unit. For coefficients:
        study, result, term, estimate, conf_low, conf_high. For a network: its ties (source, target, sign,
        and phase), already filtered by `spec.where`.
    labels : printed words for statistics, groups, terms and models
    actors : for a network: id, name, country, and camp or side_<phase>

    Raises
    ------
    StudyError
        A statistic, model or term that has no record, or a kind that does not fit what is drawn.
    """
    if spec.kind == "network":
        figure = _network(spec, records, pd.DataFrame({"id": []}) if actors is None else actors)
    elif spec.kind == "coefficients":
        figure = _coefficients(spec, records, labels)
    else:
        figure = _statistics(spec, records, labels)
    _face(figure, spec)
    return figure


def _statistics(spec: FigureSpec, records: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    chosen = _series(spec, _chosen(spec, records, "statistic", spec.statistics), labels)
    panels = list(dict.fromkeys(chosen["panel"]))
    across = _across(spec, chosen)
    longest = max(len(line) for label in chosen["label"] for line in style.wrapped(label, 30, 2).split("\n"))
    margins = Margins(left=0.15 + 0.052 * longest) if across else Margins()
    if spec.kind == "lines" and chosen["key"].nunique() > 1:
        margins = Margins(right=0.2 + 0.052 * min(longest, 20))
    rows = chosen.groupby("panel")["key"].nunique().max()
    figure, axes = _grid(len(panels), 0.21 * rows + 0.25 if across else 0, margins)
    for place, panel in zip(axes, panels, strict=True):
        mine = chosen[chosen["panel"] == panel]
        drawn = charts.series(mine)
        named = _CHARTS[spec.kind](place, drawn)
        charts.shade(place, spec.shaded, () if spec.kind == "lines" else _periods(drawn))
        unit = "; ".join(dict.fromkeys(mine["unit"]))
        _axis_words(place, spec, unit, across, named)
        _title(place, panel, named + bool(not across and (spec.y_label or unit)))
    return figure


def _periods(drawn: list[charts.Series]) -> list[str]:
    return in_order(dict.fromkeys(period for one in drawn for period in one.periods))


def _series(spec: FigureSpec, records: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Records with the panel that each stands in, and key and label of its series."""
    text = records[["statistic", "group", "period", "unit"]].fillna("").astype(str)
    several = {name: text[name].nunique() > 1 for name in ("statistic", "group")}
    split = ("statistic" if several["statistic"] else "group") if spec.panels else None
    named = [name for name in ("statistic", "group") if several[name] and name != split] or ["group"]
    words = text.apply(lambda column: column.map(lambda key: labels.get(key) or key))
    label = words[named].agg(lambda row: ", ".join(word for word in row if word), axis=1)
    panel = words[split] if split else ""
    key = text["statistic"] + "\0" + text["group"]
    text["period"] = words["period"]
    return text.assign(value=records["value"], panel=panel, key=key, label=label)


def _across(spec: FigureSpec, records: pd.DataFrame) -> bool:
    """Whether values run along the horizontal axis."""
    return spec.kind == "dots" or (spec.kind == "bars" and records["period"].nunique() == 1)


def _coefficients(spec: FigureSpec, records: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    chosen = _chosen(spec, records, "result", spec.models)
    if spec.terms:
        chosen = _chosen(spec, chosen, "term", spec.terms)
    panels = list(dict.fromkeys(chosen["term"])) if spec.panels else [""]
    row, mark = ("result", "term") if spec.panels else ("term", "result")
    names = [style.wrapped(labels.get(key, key), 32, 2) for key in chosen[row]]
    left = 0.15 + 0.056 * max(len(line) for name in names for line in name.split("\n"))
    height = 0.1 + chosen[row].nunique() * (0.16 + 0.12 * (1 if spec.panels else chosen[mark].nunique()))
    figure, axes = _grid(len(panels), height, Margins(left=left))
    for place, panel in zip(axes, panels, strict=True):
        mine = chosen[chosen["term"] == panel] if spec.panels else chosen
        named = coefficients(place, mine, row, mark, labels)
        measured = escape.one_line(spec.x_label or spec.y_label)
        place.set_xlabel(measured or "coefficient and 95 percent interval")
        _title(place, labels.get(panel, panel), named)
    return figure


def _network(spec: FigureSpec, ties: pd.DataFrame, actors: pd.DataFrame) -> Figure:
    for name in ("source", "target", "sign"):
        if name not in ties.columns:
            raise StudyError(
                f"figure '{spec.id}': a network needs a column '{name}'; found: {list(ties.columns)}"
            )
    split = spec.panels and "phase" in ties
    panels = list(dict.fromkeys(ties["phase"])) if split else [""]
    figure, axes = _grid(len(panels), 4.2, Margins(0.1, 0.1, 0.3, 0.4), columns=1)
    for place, panel in zip(axes, panels, strict=True):
        constellation(place, ties[ties["phase"] == panel] if split else ties, actors)
        _title(place, f"Phase {panel}" if split else "", 0)
        tie_key(place)
    return figure


def _chosen(spec: FigureSpec, records: pd.DataFrame, column: str, wanted: list[str]) -> pd.DataFrame:
    """Records of the wanted statistics, models or terms, in that order."""
    known = list(dict.fromkeys(records[column]))
    for name in wanted:
        if name not in known:
            raise StudyError(f"figure '{spec.id}': {one_of(column, name, known)}")
    if not wanted:
        raise StudyError(
            f"figure '{spec.id}': a figure of kind '{spec.kind}' names its {column}s; none is named"
        )
    order = {name: place for place, name in enumerate(wanted)}
    chosen = records[records[column].isin(wanted)]
    return chosen.sort_values(column, key=lambda names: names.map(order), kind="stable")


@dataclass(frozen=True)
class Margins:
    """Inches around one panel's axes for names, ticks and headings."""

    left: float = 0.5
    right: float = 0.12
    top: float = 0.55
    bottom: float = 0.5


def _grid(panels: int, height: float, margins: Margins, columns: int = 2) -> tuple[Figure, list[Axes]]:
    """A figure as wide as the page with one pair of axes a panel, so many to a row.

    `height` is that of one pair of axes in inches; 0 for the usual proportion of its width.
    """
    columns = min(columns, panels)
    rows = -(-panels // columns)
    wide = style.WIDTH / columns
    inner = wide - margins.left - margins.right
    tall = height or inner * (0.48 if columns == 1 else 0.62)
    step = tall + margins.top + margins.bottom
    figure = style.blank(style.WIDTH, step * rows)
    axes = []
    for place in range(panels):
        row, column = divmod(place, columns)
        left = (column * wide + margins.left) / style.WIDTH
        bottom = ((rows - 1 - row) * step + margins.bottom) / (step * rows)
        axes.append(figure.add_axes((left, bottom, inner / style.WIDTH, tall / (step * rows))))
    return figure, axes


def _axis_words(axes: Axes, spec: FigureSpec, unit: str, across: bool, named: int) -> None:
    """What is measured and in which unit, set level above the axis so that it reads without turning."""
    measured, along = escape.one_line(spec.y_label or unit), escape.one_line(spec.x_label)
    if across:
        axes.set_xlabel(measured or along)
        return
    axes.set_xlabel(along)
    above = (0, 5 + _LINE * named)
    look: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "color": style.SOFT}
    axes.annotate(measured, (0, 1), xytext=above, fontsize=style.TINY, **look)


def _title(axes: Axes, text: str, lines_below: int) -> None:
    """The panel's heading above the names and units that stand over the axes."""
    heading = style.wrapped(text, 46, 2)
    axes.set_title(heading, loc="left", fontsize=style.SMALL, fontweight="bold", pad=5 + _LINE * lines_below)


def _face(figure: Figure, spec: FigureSpec) -> None:
    """What is missing, said on the figure's face."""
    if spec.missing:
        text = style.wrapped(spec.missing, 115, 8)
        low = (figure.get_tightbbox().y0 - 0.07) / figure.get_figheight()
        figure.text(0.01, low, text, va="top", fontsize=style.TINY, fontstyle="italic", color=style.SOFT)
