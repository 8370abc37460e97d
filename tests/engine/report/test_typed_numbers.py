"""No number is typed in prose: it is a reference, words, or of a kind that may be typed."""

from __future__ import annotations

import pytest

from replication.errors import StudyError
from replication.report.typed_numbers import check_typed
from replication.spec.entries import (
    FigureSpec,
    ModelSpec,
    ReadingSpec,
    StatisticSpec,
    Study,
    StudyHead,
    TableSpec,
)

MODEL = ModelSpec(id="m", formula="y ~ lag(x, 3)", covariance=[{"kind": "wild_bootstrap", "draws": 4999}])
GROWTH = StatisticSpec(
    id="growth",
    title="Growth",
    table="t",
    measure="growth",
    unit="",
    where="rate > 12.5",
    **{"with": {"window": 36}},
)


def study(**head) -> Study:
    return Study(
        study=StudyHead(id="s", title=head.pop("title", "S"), **head),
        variables={"scaled": "100 * loans / 125.5"},
        models=[MODEL],
        statistics=[GROWTH],
    )


@pytest.mark.parametrize(
    "text",
    [
        "It grew {growth[a, 1990]} times, by {m.x | 2} or {low m.x}.",
        "From 1982 to 1991, in 1982-91, 1985/86, the 1980s and 1985Q3; on 22 September 1985.",
        "In thirty-four countries, twice, a third, the 3rd of four.",
        "H1 and H2 by CR2, the G-7, ASEAN-4 (G-5's too), R² and M2.",
        "See table 2, tables 2 and 3, section 1C, paragraph 6, and phase 3.",
        "Lines are 95 percent intervals; 90% confidence limits; at the 5 percent level.",
        "In 1990 dollars.",
    ],
)
def test_references_words_years_names_places_and_levels_pass(text):
    check_typed(study(finding=text))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It grew 2.4 times.", "2.4"),
        ("A coefficient of -0.14, or .14.", "-0.14"),
        ("In .5 of cases", ".5"),
        ("Of 34 debtors", "34"),
        ("A share of 57 percent.", "57"),
        ("A share of 57%.", "57%"),
        ("They lent $40 at once.", r"\$40"),
        ("They lent US$40m.", r"US\$40m"),
        ("They lent 1990 million.", "1990"),
        ("(p=0.05)", "0.05"),
        ("Ratio 1.5x and more", "1.5x"),
        ("a 36-month window", "36-month"),
        ("In 95 percent of cases.", "95"),
        ("It held in two models 12 percent of the time.", "12"),
        ("Scaled by 125.5, from window 36 on, where the rate exceeds 12.5.", "125.5"),
        ("From 1,234 to", "1,234"),
        ("1–2 weeks", "1–2"),
    ],
)
@pytest.mark.parametrize("key", ["finding", "answer"])
def test_a_number_in_digits_is_refused_even_where_the_study_sets_it(text, word, key):
    with pytest.raises(
        StudyError, match=f"study s: study.{key} says '{word}' in digits; allowed: a reference"
    ):
        check_typed(study(**{key: text}))


@pytest.mark.parametrize("key", ["title", "question", "undone"])
def test_what_the_study_sets_may_be_typed_where_no_result_is_told(key):
    check_typed(study(**{key: "Scaled by 125.5, three of 36 months, 4,999 draws"}))
    with pytest.raises(StudyError, match="says '34' in digits"):
        check_typed(study(**{key: "34 debtors"}))


@pytest.mark.parametrize(
    ("section", "entry"),
    [
        ("models", MODEL.model_copy(update={"id": "n", "question": "With 7 lags?"})),
        ("statistics", GROWTH.model_copy(update={"note": "7 of them"})),
        ("tables", TableSpec(id="t", title="T", finding="It is 7.")),
        ("tables", TableSpec(id="t", title="The 7 largest")),
        ("figures", FigureSpec(id="f", title="F", kind="lines", missing="7 quarters.")),
        ("readings", ReadingSpec(id="r", title="At least 7", models=["m"], positive=["x"])),
    ],
)
def test_every_place_of_prose_is_read(section, entry):
    with pytest.raises(StudyError, match=rf"study s: {section}\.{entry.id}\.\w+ says '7' in digits"):
        check_typed(Study(study=StudyHead(id="s", title="S"), **{section: [entry]}))


@pytest.mark.parametrize(
    ("key", "keys"),
    [
        ("panels", {"panels": [{"title": "The 7 largest", "models": ["m"]}]}),
        ("groups", {"groups": [{"title": "7 of them", "terms": ["x"]}]}),
        ("headings", {"headings": ["All 7"]}),
        ("indicate", {"indicate": {"7 controls": ["x"]}}),
    ],
)
def test_words_over_rows_and_columns_are_read_too(key, keys):
    with pytest.raises(StudyError, match=rf"tables\.t\.{key} says '7' in digits"):
        check_typed(study().model_copy(update={"tables": [TableSpec(id="t", title="T", **keys)]}))


def test_a_note_may_name_what_is_set_by_what_it_shows_and_by_nothing_else():
    told = {"statistics": ["growth"], "note": "Windows of 36 months."}
    check_typed(Study(**{**dict(study()), "tables": [TableSpec(id="t", title="T", **told)]}))
    panels = {"panels": [{"title": "All", "models": ["m"]}], "note": "Of 4,999 draws."}
    check_typed(Study(**{**dict(study()), "tables": [TableSpec(id="t", title="T", **panels)]}))
    other = TableSpec(id="t", title="T", models=["m"], note="Windows of 36 months.")
    with pytest.raises(StudyError, match="tables.t.note says '36'"):
        check_typed(Study(**{**dict(study()), "tables": [other]}))
