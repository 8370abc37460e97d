"""Published tables: every printed figure is its record, rounded, and no record is lost or mixed up."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import DataError, StudyError
from replication.publish.printed_words import in_words, statistic_words
from replication.publish.statistics_tables import data_table, model_table, statistics_table
from replication.publish.table import Cell, Table, is_figure
from replication.spec.entries import TableSpec
from tests.support.printed_cells import assert_printed, record

LABELS = {"us_trade": "Trade with the United States", "JPN": "Japan"}


def assert_every_cell_is_its_record(table: Table, frames: dict[str, pd.DataFrame]) -> None:
    """Every figure names its record, and every row has a cell for every column."""
    assert all(len(row) == len(table.header) for row in table.rows)
    for row in table.rows:
        for place, cell in enumerate(row):
            if cell.source:
                assert_printed(cell.text, record(cell, frames))
            else:
                assert place == 0 or not is_figure(cell.text)


@pytest.mark.parametrize("chosen", [["baseline"], ["baseline", "two_way", "log"], ["log"]])
@pytest.mark.parametrize("decimals", [None, 0, 3])
def test_model_tables_print_their_records(chosen, decimals, estimates, models, accounts):
    spec = TableSpec(id="t", title="T", models=chosen, decimals=decimals)
    table = model_table(spec, estimates, models, accounts, LABELS)
    assert_every_cell_is_its_record(table, {"estimates": estimates, "models": models})
    printed = {cell.source for row in table.rows for cell in row if cell.source[:1] == ("estimates",)}
    shown = estimates[estimates["model"].isin(chosen)]
    keys = shown[["model", "error", "term"]].itertuples(index=False, name=None)
    errors = {("estimates", *key, "std_error") for key in keys}
    assert errors <= printed


def test_a_coefficient_and_its_errors_share_their_decimals(estimates, models, accounts):
    spec = TableSpec(id="t", title="T", models=["baseline"])
    table = model_table(spec, estimates, models, accounts, {})
    for row in table.rows[: table.rules[0]]:
        ends = {cell.text.partition(".")[2] and len(cell.text.partition(".")[2]) for cell in row[1:5]}
        if "e" not in row[1].text:
            assert len(ends) == 1


def test_one_model_shows_every_error_and_the_interval(estimates, models, accounts):
    table = model_table(
        TableSpec(id="t", title="T", models=["baseline"]), estimates, models, accounts, LABELS
    )
    errors = ("s.e., panel-corrected", "s.e., clustered", "s.e., panel-corrected casewise")
    assert table.header == ("", "Estimate", *errors, "p value", "95% from", "95% to")
    labels = [row[0].text for row in table.rows]
    assert labels[:4] == ["bank_lending", "Trade with the United States", "log(gdp_per_head)", "Constant"]
    notes = " ".join(table.notes)
    assert "182 of 1054 rows used, left out: 860 outside the sample; 12 missing regressor us_trade." in notes
    assert "Clustered: clustered with the factor G/(G-1)." in notes
    assert "Warning: The panel is unbalanced." in notes


def test_several_models_stand_side_by_side_with_errors_below(estimates, models, accounts):
    spec = TableSpec(id="t", title="T", models=["baseline", "two_way", "log"], terms=["us_trade", "const"])
    table = model_table(spec, estimates, models, accounts, {})
    rows = {row[0].text: row for row in table.rows}
    assert table.header == ("", "Baseline", "Two-way", "Log")
    stub = ["us_trade", "s.e.", "p", "s.e., clustered", "s.e., panel-corrected casewise"]
    assert [row[0].text for row in table.rows[:5]] == stub
    assert [cell.wrap for cell in table.rows[1][1:]] == ["()"] * 3
    assert [bool(cell.text) for cell in table.rows[3][1:]] == [True, False, False]
    assert not rows["Constant"][2].text
    assert [cell.text for cell in rows["Converged"]] == ["Converged", "yes", "yes", "NO"]
    assert [cell.text for cell in rows["Observations"]] == ["Observations", "12345", "12346", "12347"]
    assert rows["Hausman χ², p value"][1].text == "<0.001"
    assert "Not shown: bank_lending, log(gdp_per_head)." in table.notes


def test_no_stars_anywhere(estimates, models, accounts):
    table = model_table(TableSpec(id="t", title="T", models=["log"]), estimates, models, accounts, {})
    assert not any("*" in cell.text for row in table.rows for cell in row)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"models": ["basline"]}, "did you mean 'baseline'"),
        ({"models": ["baseline"], "terms": ["us_trad"]}, "did you mean 'us_trade'"),
    ],
)
def test_a_wrong_model_or_term_is_told(entry, sentence, estimates, models, accounts):
    with pytest.raises(StudyError, match=sentence):
        model_table(TableSpec(id="t", title="T", **entry), estimates, models, accounts, {})


@pytest.mark.parametrize(
    ("rows", "columns"),
    [("group", "period"), ("period", "group"), ("statistic", "period"), ("group", "statistic")],
)
def test_statistics_tables_print_every_record_once(rows, columns, statistics, statistic_specs):
    spec = TableSpec(id="t", title="T", statistics=["share", "ratio"], rows=rows, columns=columns)
    table = statistics_table(spec, statistics, statistic_specs, LABELS)
    assert_every_cell_is_its_record(table, {"statistics": statistics})
    sources = [cell.source for row in table.rows for cell in row if cell.source]
    keys = statistics[["statistic", "group", "period"]].itertuples(index=False)
    assert sorted(sources) == sorted(("statistics", *key) for key in keys)


def test_a_statistics_table_tells_unit_and_gaps(statistics, statistic_specs):
    spec = TableSpec(id="t", title="T", statistics=["share"])
    table = statistics_table(spec, statistics, statistic_specs, LABELS)
    assert table.header == ("", "1985", "1986", "1987", "1988", "1989", "1990")
    assert [row[0].text for row in table.rows] == ["Japan", "GBR"]
    assert table.notes == ("Unit: percent.", "A dash marks a figure that is not available.")
    assert table.rows[1][3] == Cell("", ("statistics", "share", "GBR", "1987"))


def test_two_records_for_one_cell_are_an_error(statistics, statistic_specs):
    spec = TableSpec(id="t", title="T", statistics=["share"])
    twice = pd.concat([statistics, statistics.iloc[:1]])
    with pytest.raises(DataError, match="two values for share, JPN, 1985"):
        statistics_table(spec, twice, statistic_specs, {})
    with pytest.raises(StudyError, match="both 'period'"):
        statistics_table(spec.model_copy(update={"rows": "period"}), statistics, statistic_specs, {})
    with pytest.raises(StudyError, match="did you mean 'share'"):
        statistics_table(TableSpec(id="t", title="T", statistics=["shar"]), statistics, statistic_specs, {})


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(1900, 2100)), min_size=1, max_size=8))
def test_data_tables_print_their_rows(rows):
    frame = pd.DataFrame(rows, columns=["amount", "year"]).assign(name="x", known=True)
    table = data_table(TableSpec(id="t", title="T", table="flows"), frame, {"amount": "Amount"})
    assert table.header == ("Amount", "year", "name", "known")
    assert_every_cell_is_its_record(table, {"table": frame})
    assert [row[1].text for row in table.rows] == [str(year) for _, year in rows]
    assert {row[3].text for row in table.rows} == {"yes"}


def test_a_data_table_shows_the_columns_asked_for():
    frame = pd.DataFrame({"a": [0.5, None], "b": ["=1", None]})
    table = data_table(TableSpec(id="t", title="T", table="flows", show=["b", "a"]), frame, {})
    assert [[cell.text for cell in row] for row in table.rows] == [["=1", "0.5"], ["", ""]]
    with pytest.raises(StudyError, match="column 'c' is not known; allowed: a, b"):
        data_table(TableSpec(id="t", title="T", table="flows", show=["c"]), frame, {})


def test_words_of_the_package_are_printed_as_a_reader_knows_them():
    assert [in_words(name) for name in ("pcse", "driscoll_kraay")] == ["panel-corrected", "Driscoll-Kraay"]
    statistics = [("hausman_p", ""), ("vif", "lag(x, 1)"), ("test_f", "slopes"), ("vif", "x")]
    assert [statistic_words(*key, {"x": "Debt"}) for key in statistics] == [
        "Hausman χ², p value",
        "VIF: lag(x, 1)",
        "Slopes F",
        "VIF: Debt",
    ]
