"""The schema that editors read: every study that runs is valid by it, and mistakes are not."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from replication.claims.claim_entries import Ledger
from replication.cli import main
from replication.describe.measures import MEASURES
from replication.errors import StudyError
from replication.estimate.words import COVARIANCES, ESTIMATORS
from replication.project.strict import validated
from replication.spec.article_entries import Article
from replication.spec.entries import Study
from replication.spec.entry_schema import entry_schema
from replication.spec.key_sentences import KEYS, SHARED
from replication.study.study_schema import study_schema

ROOT = Path(__file__).parents[3]
SCHEMA = study_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
STUDIES = sorted([*(ROOT / "specs").rglob("*.toml"), *(ROOT / "docs").rglob("*.toml")])
STUDIES.remove(ROOT / "docs" / "gallery" / "ridge.toml")  # its estimator is the reader's own
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCKS = [
    (page.name, block)
    for page in PAGES
    for block in re.findall(r"^```toml[^\n]*\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    if "[study]" in block
]
HEAD = '[study]\nid = "s"\ntitle = "S"\n'
MODEL = HEAD + '[[models]]\nid = "m"\nformula = "y ~ x"\n'
MEASURE = HEAD + '[[statistics]]\nid = "n"\ntitle = "N"\ntable = "t"\nunit = "u"\n'


def faults(text: str) -> list[str]:
    return [problem.message for problem in VALIDATOR.iter_errors(tomllib.loads(text))]


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.name)
def test_every_study_of_the_project_is_valid(path):
    text = path.read_text("utf-8")
    if "study" in tomllib.loads(text):
        assert faults(text) == []


@pytest.mark.parametrize(("page", "block"), BLOCKS, ids=[name for name, _ in BLOCKS])
def test_every_study_of_the_documentation_is_valid(page, block):
    assert faults(block) == []


def test_there_are_studies_to_validate():
    assert len(STUDIES) >= 8 and len(BLOCKS) >= 2


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "[unknown]",
        HEAD.replace("title", "titel"),
        '[study]\ntitle = "no id"',
        HEAD.replace('"s"', '"1 s"'),
        HEAD + 'threshold = "exact"',
        MODEL + 'estimatr = "ols"',
        MODEL + 'estimator = "xtreg"',
        MODEL + "intercept = 1",
        MODEL + 'effects = "entity"',
        MODEL + "expected_nobs = -1",
        MODEL + 'diagnostics = ["hausmann"]',
        MODEL + 'estimator = "quantile"\noptions = { p = 0.5 }',
        MODEL + 'estimator = "quantile"\noptions = { kernel = "uniform" }',
        MODEL + "options = { kernel = 'gaussian' }",  # the default estimator takes no kernel
        MODEL + 'estimator = "iv_2sls"',  # its instruments are needed
        MODEL + 'estimator = "iv_2sls"\noptions = { endogenous = ["x"] }',
        MODEL + 'covariance = [{ kind = "cr9" }]',
        MODEL + 'covariance = [{ kind = "hc1", lags = 2 }]',
        MODEL + 'covariance = [{ kind = "newey_west", lags = "two" }]',
        MODEL + "covariance = [{ lags = 2 }]",
        MODEL + "[models.multiple_testing]\nterms = ['x']",
        MODEL + "[models.labels]\n",
        MODEL + "[[tables]]\nid = 't'\ntitle = 'T'\nbelow = 'stars'",
        MODEL + "[[tables]]\nid = 't'\ntitle = 'T'\nstars = [1.5]",
        MEASURE + 'measure = "means"',
        MEASURE + 'measure = "ratio"',  # both series are needed
        MEASURE + 'measure = "levels"\nwith = { scale = "ten" }',
        MEASURE + 'measure = "exceedances"\nwith = { threshold = 1.0, side = "over" }',
        HEAD + "[variables]\n'two words' = 'x'",
    ],
)
def test_mistakes_are_not_valid(text):
    assert faults(text)


@pytest.mark.parametrize(
    "text",
    [
        MODEL,
        MODEL + 'estimator = "iv_2sls"\noptions = { endogenous = ["x"], instruments = ["z"] }',
        MODEL + 'covariance = [{ kind = "newey_west", lags = 2, label = "nw" }, { kind = "hc1" }]',
        MODEL + "options = {}",
        MEASURE + 'measure = "levels"\nwith = { scale = 1, only = ["a"] }',
        HEAD + 'data = "../panel.dta"\nmissing = ["..", -999]\n[labels]\n"log(x, 1)" = "Words"',
    ],
)
def test_what_is_right_is_valid_and_is_read(text):
    assert faults(text) == []
    validated(tomllib.loads(text), Study, "here")


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.name)
def test_the_reader_refuses_a_key_that_the_schema_refuses(path):
    content = tomllib.loads(path.read_text("utf-8"))
    for section in [name for name in content if isinstance(content[name], list)]:
        changed = {**content, section: [{**content[section][0], "no_such_key": 1}]}
        assert list(VALIDATOR.iter_errors(changed)), section
        with pytest.raises(StudyError, match="no_such_key"):
            validated(changed, Study, "here")


def test_every_key_and_option_has_its_sentence_and_every_sentence_its_key():
    classes = {**SCHEMA["$defs"], "Study": SCHEMA}
    keys = {f"{kind}.{key}" for kind, part in classes.items() for key in part["properties"]}
    for kind, part in classes.items():
        for key, value in part["properties"].items():
            said = [value, *value.get("anyOf", [])]
            assert any(len(each.get("description", "").split()) >= 3 for each in said), (kind, key)
    assert set(KEYS) <= keys
    assert set(SHARED) <= {key.partition(".")[2] for key in keys}


def test_every_word_has_its_branch():
    models, errors = SCHEMA["$defs"]["ModelSpec"], SCHEMA["$defs"]["CovarianceSpec"]
    measures = SCHEMA["$defs"]["StatisticSpec"]
    for part, key, known in (
        (models, "estimator", ESTIMATORS),
        (errors, "kind", COVARIANCES),
        (measures, "measure", MEASURES),
    ):
        assert [each["if"]["properties"][key]["const"] for each in part["allOf"]] == sorted(known)
        assert part["properties"][key]["enum"] == sorted(known)
        assert len(part["properties"][key]["x-taplo"]["docs"]["enumValues"]) == len(known)


def test_schemas_are_schemas_and_printed_whole(capsys):
    for kind in ("study", "claims", "published"):
        assert main(["schema", kind]) == 0
        Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(SCHEMA))


@pytest.mark.parametrize(("folder", "kind"), [("claims", Ledger), ("published", Article)])
def test_claims_and_printed_tables_are_valid(folder, kind):
    validator = Draft202012Validator(entry_schema(kind, folder))
    paths = sorted((ROOT / folder).glob("*.toml"))
    assert paths
    for path in paths:
        assert [p.message for p in validator.iter_errors(tomllib.loads(path.read_text("utf-8")))] == [], path
