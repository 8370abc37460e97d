"""From a figure's entry in a study file and the tidy records to SVG, PNG and PDF, byte for byte the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from replication.errors import StudyError, one_of
from replication.project import escape
from replication.project.files import write_bytes
from replication.publish import charts, lettering, style
from replication.publish.coefficients import coefficients
from replication.publish.network import constellation
from replication.publish.periods import in_order, position
from replication.spec.entries import FigureSpec

FORMATS = ("svg", "png", "pdf")
DPI = 300  # of the PNG: what journals ask
_CHARTS: dict[str, Callable[[Axes, list[charts.Series]], int]] = {
    "lines": charts.lines,
    "bars": charts.bars,
    "stacked": charts.stacked,
    "dots": charts.dots,
}
_BARE = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}, "pdf": {"CreationDate": None}}


def write_figure(
    spec: FigureSpec,
    records: pd.DataFrame,
    folder: Path,
    labels: Mapping[str, str],
    actors: pd.DataFrame | None = None,
    source: str = "",
) -> tuple[Path, ...]:
    """Draw a figure and write `<id>.svg`, `<id>.png` and `<id>.pdf` into a folder; arguments as in `draw`.

    The SVG is for a page that says what is missing, and the sources, in its own words; PNG and PDF go out
    alone and say it on their face.
    """
    with style.journal():
        return write_drawn(draw(spec, records, labels, actors), spec.id, folder, [spec.missing, source])


def write_drawn(figure: Figure, name: str, folder: Path, face: Sequence[str] = ()) -> tuple[Path, ...]:
    """Write a figure that is drawn; `face` is said on PNG and PDF. Call inside `style.journal()`."""
    paths = tuple(folder / f"{name}.{ending}" for ending in FORMATS)
    _write(figure, name, paths[0])
    _face(figure, face)
    for path in paths[1:]:
        _write(figure, name, path)
    return paths


def _write(figure: Figure, name: str, path: Path) -> None:
    ending = path.suffix[1:]
    about = _BARE[ending] | ({} if ending == "png" else {"Title": name})
    look: dict[str, Any] = {
        "bbox_inches": _paper(figure),
        "pad_inches": 0,
        "dpi": DPI if ending == "png" else 72,
    }
    drawn = BytesIO()
    figure.savefig(drawn, format=ending, metadata=about, **look)
    write_bytes(path, _legible(drawn.getvalue()) if ending == "svg" else drawn.getvalue())


def _legible(svg: bytes) -> bytes:
    """The SVG, whose comments hold the words on the figure, with nothing that XML forbids."""
    lines = svg.decode("utf-8").split("\n")
    return "\n".join(line if line.isprintable() else escape.visible(line) for line in lines).encode("utf-8")


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
        return _network(spec, records, pd.DataFrame({"id": []}) if actors is None else actors, labels)
    if spec.kind == "coefficients":
        return _coefficients(spec, records, labels)
    return _statistics(spec, records, labels)


def _statistics(spec: FigureSpec, records: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    chosen = _series(spec, _chosen(spec, records, "statistic", spec.statistics), labels)
    panels = list(dict.fromkeys(chosen["panel"]))
    across = _across(spec, chosen)
    names = list(dict.fromkeys(chosen["label"]))
    several = chosen.groupby("panel")["key"].nunique().max() > 1
    sides = Margins()
    if across:
        sides = Margins(left=_rows_width(names))
    elif spec.kind == "lines" and several:
        sides = Margins(right=charts.names_width(names))
    units = "" if across else escape.one_line(spec.y_label or "; ".join(dict.fromkeys(chosen["unit"])))
    marks = _marks(spec, chosen, across)
    grid = Grid(panels, sides, lines_above=lambda inner: charts.legend_rows(marks, inner) + bool(units))
    rows = chosen.groupby("panel")["key"].nunique().max()
    figure, axes = grid.figure(rows * charts.row_height(names) + 0.15 if across else 0)
    for place, panel in zip(axes, panels, strict=True):
        mine = chosen[chosen["panel"] == panel]
        drawn = charts.series(mine)
        named = _CHARTS[spec.kind](place, drawn)
        charts.shade(place, spec.shaded, () if spec.kind == "lines" else _periods(drawn))
        unit = "; ".join(dict.fromkeys(mine["unit"]))
        if spec.kind == "bars" and across and len(panels) > 1:  # rows as far apart in every panel
            place.set_ylim(bottom=place.get_ylim()[1] - rows)
        _axis_words(place, spec, unit, across, named)
        _title(place, panel, named + bool(not across and (spec.y_label or unit)), grid.inner)
    return figure


def _rows_width(names: Sequence[str]) -> float:
    """Inches for the names of rows, with the space beside them."""
    return 0.15 + lettering.widest([charts.row_name(name) for name in names], style.SMALL)


def _marks(spec: FigureSpec, records: pd.DataFrame, across: bool) -> list[str]:
    """Names of marks that stand above a plot."""
    if spec.kind == "dots":
        return _in_order(records)
    several = records.groupby("panel")["key"].nunique().max() > 1
    return list(dict.fromkeys(records["label"])) if several and not across and spec.kind != "lines" else []


def _in_order(records: pd.DataFrame) -> list[str]:
    return in_order(dict.fromkeys(records["period"]))


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
    dated = text["period"].map(lambda period: position(period) is not None) & (spec.kind != "dots")
    text["period"] = text["period"].where(dated, words["period"])  # a date in words has no place in time
    return text.assign(value=records["value"], panel=panel, key=key, label=label)


def _across(spec: FigureSpec, records: pd.DataFrame) -> bool:
    """Whether values run along the horizontal axis."""
    one = records.groupby("panel")["period"].nunique().max() == 1
    return spec.kind == "dots" or (spec.kind == "bars" and one)


def _coefficients(spec: FigureSpec, records: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    chosen = _chosen(spec, records, "result", spec.models)
    if spec.terms:
        chosen = _chosen(spec, chosen, "term", spec.terms)
    panels = list(dict.fromkeys(chosen["term"])) if spec.panels else [""]
    row, mark = ("result", "term") if spec.panels else ("term", "result")
    names = [labels.get(key, key) for key in dict.fromkeys(chosen[row])]
    marks = [] if spec.panels else [labels.get(key, key) for key in dict.fromkeys(chosen[mark])]
    above = lambda inner: charts.legend_rows(marks, inner)  # noqa: E731
    titles = [labels.get(panel, panel) for panel in panels]
    sides = Margins(left=_rows_width(names), bottom=0.3)
    grid = Grid(titles, sides, columns=3, shared=True, lines_above=above)
    each = max(charts.row_height(names), 0.16 + 0.12 * (1 if spec.panels else len(marks)))
    figure, axes = grid.figure(0.1 + each * len(names))
    for place, panel, title in zip(axes, panels, titles, strict=True):
        mine = chosen[chosen["term"] == panel] if spec.panels else chosen
        named = coefficients(place, mine, row, mark, labels)
        _title(place, title, named, grid.inner)
    grid.only_first_names_rows(axes)
    measured = escape.one_line(spec.x_label or spec.y_label) or "coefficient and 95 percent interval"
    grid.name_across(figure, measured)
    return figure


def _network(spec: FigureSpec, ties: pd.DataFrame, actors: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    for name in ("source", "target", "sign"):
        if name not in ties.columns:
            raise StudyError(
                f"figure '{spec.id}': a network needs a column '{name}'; found: {list(ties.columns)}"
            )
    split = spec.panels and "phase" in ties
    panels = list(dict.fromkeys(ties["phase"])) if split else [""]
    titles = [f"Phase {panel}" if split else "" for panel in panels]
    grid = Grid(titles, Margins(0.1, 0.1, 0.4), columns=1)
    figure, axes = grid.figure(4.2)
    for place, panel, title in zip(axes, panels, titles, strict=True):
        constellation(place, ties[ties["phase"] == panel] if split else ties, actors, labels)
        _title(place, title, 0, grid.inner)
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
    """Inches beside and below one panel's axes for names and ticks."""

    left: float = 0.5
    right: float = 0.12
    bottom: float = 0.5


