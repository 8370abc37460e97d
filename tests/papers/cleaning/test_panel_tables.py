"""The tables of the allocation panel hold the figures of the raw files: counts, spot figures, absent rows.

Row counts and the figures named here were read from the publications that SOURCES.toml names, as that file
restates them; they are not computed by this package.
"""

from __future__ import annotations

import pytest

from cleaning.wdi import SERIES
from replication.project.places import Project
from replication.sources.load import recipes_of
from replication.sources.registry import load
from tests.support.repository import HERE, ROOT

# Rows of each edition; complete ones have 34 countries x 31 years = 1054.
WDI_ROWS = {
    ("japan_aid", "2024"): 1023,
    ("us_aid", "2024"): 922,
    ("total_aid", "2024"): 1039,
    ("gdp_per_head", "2024"): 1023,
    ("gdp_per_head", "2020"): 1054,
    ("population", "2024"): 1054,
    ("gdp", "2024"): 1054,
    ("deflator", "2024"): 62,
    ("yen_per_dollar", "2024"): 31,
    ("pounds_per_dollar", "2024"): 31,
    ("external_debt", "2024"): 824,
    ("external_debt", "2023"): 886,
    ("external_debt", "2018"): 31,
    ("imf_credit", "2024"): 776,
    ("debt_service", "2024"): 680,
    ("bank_lending", "2024"): 757,
    ("short_term_debt", "2024"): 787,
    ("fdi_inflow", "2024"): 1026,
    ("infant_mortality", "2024"): 1054,
}
NOT_DEBTORS_TODAY = {"CHL", "KOR", "MYS", "PAN", "SGP", "URY", "VEN"}


@pytest.fixture(scope="module")
def debtors(tables):
    countries = tables["countries"]
    return set(countries.loc[countries["region"] != "Creditor", "iso3"])


def series(tables, name, vintage="2024"):
    rows = tables["wdi"]
    chosen = rows[(rows["series"] == name) & (rows["vintage"] == vintage)]
    return chosen.set_index(["iso3", "year"])["value"]


def test_thirty_four_debtors_and_three_creditors(tables):
    counts = tables["countries"]["region"].value_counts().to_dict()
    assert counts == {"Latin America": 20, "Asia": 14, "Creditor": 3}


def test_every_edition_has_its_rows(tables):
    assert tables["wdi"].groupby(["series", "vintage"]).size().to_dict() == WDI_ROWS


@pytest.mark.parametrize(
    ("name", "vintage", "iso3", "year", "value"),
    [
        ("japan_aid", "2024", "ARG", 1970, -1.99),
        ("japan_aid", "2024", "ARG", 1971, -2.00),
        ("us_aid", "2024", "ARG", 1971, -2.00),
        ("total_aid", "2024", "ARG", 1970, -4.78),
        ("gdp_per_head", "2024", "ARG", 1970, 9244.12),
        ("gdp_per_head", "2020", "ARG", 1970, 7084.18),
        ("population", "2024", "ARG", 1970, 23878327),
        ("gdp", "2024", "ARG", 1983, 109490.0),
        ("deflator", "2024", "JPN", 1970, 43.43),
        ("yen_per_dollar", "2024", "JPN", 1971, 350.6777),
        ("pounds_per_dollar", "2024", "GBR", 1970, 0.41667),
        ("external_debt", "2018", "MYS", 1970, 501.8),
        ("external_debt", "2023", "ARG", 1970, 5893.2),
        ("imf_credit", "2024", "ARG", 1970, 0.0),
        ("debt_service", "2024", "NIC", 1991, 156.86),
        ("debt_service", "2024", "BRA", 1999, 116.56),
        ("infant_mortality", "2024", "ARG", 1972, 58.0),
    ],
)
def test_spot_figures(tables, name, vintage, iso3, year, value):
    assert series(tables, name, vintage).loc[iso3, year] == value


@pytest.mark.parametrize(
    ("name", "iso3", "years"),
    [
        ("japan_aid", "BGD", (1970, 1971)),
        ("japan_aid", "CHN", range(1970, 1979)),
        ("japan_aid", "HND", (1970,)),
        ("japan_aid", "HTI", (*range(1970, 1976), 1977, 1978)),
        ("japan_aid", "JAM", range(1970, 1974)),
        ("japan_aid", "KOR", (2000,)),
        ("japan_aid", "PAN", (1972,)),
        ("japan_aid", "SGP", range(1996, 2001)),
        ("us_aid", "NIC", range(1984, 1990)),
        ("us_aid", "VEN", range(1984, 1988)),
        ("us_aid", "MYS", range(1990, 2000)),
        ("gdp", "ARG", range(1970, 1983)),
        ("gdp", "BRA", range(1970, 1989)),
        ("gdp", "NIC", range(1970, 1988)),
        ("gdp", "PER", range(1970, 1982)),
    ],
)
def test_absent_years_stay_absent_and_their_neighbours_stand(tables, name, iso3, years):
    found = set(series(tables, name).loc[iso3].index)
    assert not found & set(years)
    neighbours = {min(years) - 1, max(years) + 1} & set(range(1970, 2001))
    assert neighbours <= found


