"""Matsumura's tables hold what the article says: counts, spot figures with their place, links between tables.

Spot figures were read in the article (Matsumura, Internationalization of the Bureaucratic Politics Model)
at the section, paragraph or note stated; the rates are those of the registered files of rates.
"""

from __future__ import annotations

import pandas as pd
import pytest

from cleaning.matsumura import RECIPES, build_events, build_ties
from replication.errors import DataError
from replication.sources.pipeline import clean_all
from replication.sources.schema import conform
from tests.support.repository import ROOT

RAW = ROOT / "data" / "raw"
ROWS = {
    "matsumura_shares": 9,
    "matsumura_loans": 4,
    "matsumura_actors": 18,
    "matsumura_ties": 75,
    "matsumura_events": 34,
    "matsumura_lists": 35,
    "matsumura_world_views": 4,
    "matsumura_scheme_2": 6,
}


@pytest.fixture(scope="module")
def tables(raw_project, tmp_path_factory) -> dict[str, pd.DataFrame]:
    contents = {path: (RAW / path).read_bytes() for recipe in RECIPES for path in recipe.inputs}
    return clean_all(raw_project(tmp_path_factory.mktemp("matsumura"), contents), RECIPES)


def test_every_table_has_all_its_rows(tables):
    assert {name: len(table) for name, table in tables.items()} == ROWS


@pytest.mark.parametrize(
    ("table", "row", "column", "figure"),
    [
        ("matsumura_shares", "untied_1985_japan", "share", 75),  # note 15
        ("matsumura_shares", "untied_1987_japan", "share", 21),  # note 15
        ("matsumura_shares", "untied_cumulative_europe", "share", 45),  # note 15
        ("matsumura_shares", "bloc_credits_1986_japan", "share", 40),  # note 25
        ("matsumura_shares", "bloc_credits_1986_japan", "amount", 10),  # note 25
        ("matsumura_shares", "defence_gnp_us", "share", 6.9),  # note 9
        ("matsumura_loans", "japan_loans_1985", "amount", 7.3),  # 2 (2), paragraph 4
        ("matsumura_loans", "japan_loans_1987", "amount", 14),  # 2 (2), paragraph 4
        ("matsumura_loans", "cuba_debt", "amount", 3.78),  # note 25
        ("matsumura_loans", "japan_loans_1985", "yen_per_dollar", 238.5358),  # PA.NUS.FCRF, 1985
        ("matsumura_loans", "japan_loans_1987", "yen_per_dollar", 144.6375),  # PA.NUS.FCRF, 1987
        ("matsumura_loans", "japan_loans_1985", "yen_per_dollar_end", 200.25),  # DEXJPUS, last of 1985
    ],
)
def test_figures_stand_as_printed(tables, table, row, column, figure):
    assert tables[table].set_index("id").loc[row, column] == figure


def test_loans_in_yen_are_dollars_times_the_rate(tables):
    loans = tables["matsumura_loans"]
    # trillion yen from billion dollars; one product of doubles
    assert (loans["amount"] * loans["yen_per_dollar"] / 1000).tolist() == pytest.approx(
        loans["amount_yen"].tolist(), rel=1e-15
    )


def test_every_end_of_a_tie_is_a_listed_actor_and_every_actor_has_a_tie(tables):
    ties, actors = tables["matsumura_ties"], tables["matsumura_actors"]
    assert set(ties["source"]) | set(ties["target"]) == set(actors["id"])


def test_kinds_and_signs_go_together(tables):
    ties = tables["matsumura_ties"]
    signs = ties.groupby("kind")["sign"].agg(set).to_dict()
    # a neutralised actor is either taken in or put out of action
    assert signs == {"alliance": {1}, "opposition": {-1}, "pressure": {-1}, "neutralisation": {1, -1}}


def test_ties_carry_country_and_side_of_the_phase(tables):
    tie = tables["matsumura_ties"].set_index("id").loc["p1_06"]
    assert (tie["source_name"], tie["target_country"]) == (
        "Ministry of International Trade and Industry",
        "JPN",
    )
    ties = tables["matsumura_ties"]
    assert set(ties.loc[ties["source"] == "state", "source_side"]) == {"control"}


def test_a_tie_to_an_unlisted_actor_is_refused():
    ties = pd.read_csv(RAW / "matsumura/ties.csv", dtype="str").assign(source="kgb")
    actors = pd.read_csv(RAW / "matsumura/actors.csv", dtype="str")
    schema = next(recipe.schema for recipe in RECIPES if recipe.schema.table == "matsumura_ties")
    built = build_ties({"matsumura/ties.csv": ties, "matsumura/actors.csv": actors})
    with pytest.raises(DataError, match="source_name is missing"):
        conform(built, schema, "ties.csv")


def test_events_are_in_order_and_span_what_their_precision_says(tables):
    events = tables["matsumura_events"]
    assert events["earliest"].is_monotonic_increasing
    first, last = (pd.to_datetime(events[end]) for end in ("earliest", "latest"))
    days = (last - first).dt.days + 1
    limits = {"day": (1, 1), "month": (28, 31), "year": (365, 366)}
    for precision, (least, most) in limits.items():
        assert days[events["precision"] == precision].between(least, most).all()


def dated(*stated: str | None) -> dict[str, pd.DataFrame]:
    row = pd.DataFrame([stated], columns=["year", "month", "day"], index=[7], dtype="str")
    return {"matsumura/events.csv": row}


def test_a_month_spans_its_days_and_a_leap_february_has_one_more():
    built = build_events(dated("1988", "2", None))
    assert built[["earliest", "latest"]].iloc[0].tolist() == ["1988-02-01", "1988-02-29"]


@pytest.mark.parametrize(
    "stated", [("1988", "13", None), ("1988", "2", "30"), ("1988", None, "5"), ("x", None, None)]
)
def test_a_date_that_is_none_is_refused_with_its_line(stated):
    with pytest.raises(DataError, match="events.csv, line 7: .* is not a date"):
        build_events(dated(*stated))


def test_table_1_gives_every_view_of_the_actors(tables):
    views, actors = tables["matsumura_world_views"], tables["matsumura_actors"]
    assert set(views["id"]) == set(actors["world_view"].dropna())
    named = {name for cell in views["actor"] for name in cell.split("; ")}
    assert named == {
        "Department of Defense",
        "Department of Commerce",
        "Ministry of International Trade and Industry",
        "Ministry of Finance",
    }
    assert named <= set(actors["name"])


def test_scheme_2_has_the_three_centres_that_the_text_lists(tables):
    lists = tables["matsumura_lists"]
    centres = set(lists.loc[lists["list"] == "power_centers", "item"])
    assert set(tables["matsumura_scheme_2"]["centre"]) == centres
