"""Choices as data: what becomes of them, what makes no sense, what is told of mistakes."""

from __future__ import annotations

from functools import partial
from itertools import product

import numpy as np
import pytest

from replication.errors import StudyError
from replication.robustness.choice_labels import joined
from replication.robustness.combinations import DECLARED, ITSELF, SAME, TWICE, combinations
from replication.robustness.pieces import pieces
from replication.robustness.specification import model_of, term_of
from replication.robustness.universe import universe_of
from replication.spec.entries import ModelSpec
from replication.spec.entry import CovarianceSpec
from replication.spec.robustness_checks import check_robustness
from replication.spec.robustness_entries import RobustnessSpec

MODEL = ModelSpec(
    id="main",
    formula="log(aid) ~ lag(stake, 1) + income + size + dummies(region)",
    where="year >= 1980",
    covariance=[CovarianceSpec(kind="clustered", cluster=["iso3"])],
)


def read(**entry) -> RobustnessSpec:
    """An entry as a study file would have it, checked."""
    spec = RobustnessSpec.model_validate({"id": "curve", "model": "main", "term": "lag(stake,1)", **entry})
    check_robustness([spec], [MODEL])
    return spec


def declared(*choices, **entry):
    spec = read(choices=list(choices), **entry)
    return universe_of(
        spec, MODEL, "year", lambda name: ["ARG", "O'Higgins"] if name == "iso3" else [1980, 1981]
    )


def formulas(found, kept):
    return [model_of(found, place).formula for place in found.alternatives(kept.numbers)]


def nothing_unfit(model):
    return ""


def test_all_subsets_of_controls_and_blocks_the_reported_one_first():
    found = declared({"id": "controls", "controls": "all_subsets", "blocks": {"scale": ["income", "size"]}})
    kept = combinations(found, nothing_unfit)
    assert formulas(found, kept) == [
        "log(aid) ~ lag(stake, 1) + income + size + dummies(region)",
        "log(aid) ~ lag(stake, 1)",
        "log(aid) ~ lag(stake, 1) + income + size",
        "log(aid) ~ lag(stake, 1) + dummies(region)",
    ]
    assert [joined(found.choices[0].label(place)) for place in range(4)] == [
        "scale, dummies(region)",
        "none",
        "scale",
        "dummies(region)",
    ]


def test_what_is_always_in_is_in_every_subset():
    found = declared({"id": "controls", "controls": "all_subsets", "always": ["size"]})
    assert found.shape == (4,)
    assert all(" size" in formula for formula in formulas(found, combinations(found, nothing_unfit)))


def test_all_subsets_of_twenty_controls_and_no_more():
    twenty = [f"x{number}" for number in range(20)]
    found = declared({"id": "controls", "controls": "all_subsets", "among": twenty}, most=2**20)
    assert found.shape == (2**20,)
    with pytest.raises(StudyError, match="all subsets of 21 controls; allowed: 20"):
        declared({"id": "controls", "controls": "all_subsets", "among": [*twenty, "income"]}, most=2**21)


def test_leave_one_out_and_lists_of_ones_own():
    left = declared({"id": "controls", "controls": "leave_one_out", "among": ["income", "size"]})
    assert formulas(left, combinations(left, nothing_unfit))[1:] == [
        "log(aid) ~ lag(stake, 1) + size + dummies(region)",
        "log(aid) ~ lag(stake, 1) + income + dummies(region)",
    ]
    added = declared({"id": "controls", "controls": "leave_one_out", "among": ["income", "war"]})
    assert formulas(added, combinations(added, nothing_unfit))[1:] == [
        "log(aid) ~ lag(stake, 1) + size + dummies(region)"  # war is not in: nothing to leave out
    ]
    listed = declared({"id": "controls", "controls": [["income", "war"], []], "always": ["size"]})
    assert formulas(listed, combinations(listed, nothing_unfit))[1:] == [
        "log(aid) ~ lag(stake, 1) + income + size + war",
        "log(aid) ~ lag(stake, 1) + size",
    ]


