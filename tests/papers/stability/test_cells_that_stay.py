"""Changes that mean nothing leave every published cell as it is; drawn from the studies themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replication.language.evaluate import Rows, condition
from replication.publish.model_tables import model_table
from replication.sources.load import recipes_of
from replication.sources.schema import conform
from replication.spec.entries import TableSpec
from replication.spec.read_study import labels_of
from replication.study.one_model import plan, run_model
from tests.support.published_cells import cells_of_model, cells_of_statistic, panel_of
from tests.support.repository import HERE, lay_out

SOME = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Of each family one; the others take seconds each, and read their rows by the same door.
MODELS = (
    "nominal",
    "log_latin",
    "two_hats",
    "level_latin",
    "within_all",
    "loans",
    "ppml_all",
    "trade_second",
)
SCALE_FREE = (
    "percent_change",
    "multiple",
    "index_to",
    "annual_growth",
    "volatility",
    "end_over_start",
    "drawdown",
)
READ_ALONE = [recipe for recipe in recipes_of(HERE) if not recipe.derived]
seeds = st.integers(0, 2**32 - 1)


def shuffled(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Rows and columns in another order; the index goes with its row."""
    draw = np.random.default_rng(seed)
    return table.iloc[draw.permutation(len(table)), draw.permutation(table.shape[1])]


def statistics(studies):
    return [(study, entry) for study in studies.values() for entry in study.statistics]


@SOME
@given(data=st.data(), seed=seeds)
def test_order_of_rows_and_columns_of_raw_files(raw, tables, data, seed):
    recipe = data.draw(st.sampled_from(READ_ALONE))
    moved = {path: shuffled(raw[path], seed) for path in recipe.inputs}
    made = conform(recipe.build(moved), recipe.schema, "shuffled")
    pd.testing.assert_frame_equal(made, tables[recipe.schema.table])


@SOME
@given(data=st.data(), seed=seeds)
def test_order_of_rows_and_columns_of_a_panel(tables, studies, known, data, seed):
    study, model = studies["katada"], data.draw(st.sampled_from(MODELS))
    moved = {**tables, "allocation": shuffled(tables["allocation"], seed).reset_index(drop=True)}
    assert cells_of_model(study, model, moved) == known(model)


@SOME
@given(data=st.data(), seed=seeds)
def test_order_of_columns_of_a_described_table(tables, studies, data, seed):
    study, entry = data.draw(st.sampled_from(statistics(studies)))
    order = np.random.default_rng(seed).permutation(tables[entry.table].shape[1])
    moved = tables[entry.table].iloc[:, order]
    assert cells_of_statistic(entry, moved) == cells_of_statistic(entry, tables[entry.table])


@SOME
@given(data=st.data())
def test_a_row_that_where_drops(tables, studies, data):
    filtered = [entry for _, entry in statistics(studies) if entry.where is not None]
    entry = data.draw(st.sampled_from(filtered))
    table = tables[entry.table]
    outside = table[~condition(entry.where, Rows(table))]
    if outside.empty:
        more = table
    else:
        place = data.draw(st.integers(0, len(outside) - 1))
        more = pd.concat([table, outside.iloc[[place]]], ignore_index=True)
    assert cells_of_statistic(entry, more) == cells_of_statistic(entry, table)


@SOME
@given(data=st.data(), year=st.integers(1986, 1991))
def test_a_country_that_where_drops(tables, studies, known, data, year):
    study, model = studies["katada"], data.draw(st.sampled_from(("nominal", "log_latin", "japan_latin")))
    row = pd.DataFrame({"iso3": ["ZZZ"], "year": [year], "region": ["Elsewhere"]})
    table = tables["allocation"]
    more = pd.concat([table, row.reindex(columns=table.columns).astype(table.dtypes)], ignore_index=True)
    found = cells_of_model(study, model, {**tables, "allocation": more})
    assert found == known(model)


