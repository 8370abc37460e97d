"""What `replicate words` says of options: of every one its allowed values and one sentence."""

from __future__ import annotations

import inspect
from typing import Literal

import pytest

from replication.estimate.words import COVARIANCES, DIAGNOSTICS, ESTIMATORS
from replication.study.option_words import allowed, options_of
from replication.study.vocabulary import words

KNOWN = {**ESTIMATORS, **COVARIANCES, **DIAGNOSTICS}


@pytest.mark.parametrize("name", KNOWN)
def test_every_option_has_its_values_and_one_sentence(name):
    for line in options_of(KNOWN[name]):
        values, _, rest = line.partition("; ")
        sentence = rest.partition(". ")[2]
        assert len(sentence.split()) >= 3 and sentence.endswith("."), line
        assert not any(word in values for word in ("typing", "class", "Literal", "Kind")), line
    assert len(list(options_of(KNOWN[name]))) == sum(
        item.kind is item.KEYWORD_ONLY for item in inspect.signature(KNOWN[name]).parameters.values()
    )


def test_types_in_words():
    assert allowed(Literal["a", "b"]) == '"a" | "b"'
    assert allowed(list[str] | None) == "list of texts or left out"
    assert allowed(bool) == "true or false"


def test_words_lists_the_values_of_an_alias():
    assert 'kernel: "gaussian" | "epanechnikov"; default "gaussian"' in words()
    assert "typing." not in words() and "<class" not in words()
