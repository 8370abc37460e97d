"""pyfixest agrees where it is installed; where it is not, or stumbles, everything else is as it would be."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from replication.crosscheck import by_pyfixest, second_opinion
from replication.crosscheck.opinion import Known
from replication.crosscheck.second_opinion import PROGRAMS, as_table, opinions_on
from replication.project.fingerprint import packages
from tests.engine.crosscheck.test_second_opinion import MODELS, fitted, rows
from tests.support.repository import ROOT

installed = pytest.mark.skipif(not by_pyfixest.installed(), reason="pyfixest is not installed")
QUANTILES = {
    "median": {"estimator": "quantile"},
    "upper": {"estimator": "quantile", "options": {"q": 0.8, "errors": "nid"}},
}
TWO_TREATED = {
    "formula": "y ~ 1",
    "estimator": "iv_2sls",
    "options": {"endogenous": ["d", "a"], "instruments": ["z", "v", "x"]},
}
ASKED = {**MODELS, **QUANTILES}
ASKED = {name: keys for name, keys in ASKED.items() if keys.get("estimator", "ols") in by_pyfixest.MODELS}
SILENT = {"mean_effect", "effects_alone", "shifted_logit", "logit_weighted"}


def said_of(fit, model):
    return [*by_pyfixest.MODELS[model.estimator].ask(fit, model)]


@installed
@pytest.mark.parametrize("name", sorted(ASKED.keys() - SILENT))
def test_it_agrees(name):
    said = said_of(*fitted(**ASKED[name]))
    assert {each.program for each in said} == {"pyfixest"}
    assert [each for each in said if not each.agrees] == []


@installed
def test_every_quantity_that_it_is_said_to_have_it_gives():
    given = {
        (keys.get("estimator", "ols"), opinion.quantity)
        for keys in ASKED.values()
        for opinion in said_of(*fitted(**keys))
    }
    declared = {(name, each) for name, known in by_pyfixest.MODELS.items() for each in known.quantities}
    assert declared - given == set()


@installed
@pytest.mark.parametrize("keys", [*(MODELS[name] for name in sorted(SILENT)), TWO_TREATED])
def test_what_it_cannot_compute_as_we_do_it_is_not_asked(keys):
    assert said_of(*fitted(**keys)) == []


@installed
@pytest.mark.parametrize("name", ["three_effects", "poisson_two_way", "iv_within", "upper"])
def test_a_number_of_ours_that_is_off_is_found(name):
    fit, model = fitted(**ASKED[name])
    off = {
        each.quantity
        for each in said_of(replace(fit, params=fit.params * (1 + 1e-5)), model)
        if not each.agrees
    }
    assert off == {"coefficient"}
    own = fit.own and replace(fit.own, matrix=fit.own.matrix * (1 + 1e-4))
    wrong = replace(fit, bread=fit.bread * (1 + 1e-4), own=own)
    off = {each.quantity for each in said_of(wrong, model) if not each.agrees}
    assert off and all(quantity.startswith("standard error") for quantity in off)


@installed
def test_coefficients_of_which_there_are_many_are_not_compared():
    """The median of an even number of rows is any number between two: only the least sum is one number."""
    table = rows().assign(y=lambda t: np.round(t["y"]))
    fit, model = fitted(table.iloc[:100], formula="y ~ 1", estimator="quantile")
    said = said_of(fit, model)
    assert [each.quantity for each in said if not each.agrees] == []
    assert "sum of deviations" in {each.quantity for each in said}
    assert "coefficient" not in {each.quantity for each in said}


def _refuses(fit, model):
    raise AttributeError("no such word in this version")
    yield


@pytest.mark.parametrize("there", [False, True])
def test_whether_it_is_there_changes_no_verdict_and_no_share(monkeypatch, there):
    """Absent it is not asked; of another version, which knows no word of ours, it is told that it gave up."""
    broken = MappingProxyType({"ols": Known(_refuses, ("coefficient",))})
    monkeypatch.setattr(second_opinion, "OPTIONAL", {"pyfixest": broken})
    monkeypatch.setattr(by_pyfixest, "installed", lambda: there)
    found = opinions_on(*fitted(**MODELS["two_way"]))
    assert found.failed == (("pyfixest gave up: no such word in this version",) if there else ())
    assert set(as_table("s", [found])["program"]) == set(PROGRAMS)
    assert found.said == found.known and "agree with statsmodels and linearmodels" in found.line


def test_it_is_no_requirement_and_makes_nothing_out_of_date():
    """Manifests name the packages that the program needs; an optional one coming or going is no reason."""
    assert "pyfixest" not in packages()
    assert "pyfixest" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "pyfixest" not in (ROOT / "requirements.txt").read_text(encoding="utf-8")
