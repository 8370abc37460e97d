"""A wrong study file gets one line that names file, key, what was found and what is allowed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.errors import StudyError
from replication.spec.read_study import error_labels, labels_of, read_study, result_ids

STUDY = """
[study]
id = "mine"
title = "Mine"

[[models]]
id = "first"
formula = "y ~ x"
"""


def read(folder, text):
    path = folder / "mine.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_study(path)


def test_a_small_study(tmp_path):
    study = read(tmp_path, STUDY + 'covariance = [{ kind = "hc1" }, { kind = "clustered", cluster = ["c"] }]')
    model = study.models[0]
    assert (model.estimator, model.effects, model.intercept) == ("ols", [], True)
    assert error_labels(model) == ["hc1", "clustered"]
    assert result_ids(model) == ["first", "first.clustered"]
    assert model.covariance[1].options == {"cluster": ["c"]}


def test_what_stands_for_missing_and_what_could_not_be_done(tmp_path):
    keys = 'missing = ["n/a", -99]\nundone = "The yearbook of 1998."\n'
    head = read(tmp_path, STUDY.replace('title = "Mine"\n', 'title = "Mine"\n' + keys)).study
    assert head.missing == ["n/a", -99]
    assert head.undone == "The yearbook of 1998."


def test_labels_are_found_whatever_the_spacing(tmp_path):
    study = read(
        tmp_path, STUDY + '[labels]\n"lag( x,1 )" = "x before"\n"region=Asia" = "Asia"\n"1993-07" = "July"'
    )
    assert labels_of(study) == {"lag(x, 1)": "x before", "region=Asia": "Asia", "1993-07": "July"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            STUDY + 'estimater = "ols"',
            "models.first: key 'estimater' is not known; .*did you mean 'estimator'",
        ),
        (STUDY + "intercept = 1", "models.first.intercept is '1'; allowed: true or false"),
        (STUDY + "covariance = [{ knd = 'hc1' }]", "covariance.*kind: this key is missing"),
        (STUDY + "covariance = [{ kind = 'hc1' }, { kind = 'hc1' }]", "'hc1' stands twice"),
        (STUDY + "formula = 'y ~ z'", "not TOML: Cannot overwrite a value .at"),
        (STUDY + "[[model]]\nid = 'a'", "the file: key 'model' is not known; .*did you mean 'models'"),
        (STUDY + "[[models]]\nid = 'first'\nformula = 'y ~ x'", "the id 'first' stands twice"),
        (
            STUDY + "reconcile = true\n[[readings]]\nid = 'first_errors'\ntitle = 'R'\nmodels = ['first']\n"
            "positive = ['x']",
            "together: the id 'first_errors' stands twice",
        ),
        (
            STUDY + "[[tables]]\nid = 't'\ntitle = ''\nmodels = ['frist']",
            "tables.t.models: .*did you mean 'first'",
        ),
        (
            STUDY + "[[figures]]\nid = 'f'\ntitle = ''\nkind = 'pie'",
            "figures.f.kind is 'pie'; allowed: lines",
        ),
        (STUDY + "[variables]\n'a b' = 'x'", "variables.a b"),
        (STUDY + "[variables]\na = 'x +'", "variables.a: at the end"),
        (STUDY.replace("y ~ x", "y ~ x * z"), "models.first.formula: at character 7"),
        (STUDY.replace('"mine"', '"../mine"'), "study.id is '../mine'; allowed: a letter"),
        (STUDY.replace('"mine"', '"a/b"'), "study.id is 'a/b'"),
        ("", "study: this key is missing"),
        ("x = " + "[" * 5000, "nested too deep"),
        (b"\xff\xfe", "byte 1 is not UTF-8"),
        ("#" + "x" * 1_000_001, "1,000,002 bytes; allowed: at most 1,000,000"),
    ],
)
def test_one_line_for_what_is_wrong(tmp_path, text, message):
    with pytest.raises(StudyError, match=message) as problem:
        read(tmp_path, text)
    assert "\n" not in str(problem.value)
    assert "mine.toml" in str(problem.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(StudyError, match="there is no such file"):
        read_study(tmp_path / "none.toml")


toml_values = st.recursive(
    st.one_of(
        st.booleans(), st.integers(-5, 5), st.sampled_from(['"x"', '"ols"', '"y ~ x"', '"../x"', '""'])
    ),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(map(_toml, items))}]"),
    max_leaves=4,
)


def _toml(value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["formula", "where", "estimator", "effects", "covariance", "tests", "options", "id", "foo"]
        ),
        toml_values,
        max_size=4,
    )
)
def test_any_values_give_a_study_or_one_line(tmp_path_factory, keys):
    lines = [f"{key} = {_toml(value)}" for key, value in keys.items()]
    text = "\n".join(["[study]", 'id = "s"', 'title = "t"', "[[models]]", *lines])
    try:
        study = read(tmp_path_factory.mktemp("s"), text)
    except StudyError as problem:
        assert "\n" not in str(problem)
    else:
        assert study.models[0].formula
