"""The layout of tables of models: panels, groups of terms, rows that tell of several terms."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from docx import Document

import replication as rp
from replication.spec.entries import TableSpec
from replication.versions.locate import paths
from replication.versions.media import disagreements

DRAW = np.random.default_rng(5)
PANEL = {"e": np.repeat(list("abcdefghijklmnop"), 8), "t": np.tile(range(1990, 1998), 16)}
ROWS = pd.DataFrame(PANEL).assign(
    x=DRAW.normal(size=128), z=DRAW.normal(size=128), w=DRAW.normal(size=128),
    region=np.repeat(["north", "south", "west", "east"], 32), year=np.tile([f"y{y}" for y in range(8)], 16),
)  # fmt: skip
ROWS["y"] = 3 * ROWS["x"] + 0.1 * ROWS["z"] + DRAW.normal(size=128)
KEYS = {
    "entity": "e",
    "time": "t",
    "covariance": [{"kind": "hc1"}, {"kind": "clustered"}],
    "labels": {"entity": "debtor"},
}
PANELS = [
    {"title": "Without effects & {more}", "models": ["pooled", "regions"]},
    {"title": "With effects", "models": ["within", "twoway"]},
]


@pytest.fixture(scope="module")
def four():
    return rp.compare(
        pooled=rp.fit("y ~ x + z", ROWS, **KEYS),
        regions=rp.fit("y ~ x + z + w + dummies(region) + dummies(year)", ROWS, **KEYS),
        within=rp.fit("y ~ x + z", ROWS, effects=["entity"], **KEYS),
        twoway=rp.fit("y ~ x + w", ROWS, effects=["entity", "time"], **KEYS),
    )


def rows(table, column=None):
    """Labels of the rows, or a column by its label."""
    cells = {row[0].text: row[column].text for row in table.rows} if column else None
    return cells if column else [row[0].text for row in table.rows]


def test_the_keys_of_the_layout_have_the_default_of_before(four):
    defaults = TableSpec(id="t", title="T").model_dump()
    keys = ("groups", "indicate", "std_error", "below", "about", "effects", "headings", "notes")
    assert four.published() == four.published(**{key: defaults[key] for key in keys})


def test_panels_are_the_blocks_of_their_models_above_one_another(four):
    table = four.published(panels=PANELS, terms=["x", "z", "w"])
    assert table.header == ("", "(1)", "(2)")
    a, b = table.panels
    assert [table.rows[place][0].text for place in (a, b)] == [f"Panel {x}: {p['title']}" for x, p in
                                                              zip("AB", PANELS, strict=True)]  # fmt: skip
    assert [cell.text for cell in table.rows[a + 1]] == ["", "pooled", "regions"]
    alone = four.published(models=["within", "twoway"], terms=["x", "z", "w"])
    assert table.rows[b + 2 :] == alone.rows  # the same block as by itself
    assert {line.rows for line in table.joined if line.rows[0] > b} == {
        tuple(row + b + 2 for row in line.rows) for line in alone.joined
    }
    assert b in table.rules and a not in table.rules
    assert len(set(table.notes + table.account)) == len(table.notes + table.account)


def test_a_panel_shows_the_terms_that_its_models_have(four):
    labels = rows(four.published(panels=PANELS[:1], terms=["x", "w"], below="nothing"))
    assert {"x", "w"} <= set(labels)
    one = [{"title": "One", "models": ["pooled"]}, {"title": "Own", "models": ["twoway"], "terms": ["w"]}]
    table = four.published(panels=one, terms=["x", "z"], below="nothing")
    first, second = rows(table)[: table.panels[1]], rows(table)[table.panels[1] :]
    assert "x" in first and "w" not in first and "w" in second and "x" not in second
    note = " ".join(table.notes)
    assert "Not shown: Constant." in note and note.startswith("Beside each estimate")


def test_panels_and_headings_that_cannot_be_are_refused(four):
    wrong = [
        ({"panels": PANELS, "models": ["pooled"]}, "has models and panels; allowed: one of them"),
        (
            {"panels": [{"title": "P", "models": ["pool"]}]},
            "model 'pool' is not known.*did you mean 'pooled'",
        ),
        ({"panels": [{"title": "P", "models": []}]}, "panels"),
        ({"headings": ["Aid"]}, "1 headings for 4 columns"),
        ({"panels": PANELS, "headings": ["Aid"]}, "1 headings for 2 columns"),
        ({"groups": [{"title": "G", "terms": ["q"]}]}, "term 'q' is not known"),
        ({"indicate": {"Controls": ["q"]}}, "indicate: term 'q' is not known"),
        ({"about": ["outcomes"]}, "did you mean"),
    ]
    for keys, message in wrong:
        with pytest.raises(rp.StudyError, match=message):
            four.published(**keys)


def test_headings_stand_in_place_of_titles(four):
    assert four.published(headings=list("abcd")).header == ("", "a", "b", "c", "d")
    both = four.published(panels=PANELS, headings=["Left", "Right"], numbered=True)
    assert both.header == ("", "(1) Left", "(2) Right")
    assert "pooled" not in [cell.text for row in both.rows for cell in row]


def test_groups_put_terms_under_headings_in_their_order(four):
    table = four.published(terms=["w"], groups=[{"title": "Trade", "terms": ["z", "x"]}], below="nothing")
    labels = [(row[0].text, row[0].level) for row in table.rows[:7]]
    assert labels == [("w", 0), ("s.e.", 1), ("Trade", 0), ("z", 1), ("s.e.", 2), ("x", 1), ("s.e.", 2)]
    assert table.headings == (2,) and not table.panels
    single = rp.fit("y ~ x + z", ROWS, **KEYS).published(groups=[{"title": "G", "terms": ["z"]}])
    assert [row[0].text for row in single.rows[:2]] == ["G", "z"]


def test_terms_and_factors_are_told_in_one_row(four):
    told = {"Regions": ["region"], "Controls": ["z", "w"]}
    table = four.published(indicate=told, below="nothing")
    found = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    assert found["Regions"] == ["", "yes", "", ""]
    assert found["Controls"] == ["in part", "yes", "in part", "in part"]
    assert found["Year dummies"] == ["", "yes", "", ""]  # of many levels, as without the key
    assert not {"z", "w", "region=south"} & set(found)
    assert "region=south" in rows(four.published())


def test_effects_have_a_row_each_where_they_are_asked_for(four):
    found = {row[0].text: [cell.text for cell in row[1:]] for row in four.published(effects="indicated").rows}
    assert found["Debtor effects"] == ["", "", "yes", "yes"] and found["Time effects"] == ["", "", "", "yes"]
    assert "Effects" not in found
    labels = rows(four.published(about=["errors", "outcome"], fit=[]))
    assert labels[-3:-1] == ["Errors", "Outcome"] and "Estimator" not in labels and "Effects" not in labels


def test_the_standard_error_beneath_has_a_line_of_its_own(four):
    beside, beneath = (four.published(std_error=place, below="p") for place in ("beside", "beneath"))
    assert beside.rows == beneath.rows and len(beneath.lines) > len(beside.lines)
    assert beneath.lines[1].label.text == "s.e." and "Below each estimate" in beneath.notes[0]
    assert rows(beside)[2:4] == ["HC1, p", "clustered, p"] and "interval" not in beside.notes[0]


def test_short_notes_leave_out_the_account(four):
    short, full = four.published(notes="short"), four.published()
    assert short.notes == full.notes and full.account and not short.account
    assert "rows used" not in four.to_markdown(notes="short")


def test_options_that_several_models_have_are_told_once():
    keys = {**KEYS, "labels": {}, "estimator": "quantile", "options": {"q": 0.25}}
    quarter, same = rp.fit("y ~ x", ROWS, **keys), rp.fit("y ~ x + z", ROWS, **keys)
    half = rp.fit("y ~ x", ROWS, **{**keys, "options": {"q": 0.5}})
    told = [each for each in rp.compare(a=quarter, b=same, c=half).published().account if "Options" in each]
    assert [each.partition(":")[0] for each in told] == ["Options (a, b)", "Options (c)"]
    alone = rp.compare(a=quarter, b=same).published().account
    assert sum(each.startswith("Options:") for each in alone) == 1


LAYOUT = {
    "panels": PANELS,
    "groups": [{"title": "Trade, *x* & $y$", "terms": ["x"]}, {"title": "Others", "terms": ["z", "w"]}],
    "indicate": {"Regions": ["region"]},
    "std_error": "beneath",
    "stars": [0.1, 0.05],
    "effects": "indicated",
}


def test_every_medium_shows_the_cells_of_the_csv(four, tmp_path):
    place = tmp_path / "tables"
    place.mkdir()
    made = {"csv": four.to_csv, "tex": four.to_latex, "html": four.to_html, "md": four.to_markdown}
    for ending, write in made.items():
        (place / f"t.{ending}").write_text(write(**LAYOUT).replace("tab:table", "tab:t"), encoding="utf-8")
    page = place / "t.html"
    page.write_text(page.read_text("utf-8").replace('id="table"', 'id="t"'), encoding="utf-8")
    assert list(disagreements(tmp_path)) == []
    (place / "t.md").write_text(four.to_markdown(**LAYOUT).replace("yes", "no"), encoding="utf-8")
    assert [name for name, _ in disagreements(tmp_path)] == ["tables/t.md"]


def test_headings_are_set_apart_in_every_format(four):
    heading = "Panel B: With effects"
    assert f"| **{heading}** |" in four.to_markdown(**LAYOUT)
    assert rf"\multicolumn{{3}}{{@{{}}l}}{{\textit{{{heading}}}}}\\" in four.to_latex(**LAYOUT)
    page = four.to_html(**LAYOUT)
    assert f'<th scope="row" class="heading">{heading}</th>' in page
    assert '<th scope="row" class="level1">x</th>' in page and 'class="level2">s.e.' in page
    assert f'table.cell(colspan: 3)[#emph[[#"{heading}"]]]' in four.to_typst(**LAYOUT)
    assert f"{heading},," in four.to_csv(**LAYOUT)


def test_a_heading_in_word_spans_the_columns(four, tmp_path):
    path = Path(four.to_docx(tmp_path / "t.docx", **LAYOUT))
    (grid,) = Document(io.BytesIO(path.read_bytes())).tables
    spans = [row for row in grid.rows if row.cells[0].text.startswith("Panel")]
    assert len(spans) == 2 and all(row.cells[0]._tc is row.cells[-1]._tc for row in spans)
    assert all(len(row.cells[0].paragraphs) == 1 for row in spans)
    marks = [[each.tag.rpartition("}")[2] for each in row._tr.trPr] for row in grid.rows]
    assert marks == [["tblHeader"], *([["cantSplit"]] * (len(grid.rows) - 1))]
    assert zipfile.ZipFile(path).testzip() is None


def test_a_row_of_a_panel_is_found_by_its_path(four):
    table = four.published(panels=PANELS, below="nothing", groups=[{"title": "G", "terms": ["x"]}])
    found = paths(table)
    assert "Panel B: With effects / G / x / s.e." in found and len(set(found)) == len(found)


def test_a_study_file_has_panels_of_entries_that_stand_for_several_models(tmp_path):
    ROWS.to_csv(tmp_path / "panel.csv", index=False)
    (tmp_path / "s.toml").write_text(
        """
[study]
id = "s"
title = "S"
data = "panel.csv"
entity = "e"
time = "t"
[[models]]
id = "m"
formula = "y ~ x"
stepwise = ["z"]
[[tables]]
id = "blocks"
title = "Blocks"
[[tables.panels]]
title = "All"
models = ["m"]
""",
        encoding="utf-8",
    )
    rp.run(tmp_path / "s.toml", out=tmp_path / "out")
    shown = (tmp_path / "out" / "tables" / "blocks.csv").read_text("utf-8")
    assert shown.splitlines()[:3] == [",(1),(2)", "Panel A: All,,", ",m_1,m: with z"]
    text = (tmp_path / "s.toml").read_text("utf-8").replace('models = ["m"]', 'models = ["n"]')
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    with pytest.raises(rp.StudyError, match="tables.blocks.panels: id 'n' is not known"):
        rp.run(tmp_path / "s.toml", out=tmp_path / "out")
