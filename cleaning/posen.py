"""Figures behind Posen (2001): portfolios, direct investment, Treasuries, bank claims, shares, the yen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from replication.errors import DataError, one_of
from replication.sources.recipe import Recipe
from replication.sources.schema import Column, Schema

Rows = Mapping[str, pd.DataFrame]

MONTH = r"(19[78]\d|199\d|200[01])-(0[1-9]|1[0-2])"
QUARTER = r"(19[89]\d|200[01])Q[1-4]"
ID = r"[a-z][a-z0-9_]*"

ASSETS = (
    "any", "all_financial", "transaction", "cds", "savings_bonds", "bonds", "stocks", "mutual_funds",
    "retirement", "life_insurance", "other_managed", "other", "other_managed_and_other",
)  # fmt: skip
INSTRUMENTS = (
    "total", "cash_deposits", "insurance_pension", "shares", "trust_rights", "investment_trusts",
    "borrowings",
)  # fmt: skip
HOLDERS = (
    "all_foreign", "official", "official_bills", "official_bonds", "japan", "united_kingdom", "germany",
    "opec", "spain", "china", "hong_kong", "singapore", "netherlands_antilles", "taiwan", "switzerland",
    "france", "belgium_luxembourg", "mexico", "canada", "korea", "thailand", "others",
)  # fmt: skip
DIRECTIONS = (
    "japan_to_us_flow", "us_to_japan_flow", "japan_in_us_position", "us_in_japan_position",
    "all_in_us_position", "us_in_all_position",
)  # fmt: skip
CLAIMS = (
    "owed_before", "owed_after", "cross_border", "derivatives", "cross_border_all", "local", "transfer_risk",
)  # fmt: skip

LABEL = Column("label", "text", "name", "series as the source names it")
SOURCE = Column(
    "source", "text", "code", "where the figure was read, as in the record of raw files", pattern=ID
)
YEAR = Column("year", "integer", "year", "calendar year", low=1980, high=2001)
MONTH_COLUMN = Column("month", "text", "year-month", "month of the figure", pattern=MONTH)


def series(name: str, allowed: tuple[str, ...], meaning: str) -> Column:
    """Column of short codes for the series of a table."""
    return Column(name, "text", "code", meaning, allowed=allowed)


def figure(unit: str, low: float | None = 0, high: float | None = None) -> Column:
    """Column of the figures of a table."""
    return Column("value", "number", unit, "the figure", low=low, high=high)


def scaled(rows: pd.DataFrame, factors: Mapping[str, float], file: str) -> pd.DataFrame:
    """The rows in one unit: each figure times the factor of its unit, and without the column of units."""
    unknown = rows["unit"][~rows["unit"].isin(list(factors))]
    if len(unknown):
        label = unknown.index[0]
        place, line = label if isinstance(label, tuple) else (file, label)
        raise DataError(f"{place}, line {line}: {one_of('unit', unknown.iloc[0], factors)}")
    factor = rows["unit"].map(factors).astype("float64")
    figures = pd.to_numeric(rows["value"], errors="coerce") * factor
    # a figure in the table's own unit stays text, so that the schema names what cannot be read as a number
    return rows.assign(value=rows["value"].where(factor == 1, figures)).drop(columns="unit")


def stacked(raw: Rows, *files: str) -> pd.DataFrame:
    """The rows of several files of one form, each under its file and line."""
    return pd.concat({f"data/raw/{file}": raw[file] for file in files})


def read(file: str, units: Mapping[str, float], year_of: str = "") -> Callable[[Rows], pd.DataFrame]:
    """A builder for one file: one unit, and the year cut from the column `year_of` when there is no other."""

    def build(raw: Rows) -> pd.DataFrame:
        """The rows of the file in one unit, with their year."""
        rows = scaled(raw[file], units, file)
        return rows.assign(year=rows[year_of].str[:4]) if year_of else rows

    return build


def recipe(schema: Schema, file: str, units: Mapping[str, float], year_of: str = "") -> Recipe:
    """The recipe of a table that holds the rows of one file."""
    return Recipe(schema, (file,), read(file, units, year_of))


US_SHARES_FILE = "posen/us_household_asset_shares.csv"
US_OWNERS_FILE = "posen/us_families_holding_assets.csv"
JAPAN_FILE = "posen/japan_household_assets.csv"
DEBT_FILE = "posen/foreign_held_debt.csv"
FDI_FILE, POSITIONS_FILE = "posen/direct_investment.csv", "posen/direct_investment_positions.csv"
# Slots hold a header alone: rows put into one complete the table and the figures drawn from it.
US_SHARES_SLOT = "posen/slot_us_household_asset_shares.csv"
JAPAN_SLOT = "posen/slot_japan_household_assets.csv"
FDI_SLOT = "posen/slot_direct_investment.csv"
DOLLARS = {"million US dollars": 1.0, "billion US dollars": 1000.0}
YEN_AND_PERCENT = dict.fromkeys(
    (
        "percent",
        "percent, end of March 1990",
        "percent, end of March 1999",
        "percent, end of March 1999 (first-release vintage)",
        "trillion yen, end of fiscal year",
        "trillion yen, end of March 1999",
        "trillion yen, end of March 1999 (first-release vintage)",
    ),
    1.0,
)

US_ASSETS = Schema(
    "posen_us_assets",
    "Financial assets of US families by type",
    (
        series("asset", ASSETS, "type of asset; all_financial is all of them over all assets of families"),
        LABEL,
        series("measure", ("share", "financial_in_total"), "share in financial assets, or of all assets"),
        YEAR,
        figure("percent", high=100),
        SOURCE,
    ),
    ("source", "measure", "asset", "year"),
)
US_OWNERSHIP = Schema(
    "posen_us_ownership",
    "US families that own each type of financial asset",
    (
        series("asset", ASSETS, "type of asset"),
        LABEL,
        series("measure", ("families_owning",), "families that own the asset"),
        YEAR,
        figure("percent", high=100),
        SOURCE,
    ),
    ("asset", "year"),
)
JAPAN_ASSETS = Schema(
    "posen_japan_assets",
    "Financial assets of Japanese households by instrument",
    (
        series("instrument", INSTRUMENTS, "instrument; borrowings are a liability"),
        LABEL,
        series("measure", ("amount", "share"), "amount in trillion yen, or share in percent"),
        Column("year", "integer", "fiscal year", "ends in March of the next year", low=1989, high=2001),
        Column("month", "text", "year-month", "end of the fiscal year", pattern=r"(199\d|200[0-2])-03"),
        figure("trillion yen, or percent of household financial assets"),
        SOURCE,
    ),
    ("source", "measure", "instrument", "year"),
)
PORTFOLIOS = Schema(
    "posen_portfolios",
    "Household portfolios of the two countries in common classes",
    (
        series("portfolio", ("united_states", "japan"), "whose portfolio"),
        Column("classes", "integer", "count", "how many classes the portfolio is cut into", low=3, high=4),
        series("instrument", ("deposits", "insurance_pension", "shares", "all_other"), "class of assets"),
        Column("year", "integer", "year", "survey year, or Japan's fiscal year", low=1989, high=2001),
        figure("percent", high=100),
        SOURCE,
    ),
    ("classes", "portfolio", "year", "instrument"),
)
FDI = Schema(
    "posen_fdi",
    "Direct investment between the United States and Japan",
    (
        series("series", DIRECTIONS, "direction; flow or stock"),
        LABEL,
        YEAR,
        figure("million US dollars", low=None),
        SOURCE,
    ),
    ("source", "series", "year"),
)
PURCHASES = Schema(
    "posen_treasury_purchases",
    "Net purchases of long-term US Treasury securities, monthly",
    (
        series("holder", ("japan", "all_foreign"), "residence of the buyer"),
        LABEL,
        MONTH_COLUMN,
        YEAR,
        figure("million US dollars; sales negative", low=None),
        SOURCE,
    ),
    ("holder", "month"),
)
HOLDINGS = Schema(
    "posen_treasury_holdings",
    "Foreign holdings of US Treasury securities, end of month",
    (
        series("holder", HOLDERS, "holder"),
        LABEL,
        series("measure", ("amount", "share"), "amount in billion US dollars, or share in percent"),
        MONTH_COLUMN,
        YEAR,
        figure("billion US dollars, or percent of foreign holdings"),
        SOURCE,
    ),
    ("measure", "holder", "month"),
)
FOREIGN_DEBT = Schema(
    "posen_foreign_debt",
    "US federal debt held by foreign and international investors, end of quarter",
    (
        series("holder", ("all_foreign",), "holder"),
        LABEL,
        Column("quarter", "text", "year and quarter", "quarter that ends with the figure", pattern=QUARTER),
        YEAR,
        figure("billion US dollars"),
        SOURCE,
    ),
    ("holder", "quarter"),
)
INDEX = series("series", ("dow", "nikkei"), "Dow Jones Industrial Average; Nikkei 225 Stock Average")
STOCKS = Schema(
    "posen_stocks",
    "Share price indexes, last close of the month",
    (INDEX, LABEL, MONTH_COLUMN, YEAR, figure("index points"), SOURCE),
    ("series", "month"),
)
STOCKS_YEARLY = Schema(
    "posen_stocks_yearly",
    "Share price indexes, last close of the year",
    (INDEX, LABEL, YEAR, figure("index points"), SOURCE),
    ("series", "year"),
)
BANK_CLAIMS = Schema(
    "posen_bank_claims",
    "Claims of US banks on Japan, consolidated offices",
    (
        series("series", CLAIMS, "definition; that to 1996 (owed_before, owed_after), those from 1997"),
        LABEL,
        MONTH_COLUMN,
        YEAR,
        figure("million US dollars"),
        Column("release", "text", "name", "release that the figure was read in"),
    ),
    ("series", "month"),
)
YEN = Schema(
    "posen_yen_dollar",
    "Yen per US dollar",
    (
        series("series", ("average", "year_end"), "average of the year, or its last value"),
        LABEL,
        YEAR,
        figure("yen per US dollar", low=50, high=400),
        SOURCE,
    ),
    ("series", "year"),
)


def foreign_debt(raw: Rows) -> pd.DataFrame:
    """Rows of the debt file; the first day of the quarter says nothing that the quarter does not."""
    return read(DEBT_FILE, {"billion US dollars": 1}, "quarter")(raw).drop(columns="quarter_start")


def us_assets(raw: Rows) -> pd.DataFrame:
    """Rows of the file and of its slot."""
    return scaled(stacked(raw, US_SHARES_FILE, US_SHARES_SLOT), {"percent": 1}, US_SHARES_FILE)


POSITIONS = {
    ("us_in_japan", "billion_usd"): ("us_in_japan_position", "US position in Japan"),
    ("us_in_japan", "all_countries_billion_usd"): ("us_in_all_position", "US position in all countries"),
    ("japan_in_us", "billion_usd"): ("japan_in_us_position", "Position of Japan in the United States"),
    ("japan_in_us", "all_countries_billion_usd"): (
        "all_in_us_position",
        "Position of all in the United States",
    ),
}


def fdi(raw: Rows) -> pd.DataFrame:
    """Flows and positions to 1990, what the slot holds, and the positions of 1997-2000 from another print."""
    flows = scaled(stacked(raw, FDI_FILE, FDI_SLOT), DOLLARS, FDI_FILE)
    late = raw[POSITIONS_FILE]
    positions = [
        late.loc[late["direction"] == direction, ["year"]].assign(
            series=name,
            label=label,
            value=1000 * pd.to_numeric(late[column], errors="coerce"),
            source="bts_2003",
        )
        for (direction, column), (name, label) in POSITIONS.items()
    ]
    return pd.concat([flows, pd.concat({f"data/raw/{POSITIONS_FILE}": pd.concat(positions)})])


def japan_assets(raw: Rows) -> pd.DataFrame:
    """Rows of the Japanese file and its slot with the month in which the fiscal year ends."""
    rows = scaled(stacked(raw, JAPAN_FILE, JAPAN_SLOT), YEN_AND_PERCENT, JAPAN_FILE)
    rows = rows.rename(columns={"fiscal_year": "year"})
    year = pd.to_numeric(rows["year"], errors="coerce").astype("Int64")
    return rows.assign(month=(year + 1).astype("str") + "-03")


def portfolios(raw: Rows) -> pd.DataFrame:
    """Shares in classes that both countries print, the rest as `all_other`.

    United States: insurance_pension is retirement accounts and cash value of life insurance, deposits are
    transaction accounts and certificates of deposit. Japan: all_other is what is left of 100 percent.
    Four classes need Japan's deposits, which one source prints for one year only.
    """
    united_states, japan = _us_classes(raw[US_SHARES_FILE]), _japan_classes(raw[JAPAN_FILE])
    return pd.concat([united_states, japan], ignore_index=True)


US_CLASSES = {
    "retirement": "insurance_pension",
    "life_insurance": "insurance_pension",
    "stocks": "shares",
    "transaction": "deposits",
    "cds": "deposits",
}


def _us_classes(rows: pd.DataFrame) -> pd.DataFrame:
    # one edition for both years: the other source prints 2001 alone
    shares = rows[(rows["measure"] == "share") & (rows["source"] == "statisticbrain")]
    shares = shares.assign(value=pd.to_numeric(shares["value"]), instrument=shares["asset"].map(US_CLASSES))
    four = shares.assign(classes=4, instrument=shares["instrument"].fillna("all_other"))
    three = four.assign(classes=3, instrument=four["instrument"].replace("deposits", "all_other"))
    keys = ["classes", "instrument", "year", "source"]
    summed = pd.concat([three, four]).groupby(keys, as_index=False)["value"].sum()
    return summed.assign(value=summed["value"].round(1), portfolio="united_states")


def _japan_classes(rows: pd.DataFrame) -> pd.DataFrame:
    shares = rows[rows["measure"] == "share"]
    shares = shares.assign(value=pd.to_numeric(shares["value"]), year=shares["fiscal_year"])
    listed = shares[shares["instrument"].isin(["insurance_pension", "shares"])]
    three = _with_rest(listed[listed["source"] != "mlit"]).assign(classes=3)
    first_release = shares[shares["source"] == "mlit"].replace({"cash_deposits": "deposits"})
    # the first release prints no shares: theirs come from the later edition, for the same fiscal year
    equities = listed[(listed["instrument"] == "shares") & listed["year"].isin(first_release["year"])]
    four = _with_rest(pd.concat([first_release, equities])).assign(classes=4)
    return pd.concat([three, four]).assign(portfolio="japan")


def _with_rest(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows, and for each year an `all_other` that completes them to 100 percent."""
    rows = rows[["instrument", "year", "value", "source"]]
    whole = rows.groupby("year", as_index=False).agg(value=("value", "sum"), source=("source", "first"))
    rest = whole.assign(value=(100 - whole["value"]).round(1), instrument="all_other")
    return pd.concat([rows, rest])


