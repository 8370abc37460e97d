"""What users of Stata, R and Python write is refused with the same in this language, which can be parsed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replication.errors import StudyError
from replication.language import translate
from replication.language.evaluate import Rows, evaluate
from replication.language.syntax import parse, parse_formula
from tests.engine.language.test_language import TABLE

EXPRESSIONS = {
    "C(region)": "dummies(region)",
    "factor(region)": "dummies(region)",
    "as.factor(region)": "dummies(region)",
    "i.region": "dummies(region)",
    "ib2.region": "dummies(region, 2)",
    'C(region, Treatment(reference="b"))': 'dummies(region, "b")',
    'relevel(region, ref = "b")': 'dummies(region, "b")',
    "L.x": "lag(x, 1)",
    "L2.x": "lag(x, 2)",
    "F.x": "lead(x, 1)",
    "D.x": "diff(x)",
    "D2.x": "diff(diff(x))",
    "S4.x": "diff(x, 4)",
    "L(1/2).x": "lag(x, 1:2)",
    "l(x, 1:2)": "lag(x, 1:2)",
    "I(x^2)": "(x ^ 2)",
    "x**2": "x ^ 2",
    "log10(x)": "(log(x) / log(10))",
    "poly(x, 2, raw = TRUE)": "powers(x, 2)",
    "scale(x)": "standardise(x)",
    "np.log(x)": "log(x)",
    "a:b": "interaction(a, b)",
    "c.a#i.b": "interaction(a, dummies(b))",
    "i(year, treated, ref = 1990)": "interaction(dummies(year, 1990), treated)",
    "mil.aid": "`mil.aid`",
    "_gdp": "`_gdp`",
    "1990gdp": "`1990gdp`",
    "year = 1990": "year == 1990",
    "x > 1 & year < 1990 | z == 2": "x > 1 and year < 1990 or z == 2",
    "1980 <= year < 1990": "(1980 <= year and year < 1990)",
    "!is.na(x)": "x is not missing",
    "missing(x)": "x is missing",
    "x == NA": "x is missing",
    "x < .": "x is not missing",
    'region %in% c("a", "b")': 'region in ("a", "b")',
    "inrange(year, 1980, 1990)": "(year >= 1980 and year <= 1990)",
    "region = 'L.x & C(x)'": "region == 'L.x & C(x)'",
}
FORMULAS = {
    "y ~ x | country + year": 'y ~ x, effects = ["country", "year"]',
    "y ~ x | country | d ~ z": 'y ~ x, effects = ["country"], estimator = "iv_2sls", '
    'options = { endogenous = ["d"], instruments = ["z"] }',
    "y ~ a*b": "y ~ a + b + interaction(a, b)",
    "y ~ c.a##i.b + (a * b)": "y ~ a + dummies(b) + interaction(a, dummies(b)) + (a * b)",
    "y ~ x^2": "y ~ (x^2)",
    "y ~ 0 + x": "y ~ x, intercept = false",
    "y ~ x - 1": "y ~ x, intercept = false",
    "y ~ 1 + x": "y ~ x",
    "y ~ x | id + country^year": "y ~ x + interaction(dummies(country), dummies(year)), "
    'effects = ["id", "country", "year"]',
    "y ~ x | a^b^c": "y ~ x + interaction(dummies(a), dummies(b)) + interaction(dummies(a), dummies(c)) + "
    "interaction(dummies(b), dummies(c)) + interaction(dummies(a), dummies(b), dummies(c)), "
    'effects = ["a", "b", "c"]',
    "reghdfe y x, absorb(i.country#i.year)": "y ~ x + interaction(dummies(country), dummies(year)), "
    'effects = ["country", "year"]',
    "y ~ x | factor(country)": 'y ~ x, effects = ["country"]',
    "y ~ 1 | country": 'y ~ 1, effects = ["country"]',
    "y x z": "y ~ x + z",
    "log(y) ~ L.y + i.year": "log(y) ~ lag(y, 1) + dummies(year)",
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_are_refused_with_ours(text):
    with pytest.raises(StudyError) as problem:
        evaluate(parse(text), Rows(TABLE))
    assert str(problem.value).endswith(f"; in this language: {EXPRESSIONS[text]}")
    parse(EXPRESSIONS[text])


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_refused_with_ours(text):
    with pytest.raises(StudyError) as problem:
        parse_formula(text)
    assert str(problem.value).endswith(f"; in this language: {FORMULAS[text]}")
    parse_formula(translate.formula(text).text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("EntityEffects", 'effects = ["entity"] beside the formula'),
        ("x == true", "1 for true, 0 for false"),
        ("GDP per head", "a name with blanks stands in backticks"),
        ("größe", "a name of other letters stands in backticks"),
        ("`gdp", "ends with a backtick"),
        ("X", "did you mean 'x'"),
    ],
)
def test_words_that_have_no_translation_have_a_hint(text, told):
    with pytest.raises(StudyError, match=told.replace("[", r"\[")):
        evaluate(parse(text), Rows(TABLE))


def test_a_product_of_many_factors_is_not_written_out():
    """Its interactions are two to the power of the factors: 2^26 for the alphabet."""
    with pytest.raises(StudyError) as problem:
        parse_formula("y ~ " + "*".join("abcdefghijklmnopqrstuvwxyz"))
    assert len(str(problem.value)) < 600
    assert len(translate.groupings(["^".join("abcdefghijklmnopqrstuvwxyz")])[1]) < 100


def test_what_is_in_the_language_is_never_translated():
    for text in ("dummies(region)", "lag(x, 1:2)", "(a * b)", "x is not missing", "`mil.aid`", "ln(x)"):
        assert parse(text) == parse(translate.expression(text).text)


@given(st.text(st.sampled_from("LxyC.i(),12:|~+*&=!#`'\" "), max_size=40))
def test_any_text_is_a_tree_or_one_line_whose_suggestion_parses(text):
    for read in (parse, parse_formula):
        try:
            read(text)
        except StudyError as problem:
            assert "\n" not in str(problem)
            suggestion = str(problem).partition("; in this language: ")[2]
            if suggestion and read is parse:
                parse(suggestion)
