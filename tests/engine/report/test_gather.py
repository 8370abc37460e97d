"""What the page reads of files that a person writes, and how it refuses them."""

from __future__ import annotations

import pytest

from replication.errors import DataError, StudyError
from replication.report.gather import _curves, _text, _text_name
from replication.spec.entries import Study

HEAD = '[text]\nid = "a"\nyear = 2001\nauthor = '


@pytest.mark.parametrize("content", ["", "text = 3", "[text]\nid = 3", HEAD + '" "', HEAD + "3", "[text"])
def test_a_claims_file_of_another_shape_is_one_line(tmp_path, content):
    (tmp_path / "one.toml").write_text(content)
    with pytest.raises(StudyError, match=r"^one.toml: ") as caught:
        _text(tmp_path / "one.toml")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("author", "name"), [("Katada, S. N.", "Katada"), ("Adam S. Posen", "Posen")])
def test_a_text_is_named_by_its_author_and_year(tmp_path, author, name):
    (tmp_path / "one.toml").write_text(f'{HEAD}"{author}"\n')
    assert _text_name(_text(tmp_path / "one.toml")) == f"{name} 2001"


def test_a_text_that_states_no_year_is_given_none(tmp_path):
    (tmp_path / "one.toml").write_text('[text]\nid = "a"\nauthor = "Roe, Ann"\n')
    assert _text_name(_text(tmp_path / "one.toml")) == "Roe n.d."


QUOTING = {
    "study": {"id": "s", "title": "S", "answer": "It is {seen_summary[median, Value]}."},
    "models": [{"id": "m", "formula": "y ~ x"}],
    "robustness": [
        {"id": "seen", "model": "m", "term": "x", "choices": [{"id": "c", "controls": "all_subsets"}]}
    ],
}


def test_a_text_that_quotes_robustness_that_was_not_made_is_told_what_to_run(tmp_path):
    with pytest.raises(DataError, match=r"s-robustness: not made yet, .* quotes seen_summary; run make all"):
        _curves(tmp_path / "s-robustness", Study.model_validate(QUOTING))
    silent = {**QUOTING, "study": {"id": "s", "title": "S"}}
    assert _curves(tmp_path / "s-robustness", Study.model_validate(silent)).empty
