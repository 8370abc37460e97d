"""Checks of whole texts: sums, implied wholes, order, every base year, one fact in two places, units."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from replication.claims.checks import Statement, run_check, same_facts, unit_slip
from replication.claims.claim_entries import Check, Slip
from replication.claims.judge import evaluate_claim
from replication.claims.recorded import Recorded, TableId
from replication.claims.units import known_unit
from replication.claims.verdict import Interval
from replication.errors import StudyError
from tests.support.claims_files import CLAIM, HEAD, READING


def about(point: float, half: float = 0.5) -> Interval:
    return Interval(point, point - half, point + half)


def results(kind: str, claims: dict[str, Interval], tables=(), units=(), **keys) -> list:
    check = Check(id="c", kind=kind, title="t", claims=list(claims), **keys)
    words = dict.fromkeys(claims, "percent") | dict(units)
    stated = {
        name: Statement("mine", name, figure, known_unit(words[name]), words[name])
        for name, figure in claims.items()
    }
    return run_check(check, stated, dict(tables))


def test_shares_sum_to_a_hundred_within_their_rounding():
    whole = results("sum", {"a": about(60), "b": about(40)})
    assert (whole[0].result, whole[0].arithmetic) == ("holds", "60 + 40 = 100; must be 100")
    assert results("sum", {"a": about(60), "b": about(39)})[0].result == "holds within rounding"
    assert results("sum", {"a": about(60), "b": about(38)})[0].result == "fails"
    assert results("sum", {"a": about(60), "b": about(38)}, total=98.0)[0].result == "holds"


def test_an_amount_and_its_share_imply_a_whole_and_two_of_them_the_same():
    pairs = {"x": about(50, 0), "x_share": about(25, 0.5), "y": about(30, 0), "y_share": about(15, 0.5)}
    units = {"x": "yen", "y": "yen"}
    first, second = results("totals", pairs, units=units)
    assert first.computed == Interval(200, pytest.approx(5000 / 25.5), pytest.approx(5000 / 24.5))
    assert (first.result, second.result) == ("holds", "holds")
    assert first.arithmetic == "50 / 25 percent = 200"
    assert results("totals", {**pairs, "y": about(31, 0)}, units=units)[1].result == "holds within rounding"
    assert results("totals", {**pairs, "y": about(40, 0)}, units=units)[1].result == "fails"
    open_end = results("totals", {"x": about(50, 0), "x_share": Interval(0.4, 0, 0.9)})[0].computed
    assert (open_end.low, open_end.high) == (-math.inf, math.inf)
    with pytest.raises(StudyError, match="a share or a base of nothing"):
        results("totals", {"x": about(50, 0), "x_share": about(0)})


@pytest.mark.parametrize(
    ("kind", "units", "message"),
    [
        ("sum", {"b": "million yen"}, "b is in million yen; allowed here: percent"),
        ("order", {"b": "years"}, "b is in years; allowed here: percent"),
        ("totals", {"b": "years"}, "b is in years; allowed here: percent"),
    ],
)
def test_figures_of_two_units_are_not_brought_together(kind, units, message):
    with pytest.raises(StudyError, match=message):
        results(kind, {"a": about(80), "b": about(140)}, units=units, total=100)


def test_figures_that_must_not_fall():
    found = results("order", {"a": about(1987), "b": about(1987), "c": about(1986.5), "d": about(1980)})
    assert [each.result for each in found] == ["holds", "holds within rounding", "fails"]


def test_a_multiple_for_every_base_year():
    series = pd.DataFrame({"year": [1993, 1990, 1991, 1992], "value": [103.7, 64.2, 0.0, 83.5]})
    stated = {"double": Interval(2, 1.6, 2)}
    tables = {TableId("loans"): Recorded(series, ())}
    times = {"double": "times"}
    found = results("multiples", stated, tables, times, table="loans")
    assert [(each.item, each.result) for each in found] == [
        ("base 1990", "holds"),
        ("base 1992", "another multiple"),
    ]
    assert found[0].arithmetic == "103.7 (1993) / 64.2 (1990) = 1.615"
    with pytest.raises(StudyError, match="column 'yaer' is not known; allowed: value, year"):
        results("multiples", stated, tables, times, table="loans", over="yaer")
    with pytest.raises(StudyError, match="1 figures in loans; allowed: two or more"):
        results("multiples", stated, tables, times, table="loans", where="year == 1990")


SAME = CLAIM + 'missing = "x"\n'


def test_one_fact_in_two_places_agrees_if_the_intervals_meet(ledger_of):
    first = ledger_of(SAME + 'same_as = ["yours:share"]')
    second = ledger_of(SAME.replace("= 20", "= 21, words = 'about 21'"), HEAD.replace("mine", "yours"))
    far = ledger_of(SAME.replace("= 20", "= 22"), HEAD.replace("mine", "yours"))
    yen = ledger_of(SAME.replace("percent", "yen"), HEAD.replace("mine", "yours"))

    def agree(other) -> bool:
        return same_facts({"mine": first, "yours": other})[0].agree

    assert [agree(other) for other in (second, far)] == [True, False]
    with pytest.raises(StudyError, match="same_as: yours:share is in yen; allowed: one measure, percent"):
        agree(yen)


def test_one_fact_in_two_units_of_one_measure(ledger_of):
    first = ledger_of(SAME.replace("percent", "billion yen") + 'same_as = ["yours:share"]')
    second = ledger_of(
        SAME.replace("percent", "million yen").replace("= 20", "= 20000, decimals = -3"),
        HEAD.replace("mine", "yours"),
    )
    assert same_facts({"mine": first, "yours": second})[0].agree


def test_a_fact_named_from_both_sides_is_compared_once(ledger_of):
    first = ledger_of(SAME + 'same_as = ["yours:share"]')
    second = ledger_of(SAME + 'same_as = ["mine:share"]', HEAD.replace("mine", "yours"))
    assert len(same_facts({"mine": first, "yours": second})) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("your:share", "mine: claims.share.same_as: text 'your' is not known; allowed: mine, yours"),
        ("yours:shore", "claim of yours 'shore' is not known; allowed: share"),
    ],
)
def test_a_fact_that_is_nowhere_else(ledger_of, name, message):
    first = ledger_of(SAME + f'same_as = ["{name}"]')
    second = ledger_of(SAME, HEAD.replace("mine", "yours"))
    with pytest.raises(StudyError, match=message):
        same_facts({"mine": first, "yours": second})


@pytest.mark.parametrize(
    ("kind", "stated", "recorded", "slip"),
    [
        ("amount", "251.2", 251.2, ""),
        ("amount", "251.2", 251_200.0, "a thousand"),
        ("amount", "251.2", 0.0002512, "a million"),
        ("amount", "12", 144.0, "twelve"),
        ("amount", "251.2", 31_400.0, "what a dollar cost in yen"),
        ("amount", "251.2", 400.0, ""),
        ("share", "0.25", 25.0, "a hundred"),
        ("count", "251", 251_000.0, ""),
    ],
)
def test_a_contradicted_figure_may_have_lost_its_unit(ledger_of, kind, stated, recorded, slip):
    text = CLAIM.replace('"share"\nstated', f'"{kind}"\nstated').replace("= 20", f"= {stated}")
    reading = READING.replace("100 * a / b", "a").partition("inputs.b")[0]
    rows = Recorded(pd.DataFrame({"key": ["a"], "value": [recorded]}), ("key",))
    slips = [Slip(low=79, high=361, words="what a dollar cost in yen")]
    found = unit_slip(evaluate_claim(ledger_of(text + reading).claims[0], {TableId("figures"): rows}), slips)
    assert slip in found and bool(slip) == bool(found)
