"""From published figures to the report in a folder of another name: all is there, and hangs together."""

from __future__ import annotations

import csv
import json
import re
import tomllib

import pandas as pd
import pytest

from replication.publish.exhibits import build_tables
from replication.publish.table import is_figure
from replication.records.records import read_records
from replication.spec.read_study import read_study
from tests.support import browser as seen
from tests.support.printed_cells import assert_printed, by_key, record

STUDIES = ("katada", "posen", "hatch", "matsumura")


@pytest.fixture(scope="module")
def project(everything_made):
    return everything_made


@pytest.mark.parametrize("study", STUDIES)
def test_every_table_and_figure_that_a_study_asks_for_is_there(project, study):
    spec = read_study(project.specs / f"{study}.toml")
    folder = project.current / study
    for table in spec.tables:
        for ending in ("csv", "tex", "html", "md"):
            assert (folder / "tables" / f"{table.id}.{ending}").stat().st_size > 0
    for figure in spec.figures:
        for ending in ("svg", "png"):
            assert (folder / "figures" / f"{figure.id}.{ending}").stat().st_size > 0
    listed = json.loads((folder / "manifest.json").read_text())["files"]
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(listed) == present - {"manifest.json"}


@pytest.mark.parametrize("study", STUDIES)
def test_every_published_cell_is_its_record_rounded(project, study):
    found = read_records(project.current / study)
    frames = by_key({name: getattr(found, name) for name in ("estimates", "models", "statistics")})
    checked = 0
    for table in build_tables(project, read_study(project.specs / f"{study}.toml"), found):
        for cell in (cell for row in table.rows for cell in row if cell.source[:1] != ("table",)):
            if cell.source and is_figure(cell.text):
                assert_printed(cell.text, record(cell, frames))
                checked += 1
    assert checked > 100


