"""The allocation panel: joins, conversions and what stays missing, against the figures that were typed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.support.repository import ROOT


def raw(path: str) -> pd.DataFrame:
    return pd.read_csv(ROOT / "data" / "raw" / path)


def test_one_row_for_each_debtor_and_year(panel):
    assert len(panel) == 34 * 31
    assert panel["region"].value_counts().to_dict() == {"Latin America": 20 * 31, "Asia": 14 * 31}


def test_pounds_become_dollars_at_the_rate_of_the_year(panel):
    trade, rate = raw("trade/us_trade_gbp.csv"), raw("wdi/pounds_per_dollar.csv")
    rates = rate.set_index("year")["value"]
    expected = trade["us_imports_from_mn_gbp"] / trade["year"].map(rates)
    found = panel["us_imports"].reindex(pd.MultiIndex.from_frame(trade[["iso3", "year"]]))
    np.testing.assert_array_equal(found.to_numpy(), expected.to_numpy())
    assert panel["us_imports"].notna().sum() == len(trade)


def test_fiscal_years_stand_at_the_calendar_year_of_their_number(panel):
    book = raw("aid/greenbook_constant.csv").set_index(["iso3", "fiscal_year"])
    assert (
        panel.loc[("ARG", 1971), "us_military_aid"] == book.loc[("ARG", 1971), "military_th_const_usd"] / 1e3
    )
    assert np.isnan(panel.loc[("NIC", 1986), "us_military_aid"])
    assert panel.loc["CHN", "us_military_aid"].isna().all()


def test_the_quarter_between_fiscal_years_joins_1976(panel):
    asia = raw("aid/us_aid_asia.csv")
    both = asia[(asia["iso3"] == "IDN") & asia["fiscal_period"].isin(["1976", "1976tq"])]
    assert len(both) == 2
    assert panel.loc[("IDN", 1976), "us_obligations"] == both["obligations_const2019_usd"].sum() / 1e6


def test_absent_aid_stays_absent(panel):
    assert np.isnan(panel.loc[("NIC", 1986), "us_aid"])
    assert np.isnan(panel.loc[("NIC", 1986), "other_donors"])
    assert np.isnan(panel.loc[("SGP", 1999), "japan_aid"])


def test_debt_takes_the_newest_edition_that_has_the_country(panel):
    editions = panel.groupby("iso3")["debt_edition"].agg(lambda values: set(values.dropna()))
    assert editions["ARG"] == {"2024"}
    assert editions["VEN"] == editions["PAN"] == {"2023"}
    assert editions["MYS"] == {"2018"}
    assert [country for country, found in editions.items() if not found] == ["CHL", "KOR", "SGP", "URY"]


def test_two_editions_of_gdp_per_head_stand_side_by_side(panel):
    assert panel.loc["VEN", "gdp_per_head"].isna().all()
    assert panel.loc["VEN", "gdp_per_head_2020"].notna().all()


def test_a_country_that_the_source_does_not_cover_has_no_zero(panel):
    assert panel.loc["BOL", "brady"].isna().all()
    assert panel.loc[("MEX", 1990), "brady"] == 1 and panel.loc[("MEX", 1991), "brady"] == 0
    assert panel.loc[("PER", 1990), "in_default"] == 1 and panel.loc[("PER", 1998), "in_default"] == 0
    known = panel["bank_agreement"].dropna().index.unique("year")
    assert known.tolist() == [1985, 1986, 1989, 1990, 1991]


def test_distances_are_between_points_of_one_year(panel):
    points = raw("politics/idealpoints.csv").set_index(["iso3", "year"])["ideal_point"]
    expected = abs(points["THA", 1985] - points["JPN", 1985])
    assert panel.loc[("THA", 1985), "distance_japan"] == expected


def test_the_budget_is_the_positive_aid_of_the_year(panel):
    shares = panel["japan_aid"].clip(lower=0) / panel["japan_budget"]
    sums = shares.groupby("year").sum()
    np.testing.assert_allclose(sums, 1, rtol=1e-12)  # a sum of at most 34 doubles


def test_donors_add_up_to_all_donors(tables, panel):
    stacked = tables["donors"]
    assert len(stacked) == 3 * len(panel)
    sums = stacked.pivot(index=["iso3", "year"], columns="donor", values="aid").sum(axis=1, skipna=False)
    total = panel["total_aid"].where(sums.reindex(panel.index).notna())
    # Others are the total less two flows: added up again they differ by rounding of amounts up to thousands.
    np.testing.assert_allclose(sums.reindex(panel.index), total, atol=1e-9)
