"""One entry that stands for several models is plain models before anything else sees the study."""

from __future__ import annotations

import pandas as pd
import pytest

from replication.errors import StudyError
from replication.spec.read_study import read_study

HEAD = '[study]\nid = "mine"\ntitle = "Mine"\nentity = "land"\ntime = "year"\n'


def read(folder, keys: str, more: str = ""):
    path = folder / "mine.toml"
    path.write_text(f'{HEAD}\n[[models]]\nid = "m"\nformula = "log(y) ~ x"\n{keys}\n{more}')
    return read_study(path)


def formulas(study) -> list[str]:
    return [model.formula for model in study.models]


def test_an_entry_of_one_model_stays_what_it_is(tmp_path):
    study = read(tmp_path, 'where = "x > 0"')
    assert [(model.id, model.formula, model.where) for model in study.models] == [
        ("m", "log(y) ~ x", "x > 0")
    ]


def test_several_outcomes(tmp_path):
    study = read(tmp_path, 'title = "Aid"\noutcomes = ["z", "log(w)"]')
    assert formulas(study) == ["log(y) ~ x", "z ~ x", "log(w) ~ x"]
    assert [model.title for model in study.models] == ["Aid: log(y)", "Aid: z", "Aid: log(w)"]
    assert [model.id for model in study.models] == ["m_1", "m_2", "m_3"]


def test_terms_one_after_another_and_one_at_a_time(tmp_path):
    study = read(tmp_path, 'stepwise = ["z", "(z * w) + lag(z, 1:2)"]')
    assert formulas(study) == ["log(y) ~ x", "log(y) ~ x + z", "log(y) ~ x + z + (z * w) + lag(z, 1:2)"]
    assert formulas(read(tmp_path, 'alternatives = ["z", "w"]')) == ["log(y) ~ x + z", "log(y) ~ x + w"]


def test_rows_split_by_columns(tmp_path):
    study = read(tmp_path, 'where = "x > 0 or y > 0"\nsplit = { region = ["Asia", "it\'s"], old = [0, 1] }')
    assert [model.where for model in study.models][:2] == [
        '(x > 0 or y > 0) and region == "Asia" and old == 0',
        '(x > 0 or y > 0) and region == "Asia" and old == 1',
    ]
    assert [model.title for model in study.models][3] == "m: region = it's, old = 1"


def test_everything_together_and_every_place_that_names_the_entry(tmp_path):
    keys = 'outcomes = ["z"]\nstepwise = ["w"]\ncovariance = [{ kind = "hc1" }, { kind = "clustered" }]'
    more = '[[models]]\nid = "n"\nformula = "y ~ x"\n[[tables]]\nid = "t"\ntitle = "T"\nmodels = ["n", "m"]\n'
    more += '[[tables]]\nid = "u"\ntitle = "U"\nmodels = ["m.clustered", "m_2"]\n'
    study = read(tmp_path, keys, more)
    assert formulas(study) == ["log(y) ~ x", "log(y) ~ x + w", "z ~ x", "z ~ x + w", "y ~ x"]
    assert study.tables[0].models == ["n", "m_1", "m_2", "m_3", "m_4"]
    assert study.tables[1].models == [*(f"m_{n}.clustered" for n in (1, 2, 3, 4)), "m_2"]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ('stepwise = ["z"]\nalternatives = ["w"]', "models.m: has stepwise and alternatives"),
        ('stepwise = ["z w"]', "models.m: outcomes, stepwise or alternatives: at character"),
        ('outcomes = ["z ~ x"]', "models.m: outcomes, stepwise or alternatives"),
        ("split = { region = [] }", "models.m.split.region"),
        ("split = { region = [nan] }", "models.m.split.region"),
        ('split = { region = ["\\"\'"] }', "split.region: .* has both kinds of quotes"),
        (f"split = {{ a = {list(range(100))}, b = {list(range(100))} }}", "stands for 10,000 models"),
        (f'outcomes = {[f"y{n}" for n in range(49)]}\nsplit = {{ a = {list(range(20))} }}'.replace("'", '"'),
         "stands for 1,000 models"),
    ],
)  # fmt: skip
def test_what_an_entry_cannot_stand_for(tmp_path, keys, told):
    with pytest.raises(StudyError, match=told) as problem:
        read(tmp_path, keys)
    assert str(problem.value).startswith("mine.toml: ")


def test_each_model_is_estimated_as_if_written_by_itself(tmp_path, monkeypatch):
    from replication.cli import main

    monkeypatch.chdir(tmp_path)
    rows = [
        (land, year, (year * n) % 7 + n, (year + n) % 5, n % 2)
        for n, land in enumerate("abcdef")
        for year in range(8)
    ]
    pd.DataFrame(rows, columns=["land", "year", "y", "x", "g"]).assign(y=lambda t: t["y"] + 1).to_csv("p.csv")
    estimates = {}
    for name, keys in (("several", "split = { g = [0, 1] }"), ("plain", 'where = "g == 1"')):
        (tmp_path / f"{name}.toml").write_text(
            f'{HEAD}\n[[models]]\nid = "m"\nformula = "log(y) ~ x"\n{keys}\n'
        )
        assert main(["run", f"{name}.toml", "--data", "p.csv", "--out", name]) == 0
        estimates[name] = pd.read_csv(tmp_path / name / "estimates.csv").drop(columns="model")
    pd.testing.assert_frame_equal(estimates["several"][2:].reset_index(drop=True), estimates["plain"])