def test_every_printed_coefficient_stands_under_its_own_words(project):
    """The printed CSV against the record's CSV, matched by titles and labels of the study file alone."""
    spec = tomllib.loads((project.specs / "katada.toml").read_text(encoding="utf-8"))
    titles = {model["title"]: model["id"] for model in spec["models"]}
    terms = {label: term for term, label in spec["labels"].items()}
    folder = project.current / "katada"
    with (folder / "estimates.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    records: dict[tuple[str, str], float] = {}
    for row in rows:  # the first error of a model is the one that its coefficients are printed with
        records.setdefault((row["model"], row["term"]), float(row["estimate"]))
    checked = 0
    for path in sorted((folder / "tables").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            head, *body = list(csv.reader(stream))
        for label, *cells in body:
            for heading, text in zip(head[1:], cells, strict=True):
                key = titles.get(heading), terms.get(label)
                if text and key in records:
                    assert_printed(text, records[key])
                    checked += 1
    assert checked > 50


@pytest.mark.parametrize(
    "name", ["estimates", "covariances", "models", "telemetry", "statistics", "dropped_rows"]
)
def test_csv_and_parquet_hold_the_same(project, name):
    for study in STUDIES:
        folder = project.current / study
        table = pd.read_parquet(folder / f"{name}.parquet")
        text = pd.read_csv(
            folder / f"{name}.csv", keep_default_na=False, na_values=[""], dtype=dict(table.dtypes)
        )
        pd.testing.assert_frame_equal(
            text.replace("", pd.NA),
            table.replace("", pd.NA),
            check_dtype=False,
            check_exact=True,
        )


def test_every_row_of_the_panel_is_used_or_has_its_cause(project):
    found = read_records(project.current / "katada")
    for account in found.accounts:
        assert account.nobs + sum(count for _, count in account.dropped) == account.rows_in_panel, (
            account.model
        )


def test_the_report_needs_nothing_beside_itself(project):
    page = project.report.read_text(encoding="utf-8")
    assert not re.search(r'<(script|img|link|iframe)[^>]+(src|href)="(?!#|data:)', page)
    assert str(project.root) not in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_what_the_katada_study_says_it_found_holds(project):
    """The sentences of `finding`, one by one; its numbers are held by the check of prose."""
    found = read_records(project.current / "katada")
    counts = found.statistics.set_index(["statistic", "period"])["value"]
    adjusted = found.statistics[
        found.statistics["statistic"].isin(["log_all_family", "log_latin_family"])
        & (found.statistics["period"] == "romano_wolf")
    ]
    assert set(adjusted.loc[adjusted["value"] < 0.05, "group"]) == {"trade_with_japan"}
    verdicts = found.statistics[found.statistics["unit"] == "1 holds, 0 does not, -1 opposite"]
    verdict = verdicts.set_index(["statistic", "group"])["value"]
    assert [model for model, value in verdict["h1_claims"].items() if value == 1] == ["donors_own"]
    assert verdict["h1_claims", "donors_within"] == 0
    for rule in ("h2_claims", "h2_trade", "division"):
        assert counts[f"{rule}_counts", "holds"] == 0
    assert verdict["h2_trade", "level_latin"] == -1
    for rule in ("h2_banks", "h2_imf"):
        assert verdict[rule, "log_all"] == 1
        assert verdict[rule, "within_all"] == verdict[rule, "within_latin"] == 0
    ends = found.estimates.set_index(["model", "error", "term"])["conf_low"]
    for model in ("us_latin", "us_asia"):  # the American side, by both errors
        assert ends[model, "clustered", "military"] > 0 and ends[model, "pairs_bootstrap", "military"] > 0
    tests = found.models[found.models["name"] == "test_f_p"].set_index(["model", "error", "of"])["value"]
    for event in ("event_banks", "event_imf", "event_brady"):
        assert tests[event, "cr2", "after"] > 0.05 and tests[event, "cr2", "before"] > 0.05


def test_every_counted_model_of_katada_has_year_effects(project):
    study = read_study(project.specs / "katada.toml")
    models = {model.id: model for model in study.models}
    for name in {name for rule in study.readings for name in rule.models}:
        model = models[name]
        assert (
            "time" in model.effects
            or "debtor_year" in model.effects
            or "dummies(year)" in model.formula
            or model.options.get("time_dummies")
        ), name


def test_who_is_in_the_headline_is_who_its_table_of_the_sample_names(project):
    found = read_records(project.current / "katada")
    years = found.statistics.query("statistic == 'sample_headline' and period == 'rows used'")
    used = found.models.query("model == 'log_all' and name == 'nobs'")["value"].iloc[0]
    assert years["value"].sum() == used
    nominal = found.statistics.query("statistic == 'sample_nominal' and period == 'rows used'")
    assert (
        nominal["value"].sum() == found.models.query("model == 'nominal' and name == 'nobs'")["value"].iloc[0]
    )


def test_influence_is_that_of_the_model_that_it_is_about(project):
    found = read_records(project.current / "katada")
    estimates = found.estimates.drop_duplicates(["model", "term"]).set_index(["model", "term"])["estimate"]
    whole = found.statistics[found.statistics["group"] == "none left out"]
    assert set(whole["statistic"]) > {"log_all_without_country", "donors_without_country"}
    for statistic, term, value in whole[["statistic", "period", "value"]].itertuples(index=False):
        assert value == pytest.approx(estimates[statistic.partition("_without_")[0], term], rel=1e-8)


@seen.needs_chromium
def test_the_page_fits_a_screen_a_phone_and_sixty_sheets(project):
    with seen.chromium() as browser:
        for width, dark in ((seen.WIDE, False), (seen.PHONE, False), (seen.WIDE, True)):
            with seen.opened(browser, project.report, width, dark=dark) as page:
                assert seen.faults(page) == []
                assert seen.tab_stops(page) < 300
        with seen.opened(browser, project.report) as page:
            assert page.locator("#front").bounding_box()["height"] < 800
            assert seen.dead_links(page, project.report) == []
            assert seen.printed_pages(page) < 60
            assert seen.violations(page) == []
