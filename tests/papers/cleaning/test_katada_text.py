"""Katada's tables hold what her introduction and first chapter say, and say nothing where she does not.

Spot figures were read in Katada (2001), Banking on Stability, at the section and paragraph stated.
"""

from __future__ import annotations

import pandas as pd
import pytest

from cleaning.katada_text import CASES, CONDITIONS, RECIPES
from replication.sources.pipeline import clean_all
from tests.support.repository import ROOT

RAW = ROOT / "data" / "raw"


@pytest.fixture(scope="module")
def tables(raw_project, tmp_path_factory) -> dict[str, pd.DataFrame]:
    contents = {path: (RAW / path).read_bytes() for recipe in RECIPES for path in recipe.inputs}
    return clean_all(raw_project(tmp_path_factory.mktemp("katada"), contents), RECIPES)


def test_every_case_is_coded_on_every_condition(tables):
    codes = tables["katada_cases"]
    pairs = set(zip(codes["case"], codes["condition"], strict=True))
    assert len(codes) == len(pairs)
    assert pairs == {(case, condition) for case in CASES for condition in CONDITIONS}


def test_what_the_texts_do_not_say_is_missing(tables):
    codes = tables["katada_cases"]
    unsaid = codes[codes["code"].isna()]
    assert set(zip(unsaid["case"], unsaid["condition"], strict=True)) == {
        ("Indonesia 1997-98", "institutional_linkages"),  # Introduction, The Argument, paragraph 10
        ("Mexico 1994-95", "coherence"),  # Introduction, The Argument, paragraph 9
    }


def test_urging_is_coded_by_her_sentence_on_equal_pressure(tables):
    codes = tables["katada_cases"].query("condition == 'us_urging'")
    assert (codes["code"] == 1).all() and (codes["second_code"] == 1).all()
    assert set(codes["place"]) == {"paragraph 3"}  # Chapter 1, The Outside-In View


def test_two_readings_differ_where_the_text_allows_two_codes(tables):
    codes = tables["katada_cases"].dropna(subset=["code", "second_code"])
    differ = codes[codes["code"] != codes["second_code"]]
    assert (
        set(zip(differ["case"], differ["condition"], strict=True))
        == {
            ("Mexico 1994-95", "economic_linkages"),  # Introduction, The Argument, paragraph 14
            (
                "Thailand 1997",
                "collaboration",
            ),  # Introduction, Japan in Financial Crisis Management, paragraph 8
            *((case, "economic_linkages") for case in CASES[2:]),  # The Argument, paragraph 15
        }
    )


@pytest.mark.parametrize(
    ("row", "amount"),
    [
        ("latin_america_recycling", 65),  # Introduction, Japan in Financial Crisis Management, paragraph 4
        ("thailand_package", 17.2),  # the same section, paragraph 7
        ("nafa_swap", 6),  # Chapter 1, Regionalism, paragraph 4
    ],
)
def test_package_amounts_stand_as_printed(tables, row, amount):
    assert tables["katada_packages"].set_index("id").loc[row, "amount"] == amount


def test_three_amounts_are_printed_and_the_others_are_missing(tables):
    packages = tables["katada_packages"]
    assert packages["amount"].notna().sum() == 3
    assert packages.loc[packages["amount"].isna(), "note"].str.startswith("amount not printed").all()


def test_figures_of_both_texts_keep_their_letters(tables):
    figures = tables["katada_figures"].set_index("id")["figure"]
    assert figures["introduction_brady_lag"] == "half a"
    assert figures["introduction_study_debt_last"] == "91"
    assert figures["chapter_1_bretton_woods"] == "1940s"


def test_every_amount_of_a_package_is_among_the_figures(tables):
    figures = tables["katada_figures"]
    printed = figures.loc[figures["unit"] == "billion US$", "figure"].astype(float)
    assert set(tables["katada_packages"]["amount"].dropna()) == set(printed)


@pytest.mark.parametrize(
    ("name", "length"),
    [
        ("introduction_chapters", 8),  # Introduction, Book Structure, paragraphs 1 to 4
        ("chapter_1_explanations", 3),  # Chapter 1, Existing Explanations, paragraph 1
        ("chapter_1_nafa_members", 3),  # Chapter 1, Regionalism, paragraph 4
    ],
)
def test_lists_hold_what_the_texts_name(tables, name, length):
    lists = tables["katada_lists"]
    items = lists.loc[lists["list"] == name, "item"]
    assert len(items) == items.nunique() == length
