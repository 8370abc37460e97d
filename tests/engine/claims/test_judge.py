"""What a claim computes: figures from tables, intervals from their rounding, arithmetic in words."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.claims.book import evaluate_on
from replication.claims.claim_entries import Input
from replication.claims.inputs import Figure, figure
from replication.claims.judge import evaluate_claim, interval
from replication.claims.recorded import STATED, Recorded, TableId, read_tables
from replication.claims.verdict import Interval
from replication.claims.written import number, span, written
from replication.errors import StudyError
from replication.language.syntax import parse
from replication.project.places import Project
from tests.support.claims_files import CLAIM, READING

ROWS = pd.DataFrame(
    {
        "key": ["a", "b", "c", "d"],
        "value": [20.0, 100.0, np.nan, 7.0],
        "low": [19.0, np.nan, 4.0, np.nan],
        "high": [21.0, np.nan, 8.0, 9.0],
        "text": ["1,250", "3.5", "two", "1987-11"],
        "when": ["1987", "1987-11", "1987-11-05", None],
        "flag": [1, 1, 0, 0],
    }
)
TABLES = {TableId("figures"): Recorded(ROWS, ("key",)), STATED: Recorded(ROWS[["key", "value"]], ("key",))}


def taken(**keys) -> Figure:
    return figure(Input(table="figures", **keys), TABLES)


def known(point: float, half: float = 0.0) -> Figure:
    return Figure(point, point - half, point + half, number(point), ())


def ends(found: Figure) -> tuple[float, float, float]:
    return found.point, found.low, found.high


def test_a_figure_and_its_ends():
    assert ends(taken(where="key == 'a'")) == (20, 20, 20)
    assert ends(taken(where="key == 'a'", half_width=0.5)) == (20, 19.5, 20.5)
    assert ends(taken(where="key == 'a'", low="low", high="high")) == (20, 19, 21)
    assert ends(taken(where="key == 'c'", low="low", high="high")) == (6, 4, 8)
    assert ends(taken(where="key == 'd'", low="low", high="high")) == (7, -math.inf, 9)


def test_several_rows_are_taken_as_asked():
    whole = {"where": "value > 0", "half_width": 0.5}
    assert ends(taken(by="sum", **whole)) == (127, 125.5, 128.5)
    assert ends(taken(by="mean", **whole)) == (127 / 3, 125.5 / 3, 128.5 / 3)
    assert ends(taken(by="min", **whole)) == (7, 6.5, 7.5)
    assert ends(taken(by="max", **whole)) == (100, 99.5, 100.5)
    assert ends(taken(by="first", **whole)) == (20, 19.5, 20.5)
    assert ends(taken(by="last", **whole)) == (7, 6.5, 7.5)
    assert ends(taken(by="count", where="flag == 1")) == (2, 2, 2)
    assert taken(by="sum", **whole).words == "sum of 3: 127"


def test_texts_are_read_as_numbers_or_as_days():
    assert taken(where="key == 'a'", take="text").point == 1250
    month = taken(where="key == 'b'", take="when", date=True)
    assert (month.low, month.high) == (
        pd.Timestamp("1987-11-01").toordinal(),
        pd.Timestamp("1987-11-30").toordinal(),
    )
    year, day = (taken(where=f"key == '{key}'", take="when", date=True) for key in "ac")
    assert year.high - year.low == 364
    assert day.low == day.high == pd.Timestamp("1987-11-05").toordinal()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"where": "key == 'z'"}, "no row of figures fits key == 'z'"),
        ({"where": "flag == 1"}, "2 rows of figures fit flag == 1; narrow where"),
        ({"where": "key == 'c'"}, r"value is missing in figures\[c\]; .* not checkable"),
        ({"where": "key == 'a'", "take": "valeu"}, "table figures: column 'valeu' .*did you mean 'value'"),
        ({"where": "kee == 'a'"}, "column 'kee' is not known; .*did you mean 'key'"),
        ({"where": "key == 'c'", "take": "text"}, r"figures\[c\] is 'two'; allowed: a number"),
        (
            {"where": "key == 'd'", "take": "text"},
            r"'1987-11'; allowed: a number; for a date add date = true",
        ),
        ({"where": "key == 'a'", "take": "text", "date": True}, "'1,250'; allowed: a date such as 1987"),
        (
            {"where": "key == 'd'", "take": "when", "date": True},
            r"when is missing in figures\[d\]; .* not checkable",
        ),
        ({"where": "key == 'b'", "low": "low", "high": "high"}, r"low and high is missing in figures\[b\]"),
        ({"where": "key == 'b'", "half_width": "low"}, r"low is missing in figures\[b\]"),
        ({"where": "key in ('a', 'b')", "by": "volatility"}, "volatility needs three positive figures"),
    ],
)
def test_a_figure_that_cannot_be_had(keys, message):
    with pytest.raises(StudyError, match=message):
        taken(**keys)


def test_a_figure_rests_on_its_cells_and_on_the_columns_that_choose_them():
    assert [str(cell) for cell in taken(where="key == 'a'").cells] == ["figures[a]"]
    cells = taken(where="flag == 1", by="sum").cells
    assert [(cell.row, cell.column) for cell in cells] == [("*", "flag"), ("a", "value"), ("b", "value")]


positive = st.floats(0.1, 1e4)
share = st.floats(0, 0.5)


@settings(max_examples=50, deadline=None)
@given(positive, positive, positive, share, share, share, st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_corners_hold_every_value_inside_the_box(a, b, c, x, y, z, inside):
    figures = {name: known(v, v * w) for name, v, w in zip("abc", (a, b, c), (x, y, z), strict=True)}
    values = [f.low + w * (f.high - f.low) for f, w in zip(figures.values(), inside, strict=True)]
    for text, compute in (
        ("100 * a / (a + b)", lambda a, b, c: 100 * a / (a + b)),
        ("a / b - c", lambda a, b, c: a / b - c),
        ("(a / b) ^ (1 / 3) * c", lambda a, b, c: (a / b) ** (1 / 3) * c),
        ("a < b", lambda a, b, c: float(a < b)),
    ):
        found = interval(parse(text), {name: figures[name] for name in "abc" if name in text})
        value, slack = compute(*values), 1e-9 * max(1.0, abs(found.low), abs(found.high))
        assert found.low - slack <= value <= found.high + slack
        assert found.low <= found.point <= found.high


def test_open_ends_stay_open():
    figures = {"a": Figure(4, 4, math.inf, "4", ()), "b": known(2)}
    assert interval(parse("a / b"), figures) == Interval(2, 2, math.inf)
    assert interval(parse("b - a"), figures) == Interval(-2, -math.inf, -2)
    assert interval(parse("b / a"), figures) == Interval(0.5, pytest.approx(0, abs=1e-80), 0.5)


def test_a_divisor_that_may_be_nothing_leaves_everything_open():
    assert interval(parse("a / b"), {"a": known(1), "b": Figure(1, 0, 2, "1", ())}) == Interval(
        1, -math.inf, math.inf
    )
    with pytest.raises(StudyError, match="1 / 0 is undefined"):
        interval(parse("a / b"), {"a": known(1), "b": known(0)})


def test_too_many_uncertain_figures_are_refused():
    names = [f"x{place}" for place in range(13)]
    with pytest.raises(StudyError, match="13 figures are rounded; allowed: at most 12"):
        interval(parse(" + ".join(names)), {name: known(1, 0.5) for name in names})
    exact = interval(parse(" + ".join(names)), {name: known(1) for name in names})
    assert exact == Interval(13, 13, 13)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("100 * a / b", "100 * 103,688 / 64,991"),
        ("100 * (a / b)", "100 * (103,688 / 64,991)"),
        ("(a - b) - c", "103,688 - 64,991 - (-2)"),
        ("a - (b - c)", "103,688 - (64,991 - (-2))"),
        ("(a + b) / c", "(103,688 + 64,991) / (-2)"),
        ("-(a + b) ^ 2", "-(103,688 + 64,991) ^ 2"),
        ("(-a) ^ 2", "(-103,688) ^ 2"),
        ("abs(c) < a and not b == 1", "abs(-2) < 103,688 and not (64,991 == 1)"),
        ("a in (1, 2)", "103,688 in (1, 2)"),
    ],
)
def test_arithmetic_has_the_brackets_that_it_needs_and_no_other(text, shown):
    assert written(parse(text), {"a": "103,688", "b": "64,991", "c": "-2"}) == shown


def test_intervals_in_words():
    inf = math.inf
    told = [span(Interval(0, *pair)) for pair in ((1, 1), (1.75, 2), (40, inf), (-inf, 0.5), (-inf, inf))]
    assert told == ["1", "1.75 to 2", "at least 40", "at most 0.5", "any figure"]


def test_a_claim_is_computed_judged_and_told(ledger_of):
    found = evaluate_claim(ledger_of(CLAIM + READING).claims[0], TABLES)
    assert found.verdict == "reproduced"
    assert found.results[0].arithmetic == "100 * 20 / 100 = 20"
    assert [str(cell) for cell in found.cells] == ["figures[a]", "figures[b]"]


def test_an_error_names_claim_reading_and_input(ledger_of):
    ledger = ledger_of(CLAIM + READING.replace("'b'", "'z'"))
    with pytest.raises(StudyError, match=r"claims.share.readings\[1\]: inputs.b: no row of figures"):
        evaluate_claim(ledger.claims[0], TABLES)


def judged(ledger_of, stated: str, readings: str, kind: str = "share", more: str = ""):
    text = CLAIM.replace('"share"\nstated', f'"{kind}"\nstated').replace(
        '{ value = 20, unit = "percent" }', f"{{ {stated} }}"
    )
    return evaluate_claim(ledger_of(text + more + readings).claims[0], TABLES)


def reading(compute: str, basis: str = "data", more: str = "", **inputs: str) -> str:
    named = "".join(f"inputs.{name} = {{ table = 'figures', {spec} }}\n" for name, spec in inputs.items())
    return f'[[claims.readings]]\nbasis = "{basis}"\n{more}compute = "{compute}"\n{named}'


A, B, MONTH = (
    "where = \"key == 'a'\"",
    "where = \"key == 'b'\"",
    "where = \"key == 'b'\", take = 'when', date = true",
)


@pytest.mark.parametrize(
    ("stated", "kind", "text", "verdict", "support"),
    [
        ('value = 20, unit = "percent"', "share", reading("a", a=A), "reproduced", "recorded data"),
        (
            'value = 20, unit = "percent"',
            "share",
            reading("a", "document", a=A),
            "reproduced",
            "same statement elsewhere",
        ),
        (
            'value = 20, unit = "percent"',
            "share",
            reading("a", "elsewhere", a=A),
            "reproduced",
            "same statement elsewhere",
        ),
        (
            'value = 30, unit = "percent"',
            "share",
            reading("a", "elsewhere", a=A),
            "contradicted (soft)",
            "same statement elsewhere",
        ),
        (
            'value = 20, unit = "percent"',
            "share",
            reading("100 * a / b", "document", a=A, b=B),
            "reproduced",
            "arithmetic within the text",
        ),
        (
            'value = 1, unit = "yes or no"',
            "order",
            reading("a < b", "document", a=A, b=B),
            "reproduced",
            "order or direction only",
        ),
        (
            'value = 1, unit = "yes or no", words = "rose sharply"',
            "growth",
            reading("a < b", "document", a=A, b=B),
            "consistent",
            "order or direction only",
        ),
        (
            'value = 2, unit = "firms"',
            "count",
            reading("n", "document", n="where = 'flag == 1', by = 'count'"),
            "reproduced",
            "count of our own list",
        ),
        (
            'value = 40, unit = "percent", words = "upwards of 40 percent"',
            "share",
            reading("b", b=B + ", bound = 'at most'"),
            "consistent",
            "recorded data",
        ),
        (
            'value = 40, unit = "percent", words = "upwards of 40 percent"',
            "share",
            reading("a", a=A + ", bound = 'at most'"),
            "contradicted by recorded data",
            "recorded data",
        ),
        ('date = "1987-11"', "date", reading("d", d=MONTH), "reproduced", "recorded data"),
        ('date = "1987-11-05"', "date", reading("d", d=MONTH), "consistent", "recorded data"),
        (
            'date = "1987-12"',
            "date",
            reading("d", d=MONTH + ", bound = 'at most'"),
            "contradicted by recorded data",
            "recorded data",
        ),
        (
            'date = "1986"',
            "date",
            reading("d", "document", d=MONTH + ", bound = 'at most'"),
            "consistent",
            "order or direction only",
        ),
    ],
)
def test_a_verdict_is_graded_by_what_it_rests_on(ledger_of, stated, kind, text, verdict, support):
    found = judged(ledger_of, stated, text, kind)
    assert (found.verdict, found.support) == (verdict, support)


def test_a_proxy_is_consistent_at_best_and_soft_at_worst_and_is_shown(ledger_of):
    near = reading("a", more='proxy = "One year of ten"\n', a=A)
    found = judged(ledger_of, 'value = 20, unit = "percent"', near)
    assert (found.verdict, found.results[0].caveats) == ("consistent", ("One year of ten",))
    assert judged(ledger_of, 'value = 30, unit = "percent"', near).verdict == "contradicted (soft)"


def test_an_order_that_rounding_could_turn_is_consistent_and_no_more(ledger_of):
    close = reading("a < b", a=A + ", half_width = 50", b=B)
    assert judged(ledger_of, 'value = 1, unit = "yes or no"', close, "order").verdict == "reproduced"
    closer = reading("a < b", a=A + ", half_width = 90", b=B)
    assert judged(ledger_of, 'value = 1, unit = "yes or no"', closer, "order").verdict == "consistent"


@pytest.mark.parametrize(
    ("stated", "text", "message"),
    [
        (
            'value = 20, unit = "years"',
            reading("a < b", a=A, b=B),
            "compute: gives yes or no, the claim states time",
        ),
        (
            'value = 1, unit = "yes or no"',
            reading("a", a=A),
            "compute: gives a figure, the claim states truth",
        ),
        (
            'value = 20, unit = "percent"',
            reading("a", a=A + ", unit = 'million US$'"),
            r"gives US\$, the claim states a pure number; allowed: one measure",
        ),
        (
            'value = 20, unit = "billion US$"',
            reading("a", a=A + ", unit = 'million US$'"),
            "gives units that are 0.001 of those of the claim; multiply by that",
        ),
        (
            'value = 20, unit = "percent"',
            reading("a + b", a=A + ", unit = 'years'", b=B + ", unit = 'percent'"),
            "brings together time and a pure number",
        ),
    ],
)
def test_what_a_claim_states_and_what_is_computed_are_of_one_measure(ledger_of, stated, text, message):
    with pytest.raises(
        StudyError, match=rf"claims.share.readings\[1\]: compute: .*{message.removeprefix('compute: ')}"
    ):
        judged(ledger_of, stated, text)


def test_dates_of_two_columns_and_a_volatility(ledger_of):
    both = taken(where="key == 'a'", take="when", date=True, high="when")
    assert both.text == "1987"
    assert taken(where="key != 'c'", by="volatility").point == pytest.approx(
        np.std(np.diff(np.log([20, 100, 7])), ddof=1)
    )


def test_a_table_of_whole_dates_keeps_them_as_written(tmp_path):
    (tmp_path / "days.csv").write_text("key,day\na,1990-05-01\nb,1991-06-02\nc,\n")
    recorded = read_tables([TableId("days")], Project(tmp_path), tmp_path)
    spec = Input(table="days", where="day == '1991-06-02'", take="day", date=True)
    assert figure(spec, recorded).text == "1991-06-02"
    with pytest.raises(StudyError, match=r"day is missing in days\[c\]"):
        figure(Input(table="days", where="key == 'c'", take="day", date=True), recorded)


def test_what_words_leave_open_is_no_rounding(ledger_of):
    """Two open figures whose quotient may be anything from 0.6 to 1.4 do not reproduce "equal"."""
    text = CLAIM.replace('{ value = 20, unit = "percent" }', '{ value = 100, unit = "percent" }') + (
        '[[claims.readings]]\nbasis = "document"\ncompute = "100 * x / y"\n'
        'inputs.x = { claim = "other" }\ninputs.y = { table = "figures" }\n'
    )
    other = CLAIM.replace('"share"\nplace', '"other"\nplace') + 'missing = "m"\n'
    tables = {TableId("figures"): Recorded(pd.DataFrame({"value": [50.0]}), ())}
    verdicts = {}
    for words in ("about 50", "50"):
        said = other.replace("value = 20,", f'value = 50, words = "{words}",')
        verdicts[words] = evaluate_on(ledger_of(text + said), tables).outcomes[0].verdict
    assert verdicts == {"about 50": "consistent", "50": "reproduced"}
