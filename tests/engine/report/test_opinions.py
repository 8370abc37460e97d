"""What other programs say, in words: how well they agree, and what none of them can compute."""

from __future__ import annotations

import pytest

from replication.report.opinions import opinion_on, second_opinions


def _account(accounts, model):
    return [account for account in accounts if account.model == model]


def test_agreement_names_program_version_and_the_largest_difference(opinions, accounts):
    said = opinion_on(opinions, _account(accounts, "baseline"))
    assert said.startswith("agrees with statsmodels 0.15.0 to 3e-13; no second program for ")
    assert "panel-corrected" in said and "clustered" not in said.partition(";")[2]


def test_a_model_that_no_program_knows_is_said_to_have_none(opinions, accounts):
    assert opinion_on(opinions, _account(accounts, "two_way")) == "no second program"
    assert "no second program for the models Two-way" in opinion_on(opinions, accounts)


def test_a_disagreement_is_never_told_as_agreement(opinions, accounts):
    apart = opinions.assign(agrees=["yes", "no", "yes"])
    told = opinion_on(apart, _account(accounts, "baseline"))
    assert told.startswith("DISAGREES: 1 numbers differ, most standard error, clustered of baseline")
    assert second_opinions([apart], 3).startswith("DISAGREES: 2 of 3 models, 3 numbers")


def test_all_studies_in_a_few_words(opinions):
    both = [opinions, opinions.assign(study="other", program="linearmodels", version="7.1")]
    three = [*both, opinions.assign(study="third", program="pyfixest", version="0.60.0")]
    assert second_opinions(three, 6).endswith("statsmodels 0.15.0, linearmodels 7.1 and pyfixest 0.60.0")
    assert (
        second_opinions(both, 6)
        == "4 of 6 models, 6 numbers: all agree with statsmodels 0.15.0 and linearmodels 7.1"
    )


@pytest.mark.parametrize("empty", [True, False])
def test_where_nobody_was_asked_the_page_says_so(opinions, empty):
    assert second_opinions([opinions.iloc[:0]] if empty else [], 3) == "not asked for (make crosscheck)"
