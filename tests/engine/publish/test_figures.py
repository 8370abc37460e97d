"""Figures: every kind is drawn, the same bytes every time, and what stands on them is what was asked for."""

from __future__ import annotations

import hashlib
import os
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import StudyError
from replication.publish import charts, network, style
from replication.publish.figures import draw, write_drawn, write_figure
from replication.publish.periods import in_order, position
from replication.spec.entries import FigureSpec

EVIL = '</svg><script>alert(1)</script> $\\frac{1}$ & "x" -- \n% _a^b'


def spec(kind: str, **entry) -> FigureSpec:
    """A figure's entry in a study file."""
    return FigureSpec(id="figure", title="Title", kind=kind, **entry)


@pytest.fixture
def results(estimates, accounts):
    """Estimates with the id of each result."""
    ids = {(a.model, error.label): name for a in accounts for name, error in a.results.items()}
    return estimates.assign(
        result=[ids[key] for key in zip(estimates["model"], estimates["error"], strict=True)]
    )


@pytest.fixture
def requests(statistics, results, ties):
    """One figure of every kind, with its records."""
    return [
        (spec("lines", statistics=["share"], missing="Missing: 1987."), statistics),
        (spec("lines", statistics=["share", "ratio"], panels=True), statistics),
        (spec("bars", statistics=["share"]), statistics),
        (spec("bars", statistics=["ratio"]), statistics),
        (spec("stacked", statistics=["share"]), statistics),
        (spec("dots", statistics=["share"]), statistics),
        (spec("coefficients", models=["baseline", "two_way"], terms=["us_trade"]), results),
        (spec("coefficients", models=["baseline"], terms=["us_trade", "const"], panels=True), results),
        (spec("network", table="ties", panels=True), ties),
    ]


def words(figure) -> str:
    """All that is written on a figure."""
    found = figure.findobj(matplotlib.text.Text)
    return "\n".join(text.get_text().replace("\n", " ") for text in found)


def test_spans_of_periods_are_tinted_where_they_are_drawn(statistics):
    with style.journal():
        plain, tinted = (
            draw(spec("lines", statistics=["share"], shaded=spans), statistics, {})
            for spans in ([], [["1985", "1986"]])
        )
    patches = [len(figure.axes[0].patches) for figure in (plain, tinted)]
    assert patches == [0, 1]
    (span,) = tinted.axes[0].patches
    assert (span.get_x(), span.get_width()) == (1984.5, 2)


@pytest.mark.parametrize(
    ("span", "left", "width"),
    [
        (["1985", "1985"], 1984.5, 1),
        (["1985-07", "1985-12"], 1985.5 - 1 / 24, 1 / 2),
        (["1985Q1", "1985Q1"], 1985 - 1 / 8, 1 / 4),
    ],
)
def test_a_span_reaches_half_of_its_own_period_beyond_its_ends(statistics, span, left, width):
    with style.journal():
        figure = draw(spec("lines", statistics=["share"], shaded=[span]), statistics, {})
    (tint,) = figure.axes[0].patches
    assert (tint.get_x(), tint.get_width()) == pytest.approx((left, width))


def test_every_kind_is_written_again_with_the_same_bytes(requests, actors, tmp_path):
    for place, (entry, records) in enumerate(requests):
        once = write_figure(entry, records, tmp_path / f"a{place}", {}, actors)
        again = write_figure(entry, records, tmp_path / f"b{place}", {}, actors)
        assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]
        assert ET.parse(once[0]).getroot().tag.endswith("svg")
        assert once[1].read_bytes().startswith(b"\x89PNG")
        assert once[2].read_bytes().startswith(b"%PDF")


SCRIPT = """
import hashlib, sys
from pathlib import Path
import matplotlib
matplotlib.rcParams.update({"font.family": "serif", "lines.linewidth": 9, "svg.hashsalt": "else"})
import pandas as pd
from replication.publish.figures import write_figure
from replication.spec.entries import FigureSpec
rows = [("s", "share", g, str(y), y * 0.3 - 590, "percent") for g in "abc" for y in range(1985, 1995)]
frame = pd.DataFrame(rows, columns=["study", "statistic", "group", "period", "value", "unit"])
ties = pd.DataFrame({"source": list("abcd"), "target": list("bcda"), "sign": [1, -1, 1, -1]})
for kind, entry, data in (("lines", {"statistics": ["share"]}, frame), ("network", {"table": "t"}, ties)):
    spec = FigureSpec(id=kind, title="T", kind=kind, missing="Missing: x.", **entry)
    for path in write_figure(spec, data, Path(sys.argv[1]), {}):
        print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
"""


