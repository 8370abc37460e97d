"""Published tables: every printed figure is its record, rounded, and no record is lost or mixed up."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import DataError, StudyError
from replication.estimate.design import Term
from replication.publish.model_tables import model_table
from replication.publish.printed_words import in_words, statistic_words
from replication.publish.statistics_tables import data_table, statistics_table
from replication.publish.table import Cell, Table, is_figure
from replication.records.records import COLUMNS
from replication.spec.entries import TableSpec
from tests.support.printed_cells import assert_printed, by_key, record
from tests.support.terms import terms_of

LABELS = {"us_trade": "Trade with the United States", "JPN": "Japan"}


def assert_every_cell_is_its_record(table: Table, frames: dict[str, pd.DataFrame]) -> None:
    """Every figure names its record, and every row has a cell for every column."""
    assert all(len(row) == len(table.header) for row in table.rows)
    keyed = by_key(frames)
    for row in table.rows:
        for place, cell in enumerate(row):
            if cell.source:
                assert_printed(cell.text, record(cell, keyed))
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
    if len(chosen) > 1:  # of a model's errors two have a line; a third is in the account of the model
        shown = shown[shown["error"] != "pcse_casewise"]
    keys = shown[["model", "error", "term"]].itertuples(index=False, name=None)
    assert {
        ("estimates", *key, name) for key in keys for name in ("p_value", "conf_low", "conf_high")
    } <= printed


def test_a_coefficient_and_its_errors_share_their_decimals(estimates, models, accounts):
    spec = TableSpec(id="t", title="T", models=["baseline"])
    table = model_table(spec, estimates, models, accounts, {})
    for row in table.rows[: table.rules[0]]:
        shown = [row[place].text for place in (1, 2, 4, 5)]  # the third is a p value
        ends = {text.partition(".")[2] and len(text.partition(".")[2]) for text in shown}
        if "e" not in row[1].text:
            assert len(ends) == 1


def test_one_model_shows_every_error_and_its_interval(estimates, models, accounts):
    table = model_table(
        TableSpec(id="t", title="T", models=["baseline"]), estimates, models, accounts, LABELS
    )
    errors = ("panel-corrected", "clustered", "panel-corrected casewise")
    wanted = [f"{word}, {error}" for error in errors for word in ("s.e.", "p", "95% from", "95% to")]
    assert table.header == ("", "Estimate", *wanted)
    labels = [row[0].text for row in table.rows]
    assert labels[:4] == ["bank_lending", "Trade with the United States", "log(gdp_per_head)", "Constant"]
    told = " ".join(table.account)
    assert "182 of 1054 rows used, left out: 860 outside the sample; 12 missing regressor “Trade with" in told
    assert "Clustered with the factor G/(G-1)." in told
    assert "Warning: The panel is unbalanced." in table.notes


def test_several_models_stand_side_by_side_with_three_lines_a_coefficient(estimates, models, accounts):
    spec = TableSpec(id="t", title="T", models=["baseline", "two_way", "log"], terms=["us_trade", "const"])
    table = model_table(spec, estimates, models, accounts, {})
    rows = {row[0].text: row for row in table.rows}
    assert table.header == ("", "Baseline", "Two-way", "Log")
    names = ("95% from", "95% to", "p")
    of_first, of_second = ([f"{kind}, {name}" for name in names] for kind in ("first error", "clustered"))
    assert [row[0].text for row in table.rows[:8]] == ["us_trade", "s.e.", *of_first, *of_second]
    assert [line.label.text for line in table.lines[:4]] == [
        "us_trade",
        "first error",
        "clustered",
        "Constant",
    ]
    assert [line.rows for line in table.lines[:3]] == [(0, 1), (2, 3, 4), (5, 6, 7)]
    assert [(cell.before, cell.after) for cell in (row[1] for row in table.rows[:5])] == [
        ("", ""),
        ("(", ")"),
        ("[", ","),
        ("", "]"),
        ("", ""),
    ]
    assert [bool(cell.text) for cell in table.rows[5][1:]] == [True, False, False]
    assert not rows["Constant"][2].text
    assert [cell.text for cell in rows["Errors"]] == [
        "Errors",
        "panel-corrected; clustered",
        "clustered",
        "panel-corrected",
    ]
    assert [cell.text for cell in rows["Converged"]] == ["Converged", "yes", "yes", "NO"]
    assert [cell.text for cell in rows["Observations"]] == ["Observations", "12345", "12346", "12347"]
    hausman = next(line for line in table.lines if line.label.text == "Hausman χ²")
    assert [cell.text for cell in table.cells(hausman, 1)] == ["12.35", "<0.001"]
    assert "Not shown: bank_lending, log(gdp_per_head)." in table.notes
    assert "By panel-corrected casewise errors (Baseline): in the account of the model." in table.account


@pytest.mark.parametrize("chosen", [["baseline"], ["baseline", "two_way"]])
def test_a_wild_bootstrap_has_p_and_interval_and_no_standard_error(chosen, estimates, models, accounts):
    wild = [
        replace(account, errors=tuple(replace(e, kind="wild_bootstrap") for e in account.errors))
        for account in accounts
    ]
    table = model_table(TableSpec(id="t", title="T", models=chosen), estimates, models, wild, {})
    quantities = {cell.source[-1] for row in table.rows for cell in row if cell.source[:1] == ("estimates",)}
    assert quantities == {"estimate", "p_value", "conf_low", "conf_high"}
    assert not any("s.e." in word for word in (*table.header, *(row[0].text for row in table.rows)))


def test_the_levels_of_a_factor_are_one_row_unless_they_are_few_or_asked_for(models, accounts):
    account = replace(accounts[0], errors=accounts[0].errors[:1])
    for levels in (5, 6):
        dummies = (Term(f"year={year}", factor="year") for year in range(1980, 1980 + levels))
        terms = (*terms_of("us_trade"), *dummies)
        rows = [
            ("study", "baseline", "panel-corrected", "regressor", term.label, 1.0, 0.5, 2.0, 0.05, 0.0, 2.0)
            for term in terms
        ]
        estimates = pd.DataFrame(rows, columns=COLUMNS["estimates"])
        made = {
            key: model_table(
                TableSpec(id="t", title="T", models=["baseline"], **entry),
                estimates,
                models,
                [replace(account, terms=terms)],
                {"year": "Calendar year"},
            )
            for key, entry in {"all": {}, "asked": {"terms": ["year=1981"]}}.items()
        }
        labels = {key: [row[0].text for row in table.rows] for key, table in made.items()}
        assert ("year=1980" in labels["all"]) == (levels == 5)
        assert ("Calendar year dummies" in labels["all"]) == (levels == 6)
        assert labels["asked"][0] == "year=1981"
        assert not any(note.startswith("Not shown") for note in made["all"].notes)


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


def test_a_column_of_codes_is_printed_in_words_where_each_has_one():
    frame = pd.DataFrame({"side": ["pro", None], "mixed": ["pro", "7 (a)"], "section": ["1", "1"]})
    words = {"pro": "For control", "1": "First phase", "side": "Side"}
    table = data_table(TableSpec(id="t", title="T", table="flows"), frame, words)
    texts = [[cell.text for cell in row] for row in table.rows]
    assert table.header == ("Side", "mixed", "section")
    assert texts == [["For control", "pro", "1"], ["", "7 (a)", "1"]]


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
