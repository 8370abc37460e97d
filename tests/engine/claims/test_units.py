"""Units in words: what they measure, and what may be brought together."""

from __future__ import annotations

import pytest

from replication.claims.units import COUNT, DATE, PERCENT, PURE, TRUTH, Unit, known_unit, unit_of
from replication.errors import StudyError
from replication.language.syntax import parse

DOLLARS = Unit((("US$", 1),), 1e9)


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("billion US$", DOLLARS),
        ("billion US dollars", DOLLARS),
        ("billion current US$", DOLLARS),
        ("billion US$ of 2017", Unit((("US$ at prices of 2017", 1),), 1e9)),
        ("thousand constant 2019 US$", Unit((("US$ at prices of 2019", 1),), 1e3)),
        ("yen per US dollar", Unit((("US$", -1), ("yen", 1)))),
        ("billion US$ a month", Unit((("US$", 1), ("time", -1)), 1e9 * 12 / 365.25)),
        ("percent of GDP", PERCENT),
        ("percentage points", PERCENT),
        ("times", PURE),
        ("now over then", PURE),
        ("yes or no", TRUTH),
        ("date", DATE),
        ("years", Unit((("time", 1),), 365.25)),
        ("calendar years", COUNT),
        ("firms", COUNT),
        ("see unit", None),
        ("trillion yen, or percent of the whole", None),
    ],
)
def test_what_words_measure(words, unit):
    found = known_unit(words)
    assert (found and found.powers) == (unit and unit.powers)
    assert unit is None or found.scale == pytest.approx(unit.scale)


UNITS = {
    "money": DOLLARS,
    "millions": Unit((("US$", 1),), 1e6),
    "yen": Unit((("yen", 1),)),
    "share": PERCENT,
    "span": Unit((("time", 1),), 365.25),
    "day": DATE,
    "other_day": DATE,
    "unsaid": None,
}


@pytest.mark.parametrize(
    ("compute", "unit"),
    [
        ("money / money", PURE),
        ("100 * money / money", Unit((), 0.0)),
        ("1000 * money + millions", Unit((("US$", 1),), 0.0)),
        ("yen / money", Unit((("US$", -1), ("yen", 1)), 1e-9)),
        ("money < money and share > 3", TRUTH),
        ("1 + (money > money)", COUNT),
        ("other_day - day", Unit((("time", 1),))),
        ("day + 365.25 * 7", DATE),
        ("day < other_day", TRUTH),
        ("money ^ 2", Unit((("US$", 2),), 0.0)),
        ("log(money / money)", PURE),
        ("max(money, money)", DOLLARS),
        ("money + unsaid", DOLLARS),
        ("money * unsaid", None),
    ],
)
def test_the_unit_of_a_computation(compute, unit):
    assert unit_of(parse(compute), UNITS) == unit


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        ("money + share", r"money \+ share brings together US\$ and a pure number; allowed: one measure"),
        ("span < share", "span < share brings together time and a pure number"),
        ("money - yen", r"brings together US\$ and yen"),
        ("day < span", "brings together date and time"),
        ("money + millions", r"brings together two units of US\$, of which one is 1000 of the other"),
    ],
)
def test_what_may_not_be_brought_together(compute, message):
    with pytest.raises(StudyError, match=message):
        unit_of(parse(compute), UNITS)