def test_absent_countries_stay_absent(tables, debtors):
    for name in ("external_debt", "imf_credit", "debt_service", "bank_lending", "short_term_debt"):
        assert debtors - set(series(tables, name).index.get_level_values("iso3")) == NOT_DEBTORS_TODAY
    older = set(series(tables, "external_debt", "2023").index.get_level_values("iso3"))
    assert debtors - older == NOT_DEBTORS_TODAY - {"PAN", "VEN"}
    assert set(series(tables, "external_debt", "2018").index.get_level_values("iso3")) == {"MYS"}
    assert debtors - set(series(tables, "gdp_per_head").index.get_level_values("iso3")) == {"VEN"}
    assert debtors == set(series(tables, "gdp_per_head", "2020").index.get_level_values("iso3"))


def test_us_aid_prints_no_zeros_and_imf_credit_does(tables):
    assert not (series(tables, "us_aid") == 0).any()
    assert (series(tables, "imf_credit") == 0).any()


def test_editions_of_external_debt_differ_only_where_the_record_says(tables):
    both = series(tables, "external_debt").to_frame("new").join(series(tables, "external_debt", "2023"))
    moved = both[both["new"] != both["value"]].reset_index()
    assert set(moved["iso3"]) == {"ECU", "JAM"}
    assert moved["year"].between(1987, 2000).all()
    assert ((moved["new"] / moved["value"] - 1).abs() < 0.002).all()


def test_trade_is_complete_and_in_pounds(tables, debtors):
    trade = tables["us_trade"].set_index(["iso3", "year"])
    assert len(trade) == 782
    assert set(trade.index) == {(iso3, year) for iso3 in debtors for year in range(1978, 2001)}
    assert trade.loc[("ARG", 1978)].tolist() == [322.707, 371.505]
    assert trade.loc[("NIC", 1989), "us_imports_from_mn_gbp"] == 0.020


def test_small_flows_are_tenths_of_a_million_dollars_in_pounds(tables):
    """One tenth of a million dollars was 52,150.5 pounds in 1978 (SOURCES.toml, trade/us_trade_gbp.csv)."""
    rate = series(tables, "pounds_per_dollar")
    assert rate.loc["GBR", 1978] * 1e5 == pytest.approx(52150.5, abs=1.0)  # the rate has five decimals
    assert rate.loc["GBR", 1985] * 1e5 == pytest.approx(77924.6, abs=1.0)


def test_greenbook_covers_latin_america_but_for_eight_country_years(tables):
    aid = tables["us_aid_greenbook"].set_index(["iso3", "fiscal_year"])
    countries = tables["countries"]
    region = set(countries.loc[countries["region"] == "Latin America", "iso3"])
    absent = {(iso3, year) for iso3 in region for year in range(1970, 2001)} - set(aid.index)
    assert absent == {
        *(("ARG", year) for year in (1978, 1980, 1981, 1985)),
        *(("NIC", year) for year in (1985, 1986, 1987)),
        ("VEN", 1980),
    }
    assert len(aid) == 612
    assert aid.loc[("ARG", 1972)].tolist() == [0, 99032]


def test_the_transition_quarter_is_a_period_of_its_own(tables):
    aid = tables["us_aid_asia"]
    rows = aid.groupby("iso3").size().to_dict()
    assert rows == {"IDN": 32, "IND": 32, "PAK": 32, "PHL": 32, "THA": 32, "KOR": 31, "PNG": 21}
    assert aid.loc[aid["fiscal_period"] == "1976tq", "iso3"].tolist() == [
        "IDN",
        "IND",
        "KOR",
        "PAK",
        "PHL",
        "THA",
    ]
    assert "1997" not in set(aid.loc[aid["iso3"] == "KOR", "fiscal_period"])


