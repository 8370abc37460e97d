"""The Hatch study: every statistic can be computed, and the sentences of its finding hold."""

from __future__ import annotations

import pandas as pd
import pytest

from cleaning.hatch import RECIPES
from replication.describe.measures import MEASURES
from replication.language.evaluate import select
from replication.spec.read_study import read_study
from tests.support.repository import ROOT


@pytest.fixture(scope="module")
def statistics(tables) -> dict[str, pd.DataFrame]:
    study = read_study(ROOT / "specs" / "hatch.toml")
    return {
        entry.id: MEASURES[entry.measure](select(tables[entry.table], entry.where), **entry.with_)
        for entry in study.statistics
    }


def one_series(rows: pd.DataFrame, group: str) -> pd.Series:
    return rows[rows["group"] == group].set_index("period")["value"]


def test_every_statistic_has_rows_that_are_told_apart(statistics: dict[str, pd.DataFrame]) -> None:
    for name, rows in statistics.items():
        assert rows.columns.tolist() == ["group", "period", "value"], name
        assert not rows.duplicated(["group", "period"]).any(), name
        assert rows["value"].notna().any(), name


def test_every_processed_table_is_used() -> None:
    study = read_study(ROOT / "specs" / "hatch.toml")
    used = {entry.table for entry in [*study.statistics, *study.tables]}
    assert used >= {recipe.schema.table for recipe in RECIPES}


def test_printed_changes_are_right_to_their_last_digit(statistics: dict[str, pd.DataFrame]) -> None:
    assert statistics["employees_change_error"]["value"].dropna().eq(0).sum() == 9


def test_multiples_of_loans_and_exports_follow_and_that_of_employees_does_not(
    statistics: dict[str, pd.DataFrame],
) -> None:
    loans = one_series(statistics["loans_multiple"], "point").round()
    assert (loans["1993"], loans["1986"]) == (2, 28)
    assert one_series(statistics["exports_multiple"], "point").round(1)["1991"] == 2
    employees = one_series(statistics["employees_multiple"], "Asia")
    assert employees.round(1)["1991"] == 1.6
    assert employees["1990"] < 2 < employees["1989"]


def test_sentence_and_table_agree_on_lending_in_yen_alone(statistics: dict[str, pd.DataFrame]) -> None:
    readings = statistics["loans_unit"].set_index("group")["value"]
    assert readings.index[(readings - 1).abs() < 0.01].tolist() == ["recorded currency, recorded size"]


def test_the_bases_of_the_text_are_low_years(statistics: dict[str, pd.DataFrame]) -> None:
    loans = one_series(statistics["loans"], "Asia")
    assert loans.idxmin() == "1986"
    assert loans["1990":].idxmin() == "1993"
    highest = loans[:"1995"].idxmax()
    assert one_series(statistics["loans_multiple"], "high")[highest] < 1.05


def test_the_implied_total_of_the_bank_fell_in_the_last_year(statistics: dict[str, pd.DataFrame]) -> None:
    total = statistics["loans_total"]
    assert one_series(total, "high")["1996"] < one_series(total, "low")["1995"]


def test_the_motive_falls_after_the_year_that_the_text_cites(statistics: dict[str, pd.DataFrame]) -> None:
    rows = statistics["motive_change"]
    last = rows.loc[rows["period"] == "1996", "value"]
    assert len(last) == 3 and (last < 0).all()


@pytest.mark.parametrize("name", ["hatch_management", "hatch_local_content"])
def test_templates_are_studies(name: str) -> None:
    study = read_study(ROOT / "specs" / "templates" / f"{name}.toml")
    assert study.study.id == name
    assert {model for table in study.tables for model in table.models} == {model.id for model in study.models}


def test_exports_turned_to_east_asia_in_the_nineties_alone(statistics: dict[str, pd.DataFrame]) -> None:
    shares = one_series(statistics["turn"], "exports_to")
    assert shares["1990"] < shares["1970"] < shares["1996"] - 6


def test_japan_led_approvals_of_1990_in_one_host(statistics: dict[str, pd.DataFrame]) -> None:
    shares = pd.DataFrame(
        {
            origin: statistics[f"origin_{origin}"].query("period == '1990'").set_index("group")["value"]
            for origin in ("japan", "us", "nies")
        }
    )
    leads = shares[shares.notna().any(axis=1)].idxmax(axis=1)
    assert leads[leads == "japan"].index.tolist() == ["TWN"]
    assert set(leads[leads == "us"].index) == {"KOR", "SGP"}
