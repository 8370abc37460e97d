"""A study in other programs' words: the scripts give our numbers; nothing in a study file becomes code."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from replication.cli import main
from replication.export.identifiers import comment, identifier
from replication.export.r_words import WAYS as R_WAYS
from tests.engine.crosscheck.test_second_opinion import rows
from tests.support.exported_models import COARSER, MODELS, NO_PYTHON, NO_R, STUDY, made_up
from tests.support.repository import ROOT

# Two implementations of one formula; those that climb to a maximum stop where their last step is 1e-10.
AGREE = 1e-8


def write_study(folder: Path, text: str, table: pd.DataFrame) -> list[str]:
    (folder / "many.toml").write_text(text, encoding="utf-8")
    table.to_csv(folder / "panel.csv", index=False)
    return [
        "--project",
        str(folder),
        "export",
        str(folder / "many.toml"),
        "--data",
        str(folder / "panel.csv"),
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The study exported in every language: folders python, r, stata; and its estimates."""
    place = tmp_path_factory.mktemp("many")
    text = STUDY + "".join(f'\n[[models]]\nid = "{name}"\n{keys}\n' for name, keys in MODELS.items())
    # One narrow table: eighty models side by side take longer to set than to estimate, and are not looked at.
    text += f'\n[[tables]]\nid = "one"\ntitle = "One"\nmodels = ["{next(iter(MODELS))}"]\n'
    call = write_study(place, text, made_up())
    for to in ("python", "r", "stata"):
        assert main([*call, "--to", to, "--out", str(place / to)]) == 0
    run = ["--project", str(place), "run", str(place / "many.toml"), "--data", str(place / "panel.csv")]
    assert main([*run, "--out", str(place / "ours")]) == 0
    return place


def ours(folder: Path) -> pd.DataFrame:
    found = pd.read_csv(folder / "ours" / "estimates.csv")
    return found[found["estimate"].notna()]


def compare(folder: Path, printed: str) -> set[tuple[str, str]]:
    """Hold every printed coefficient and error to ours; the models and errors that were shown."""
    mine = ours(folder).set_index(["model", "error"])
    lines = pd.DataFrame(
        [line.split(",") for line in printed.splitlines()], columns=["model", "error", "name", "b", "se"]
    )
    shown = set()
    for (model, error), theirs in lines.groupby(["model", "error"], sort=False):
        found = mine.loc[[(model, error)]]
        b, se = theirs["b"].astype(float), theirs["se"].astype(float)
        agree = COARSER.get((str(model), str(error)), AGREE)
        scale = np.maximum(np.abs(found["estimate"]), found["std_error"])
        assert (np.abs(found["estimate"].to_numpy() - b) <= agree * scale.to_numpy()).all(), (model, error)
        assert_allclose(se, found["std_error"], rtol=agree, err_msg=f"{model} {error}")
        shown.add((model, error))
    return shown


def test_python_scripts_give_our_numbers(folder):
    """Every model and error but those without a counterpart, which the script names."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "many.py"], cwd=folder / "python", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    shown = compare(folder, done.stdout)
    every = set(ours(folder)[["model", "error"]].itertuples(index=False, name=None))
    assert every - shown == NO_PYTHON & every
    script = (folder / "python" / "many.py").read_text()
    assert script.count("no counterpart") == len(NO_PYTHON & every)


R_PACKAGES = sorted({"clubSandwich", *(name for way in R_WAYS for name in way.needs)})


def test_continuous_integration_installs_every_package_of_r():
    said = (ROOT / ".ci" / "run").read_text(encoding="utf-8").split()
    assert {name for name in said if name.startswith("r-cran-")} == {
        f"r-cran-{name.lower()}" for name in R_PACKAGES
    }


def without_r() -> str:
    """Why R's scripts cannot be run here; empty where they can."""
    if shutil.which("Rscript") is None:
        return "R is not installed"
    names = ", ".join(f'"{name}"' for name in R_PACKAGES)
    asked = f"cat(setdiff(c({names}), rownames(installed.packages())))"
    missing = subprocess.run(["Rscript", "-e", asked], capture_output=True, text=True, check=True).stdout
    return f"R's packages are not installed: {missing}" if missing else ""