def test_price_basis_of_asia_is_that_of_the_pairs(tables):
    """The record says: to 1 in 10,000, for amounts are rounded to the dollar or the thousand."""
    pairs = tables["us_aid_price_basis"].set_index("fiscal_period")
    assert len(pairs) == 32
    basis = pairs["obligations_const2019_usd"] / pairs["obligations_current_usd"]
    aid = tables["us_aid_asia"]
    found = aid["obligations_const2019_usd"] / aid["obligations_current_usd"]
    expected = aid["fiscal_period"].map(basis.to_dict())
    assert ((found / expected - 1).abs() < 1e-4).all()


def test_polity_rows_and_the_years_before_states(tables, debtors):
    polity = tables["polity2"].set_index(["iso3", "year"])["polity2"]
    absent = {(iso3, year) for iso3 in debtors for year in range(1970, 2001)} - set(polity.index)
    assert absent == {("BGD", 1970), ("BGD", 1971), *(("PNG", year) for year in range(1970, 1975))}
    assert len(polity) == 1047
    assert polity.loc["ARG", 1970] == -9


def test_ideal_points_follow_the_sessions(tables, debtors):
    votes = tables["idealpoints"]
    assert (votes["year"] - votes["session"] == 1945).all()
    expected = {(iso3, year) for iso3 in debtors | {"JPN", "USA"} for year in range(1970, 2001)}
    absent = expected - set(zip(votes["iso3"], votes["year"], strict=True))
    assert absent == {
        *(("BGD", year) for year in range(1970, 1974)),
        ("CHN", 1970),
        *(("KOR", year) for year in range(1970, 1991)),
        *(("PNG", year) for year in range(1970, 1975)),
        ("DOM", 1994),
        ("DOM", 1995),
    }
    assert len(votes) == 1083
    assert votes.set_index(["iso3", "year"]).loc[("ARG", 1970), "ideal_point"] == 0.9240532


def test_debt_deals(tables):
    deals = tables["debt_deals"]
    assert len(deals) == 97
    assert (deals["year_from"] <= deals["year_to"]).all()
    assert deals.loc[deals["month"].notna(), "kind"].unique().tolist() == ["bank_debt_agreement"]
    assert (deals["value"].notna() == deals["unit"].notna()).all()
    brady = deals[deals["kind"] == "brady_deal"].set_index("iso3")["year_from"]
    assert brady.to_dict() == {
        "ARG": 1993,
        "BRA": 1994,
        "CRI": 1990,
        "DOM": 1994,
        "ECU": 1995,
        "MEX": 1990,
        "PAN": 1996,
        "PER": 1997,
        "URY": 1991,
        "VEN": 1990,
    }


def test_four_bank_claims(tables):
    claims = tables["ffiec_claims"].set_index(["iso3", "date"])["total_owed_mn_usd"]
    assert claims.to_dict() == {
        ("ECU", "1986-06"): 2148,
        ("ECU", "1987-06"): 2058,
        ("IDN", "1986-06"): 2679,
        ("IDN", "1987-06"): 1730,
    }


def test_every_country_code_is_known(tables):
    known = set(tables["countries"]["iso3"])
    for name in (
        "wdi",
        "us_trade",
        "us_aid_greenbook",
        "us_aid_asia",
        "polity2",
        "idealpoints",
        "debt_deals",
        "bank_claims",
        "restructurings",
        "imf_arrangements",
        "crises",
        "debt_over_gdp",
        "japan_aid_by_kind",
        "us_aid_by_kind",
        "aid_commitments",
        "japan_us_trade",
        "japan_trade",
        "manufactures_trade",
        "freedom_house",
        "polity5",
    ):
        assert set(tables[name]["iso3"]) <= known


def test_figures_are_the_text_of_the_file(tables):
    """Every value of one long file, read by hand, equals the table's: nothing is rounded on the way."""
    lines = (ROOT / "data" / "raw" / "wdi" / "japan_aid.csv").read_text(encoding="utf-8").splitlines()[1:]
    typed = {(iso3, int(year)): float(value) for iso3, year, value in (line.split(",") for line in lines)}
    assert series(tables, "japan_aid").to_dict() == typed


def test_table_names_are_unique_and_every_raw_file_is_used():
    names = [recipe.schema.table for recipe in recipes_of(HERE)]
    assert len(set(names)) == len(names)
    read = {path for recipe in recipes_of(HERE) if not recipe.derived for path in recipe.inputs}
    assert read == set(load(Project(ROOT)))


def test_units_of_the_series_are_those_of_the_record():
    sources = load(Project(ROOT))
    for one in SERIES:
        source = sources[f"wdi/{one.name}.csv"]
        assert source.series == one.code
        assert one.unit.split(" ")[0].rstrip(",") == source.unit.split(" ")[0].rstrip(";,")