def test_two_processes_with_other_hash_seeds_and_folders_write_the_same_bytes(tmp_path):
    told = []
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": seed}
        run = [sys.executable, "-c", SCRIPT, str(tmp_path / seed)]
        told.append(subprocess.run(run, env=environment, capture_output=True, text=True, check=True).stdout)
    assert told[0] == told[1]
    assert len(told[0].splitlines()) == 6


def test_a_users_settings_of_matplotlib_are_neither_used_nor_changed(statistics, tmp_path):
    before = hashlib.sha256(
        write_figure(spec("lines", statistics=["share"]), statistics, tmp_path, {})[1].read_bytes()
    )
    with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 30}):
        after = write_figure(spec("lines", statistics=["share"]), statistics, tmp_path, {})[1]
        assert matplotlib.rcParams["lines.linewidth"] == 9
        assert hashlib.sha256(after.read_bytes()).digest() == before.digest()


def test_names_and_units_stand_on_the_face(statistics):
    with style.journal():
        told = words(draw(spec("lines", statistics=["share"]), statistics, {"JPN": "Japan"}))
    assert all(word in told for word in ("Japan", "GBR", "percent"))


def test_what_is_missing_and_the_source_stand_on_what_goes_out_alone(statistics, tmp_path):
    told = {"missing": "Missing: the United Kingdom in 1987."}
    plain, said = (
        write_figure(
            spec("lines", statistics=["share"], **entry), statistics, tmp_path / name, {}, source=source
        )
        for name, entry, source in (("a", {}, ""), ("b", told, "Source: Bank of Japan."))
    )
    assert plain[0].read_bytes() == said[0].read_bytes()
    heights = [[png_size(paths[1])[1], pdf_size(paths[2])[1]] for paths in (plain, said)]
    assert all(more > less for less, more in zip(*heights, strict=True))


def png_size(path) -> tuple[int, int]:
    return struct.unpack(">II", path.read_bytes()[16:24])


def pdf_size(path) -> list[float]:
    box = re.search(rb"/MediaBox \[ ?([\d. ]+)\]", path.read_bytes())[1]
    return [float(number) for number in box.split()][2:]


def test_the_png_has_three_hundred_dots_to_the_inch_and_the_pdf_keeps_its_words(statistics, tmp_path):
    svg, png, pdf = write_figure(spec("lines", statistics=["share"]), statistics, tmp_path, {})
    assert png_size(png)[0] == 300 * style.WIDTH
    assert pdf_size(pdf)[0] == 72 * style.WIDTH
    assert b"/FontFile2" in pdf.read_bytes() and b"CreationDate" not in pdf.read_bytes()


def test_a_missing_period_breaks_the_line_and_a_lonely_point_is_marked():
    records = pd.DataFrame(
        {
            "key": "a",
            "label": "a",
            "period": [str(year) for year in range(1980, 2000)],
            "value": [np.nan if year in (1985, 1987) else 1.0 for year in range(1980, 2000)],
        }
    )
    with style.journal():
        axes = style.blank(6, 3).subplots()
        charts.lines(axes, charts.series(records))
    line, marks = axes.lines[:2]
    assert np.isnan(line.get_ydata()).sum() == 2
    assert marks.get_xdata().tolist() == [1986.0]


@pytest.mark.parametrize("kind", ["lines", "bars", "stacked"])
def test_words_for_a_date_do_not_move_it_on_an_axis_of_time(kind, statistics):
    with style.journal():
        plain, told = (
            draw(spec(kind, statistics=["share"]), statistics, labels)
            for labels in ({}, {"1986": "1986: an event", "1985": "1985: another"})
        )
    lines = [[line.get_xydata().tolist() for line in figure.axes[0].lines] for figure in (plain, told)]
    boxes = [[patch.get_bbox().bounds for patch in figure.axes[0].patches] for figure in (plain, told)]
    assert str(lines[0]) == str(lines[1])
    assert str(boxes[0]) == str(boxes[1])


def test_stacked_parts_reach_the_sum_of_each_period():
    records = pd.DataFrame(
        {
            "key": list("aabb"),
            "label": list("aabb"),
            "period": ["1990", "1991"] * 2,
            "value": [1.0, 2.0, 3.0, -4.0],
        }
    )
    with style.journal():
        axes = style.blank(6, 3).subplots()
        charts.stacked(axes, charts.series(records))
    tops = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in axes.patches]
    assert tops == [(0.0, 1.0), (0.0, 2.0), (1.0, 4.0), (0.0, -4.0)]


def test_coefficients_stand_at_their_records(results):
    entry = spec("coefficients", models=["baseline"], terms=["us_trade", "const"])
    with style.journal():
        axes = draw(entry, results, {}).axes[0]
    mine = results[(results["result"] == "baseline") & results["term"].isin(["us_trade", "const"])]
    points = next(line for line in axes.lines if line.get_marker() == "o")
    assert points.get_xdata().tolist() == mine["estimate"].tolist()
    spans = [path.vertices[:, 0].tolist() for path in axes.collections[0].get_paths()]
    assert spans == mine[["conf_low", "conf_high"]].to_numpy().tolist()