@dataclass(frozen=True)
class Grid:
    """Panels as wide as the page together, so many to a row.

    Attributes
    ----------
    titles : sequence of str
        One a panel.
    sides : Margins
    columns : int
        At most so many to a row.
    shared : bool
        Rows are named left of the first column alone.
    lines_above : function
        Lines of small text above axes of a width in inches.
    """

    titles: Sequence[str]
    sides: Margins
    columns: int = 2
    shared: bool = False
    lines_above: Callable[[float], int] = lambda inner: 0

    @property
    def across(self) -> int:
        """Panels to a row."""
        return min(self.columns, len(self.titles))

    @property
    def inner(self) -> float:
        """Width of one pair of axes."""
        sides = self.sides
        if self.shared:
            return (style.WIDTH - sides.left - self.across * (sides.right + 0.1) + 0.1) / self.across
        return style.WIDTH / self.across - sides.left - sides.right

    @property
    def top(self) -> float:
        """Room above the axes."""
        lines = max(_heading(title, self.inner).count("\n") + 1 if title else 0 for title in self.titles)
        above = self.lines_above(self.inner) * charts.LINE / lettering.POINTS
        return 0.14 + lettering.height(lines, style.SMALL) + above

    def figure(self, height: float) -> tuple[Figure, list[Axes]]:
        """A figure with one pair of axes a panel, `height` inches high; 0 for the usual proportion."""
        tall = height or self.inner * (0.48 if self.across == 1 else 0.62)
        rows = -(-len(self.titles) // self.across)
        step = tall + self.top + self.sides.bottom
        figure = style.blank(style.WIDTH, step * rows)
        axes = []
        for place in range(len(self.titles)):
            row, column = divmod(place, self.across)
            bottom = ((rows - 1 - row) * step + self.sides.bottom) / (step * rows)
            width = self.inner / style.WIDTH
            axes.append(figure.add_axes((self._left(column), bottom, width, tall / (step * rows))))
        return figure, axes

    def _left(self, column: int) -> float:
        """Where a column's axes begin, in shares of the page."""
        each = self.inner + self.sides.right + 0.1 if self.shared else style.WIDTH / self.across
        return (self.sides.left + column * each) / style.WIDTH

    def only_first_names_rows(self, axes: Sequence[Axes]) -> None:
        """Rows are the same in all panels: the first of each line names them."""
        for place, each in enumerate(axes):
            if place % self.across:
                each.tick_params(axis="y", labelleft=False)

    def name_across(self, figure: Figure, words: str) -> None:
        """What all horizontal axes measure, once below them."""
        middle = (self.sides.left + style.WIDTH - self.sides.right) / 2 / style.WIDTH
        low = (figure.get_tightbbox().y0 - 0.08) / figure.get_figheight()
        figure.text(middle, low, escape.one_line(words), ha="center", va="top", fontsize=style.SMALL)


def _axis_words(axes: Axes, spec: FigureSpec, unit: str, across: bool, named: int) -> None:
    """What is measured and in which unit, set level above the axis so that it reads without turning."""
    measured, along = escape.one_line(spec.y_label or unit), escape.one_line(spec.x_label)
    if across:
        axes.set_xlabel(measured or along)
        return
    axes.set_xlabel(along)
    above = (0, 5 + charts.LINE * named)
    look: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "color": style.SOFT}
    axes.annotate(measured, (0, 1), xytext=above, fontsize=style.TINY, **look)


def _heading(text: str, inner: float) -> str:
    return lettering.wrapped(text, inner, style.SMALL, bold=True)


def _title(axes: Axes, text: str, lines_below: int, inner: float) -> None:
    """The panel's heading above the names and units that stand over the axes."""
    pad = 5 + charts.LINE * lines_below
    axes.set_title(_heading(text, inner), loc="left", fontsize=style.SMALL, fontweight="bold", pad=pad)


def _face(figure: Figure, said: Sequence[str]) -> None:
    """What is missing and where the figures come from, said on the figure's face."""
    for text in filter(None, said):
        low = (figure.get_tightbbox().y0 - 0.07) / figure.get_figheight()
        lines = lettering.wrapped(text, style.WIDTH - 0.1, style.TINY)
        look: dict[str, Any] = {"fontsize": style.TINY, "fontstyle": "italic", "color": style.SOFT}
        figure.text(0.01, low, lines, va="top", **look)
