"""What `replicate words` says of options: of every one its allowed values and one sentence."""

from __future__ import annotations

import inspect
import re
from typing import Literal

import pytest

from replication.describe.measures import MEASURES
from replication.errors import StudyError
from replication.estimate.words import COVARIANCES, DIAGNOSTICS, ESTIMATORS
from replication.study.option_words import allowed, options_of
from replication.study.vocabulary import PARTS, words

KNOWN = {**ESTIMATORS, **COVARIANCES, **DIAGNOSTICS, **MEASURES}
EMPTY = {"the", "a", "an", "of", "is", "are", "or", "and", "to", "in", "by", "its", "that", "column"}


@pytest.mark.parametrize("name", KNOWN)
def test_every_option_has_its_values_and_one_sentence(name):
    for line in options_of(KNOWN[name]):
        values, _, rest = line.partition("; ")
        sentence = rest.partition(". ")[2]
        assert len(sentence.split()) >= 3 and sentence.endswith(".") and not sentence.endswith(".."), line
        assert not sentence.startswith(("Of ", "See ")), line  # it stands alone
        assert not any(word in values for word in ("typing", "class", "Literal", "Kind")), line
    assert len(list(options_of(KNOWN[name]))) == sum(
        item.kind is item.KEYWORD_ONLY for item in inspect.signature(KNOWN[name]).parameters.values()
    )


@pytest.mark.parametrize("name", KNOWN)
def test_no_sentence_repeats_the_name_of_its_option(name):
    for line in options_of(KNOWN[name]):
        option, sentence = line.partition(":")[0], line.partition("; ")[2].partition(". ")[2]
        said = {stem(word) for word in re.findall(r"\w+", sentence.lower())} - EMPTY
        assert len(said - {stem(part) for part in option.split("_")}) >= 1, line


def stem(word):
    """A word without what makes it many."""
    return word.removesuffix("s")


def test_types_in_words():
    assert allowed(list[Literal["a", "b"]]) == 'list of "a" | "b"'

    assert allowed(Literal["a", "b"]) == '"a" | "b"'
    assert allowed(list[str] | None) == "list of texts or left out"
    assert allowed(bool) == "true or false"


def test_words_lists_the_values_of_an_alias():
    rules = '"hall_sheather" | "bofinger" | "bofinger_koenker" | "chamberlain"'
    assert f'bandwidth: {rules}; default "hall_sheather"' in words()
    assert "typing." not in words() and "<class" not in words()


def test_a_part_or_a_word_alone():
    every = words()
    assert "\n\n".join(map(words, [*PARTS, "functions"])) == every
    for name in KNOWN:
        lines = words(name).splitlines()
        assert any(line.startswith(f"  {name}: ") for line in lines)
        assert set(lines) <= {*every.splitlines(), ""}
        assert not any(re.match(rf"  (?!{name}: )\w", line) for line in lines)
    assert words("lag") == words("functions")


@pytest.mark.parametrize(
    ("word", "told"),
    [
        (
            "osl",
            r"allowed: estimators, errors, diagnostics, measures, functions, or .* \(did you mean 'ols'\?\)",
        ),
        ("estimator", r"did you mean 'estimators'"),
        ("xtserial", "here it is 'wooldridge_differences'"),
        ("robust", "here it is 'hc1'"),
    ],
)
def test_a_word_that_is_not_known(word, told):
    with pytest.raises(StudyError, match=told):
        words(word)