def test_a_constellation_draws_each_pair_once_and_positive_solid(ties, actors):
    with style.journal():
        axes = style.blank(6, 4).subplots()
        network.constellation(axes, ties[ties["phase"] == 1], actors, {})
    arcs = [patch for patch in axes.patches if not patch.get_fill()]
    drawn = [(arc.get_linewidth(), matplotlib.colors.to_hex(arc.get_edgecolor())) for arc in arcs]
    assert sorted(drawn) == [(1.3, style.RED), (1.7, style.COLOURS[0])]
    assert [arc.get_linestyle() == "solid" for arc in arcs] == [arc.get_linewidth() == 1.7 for arc in arcs]
    assert {"Department of Defense", "MITI"} <= {text.get_text().replace("\n", " ") for text in axes.texts}


def test_text_that_is_not_ours_is_drawn_as_text(statistics, tmp_path):
    entry = spec("lines", statistics=["share"], missing=EVIL, y_label=EVIL)
    with pytest.warns(UserWarning, match="Glyph 23478"):
        svg, *_ = write_figure(entry, statistics, tmp_path, {"JPN": EVIL, "GBR": "家"})
    root = ET.parse(svg).getroot()
    assert not [node for node in root.iter() if node.tag.endswith("script")]
    assert "<script" not in svg.read_text(encoding="utf-8")


def test_a_word_with_control_characters_leaves_a_figure_that_can_be_read(tmp_path):
    with style.journal(), pytest.warns(UserWarning, match="Glyph"):
        drawn = style.blank(2, 1)
        drawn.add_subplot().set_yticks([0, 1], ["\x1b[2J\x00", "\u202eabc"])
        svg, *_ = write_drawn(drawn, "name", tmp_path)
    ET.parse(svg)
    assert set(svg.read_text(encoding="utf-8")).isdisjoint("\x1b\x00\u202e")


def test_nothing_outside_the_file_is_drawn_on(statistics, tmp_path):
    svg, *_ = write_figure(spec("lines", statistics=["share"]), statistics, tmp_path, {})
    text = svg.read_text(encoding="utf-8")
    assert "font-family" not in text
    assert "<text" not in text
    assert "<dc:date>" not in text


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"kind": "lines", "statistics": ["shar"]}, "did you mean 'share'"),
        ({"kind": "bars"}, "names its statistics; none is named"),
        ({"kind": "network", "table": "t"}, "needs a column 'source'"),
    ],
)
def test_what_cannot_be_drawn_is_told(entry, sentence, statistics):
    with style.journal(), pytest.raises(StudyError, match=sentence):
        draw(spec(**entry), statistics, {})


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(1, 40)), min_size=1, max_size=12))
def test_labels_moved_apart_do_not_overlap_and_keep_their_order(labels):
    wanted, sizes = zip(*labels, strict=True)
    heights = charts.spread(wanted, sizes)
    order = sorted(range(len(labels)), key=lambda i: (wanted[i], i))
    for low, high in pairwise(order):
        assert heights[high] - heights[low] >= (sizes[low] + sizes[high]) / 2 - 1e-6


@pytest.mark.parametrize(
    ("period", "place"),
    [
        ("1985", 1985),
        ("1985-07", 1985.5),
        ("1985Q3", 1985.5),
        ("-12", -12),
        ("+3", 3),
        ("1982-91", None),
        ("", None),
    ],
)
def test_periods_have_a_place_on_the_axis(period, place):
    assert position(period) == place


def test_periods_are_put_in_order_of_time_not_of_letters():
    assert in_order(["10", "9", "-1"]) == ["-1", "9", "10"]
    assert in_order(["1990", "cumulative", "1985Q2", "1985"]) == ["1985", "1985Q2", "1990", "cumulative"]


