"""References in prose: what they name, how it is printed, and one line for what they do not."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replication.errors import StudyError
from replication.publish import rounding
from replication.publish.exhibits import build_tables
from replication.publish.prose import Narrator, Piece, told
from replication.publish.references import Reference, parts_of
from replication.records.records import Records
from replication.spec.entries import FigureSpec, StatisticSpec, Study, StudyHead, TableSpec

SHARE = StatisticSpec(id="share", title="Share", table="t", measure="m", unit="percent", decimals=1)


@pytest.fixture
def found(estimates, models, accounts, statistics) -> Records:
    more = pd.DataFrame(
        [
            ("study", "h1_counts", "", "holds", 3.0, "models"),
            ("study", "total", "", "", 12345.6, ""),
            ("study", "half", "", "", -0.5555, ""),
            ("study", "named", "Late, over early", "", 2.0, ""),
        ],
        columns=list(statistics.columns),
    )
    nothing = pd.DataFrame()
    return Records(estimates, nothing, models, nothing, pd.concat([statistics, more]), nothing, accounts)


@pytest.fixture
def narrator(found) -> Narrator:
    return Narrator(Study(study=StudyHead(id="s", title="S"), statistics=[SHARE]), found)


def value(found: Records, error: str, term: str, quantity: str) -> float:
    rows = found.estimates.set_index(["model", "error", "term"])
    return float(rows.loc[("baseline", error, term), quantity])


def minus(text: str) -> str:
    return rounding.grouped(text).replace("-", "\u2212")


@pytest.mark.parametrize(
    ("word", "quantity"),
    [("", "estimate"), ("se ", "std_error"), ("low ", "conf_low"), ("high ", "conf_high")],
)
@pytest.mark.parametrize("error", ["", "clustered", "pcse_casewise"])
def test_a_coefficient_is_printed_as_its_table_prints_it(narrator, found, word, quantity, error):
    written = f"{{{word}baseline{'/' if error else ''}{error}.us_trade}}"
    label = error or "panel-corrected"
    first = {q: value(found, "panel-corrected", "us_trade", q) for q in ("estimate", "std_error")}
    precision = rounding.coefficient(first["estimate"], first["std_error"])
    (piece,) = narrator.pieces(written)
    assert piece.text == minus(rounding.rounded(value(found, label, "us_trade", quantity), precision))
    assert piece.source == ("estimates", "baseline", label, "us_trade", quantity)


def test_a_p_value_is_told_with_its_relation(narrator, found):
    p = value(found, "clustered", "us_trade", "p_value")
    assert narrator.plain("({p baseline/clustered.us_trade})") == f"(p = {p:.3f})"
    assert narrator.plain("{baseline[hausman_p]}") == "p < 0.001"
    assert narrator.plain("{p baseline/clustered.us_trade | 2}") == f"{p:.2f}"


def test_statistics_of_studies_and_models(narrator):
    assert narrator.plain("{share[JPN, 1985]}") == "\u221219.9"
    assert narrator.plain("{share[ JPN,  1990 ]} and {ratio[GBR, 1985]}") == "30.8 and 12,345.68"
    assert narrator.plain("{total}, {total | 0}; {h1_counts[holds] | words} of {h1_counts[holds]}") == (
        "12,345.60, 12,346; three of 3"
    )
    assert narrator.plain("{named[Late, over early]}") == "2"
    assert (
        narrator.plain("{half | percent}, {half | 1 percent size}, {half | size}") == "\u221256, 55.6, 0.56"
    )
    assert narrator.plain("{baseline[nobs]} rows, R² {baseline[rsquared]}") == "12,345 rows, R² 0.432"
    assert narrator.plain("{baseline[dropped, missing regressor us_trade]}") == "12"


def test_terms_are_found_whatever_their_spacing(narrator):
    assert narrator.plain("{baseline.log( gdp_per_head )}") == narrator.plain("{baseline.log(gdp_per_head)}")


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (
            "{basline.us_trade}",
            r"\{basline.us_trade\}: model 'basline' is not known.*did you mean 'baseline'",
        ),
        ("{baseline.us_trad}", "term 'us_trad' is not known.*did you mean 'us_trade'"),
        (
            "{baseline/clusterd.us_trade}",
            "error of baseline 'clusterd' is not known.*did you mean 'clustered'",
        ),
        ("{shar[JPN, 1985]}", "model or statistic 'shar' is not known.*did you mean 'share'"),
        ("{share[JPN, 1984]}", "group and period 'JPN, 1984' is not known.*did you mean 'JPN, 198"),
        ("{share}", "group and period '' is not known"),
        ("{baseline[nob]}", "statistic of the model 'nob' is not known.*did you mean 'nobs'"),
        ("{baseline}", "model or statistic 'baseline' is not known"),
        ("{share/clustered[JPN, 1985]}", "share is a statistic and has no error"),
        ("{share[GBR, 1987]}", "the record has no value"),
        ("{pp baseline.us_trade}", "quantity 'pp' is not known; allowed: high, low, p, se"),
        ("{p share[JPN, 1985]}", "'p' is said of a coefficient"),
        ("{share[JPN, 1985] | percnt}", "'percnt' is no form.*did you mean 'percent'"),
        ("{share[JPN, 1985] | words}", "is no count that words tell"),
        ("{a b c}", "is no reference"),
        ("{}", "is no reference"),
        ("{share[JPN, 1985]", "a single '{' opens or closes no reference"),
        ("a } b", "a single '}' opens or closes no reference"),
    ],
)
def test_one_line_for_what_is_wrong(narrator, written, sentence):
    with pytest.raises(StudyError, match=f"^tables.t.note: .*{sentence}"):
        narrator.plain(f"Text {written}", "tables.t.note")


def test_a_doubled_brace_is_a_brace(narrator):
    assert narrator.plain("{{x}} {{") == "{x} {"


@given(st.text(alphabet="{}[]|./, abp1", max_size=30))
def test_any_text_is_cut_into_parts_or_refused(text):
    try:
        parts = parts_of(text)
    except StudyError:
        return
    told = "".join(part.written if isinstance(part, Reference) else part for part in parts)
    assert told.replace("{", "").replace("}", "") == text.replace("{", "").replace("}", "")


def test_every_prose_of_a_study_is_told_and_the_rest_is_kept(found, tmp_path):
    text = "It is {share[JPN, 1990]}."
    study = Study(
        study=StudyHead(id="s", title="{x}", question=text, answer=text, finding=text, undone=text),
        statistics=[SHARE.model_copy(update={"note": text})],
        tables=[TableSpec(id="t", title="T", statistics=["share"], finding=text, note=text)],
        figures=[FigureSpec(id="f", title="F", kind="lines", finding=text, note=text, missing=text)],
    )
    made = told(study, found)
    dump = made.model_dump_json()
    assert dump.count("It is 30.8.") == 10
    assert made.study.title == "{x}"
    assert made.model_dump(exclude_defaults=True).keys() == study.model_dump(exclude_defaults=True).keys()
    (table,) = build_tables(None, study, found)
    assert (table.notes.count("It is 30.8."), table.finding) == (2, "It is 30.8.")


def test_a_piece_keeps_what_it_is_printed_from(narrator):
    assert narrator.pieces("It is {share[JPN, 1990]}.") == (
        Piece("It is "),
        Piece("30.8", ("statistics", "share", "JPN", "1990")),
        Piece("."),
    )
    assert narrator.pieces("") == ()