def test_measures_samples_effects_errors_and_weights():
    found = declared(
        {"id": "stake", "term": "lag(stake, 1)", "measures": ["claims"], "reason": "one concept"},
        {"id": "sample", "where": ["region == 'Asia'"]},
        {"id": "window", "windows": [[1982, 1991]]},
        {"id": "without", "leave_out": "iso3"},
        {"id": "effects", "effects": [["entity"], ["entity", "time"]]},
        {"id": "error", "covariance": [CovarianceSpec(kind="hc1")]},
        {"id": "weight", "weights": ["population"]},
        {"id": "outcome", "outcome": ["aid / 100"]},
    )
    assert found.shape == (2, 2, 2, 3, 3, 2, 2, 2)
    assert [joined(choice.label(0)) for choice in found.choices] == [
        "lag(stake, 1)", "year >= 1980", "all", "none", "none", "clustered, cluster iso3", "none", "log(aid)",
    ]  # fmt: skip
    last = model_of(found, [1, 1, 1, 2, 2, 1, 1, 1])
    assert last.formula == "(aid / 100) ~ claims + income + size + dummies(region)"
    inside = '(((region == "Asia") and ((year >= 1982) and (year <= 1991))) and (iso3 != "O\'Higgins"))'
    assert last.where == inside[1:-1]
    assert (last.effects, last.weights, last.covariance[0].kind) == (["entity", "time"], "population", "hc1")
    assert term_of(found, [1, 0, 0, 0, 0, 0, 0, 0]) == "claims"
    first = model_of(found, [0] * 8)
    assert first.formula == MODEL.formula
    assert first.where == "year >= 1980"


def test_an_alternative_that_is_declared_twice_is_one():
    found = declared(
        {"id": "window", "windows": [[1982, 1991], [1982, 1991]]},
        {"id": "how", "estimator": [{"kind": "ols"}, {"kind": "quantile"}]},
        {"id": "error", "covariance": [CovarianceSpec(kind="clustered", cluster=["iso3"])]},
        {
            "id": "controls",
            "controls": [["income", "size", "dummies(region)"], ["size", "income"], ["income", "size"]],
        },
    )
    assert found.shape == (2, 2, 1, 2)


def test_transforms_of_a_term_and_of_the_outcome():
    found = declared(
        {"id": "size", "term": "size", "transforms": ["log", "standardise"]},
        {"id": "aid", "term": "log(aid)", "transforms": ["asinh"]},
    )
    assert [choice.kind for choice in found.choices] == ["term", "outcome"]
    assert (
        model_of(found, [1, 1]).formula
        == "asinh(log(aid)) ~ lag(stake, 1) + income + log(size) + dummies(region)"
    )


def test_measures_of_the_outcome_are_other_outcomes():
    found = declared({"id": "aid", "term": "log(aid)", "measures": ["grants"]})
    assert found.choices[0].kind == "outcome"
    assert model_of(found, [1]).formula == "grants ~ lag(stake, 1) + income + size + dummies(region)"


def test_meaningless_combinations_are_left_out_and_counted():
    found = declared(
        {"id": "controls", "controls": "all_subsets", "among": ["income", "size"]},
        {"id": "income", "term": "income", "measures": ["size", "aid"]},
        {"id": "outcome", "outcome": ["aid"]},
        {"id": "effects", "effects": [["entity"]]},
        never=[{"controls": "none", "effects": "entity"}],
    )
    kept = combinations(found, lambda model: "no entity effects" if "entity" in model.effects else "")
    brute = {}
    for controls, income, outcome, effects in product(range(4), range(3), range(2), range(2)):
        label = joined(found.choices[0].label(controls))
        has = [name in label for name in ("income", "size")]
        stands = ["income", "size", "aid"][income]
        if label == "none" and effects:
            reason = DECLARED
        elif income and not has[0]:
            reason = SAME
        elif has[0] and stands == "aid" and outcome:
            reason = ITSELF
        elif all(has) and stands == "size":
            reason = TWICE
        else:
            reason = "no entity effects" if effects else ""
        brute[reason] = brute.get(reason, 0) + 1
    assert len(kept.numbers) == brute.pop("")
    assert kept.left_out == brute
    assert kept.numbers[0] == 0


def test_a_combination_is_left_out_where_any_rule_holds_and_a_rule_where_all_of_it_does():
    found = declared(
        {"id": "controls", "controls": "all_subsets", "among": ["income", "size"]},
        {"id": "effects", "effects": [["entity"], ["time"]]},
        never=[{"controls": "income", "effects": "time"}, {"controls": "none", "effects": "entity"}],
    )
    kept = combinations(found, nothing_unfit)
    labels = [
        tuple(joined(choice.label(place)) for choice, place in zip(found.choices, each, strict=True))
        for each in found.alternatives(kept.numbers)
    ]
    sets, effects = ["income, size", "none", "income", "size"], ["none", "entity", "time"]
    out = {("income, size", "time"), ("income", "time"), ("none", "entity")}
    assert labels == [each for each in product(sets, effects) if each not in out]
    assert kept.left_out == {DECLARED: 3}


