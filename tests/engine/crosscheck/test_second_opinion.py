"""Other programs agree on every estimator that they have, and a wrong number of ours is found."""

from __future__ import annotations

import ast
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from replication.cli import main
from replication.crosscheck.by_statsmodels import EXACT
from replication.crosscheck.opinion import ITERATIVE, LINEAR
from replication.crosscheck.second_opinion import PROGRAMS, opinions_on
from replication.estimate.covariances.sandwich import hc0
from replication.panel.panel import panel_of
from replication.panel.reading import Reading
from replication.project.places import PACKAGE
from replication.spec.entries import ModelSpec
from replication.study.one_model import fit_model, plan
from tests.support.made_up import lay_out

INSTRUMENTS = {"endogenous": ["d"], "instruments": ["z", "v"]}
MODELS = {
    "pooled": {},
    "weighted": {"weights": "w"},
    "no_constant": {"intercept": False},
    "entity": {"effects": ["entity"]},
    "time": {"effects": ["time"]},
    "two_way": {"effects": ["entity", "time"]},
    "mean_effect": {"effects": ["entity", "time"], "options": {"mean_effect": True}},
    "effects_alone": {"formula": "y ~ 1", "effects": ["entity"]},
    "two_way_weighted": {"effects": ["entity", "time"], "weights": "w"},
    "between": {"estimator": "between"},
    "between_weighted": {"estimator": "between", "options": {"reweight": True}},
    "random": {"estimator": "random_effects"},
    "fama_macbeth": {"estimator": "fama_macbeth"},
    "logit": {"formula": "above ~ x + a", "estimator": "logit"},
    "probit": {"formula": "above ~ x + a", "estimator": "probit"},
    "fractional": {"formula": "part ~ x + a", "estimator": "fractional_logit"},
    "fractional_probit": {"formula": "part ~ x + a", "estimator": "fractional_probit"},
    "poisson": {"formula": "number ~ x + a", "estimator": "ppml"},
    "poisson_two_way": {"formula": "number ~ x", "estimator": "ppml", "effects": ["entity", "time"]},
    "negative_binomial": {"formula": "number ~ x + a", "estimator": "negative_binomial"},
    "exposed": {"formula": "number ~ x", "estimator": "ppml", "options": {"exposure": "w"}},
    "exposed_two_way": {
        "formula": "number ~ x",
        "estimator": "ppml",
        "options": {"offset": "a / 2"},
        "effects": ["entity", "time"],
    },
    "exposed_binomial": {
        "formula": "number ~ x + a",
        "estimator": "negative_binomial",
        "options": {"exposure": "w"},
    },
    "shifted_logit": {"formula": "above ~ x", "estimator": "logit", "options": {"offset": "a / 2"}},
    "shifted_probit": {"formula": "above ~ x", "estimator": "probit", "options": {"offset": "a / 2"}},
    "expected": {
        "formula": "above ~ x + a",
        "estimator": "probit",
        "options": {"information": "expected", "offset": "d / 4"},
    },
    "shifted_share": {"formula": "part ~ x", "estimator": "fractional_logit", "options": {"offset": "a"}},
    "conditional": {"formula": "above ~ x + a", "estimator": "conditional_logit", "effects": ["entity"]},
    "ordered_logit": {"formula": "grade ~ x + a", "estimator": "ordered_logit"},
    "ordered_probit": {"formula": "grade ~ x + a", "estimator": "ordered_probit"},
    "two_part": {"formula": "number ~ x + a", "estimator": "two_part"},
    "iv": {"formula": "y ~ a", "estimator": "iv_2sls", "options": INSTRUMENTS},
    "iv_within": {"formula": "y ~ a", "estimator": "iv_2sls", "options": INSTRUMENTS, "effects": ["entity"]},
    "liml": {"formula": "y ~ a", "estimator": "liml", "options": INSTRUMENTS},
    "gmm": {"formula": "y ~ a", "estimator": "iv_gmm", "options": INSTRUMENTS},
}


def rows(seed: int = 4, complete: int = 0) -> pd.DataFrame:
    """A panel of 25 units, unbalanced but for its first, with an endogenous regressor, counts, shares and a
    binary outcome."""
    draw = np.random.default_rng(seed)
    n = 25 * 10
    level = np.repeat(draw.normal(size=25), 10)
    z, v, a, shared = draw.normal(size=(4, n))
    d = z + 0.5 * v + shared + draw.normal(size=n)
    x = draw.normal(size=n) + 0.5 * level
    y = 1 + x - a + 0.5 * d + level - shared + draw.normal(size=n)
    table = pd.DataFrame({"unit": np.repeat(np.arange(25), 10), "year": np.tile(range(1990, 2000), 25)})
    table = table.assign(x=x, a=a, z=z, v=v, d=d, y=y, w=draw.uniform(0.5, 2, n), above=(y > 1) * 1.0)
    table["number"] = draw.poisson(np.exp(0.3 + 0.4 * x + 0.3 * level)).astype(float)
    table["grade"] = np.digitize(y, [-1, 1, 3])
    table["part"] = 1 / (1 + np.exp(-0.5 * y))
    seen = draw.random(n) < 0.85
    return table[seen | (table["unit"] < complete)].reset_index(drop=True)