RECIPES: tuple[Recipe, ...] = (
    Recipe(US_ASSETS, (US_SHARES_FILE, US_SHARES_SLOT), us_assets),
    recipe(US_OWNERSHIP, US_OWNERS_FILE, {"percent": 1}),
    Recipe(JAPAN_ASSETS, (JAPAN_FILE, JAPAN_SLOT), japan_assets),
    Recipe(PORTFOLIOS, (US_SHARES_FILE, JAPAN_FILE), portfolios),
    Recipe(FDI, (FDI_FILE, FDI_SLOT, POSITIONS_FILE), fdi),
    recipe(PURCHASES, "posen/treasury_net_purchases.csv", {"million US dollars": 1}, "month"),
    recipe(
        HOLDINGS,
        "posen/treasury_holdings.csv",
        {"billion US dollars": 1, "billion US dollars, end of period": 1, "percent": 1},
        "month",
    ),
    Recipe(FOREIGN_DEBT, (DEBT_FILE,), foreign_debt),
    recipe(STOCKS, "posen/stock_indexes_monthly.csv", {"index points": 1}, "month"),
    recipe(STOCKS_YEARLY, "posen/stock_indexes_yearly.csv", {"index points": 1}),
    recipe(BANK_CLAIMS, "posen/us_bank_claims.csv", {"million US dollars": 1}, "month"),
    recipe(YEN, "posen/yen_dollar.csv", {"yen per dollar": 1}),
)
