"""The gallery runs as it stands, and other programs give its numbers."""

from __future__ import annotations

import runpy

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from linearmodels.iv import IV2SLS
from linearmodels.system import SUR
from scipy.stats import norm
from statsmodels.api import OLS, Probit, add_constant

from replication.cli import main
from replication.estimate.words import ESTIMATORS
from tests.support.repository import ROOT

GALLERY = ROOT / "docs" / "gallery"
STUDIES = sorted(path.stem for path in GALLERY.glob("*.toml") if path.stem != "ridge")
CLOSE = {"rel": 1e-7}  # of iterative estimators, each with a rule of its own for when to stop


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return pd.read_csv(GALLERY / "panel.csv")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A coefficient or error of a study of the gallery, by model and term; each study is run once."""
    done: dict[str, pd.DataFrame] = {}

    def number(study: str, model: str, term: str, what: str = "estimate") -> float:
        if study not in done:
            out = tmp_path_factory.mktemp(study) / "out"
            assert main(["run", str(GALLERY / f"{study}.toml"), "--out", str(out)]) == 0
            done[study] = pd.read_parquet(out / "estimates.parquet")
        table = done[study]
        rows = table[(table["model"] == model) & (table["term"] == term)]
        return float(rows[what].iloc[0])

    return number


def test_every_study_is_told_of_and_is_short():
    page = (GALLERY / "README.md").read_text(encoding="utf-8")
    assert len(STUDIES) == 10
    for path in set(GALLERY.glob("*.*")) - {GALLERY / "README.md"}:
        assert path.name in page
        if path.suffix in (".toml", ".py"):
            assert 5 <= len(path.read_text(encoding="utf-8").splitlines()) <= 35, path.name


@pytest.mark.parametrize("study", STUDIES)
def test_a_study_runs(study, tmp_path, capsys):
    assert main(["run", str(GALLERY / f"{study}.toml"), "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().err == ""


def test_one_line_by_dummies_in_statsmodels(run, panel):
    dummies = smf.ols("growth ~ trade + rain + C(land) + C(year)", panel).fit()
    assert run("one_line", "within", "trade") == pytest.approx(dummies.params["trade"], **CLOSE)
    pooled = smf.ols("growth ~ trade + rain", panel).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(panel["land"])[0]}
    )
    assert run("one_line", "pooled", "rain", "std_error") == pytest.approx(pooled.bse["rain"], **CLOSE)


def test_errors_differ_and_the_coefficient_does_not(run, panel):
    dummies = smf.ols("growth ~ trade + rain + C(land)", panel).fit()
    assert run("errors", "within", "rain") == pytest.approx(dummies.params["rain"], **CLOSE)


def test_a_cross_section_with_hc3_in_statsmodels(run, panel):
    fit = smf.ols("growth ~ trade + rain", panel[panel["year"] == 1995]).fit(cov_type="HC3")
    assert run("cross_section", "in_1995", "trade", "std_error") == pytest.approx(fit.bse["trade"], **CLOSE)


def test_weights_in_statsmodels(run, panel):
    fit = smf.wls("growth ~ trade + rain", panel, weights=panel["people"]).fit(cov_type="HC1")
    assert run("weights", "weighted", "trade") == pytest.approx(fit.params["trade"], **CLOSE)
    assert run("weights", "weighted", "trade", "std_error") == pytest.approx(fit.bse["trade"], **CLOSE)


def test_instruments_in_linearmodels(run, panel):
    used = panel.assign(before=panel.groupby("land")["distance"].shift(1)).dropna(subset=["before"])
    exogenous = add_constant(used[["rain"]])
    fit = IV2SLS(used["growth"], exogenous, used[["trade"]], used[["distance", "before"]]).fit(
        cov_type="robust"
    )
    assert run("iv", "iv", "trade") == pytest.approx(fit.params["trade"], **CLOSE)
    assert run("iv", "iv", "trade", "std_error") == pytest.approx(fit.std_errors["trade"], **CLOSE)


def test_system_gmm_is_between_least_squares_within_and_pooled(run, panel):
    before = panel.assign(before=panel.groupby("land")["growth"].shift(1)).dropna(subset=["before"])
    pooled = smf.ols("growth ~ before + trade + rain", before).fit().params["before"]
    within = smf.ols("growth ~ before + trade + rain + C(land)", before).fit().params["before"]
    assert within < run("gmm", "system", "lag(growth, 1)") < pooled  # Bond (2002): what it must lie between


def test_equations_in_linearmodels(run, panel):
    lands = {name: panel[panel["land"] == name].set_index("year") for name in ("L01", "L02", "L03")}
    equations = {
        name: {"dependent": rows["growth"], "exog": add_constant(rows[["trade", "rain"]])}
        for name, rows in lands.items()
    }
    fit = SUR(equations).fit(method="gls", cov_type="unadjusted")
    assert run("sur", "system", "L01:trade") == pytest.approx(fit.params["L01_trade"], **CLOSE)


@pytest.mark.parametrize(("model", "q"), [("tenth", 0.1), ("median", 0.5), ("ninetieth", 0.9)])
def test_quantiles_in_statsmodels(run, panel, model, q):
    fit = smf.quantreg("growth ~ trade + rain", panel).fit(q=q, max_iter=10_000, p_tol=1e-12)
    # Its reweighted least squares stop before the vertex; ours is the vertex.
    assert run("quantile", model, "trade") == pytest.approx(fit.params["trade"], abs=1e-3)


def test_counts_in_statsmodels(run, panel):
    fit = smf.poisson("strikes ~ rain + trade + C(land)", panel).fit(disp=False, method="newton", maxiter=100)
    assert run("poisson", "strikes", "rain") == pytest.approx(fit.params["rain"], **CLOSE)


def test_two_steps_in_statsmodels(run, panel):
    exogenous = add_constant(panel[["rain", "trade", "distance"]])
    index = Probit(panel["reports"], exogenous).fit(disp=False).fittedvalues
    seen = panel.assign(mills=norm.pdf(index) / norm.cdf(index)).query("reports == 1")
    second = OLS(seen["wage"], add_constant(seen[["rain", "trade", "mills"]])).fit()
    assert run("heckman", "wages", "trade") == pytest.approx(second.params["trade"], **CLOSE)
    assert run("heckman", "wages", "lambda") == pytest.approx(second.params["mills"], **CLOSE)


def test_an_estimator_of_ones_own(tmp_path, monkeypatch, panel):
    monkeypatch.setattr("replication.estimate.words.ESTIMATORS", ESTIMATORS)
    try:
        runpy.run_path(str(GALLERY / "new_estimator.py"))
        assert main(["run", str(GALLERY / "ridge.toml"), "--out", str(tmp_path / "out")]) == 0
    finally:
        ESTIMATORS.pop("ridge", None)
    found = pd.read_parquet(tmp_path / "out" / "estimates.parquet").set_index(["model", "term"])
    x = add_constant(panel[["trade", "rain"]]).to_numpy()
    shrunk = np.linalg.solve(x.T @ x + 50 * np.diag([0.0, 1, 1]), x.T @ panel["growth"])
    assert found.loc[("shrunk", "trade"), "estimate"] == pytest.approx(shrunk[1], **CLOSE)
    assert abs(shrunk[1]) < abs(found.loc[("free", "trade"), "estimate"])