def fitted(**keys):
    model = ModelSpec(**{"id": "m", "formula": "y ~ x + a", **keys})
    return fit_model(panel_of(Reading(rows(), "rows"), "unit", "year", {}), plan(model))[1], model


@pytest.mark.parametrize("name", MODELS)
def test_other_programs_agree(name):
    found = opinions_on(*fitted(**MODELS[name]))
    assert not found.failed
    assert found.opinions, found.line
    assert [each for each in found.opinions if not each.agrees] == []
    assert {each.tolerance for each in found.opinions} <= {LINEAR, ITERATIVE}
    assert {each.quantity for each in found.opinions} >= {"coefficient"}


def test_every_estimator_that_a_program_has_is_among_them():
    tried = {keys.get("estimator", "ols") for keys in MODELS.values()}
    assert {name for models in PROGRAMS.values() for name in models} - tried == {"first_difference"}


@pytest.mark.parametrize("name", ["pooled", "two_way", "logit", "poisson"])
def test_a_number_of_ours_that_is_off_is_found(name):
    fit, model = fitted(**MODELS[name])
    wrong = replace(fit, params=fit.params * (1 + 1e-5))
    found = opinions_on(wrong, model)
    assert any(not each.agrees and each.quantity == "coefficient" for each in found.opinions)
    assert "DISAGREES with" in found.line
    wrong = replace(fit, bread=fit.bread * (1 + 1e-4))
    off = {each.quantity for each in opinions_on(wrong, model).opinions if not each.agrees}
    assert any(quantity.startswith("standard error") for quantity in off)


def test_errors_that_are_zero_by_construction_agree_whatever_the_rounding():
    """Clustered by entity the mean of effects of entities has no variance; a real error beside it is seen."""
    fit, model = fitted(formula="y ~ 1", effects=["entity"])
    zero = [each for each in opinions_on(fit, model).opinions if each.quantity.endswith("clustered")]
    assert zero and all(0 <= each.ours < 1e-12 and each.agrees for each in zero)
    assert not [*EXACT.errors("hc0", fit, np.zeros((1, 1)), hc0(fit).matrix)][0].agrees


def test_a_model_without_a_second_program_is_told():
    found = opinions_on(*fitted(formula="y ~ x", estimator="prais_winsten"))
    assert found.line == "m: no second program" and found.opinions == ()


def test_a_disagreement_fails_and_writes_nothing(tmp_path, monkeypatch, capsys):
    project = lay_out(tmp_path / "project")
    call = ["--project", str(project.root)]
    assert main([*call, "data"]) == 0
    study = ["crosscheck", str(project.specs / "first.toml")]
    assert main([*call, *study]) == 0
    assert (project.crosscheck / "first" / "crosscheck.csv").is_file()
    assert "second opinion on 1 of 1 models" in capsys.readouterr().out
    (project.crosscheck / "first" / "crosscheck.csv").unlink()
    from replication.crosscheck import second_opinion

    true = second_opinion.fit_model

    def off(*arguments):
        sample, fit = true(*arguments)
        return sample, replace(fit, params=fit.params * 1.001)

    monkeypatch.setattr(second_opinion, "fit_model", off)
    assert main([*call, *study]) == 1
    assert "DISAGREE" in capsys.readouterr().out
    assert not (project.crosscheck / "first" / "crosscheck.csv").exists()


def test_the_other_programs_are_imported_nowhere_else():
    """But for two functions of linearmodels in the tests of instruments."""
    allowed = {"crosscheck/by_statsmodels.py", "crosscheck/by_linearmodels.py", "estimate/linear/iv_tests.py"}
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in ("statsmodels", "linearmodels", "pyfixest") for name in names):
                found.add(path.relative_to(PACKAGE).as_posix())
    assert found == allowed


def test_singletons_that_are_kept_count_as_they_do_with_dummies():
    """A unit of one row changes no coefficient, but n and so the errors: statsmodels on every row agrees."""
    table = rows()
    alone = table.drop_duplicates("unit").assign(unit=lambda t: t["unit"] + 100).head(3)
    panel = panel_of(Reading(pd.concat([table, alone]), "rows"), "unit", "year", {})
    found = {}
    for word in ("drop", "keep"):
        model = ModelSpec(id="m", formula="y ~ x + a", effects=["entity"], singletons=word)
        found[word] = fit_model(panel, plan(model))[1]
        said = opinions_on(found[word], model).opinions
        assert said and [o.quantity for o in said if not o.agrees] == []
        assert any("hc3" in o.quantity for o in said) == (word == "drop")  # 0/0 where a leverage is one
    assert found["keep"].nobs == found["drop"].nobs + 3
    np.testing.assert_allclose(found["keep"].params, found["drop"].params, rtol=1e-10)