def _lightness(colour: str) -> float:
    """CIE 1976 L* of an sRGB colour (IEC 61966-2-1 transfer function, Rec. 709 luminance)."""
    channels = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ np.array([0.2126, 0.7152, 0.0722]))
    return 116 * luminance ** (1 / 3) - 16


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast of two colours."""
    low, high = sorted(((_lightness(colour) + 16) / 116) ** 3 for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def test_neighbouring_colours_differ_in_grey():
    light = [_lightness(colour) for colour in style.COLOURS[:6]]
    assert all(abs(one - other) >= 15 for one, other in pairwise(light))


def test_marks_stand_out_from_the_page_and_words_more_in_light_and_in_dark():
    paper = "#ffffff"
    words = [style.INK, style.SOFT, style.RED, *style.LETTERS]
    for colours, least in ((words, 4.5), (style.COLOURS, 3.0)):
        assert min(_contrast(colour, paper) for colour in colours) >= least
        assert min(_contrast(style.DARK[colour], style.DARK[paper]) for colour in colours) >= least
    assert min(_contrast(style.INK, band) for band in style.BANDS) >= 4.5


LONG = "A name that nobody would cut, of {} words and more (percent of gross domestic product)"


def texts_of(figure):
    """Every word that is shown, with the rectangle that it takes."""
    figure.canvas.draw()
    axes = [axis for each in figure.axes for axis in (each.xaxis, each.yaxis)]
    ticks = {label for axis in axes for label in axis.get_ticklabels()}
    drawn = {tick.label1 for axis in axes for tick in axis._update_ticks()}  # not those beyond the view
    texts = set(figure.findobj(matplotlib.text.Text)) - (ticks - drawn)
    shown = [text for text in texts if text.get_text() and text.get_visible()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in shown]
    return [(word, box) for word, box in boxes if box.width > 0]


@pytest.mark.parametrize("kind", ["lines", "bars", "stacked", "dots", "coefficients"])
@pytest.mark.parametrize("panels", [False, True])
def test_long_names_are_neither_cut_nor_do_they_meet(kind, panels, statistics, results):
    names = {key: LONG.format(key) for key in ("JPN", "GBR", "us_trade", "const", "bank_lending")}
    titles = {key: LONG.format(key) for key in ("baseline", "two_way", "log")}
    if kind == "coefficients":
        entry = {"models": list(titles), "terms": ["us_trade", "bank_lending"]}
    else:
        entry = {"statistics": ["share"]}
    with style.journal():
        figure = draw(
            spec(kind, panels=panels, **entry), results if "models" in entry else statistics, names | titles
        )
        found = texts_of(figure)
        paper = figure.bbox
    assert not any("\u2026" in word for word, _ in found)
    shown = " ".join(word.replace("\n", " ") for word, _ in found)
    wanted = titles if kind == "coefficients" else {key: names[key] for key in ("JPN", "GBR")}
    assert all(name in shown for name in wanted.values())
    outside = [
        (word, box.x0, box.x1) for word, box in found if box.x0 < paper.x0 - 1 or box.x1 > paper.x1 + 1
    ]
    assert outside == []
    for place, (word, box) in enumerate(found):
        for other, beside in found[place + 1 :]:
            apart = box.x1 <= beside.x0 or beside.x1 <= box.x0 or box.y1 <= beside.y0 or beside.y1 <= box.y0
            assert apart, (word, other)


def test_bars_stand_over_their_tick_where_others_are_missing():
    records = pd.DataFrame(
        {
            "key": list("aab"),
            "label": list("aab"),
            "period": ["1990", "1991", "1990"],
            "value": [1.0, 2.0, 3.0],
        }
    )
    with style.journal():
        axes = style.blank(6, 3).subplots()
        charts.bars(axes, charts.series(records))
    middles = [bar.get_x() + bar.get_width() / 2 for bar in axes.patches if bar.get_height() > 0]
    assert middles == pytest.approx([-0.2, 1.0, 0.2])


def test_thousands_are_set_apart_on_the_whole_of_an_axis_or_nowhere():
    assert charts.Ticks().format_ticks([5000, 10000]) == ["5,000", "10,000"]
    assert charts.Ticks().format_ticks([1000, 5000]) == ["1000", "5000"]
    assert charts.Ticks().format_ticks([-0.5, 0.25]) == ["\u22120.50", "0.25"]


def test_panels_of_bars_have_one_period_each_rows_as_far_apart_and_room_for_numbers():
    """Two regions, each with its own period, a long number and a loss beside the name of its row."""
    rows = [("north", f"Land {n}", "North", 12_473.0 / (n + 1)) for n in range(12)]
    rows += [("south", "Land 0", "South", 940.0), ("south", "A republic with a name", "South", -18.0)]
    records = pd.DataFrame(rows, columns=["statistic", "group", "period", "value"]).assign(
        unit="yen", study="s"
    )
    with style.journal():
        figure = draw(spec("bars", statistics=["north", "south"], panels=True), records, {})
        found = texts_of(figure)
        paper = figure.bbox
    (north, south) = figure.axes
    assert north.get_ylim() == south.get_ylim()
    assert {bar.get_height() for axes in figure.axes for bar in axes.patches} == {0.62}
    assert all(paper.x0 - 1 <= box.x0 and box.x1 <= paper.x1 + 1 for _, box in found)
    boxes = dict(found)
    assert boxes["\u221218.0"].x0 > boxes["A republic with a name"].x1
    assert "12,473" in boxes
