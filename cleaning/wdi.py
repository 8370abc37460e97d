"""World Development Indicators: every series and edition in one long table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from replication.sources.recipe import Recipe
from replication.sources.schema import Column, Schema

from .columns import ISO3, YEAR

LATEST = "2024"


@dataclass(frozen=True)
class Series:
    """One indicator: our name, the World Bank's code, its unit, its range and its editions."""

    name: str
    code: str
    unit: str
    low: float | None
    high: float | None
    vintages: tuple[str, ...] = (LATEST,)


MILLIONS = "million current US$"
# Ranges are wide enough for any country and year, and narrow enough to catch a slip of a unit.
SERIES: tuple[Series, ...] = (
    Series("japan_aid", "DC.DAC.JPNL.CD", MILLIONS, -5e3, 5e3),
    Series("us_aid", "DC.DAC.USAL.CD", MILLIONS, -5e3, 5e3),
    Series("total_aid", "DC.DAC.TOTL.CD", MILLIONS, -1e4, 1e4),
    Series("gdp_per_head", "NY.GDP.PCAP.KD", "constant US$ of the edition", 50, 2e5, (LATEST, "2020")),
    Series("population", "SP.POP.TOTL", "persons", 1e4, 2e9),
    Series("gdp", "NY.GDP.MKTP.CD", MILLIONS, 10, 2e7),
    Series("deflator", "NY.GDP.DEFL.ZS", "index, base year of the country", 1, 1e3),
    Series("yen_per_dollar", "PA.NUS.FCRF", "yen per US$, average of the year", 50, 500),
    Series("pounds_per_dollar", "PA.NUS.FCRF", "pounds sterling per US$, average of the year", 0.2, 1.5),
    Series("external_debt", "DT.DOD.DECT.CD", MILLIONS, 0, 1e6, (LATEST, "2023", "2018")),
    Series("imf_credit", "DT.DOD.DIMF.CD", MILLIONS, 0, 1e5),
    Series("debt_service", "DT.TDS.DECT.EX.ZS", "percent of exports", 0, 500),
    Series("bank_lending", "DT.NFL.PCBO.CD", MILLIONS, -1e5, 1e5),
    Series("short_term_debt", "DT.DOD.DSTC.CD", MILLIONS, 0, 5e5),
    Series("fdi_inflow", "BX.KLT.DINV.CD.WD", MILLIONS, -1e5, 1e5),
    Series("infant_mortality", "SP.DYN.IMRT.IN", "deaths per 1,000 live births", 1, 400),
)


def raw_file(name: str, vintage: str) -> str:
    """Path under data/raw of one edition of a series."""
    return f"wdi/{name}.csv" if vintage == LATEST else f"wdi/{name}__{vintage}.csv"


FILES = {
    raw_file(series.name, vintage): (series, vintage) for series in SERIES for vintage in series.vintages
}
SCHEMA = Schema(
    table="wdi",
    title="World Development Indicators by series, edition, country and year",
    columns=(
        Column("series", "text", "name", "our name of the series", allowed=tuple(s.name for s in SERIES)),
        Column("code", "text", "code", "the World Bank's code of the series", pattern=r"[A-Z0-9.]+"),
        Column(
            "vintage",
            "text",
            "year of the edition",
            f"edition that the figure was read in; {LATEST} is the newest, with data to 2022-2024",
            pattern=r"20[0-9]{2}",
        ),
        ISO3,
        YEAR,
        Column("unit", "text", "unit", "unit of the value"),
        Column(
            "value",
            "number",
            "that of the row",
            "the figure as printed; absent rows are absent in the edition",
            by="series",
            ranges=tuple((series.name, series.low, series.high) for series in SERIES),
        ),
    ),
    key=("series", "vintage", "iso3", "year"),
)


def build(raw: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """All files one below the other, each row told its series, code, edition and unit."""
    tables = {
        f"data/raw/{path}": raw[path].assign(
            series=series.name, code=series.code, vintage=vintage, unit=series.unit
        )
        for path, (series, vintage) in FILES.items()
    }
    return pd.concat(tables)


RECIPES: tuple[Recipe, ...] = (Recipe(SCHEMA, tuple(FILES), build),)