def test_r_scripts_give_our_numbers(folder):
    if why := without_r():
        pytest.skip(why)
    done = subprocess.run(["Rscript", "many.R"], cwd=folder / "r", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    shown = compare(folder, done.stdout)
    every = set(ours(folder)[["model", "error"]].itertuples(index=False, name=None))
    assert every - shown == NO_R & every
    script = (folder / "r" / "many.R").read_text()
    assert script.count("no counterpart") == len(NO_R & every)


SCRIPTS = {"python": "many.py", "r": "many.R", "stata": "many.do"}
REMARKS = {"python": "#", "r": "#", "stata": "*"}


@pytest.mark.parametrize("to", SCRIPTS)
def test_every_model_stands_in_every_script_with_its_numbers(folder, to):
    lines = (folder / to / SCRIPTS[to]).read_text().splitlines()
    for name in MODELS:
        assert any(line.startswith(f"{REMARKS[to]} {name}: ") for line in lines), name
    expected = [
        line.split()[1:3] for line in lines if re.match(rf"{re.escape(REMARKS[to])} {{3,}}-?[\d.]", line)
    ]
    mine = ours(folder)
    assert len(expected) == len(mine)
    assert_allclose(np.array(expected, dtype=float), mine[["estimate", "std_error"]], rtol=1e-13)


# What a stranger could write to have it run, by the language that it is for.
EVIL = (
    '\\"; import os; os.system(\\"touch evil\\") #',
    "'); system('touch evil'); c('",
    '`r system(\\"touch evil\\")`',
    "`=shell touch evil' $evil `: shell touch evil'",
    "*/ shell touch evil /* ///",
    "x\\nimport os; os.system('touch evil')",
    "{x} {0} %s {model.__class__}",
)
HOSTILE = [
    'x"); import os; os.system("touch evil"); (" x',
    "x'); system('touch evil'); c('",
    "=cmd|' /C calc'!A0",
    "if",
    "TRUE",
    "$evil",
    "{x} {0.__class__}",
    "in_m",
    "entity",
    "X1",
    "x1",
    "ü",
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    place = tmp_path_factory.mktemp("hostile")
    draw = np.random.default_rng(2)
    table = rows()[["unit", "year", "y"]].assign(unit=lambda t: "=HYPERLINK(1) '" + t["unit"].astype(str))
    table = table.assign(**{name: draw.normal(size=len(table)) for name in HOSTILE})
    terms = " + ".join(f"`{name}`" for name in HOSTILE if name != "entity")
    title = " ".join(EVIL)
    text = STUDY.replace("Many models", title).replace('ratio = "x / (2 + abs(a))"', "")
    text += f"\n[[models]]\nid = \"m\"\ntitle = \"{title}\"\nformula = '''y ~ {terms}'''\n"
    call = write_study(place, text, table)
    for to in SCRIPTS:
        assert main([*call, "--to", to, "--out", str(place / to)]) == 0
    return place


@pytest.mark.parametrize("to", SCRIPTS)
def test_nothing_that_a_stranger_writes_becomes_code(hostile, to):
    """Without its comments a script has none of his words; and no comment ends or continues early."""
    text = (hostile / to / SCRIPTS[to]).read_text(encoding="utf-8")
    mark = REMARKS[to]
    code = "\n".join(line for line in text.splitlines() if not line.startswith(mark))
    for name in sorted(pd.read_csv(hostile / to / "many.csv").columns, key=len, reverse=True):
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,31}", name)
        code = code.replace(name, "")
    assert not any(word in code for word in ("evil", "import os", "system", "HYPERLINK"))
    remarks = [line for line in text.splitlines() if line.startswith(mark)]
    assert any("evil" in line for line in remarks)
    assert not any(sign in line[1:] for line in remarks for sign in ("`", "$", "/*", "*/", "//", '"', "\\"))
    assert [c for c in text if not (c.isprintable() or c == "\n")] == []


def test_the_script_of_a_hostile_study_runs_and_gives_our_numbers(hostile):
    script = hostile / "python" / "many.py"
    calls = [node for node in ast.walk(ast.parse(script.read_text())) if isinstance(node, ast.Import)]
    assert {name.name for call in calls for name in call.names} == {"numpy", "pandas", "statsmodels.api"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "many.py"], cwd=script.parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(done.stdout.splitlines()) == len(HOSTILE)  # entity is none of them, the constant is
    assert not (script.parent / "evil").exists()
    expected = [
        float(line.split()[1]) for line in script.read_text().splitlines() if line.startswith("#    ")
    ]
    found = [float(line.split(",")[3]) for line in done.stdout.splitlines()]
    assert_allclose(sorted(found), sorted(expected), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(
    "label", ["", "1", "_all", "if", "IF", "str7", "NA", "a" * 90, "ü", "x y", "x_y", "x-y"]
)
def test_identifiers_are_plain_and_no_word_of_a_language(label):
    taken: set[str] = set()
    for _ in range(12):
        name = identifier(label, taken)
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,31}", name)
        assert name.lower() not in {"if", "na", "true", "str7", "entity", "time", "const", *taken}
        taken.add(name.lower())


def test_a_comment_is_one_line():
    assert comment("a\r\nb\u2028c\x0bd\x85e") == "a b c d e"
    assert comment('`a\' $b /* c */ /// d \\ "e"') == "'a' Sb :x c x: ::: d | 'e'"


def test_a_term_with_other_values_in_another_model_has_a_column_of_its_own(tmp_path):
    """Levels beyond the quantiles of the rows used: other rows, other levels."""
    call = write_study(
        tmp_path,
        STUDY + '\n[[models]]\nid = "all"\nformula = "y ~ winsorise(x, 0.05)"\n'
        '\n[[models]]\nid = "some"\nformula = "y ~ winsorise(x, 0.05)"\nwhere = "a > 0"\n'
        '\n[[models]]\nid = "again"\nformula = "y ~ winsorise(x, 0.05) + a"\n',
        rows(),
    )
    assert main([*call, "--to", "python", "--out", str(tmp_path / "python")]) == 0
    table = pd.read_csv(tmp_path / "python" / "many.csv")
    assert [name for name in table if name.startswith("winsorise")] == [
        "winsorise_x_0_05",
        "winsorise_x_0_05_2",
    ]


# Behind the comma of each command: its manual's `noconstant`; None where the command always has a constant.
IV = 'options = { endogenous = ["d"], instruments = ["z", "v"] }'
NO_CONSTANT = {
    'formula = "y ~ x"\ncovariance = [{ kind = "classical" }]': "regress y x if in_m == 1, noconstant",
    'formula = "y ~ x"\ncovariance = [{ kind = "hc1" }]': "regress y x if in_m == 1, noconstant vce(robust)",
    'formula = "y ~ x"\ncovariance = [{ kind = "pcse" }]': "xtpcse y x if in_m == 1, noconstant pairwise",
    'formula = "y ~ x"\ncovariance = [{ kind = "driscoll_kraay" }]': (
        "xtscc y x if in_m == 1, noconstant lag(2) ase"
    ),
    'formula = "y ~ x"\nestimator = "fgls"': "xtgls y x if in_m == 1, panels(heteroskedastic) noconstant",
    'formula = "y ~ x"\nestimator = "fama_macbeth"': None,
    'formula = "y ~ x"\nestimator = "system_gmm"\noptions = { collapse = true }': (
        "xtabond2 y L.y x, gmmstyle(y, laglimits(2 99) collapse) ivstyle(x) noconstant twostep robust"
    ),
    'formula = "y ~ x"\nestimator = "difference_gmm"\noptions = { steps = 1, h_matrix = "identity" }': (
        "xtabond2 y L.y x, gmmstyle(y, laglimits(2 99)) ivstyle(x) noleveleq h(1) robust"
    ),
    'formula = "y ~ x"\nestimator = "first_difference"\ncovariance = [{ kind = "hc1" }]': (
        "regress D.(y x) if in_m == 1, noconstant vce(robust)"
    ),
    'formula = "y ~ x"\nestimator = "between"\ncovariance = [{ kind = "classical" }]': None,
    'formula = "y ~ x"\nestimator = "random_effects"\ncovariance = [{ kind = "classical" }]': None,
    'formula = "above ~ x"\nestimator = "logit"': "logit above x if in_m == 1, noconstant",
    'formula = "above ~ x"\nestimator = "logit"\noptions = { offset = "a" }': (
        "logit above x if in_m == 1, noconstant offset(a)"
    ),
    'formula = "above ~ x"\nestimator = "probit"': "probit above x if in_m == 1, noconstant",
    'formula = "number ~ x"\nestimator = "ppml"': "poisson number x if in_m == 1, noconstant",
    'formula = "number ~ x"\nestimator = "ppml"\neffects = ["entity"]': (
        "poisson number x i.entity if in_m == 1"
    ),
    'formula = "number ~ x"\nestimator = "ppml"\noptions = { exposure = "w" }': (
        "poisson number x if in_m == 1, noconstant exposure(w)"
    ),
    'formula = "number ~ x"\nestimator = "negative_binomial"': "nbreg number x if in_m == 1, noconstant",
    'formula = "number ~ x"\nestimator = "tobit"': "tobit number x if in_m == 1, ll(0) noconstant",
    f'formula = "y ~ a"\nestimator = "iv_2sls"\n{IV}\ncovariance = [{{ kind = "hc1" }}]': (
        "ivregress 2sls y a (d = z v) if in_m == 1, small noconstant vce(robust)"
    ),
    f'formula = "y ~ a"\nestimator = "iv_gmm"\n{IV}': (
        "ivreg2 y a (d = z v) if in_m == 1, gmm2s robust noconstant"
    ),
}


OWN = ("_gmm", "fgls", "fama_macbeth")  # errors of their own


@pytest.mark.parametrize(("keys", "command"), NO_CONSTANT.items())
def test_stata_leaves_out_the_constant_that_a_model_has_not(tmp_path, keys, command):
    own = (
        ""
        if "covariance" in keys or any(word in keys for word in OWN)
        else 'covariance = [{ kind = "classical" }]'
    )
    text = f'{STUDY}\n[[models]]\nid = "m"\nintercept = false\n{keys}\n{own}\n'
    assert (
        main([*write_study(tmp_path, text, rows()), "--to", "stata", "--out", str(tmp_path / "stata")]) == 0
    )
    lines = (tmp_path / "stata" / "many.do").read_text().splitlines()
    kept = ("*", "keep if")
    said = [
        line
        for line in lines
        if (" if in_m == 1" in line or "xtabond2 " in line) and not line.startswith(kept)
    ]
    assert said == ([command] if command else [])
