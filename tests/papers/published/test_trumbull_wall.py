"""The reanalysis of Trumbull and Wall (1994) comes out to the last digit, by our engine and by two others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.panel import PanelOLS

from replication.published.grade_articles import grade_articles
from replication.sources.pipeline import clean_all
from replication.study.run import run_study
from tests.support.repository import ROOT, lay_out

PRINTED = ROOT / "published"
FIGURES = ROOT / "data" / "raw" / "trumbull_wall"
TERMS = {"GNP_PCAP": "gnp_pcap", "INF_MORT": "inf_mort", "RIGHTS_INV": "rights_inv", "POP": "pop"}


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> pd.DataFrame:
    project = lay_out(tmp_path_factory.mktemp("printed"))
    for folder, pattern in (("specs", "trumbull_wall.toml"), ("published", "trumbull_wall_1994.*")):
        (project.root / folder).mkdir()
        for path in (ROOT / folder).glob(pattern):
            (project.root / folder / path.name).write_bytes(path.read_bytes())
    clean_all(project)
    run_study(project, project.specs / "trumbull_wall.toml")
    ((_, cells),) = grade_articles(project)
    return cells


@pytest.fixture(scope="module")
def derived() -> pd.DataFrame:
    """The variables made from the raw figures by pandas, step by step as the reanalysis describes them."""
    raw = pd.read_csv(FIGURES / "aid_1982_1989.csv").sort_values(["country", "year"])
    whole = raw.notna().all(axis=1) & (raw["net_oda"] >= 0)
    kept = raw[whole.groupby(raw["country"]).transform("sum") == 8].copy()
    for name in ("gnp_pcap", "inf_mort"):
        before = kept.groupby("country")[name]
        kept[name] = (before.shift(1) + before.shift(2)) / 2
    kept = kept[kept["year"] >= 1984]
    names = ["net_oda", *TERMS.values()]
    means = kept.groupby("year")[names].transform("mean")
    return pd.concat([kept[["country", "year"]], np.log(kept[names] / means)], axis=1).reset_index(drop=True)


def printed(quantity: str) -> pd.Series:
    """The 2020 reanalysis as printed, brackets and stars taken off, by column and term."""
    cells = pd.read_csv(PRINTED / "trumbull_wall_1994.csv", dtype=str)
    cells = cells[cells["table"] == "reanalysis"].set_index(["column", "term"])
    return cells[quantity].str.strip("()*")


def test_all_sixteen_coefficients_and_errors_of_the_reanalysis_are_exact(graded):
    mine = graded[(graded["table"] == "reanalysis") & graded["quantity"].isin(["estimate", "std_error"])]
    assert len(mine) == 16
    assert set(mine["grade"]) == {"exact"}


def test_its_stars_and_its_foot_are_exact_too(graded):
    rest = graded[(graded["table"] == "reanalysis") & ~graded["quantity"].isin(["estimate", "std_error"])]
    assert rest["quantity"].value_counts().to_dict() == {
        "stars": 8, "nobs": 2, "rsquared": 2, "rsquared_adjusted": 2, "sigma": 2
    }  # fmt: skip
    assert set(rest["grade"]) == {"exact"}


def test_the_article_is_another_table_with_the_same_signs(graded):
    article = graded[graded["table"] == "article"].set_index(["column", "term"])["grade"]
    assert set(article) == {"value", "sign"}
    assert sorted(article[article == "value"].index) == [("1", "GNP_PCAP"), ("1", "POP")]


def test_what_the_study_derives_is_what_the_reanalysis_used(derived):
    used = pd.read_csv(FIGURES / "aid_as_used_1984_1989.csv").sort_values(["country", "year"])
    assert derived["country"].tolist() == used["country"].tolist()
    for name in ("net_oda", *TERMS.values()):
        np.testing.assert_allclose(derived[name], used[name], rtol=0, atol=1e-12)


def test_the_raw_figures_hold_together():
    raw = pd.read_csv(FIGURES / "aid_1982_1989.csv")
    np.testing.assert_allclose(raw["net_oda"], raw["oda_total"] * 1e6 / raw["pop"], rtol=1e-12)
    np.testing.assert_allclose(1 / raw["rights_inv"], 15 - raw["rights_rev"], rtol=1e-12)
    assert (raw.loc[raw["year"] == 1982, "oda_total"] == 1).all()


@pytest.mark.parametrize("column", ["1", "2"])
def test_statsmodels_prints_the_same_table(derived, column):
    """Least squares on dummies of years, and of countries in column 2, with a constant."""
    keys = ["year"] if column == "1" else ["year", "country"]
    dummies = pd.get_dummies(derived[keys].astype(str), drop_first=True, dtype=float)
    fit = sm.OLS(
        derived["net_oda"], sm.add_constant(pd.concat([derived[[*TERMS.values()]], dummies], axis=1))
    ).fit()
    for quantity, found in (("estimate", fit.params), ("error", fit.bse)):
        assert [f"{found[name]:.3f}" for name in TERMS.values()] == printed(quantity)[column][
            [*TERMS]
        ].tolist()


@pytest.mark.parametrize("column", ["1", "2"])
def test_linearmodels_agrees_with_the_records(graded, derived, column):
    panel = derived.set_index(["country", "year"])
    fit = PanelOLS(
        panel["net_oda"], panel[[*TERMS.values()]], time_effects=True, entity_effects=column == "2"
    ).fit(cov_type="unadjusted", debiased=True)
    mine = graded[(graded["table"] == "reanalysis") & (graded["column"] == column)]
    for quantity, found in (("estimate", fit.params), ("std_error", fit.std_errors)):
        ours = mine[mine["quantity"] == quantity].set_index("term")["ours"]
        # The two solve the same normal equations by other routes: ten digits are left of sixteen.
        np.testing.assert_allclose(ours[[*TERMS]], found[[*TERMS.values()]], rtol=1e-9)