@SOME
@given(data=st.data(), power=st.integers(-8, 8))
def test_pounds_or_dollars_where_only_shares_count(tables, studies, known, data, power):
    # A factor that is a power of two moves no digit, so that equal means equal.
    model = data.draw(st.sampled_from(("nominal", "nominal_years")))
    table = tables["allocation"]
    moved = {**tables, "allocation": table.assign(us_trade=table["us_trade"] * 2.0**power)}
    assert cells_of_model(studies["katada"], model, moved) == known(model)


@SOME
@given(data=st.data(), power=st.integers(-8, 8))
def test_units_where_only_ratios_count(tables, studies, data, power):
    free = [entry for _, entry in statistics(studies) if entry.measure in SCALE_FREE]
    entry = data.draw(st.sampled_from(free))
    table, value = tables[entry.table], entry.with_.get("value", "value")
    moved = table.assign(**{value: table[value].astype(float) * 2.0**power})
    before, after = cells_of_statistic(entry, table), cells_of_statistic(entry, moved)
    assert list(after) == list(before)
    # Logs of figures in another unit round apart in the last digit, and differences of them in the last few.
    pairs = [(after[key], before[key]) for key in before if before[key] is not None]
    np.testing.assert_allclose(*zip(*pairs, strict=True), rtol=1e-11, atol=1e-12)


def test_any_unit_of_trade_moves_no_slope(tables, studies, known):
    table = tables["allocation"]
    moved = {**tables, "allocation": table.assign(us_trade=table["us_trade"] * 1.37)}
    before = known("trade_second")
    after = cells_of_model(studies["katada"], "trade_second", moved)
    terms = [key for key in before if key[0] == "estimates" and key[4] == "estimate"]
    assert any("trade_us_other" in key[3] for key in terms)
    # The log turns a factor into a shift, which year effects absorb but for rounding in the solver.
    np.testing.assert_allclose([after[k] for k in terms], [before[k] for k in terms], rtol=1e-8)


@SOME
@given(words=st.lists(st.text(min_size=1, max_size=40), min_size=4, max_size=4))
def test_labels_change_words_and_no_number(tables, studies, words):
    study = studies["katada"]
    spec = TableSpec(id="t", title="t", models=["log_latin"])
    found = result(studies, tables)
    accounts = [found.account]
    plain = model_table(spec, found.estimates, found.statistics, accounts, labels_of(study))
    terms = list(dict.fromkeys(found.estimates["term"]))
    other = labels_of(study) | dict(zip(terms, words, strict=False))
    renamed = model_table(spec, found.estimates, found.statistics, accounts, other)
    numbers = [
        [(cell.text, cell.source) for row in table.rows for cell in row if cell.source]
        for table in (plain, renamed)
    ]
    assert numbers[0] == numbers[1]


_result: list = []


def result(studies, tables):
    if not _result:
        study = studies["katada"]
        model = next(entry for entry in study.models if entry.id == "log_latin")
        _result.append(run_model(panel_of(study, model, tables), plan(model)))
    return _result[0]


def test_locale_zone_threads_hash_seed_and_the_folder(everything_made, tmp_path):
    """A second run, in a folder without the first one's blanks and umlauts."""
    study = "matsumura"
    other = {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "99"}
    first = files_of(everything_made.current / study)
    assert first and made(tmp_path / "plain", study, other) == first


def made(folder, study, environment):
    """Every file of a study's results, run in a folder of its own."""
    lay_out(folder)
    (folder / "specs").mkdir()
    shutil.copy(HERE.specs / f"{study}.toml", folder / "specs")
    for words in (["data"], ["run", f"specs/{study}.toml"]):
        call = [sys.executable, "-m", "replication", *words]
        subprocess.run(call, cwd=folder, env={**os.environ, **environment}, check=True, capture_output=True)
    return files_of(folder / "results" / "current" / study)


def files_of(out):
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