def test_pieces_of_a_large_universe_are_the_whole(monkeypatch):
    found = declared(
        {"id": "controls", "controls": "all_subsets"}, {"id": "effects", "effects": [["entity"], ["time"]]}
    )
    whole = combinations(found, nothing_unfit)
    monkeypatch.setattr("replication.robustness.combinations.pieces", partial(pieces, step=5))
    assert np.array_equal(combinations(found, nothing_unfit).numbers, whole.numbers)
    assert len(whole.numbers) == 24


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"model": "other"}, "model 'other' is not known; allowed: main"),
        ({"term": "stake"}, "term 'stake' is not known"),
        ({"choices": [{"id": "a"}]}, "a choice is of one kind, found none of them"),
        ({"choices": [{"id": "a", "outcome": ["x"], "where": ["x > 1"]}]}, "found outcome and where"),
        ({"choices": [{"id": "a", "outcome": ["x"], "among": ["income"]}]}, "among goes with controls alone"),
        ({"choices": [{"id": "a", "measures": ["x"]}]}, "term is missing"),
        ({"choices": [{"id": "a", "measures": ["x"], "term": "war"}]}, "term 'war' is not known"),
        ({"choices": [{"id": "a", "windows": [[1990, 1980]]}]}, "allowed: first and last period"),
        ({"choices": [{"id": "a", "where": ["year >"]}]}, "choices.a: at the end of"),
        ({"choices": [{"id": "a", "effects": [["time"]]}], "never": [{"b": "x"}]}, "choice 'b' is not known"),
        ({"choices": []}, "asks for nothing; allowed: choices, influence, or both"),
        ({"influence": {"breaks": ["war"]}}, "influence.breaks: term 'war' is not known"),
    ],
)
def test_mistakes_are_told_without_data(entry, words):
    with pytest.raises(StudyError, match=words):
        read(**{"choices": [{"id": "a", "effects": [["time"]]}], **entry})


@pytest.mark.parametrize(
    ("choices", "entry", "words"),
    [
        ([{"id": "a", "controls": [["lag(stake, 1)"]]}], {}, "is the term itself, and no control"),
        (
            [{"id": "a", "controls": "all_subsets", "blocks": {"b": ["income", "war"]}}],
            {},
            "has a part of it",
        ),
        ([{"id": "a", "controls": "all_subsets", "always": ["war"]}], {}, "war is no control of the model"),
        (
            [{"id": "a", "controls": "all_subsets", "among": ["income", "income"]}],
            {},
            "income is twice in among, always and blocks",
        ),
        (
            [{"id": "a", "controls": "all_subsets", "among": ["size"], "blocks": {"b": ["income", "size"]}}],
            {},
            "size is twice in",
        ),
        (
            [{"id": "a", "controls": "leave_one_out", "among": ["size"], "always": ["size"]}],
            {},
            "size is twice",
        ),
        (
            [{"id": "a", "controls": "all_subsets", "blocks": {"size": ["income"]}}],
            {},
            "size is also what another block, a control",
        ),
        ([{"id": "a", "controls": "all_subsets", "blocks": {"none": ["size"]}}], {}, "none is also what"),
        ([{"id": "a", "term": "size", "transforms": ["eval"]}], {}, "transform 'eval' is not known"),
        (
            [{"id": "a", "effects": [["time"]]}, {"id": "b", "effects": [["entity"]]}],
            {},
            "two choices are about",
        ),
        (
            [{"id": "a", "covariance": [{"kind": kind, "label": "robust"} for kind in ("hc0", "hc1")]}],
            {},
            "choices.a: 2 alternatives are called 'robust'; allowed: one",
        ),
        ([{"id": "a", "effects": [["time"]]}], {"most": 1}, "2 = 2 specifications; allowed: 1"),
        ([{"id": "a", "effects": [["time"]]}], {"never": [{"a": "both"}]}, "a has no alternative 'both'"),
    ],
)
def test_alternatives_that_cannot_be_are_told(choices, entry, words):
    with pytest.raises(StudyError, match=words):
        declared(*choices, **entry)
