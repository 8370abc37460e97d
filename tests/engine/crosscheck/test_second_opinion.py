"""Other programs agree on every estimator that they have, and a wrong number of ours is found."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from replication.cli import main
from replication.crosscheck.by_statsmodels import EXACT
from replication.crosscheck.dummies import written_out
from replication.crosscheck.opinion import ITERATIVE, LINEAR, Witness
from replication.crosscheck.second_opinion import PROGRAMS, _closing, crosscheck, opinions_on
from replication.estimate.covariances.over_time import driscoll_kraay
from replication.estimate.covariances.sandwich import hc0
from replication.panel.panel import panel_of
from replication.panel.reading import Reading
from replication.project.places import PACKAGE, Project
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
    "difference": {"estimator": "first_difference"},
    "difference_without_gaps": {"formula": "y ~ x", "estimator": "first_difference", "intercept": False},
    "random": {"estimator": "random_effects"},
    "fama_macbeth": {"estimator": "fama_macbeth"},
    "fama_macbeth_lagged": {"estimator": "fama_macbeth", "options": {"lags": 2}},
    "other_effects": {"effects": ["entity", "club"]},
    "effects_in_groups": {"effects": ["pair_year", "club_year"]},
    "counts_in_groups": {"formula": "number ~ x", "estimator": "ppml", "effects": ["pair_year", "club_year"]},
    "three_effects": {"effects": ["entity", "time", "club"], "weights": "w"},
    "logit": {"formula": "above ~ x + a", "estimator": "logit"},
    "probit": {"formula": "above ~ x + a", "estimator": "probit"},
    "fractional": {"formula": "part ~ x + a", "estimator": "fractional_logit"},
    "fractional_probit": {"formula": "part ~ x + a", "estimator": "fractional_probit"},
    "poisson": {"formula": "number ~ x + a", "estimator": "ppml"},
    "poisson_two_way": {"formula": "number ~ x", "estimator": "ppml", "effects": ["entity", "time"]},
    "poisson_weighted": {"formula": "number ~ x", "estimator": "ppml", "weights": "w", "effects": ["club"]},
    "logit_weighted": {"formula": "above ~ x + a", "estimator": "logit", "weights": "w"},
    "probit_weighted": {"formula": "above ~ x + a", "estimator": "probit", "weights": "w"},
    "fractional_weighted": {"formula": "part ~ x + a", "estimator": "fractional_logit", "weights": "w"},
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
    "iv_weighted": {
        "formula": "y ~ a",
        "estimator": "iv_2sls",
        "options": INSTRUMENTS,
        "weights": "w",
        "effects": ["time", "club"],
    },
    "liml": {"formula": "y ~ a", "estimator": "liml", "options": INSTRUMENTS},
    "gmm": {"formula": "y ~ a", "estimator": "iv_gmm", "options": INSTRUMENTS},
    "system": {"formula": "y ~ x", "estimator": "sur"},
    "system_iterated": {"formula": "y ~ x", "estimator": "sur", "options": {"iterate": True}},
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
    table["club"] = (7 * table["unit"] + 3 * table["year"]) % 11
    table["pair_year"] = 10_000 * (table["unit"] % 4) + table["year"]
    table["club_year"] = 10_000 * (table["unit"] % 5) + table["year"]
    seen = draw.random(n) < 0.85
    return table[seen | (table["unit"] < complete)].reset_index(drop=True)


def system(seed: int = 4) -> pd.DataFrame:
    """Three units in every one of thirty years, hit by what they share."""
    draw = np.random.default_rng(seed)
    x, own, shared = draw.normal(size=(3, 3, 30))
    table = pd.DataFrame({"unit": np.repeat(range(3), 30), "year": np.tile(range(1990, 2020), 3)})
    return table.assign(x=x.ravel(), y=(1 + x + own + shared[0]).ravel())


def fitted(table: pd.DataFrame | None = None, **keys):
    model = ModelSpec(**{"id": "m", "formula": "y ~ x + a", **keys})
    if table is None:
        table = system() if model.formula == "y ~ x" else rows()
    return fit_model(panel_of(Reading(table, "rows"), "unit", "year", {}), plan(model))[1], model


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
    assert {name for models in PROGRAMS.values() for name in models} == tried - {"prais_winsten"}


def test_every_quantity_that_a_program_is_said_to_have_it_gives():
    """Of at least one of the models, which is what a share of all pairs rests on."""
    given = {
        (opinion.program, keys.get("estimator", "ols"), opinion.quantity)
        for keys in MODELS.values()
        for opinion in opinions_on(*fitted(**keys)).opinions
    }
    declared = {
        (program, estimator, quantity)
        for program, models in PROGRAMS.items()
        for estimator, known in models.items()
        for quantity in known.quantities
    }
    assert declared - given == set()


@pytest.mark.parametrize("name", ["pooled", "two_way", "random", "logit", "negative_binomial", "conditional"])
def test_units_and_levels_cost_no_program_a_digit(name):
    """A regressor in millions, one in thousandths, one that differs by a thousandth of its level."""
    table = rows()
    table = table.assign(x=1e6 * table["x"] + 1e9, a=1e-3 * table["a"])
    found = opinions_on(*fitted(table, **MODELS[name]))
    assert found.opinions and not found.failed
    assert [each for each in found.opinions if not each.agrees] == []


def test_the_errors_that_a_model_asks_for_are_the_ones_compared():
    asked = [
        {"kind": "cr2", "cluster": ["club"]},
        {"kind": "clustered", "cluster": ["entity", "club"]},
        {"kind": "driscoll_kraay", "lags": 4},
    ]
    fit, model = fitted(effects=["time"], covariance=asked)
    found = opinions_on(fit, model)
    by = {each.by for each in found.opinions if each.quantity.endswith("clustered")}
    assert by == {("club",), ("entity", "club")}
    ours = [each.ours for each in found.opinions if each.quantity.endswith("kraay")]
    lagged = np.sqrt(np.diag(driscoll_kraay(fit, lags=4).matrix))
    assert set(lagged) <= set(ours)


def test_pairs_that_no_program_could_give_are_counted_as_missing():
    found = opinions_on(*fitted(formula="above ~ x", estimator="logit", weights="w"))
    assert ("standard error, classical", ()) in found.known - found.said
    assert found.said < found.known
    line = _closing([found])
    assert f"{len(found.said)} of {len(found.known)} pairs of model and quantity" in line


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


@pytest.mark.parametrize("name", ["conditional", "ordered_logit", "ordered_probit", "two_part", "system"])
def test_an_error_of_ours_that_is_off_is_found_where_programs_have_no_sandwich(name):
    fit, model = fitted(**MODELS[name])
    wrong = replace(fit, bread=fit.bread * (1 + 1e-4), own=fit.own and replace(fit.own, matrix=2 * fit.bread))
    off = {each.quantity for each in opinions_on(wrong, model).opinions if not each.agrees}
    assert any(quantity.startswith("standard error") for quantity in off)


def test_errors_that_are_zero_by_construction_agree_whatever_the_rounding():
    """Clustered by entity the mean of effects of entities has no variance; a real error beside it is seen."""
    fit, model = fitted(formula="y ~ 1", effects=["entity"])
    zero = [each for each in opinions_on(fit, model).opinions if each.quantity.endswith("clustered")]
    assert zero and all(0 <= each.ours < 1e-12 and each.agrees for each in zero)
    witness = Witness(EXACT, fit, np.eye(1))
    assert not [*witness.errors("hc0", np.zeros((1, 1)), hc0(fit).matrix)][0].agrees


def test_more_levels_than_rows_are_written_out_as_far_as_they_are_independent():
    table = rows().iloc[::4].reset_index(drop=True)
    pair = table.index // 2
    table = table.assign(pair=pair, other=7 * pair % 19 + 100 * (table.index // 27))
    assert table["pair"].nunique() + table["other"].nunique() > len(table)
    fit, model = fitted(table, formula="y ~ x", effects=["pair", "other"])
    assert written_out(fit, ("pair", "other")).shape == (fit.nobs, 1 + fit.absorbed)
    found = opinions_on(fit, model)
    assert not found.failed and [each for each in found.opinions if not each.agrees] == []


def test_a_model_without_a_second_program_is_told():
    found = opinions_on(*fitted(formula="y ~ x", estimator="prais_winsten"))
    assert found.line == "m: no second program" and found.opinions == ()


def test_a_panel_beyond_memory_has_no_second_program_and_fails_nothing(tmp_path, monkeypatch):
    (tmp_path / "specs" / "parts").mkdir(parents=True)
    keys = {"firm": np.repeat([1, 2, 3], 2), "year": [1, 2] * 3}
    pd.DataFrame(
        {**keys, "y": [1.0, 2.0, 4.0, 3.0, 7.0, 5.0], "x": [1.0, 3.0, 2.0, 5.0, 4.0, 6.0]}
    ).to_parquet(tmp_path / "specs" / "parts" / "1.parquet")
    study = tmp_path / "specs" / "large.toml"
    study.write_text(
        '[study]\nid = "large"\ntitle = "Large"\ndata = "parts/"\nentity = "firm"\ntime = "year"\n'
        '[[models]]\nid = "m"\nformula = "y ~ x"\neffects = ["entity"]\n'
    )
    monkeypatch.setattr("replication.panel.shards.MOST_TOGETHER", 0)
    lines, agreed = crosscheck(Project(tmp_path), study)
    assert agreed and lines[0].startswith("m: no second program (its rows are read batch by batch")


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
    names = (
        "by_statsmodels",
        "by_statsmodels_likelihood",
        "by_linearmodels",
        "by_linearmodels_iv",
        "by_pyfixest",
    )
    allowed = {*(f"crosscheck/{name}.py" for name in names), "estimate/linear/iv_tests.py"}
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


def test_of_a_cross_section_nobody_is_asked_for_errors_over_time(tmp_path, monkeypatch, capsys):
    """statsmodels stopped there, and the pairs were counted as those that it could have given."""
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(4)
    table = pd.DataFrame({"x": draw.normal(size=90), "club": np.arange(90) % 30})
    table.assign(y=(table["x"] + draw.normal(size=90) > 0) * 1).to_csv("panel.csv", index=False)
    Path("s.toml").write_text(
        '[study]\nid = "s"\ntitle = "S"\ndata = "panel.csv"\n[[models]]\nid = "m"\nformula = "y ~ x"\n'
        'estimator = "probit"\ncovariance = [{ kind = "clustered", cluster = ["club"] }]\n'
    )
    assert main(["crosscheck", "s.toml"]) == 0
    told = capsys.readouterr().out
    assert "gave up" not in told and "(100.0%): all agree" in told
