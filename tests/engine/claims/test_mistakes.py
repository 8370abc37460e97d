"""Mistakes of authors that once passed: each is refused in one line; the guide lists the first twelve."""

from __future__ import annotations

import pytest

from replication.claims.ledger import check_file
from replication.errors import UserError
from replication.project.places import Project
from tests.support.claims_files import CLAIM, HEAD

TABLE = "key,value,low,high,half,minus,endless\na,20,,,,,inf\nb,100,95,,0.5,-0.5,inf\n"
SHARE = CLAIM + 'missing = "the yearbook"\n'
YEARS = SHARE.replace('"share"\nplace', '"years"\nplace').replace('"percent"', '"years"')
MILLIONS = SHARE.replace('"share"\nplace', '"millions"\nplace').replace('"percent"', '"million yen"')
ON_CLAIM = (
    '[[claims.readings]]\nbasis = "document"\ncompute = "{compute}"\ninputs.x = {{ claim = "{claim}" }}\n'
)
ON_TABLE = (
    '[[claims.readings]]\n{label}basis = "data"\ncompute = "x"\n'
    "inputs.x = {{ table = 'figures', where = \"key == '{key}'\"{more} }}\n"
)
TRUTH = CLAIM.replace('"share"\nplace', '"truth"\nplace').replace(
    '{ value = 20, unit = "percent" }', '{ value = 1, unit = "yes or no" }'
)
BILLIONS = CLAIM.replace('"percent"', '"billion yen"')
SUM = '[[checks]]\nid = "c"\nkind = "sum"\ntitle = "whole"\nclaims = ["share", "millions"]\n'


def on_table(label: str = "", key: str = "b", more: str = "") -> str:
    return ON_TABLE.format(label=label, key=key, more=more)


MISTAKES = {
    "a figure in years read as a yes or no": (
        YEARS + TRUTH + ON_CLAIM.format(compute="x", claim="years"),
        "compute: gives a figure, the claim states truth",
    ),
    "percent and millions added up": (
        SHARE + MILLIONS + SUM,
        "checks.c: millions is in million yen; allowed here: percent",
    ),
    "millions set against billions": (
        MILLIONS + BILLIONS + ON_CLAIM.format(compute="x", claim="millions"),
        "compute: gives units that are 0.001 of those of the claim",
    ),
    "two claims that bear one another out": (
        CLAIM
        + ON_CLAIM.format(compute="x", claim="other")
        + CLAIM.replace('"share"\nplace', '"other"\nplace')
        + ON_CLAIM.format(compute="x", claim="share"),
        "claims rest on one another in a circle: ",
    ),
    "a same fact in a text that is not there": (
        SHARE + 'same_as = ["nobody:share"]',
        "text 'nobody' is not known; allowed: mine",
    ),
    "a same fact in a claim that is not there": (
        SHARE + 'same_as = ["shore"]',
        "same_as: claim 'shore' is not known; allowed: share .did you mean 'share'",
    ),
    "an empty reason for a soft verdict": (
        SHARE + 'soft = ""',
        "soft is empty; write it, or leave the key out",
    ),
    "several readings without a label": (
        CLAIM + on_table() + on_table(),
        r"readings\[1\] of several has no label; say how it differs",
    ),
    "two readings of one label": (
        CLAIM + on_table('label = "l"\n') + on_table('label = "l"\n'),
        "two readings have the label 'l'; say how they differ",
    ),
    "a half width that its row does not have": (
        CLAIM + on_table(key="a", more=", half_width = 'half'"),
        r"half is missing in figures\[a\]",
    ),
    "a range that its row does not have": (
        CLAIM + on_table(key="a", more=", low = 'low', high = 'high'"),
        r"low and high is missing in figures\[a\]",
    ),
    "an interval of one's own for the printed words": (
        SHARE.replace("value = 20,", 'value = 20, low = 15, high = 25, words = "about 20 percent",'),
        "low and high are not two figures of the words 'about 20 percent'; .* or deviates with the reason",
    ),
}


def stated(inside: str, kind: str = "level", more: str = "") -> str:
    changed = SHARE.replace('{ value = 20, unit = "percent" }', f"{{ {inside} }}")
    return changed.replace('kind = "share"', f'kind = "{kind}"') + more


def reading(compute: str, inputs: str, basis: str = "data", claim: str = CLAIM) -> str:
    return claim + f'[[claims.readings]]\nbasis = "{basis}"\ncompute = "{compute}"\n{inputs}\n'


DAY = CLAIM.replace('value = 20, unit = "percent"', 'date = "1990"').replace(
    'kind = "share"', 'kind = "date"'
)
YEN = CLAIM.replace('"percent"', '"yen"').replace('kind = "share"', 'kind = "amount"')
ON_DATE = "inputs.x = { table = 'events', where = \"key == 'a'\", take = 'day', date = true }"
ROW = "inputs.x = { table = 'figures', where = \"key == 'b'\" }"
CELLS = (
    '[[cells]]\nid = "t"\nplace = "Table 1"\nclaim = "c"\ntable = "figures"\nover = "key"\n'
    'take = "{take}"\nunit = "yen"\nmissing = "m"\n{more}'
)
CHECK = '[[checks]]\nid = "c"\nkind = "{kind}"\ntitle = "t"\nclaims = {claims}\n{more}'
FINDING = SHARE + 'same_finding = "other"\n' + SHARE.replace('"share"\nplace', '"other"\nplace')
OTHERS = {
    "a yes or no of two": (stated('value = 2, unit = "yes or no"'), "allowed for yes or no: value = 1 or"),
    "a rounded yes or no": (
        stated('value = 1, unit = "yes or no", decimals = 0'),
        "decimals is given; allowed for yes or no",
    ),
    "a count below nothing": (
        stated('value = -3, unit = "ships"', "count"),
        "value is -3; allowed for a count: 0 or more",
    ),
    "a rank of nothing": (stated('value = 0, unit = "rank"', "rank"), "allowed for a rank: 1 or more"),
    "a share above the whole": (
        stated('value = 140, unit = "percent"', "share"),
        "value is 140; allowed for a share: 0 to 100",
    ),
    "a value that its words do not print": (
        stated('value = 40, unit = "ships", words = "50 ships"'),
        "value is 40; its words '50 ships' print 50",
    ),
    "more digits than decimals": (
        stated('value = 1.234, unit = "yen", decimals = 1'),
        "decimals is 1; 1.234 has more digits than that",
    ),
    "a date after all calendars": (stated('date = "about 9999"', "date"), "'about 9999' is no date"),
    "a date open on two sides": (stated('date = "since 1990 to by 1992"', "date"), "is no date"),
    "a control sign": (SHARE + 'soft = "a\\u001bb"', r"soft holds the sign U\+001B, which no page shows"),
    "a claim that is its own double": (
        SHARE + 'same_as = ["mine:share"]',
        "same_as: a claim is not the same as itself",
    ),
    "a double in another measure": (
        SHARE + 'same_as = ["millions"]' + MILLIONS,
        "same_as: mine:millions is in million yen; allowed: one measure, percent",
    ),
    "a finding that repeats a repeated one": (
        FINDING + 'same_finding = "share"',
        "share.same_finding: other itself repeats share; name one claim",
    ),
    "a finding under a test that is not counted": (
        FINDING + "auditor = true",
        "same_finding: other is a test of yours and not counted",
    ),
    "recorded data that nobody recorded": (
        reading("x", 'inputs.x = { claim = "millions" }') + MILLIONS,
        "basis is 'data', and no input is of a table",
    ),
    "an interval of one's own for another claim": (
        reading("x", 'inputs.x = { claim = "millions", half_width = 1.0 }', "document") + MILLIONS,
        "half_width is for a table; a claim gives its stated figure",
    ),
    "a half width below nothing": (
        reading("x", ROW.replace(" }", ", half_width = 'minus' }")),
        r"minus of figures\[b\] is below nothing",
    ),
    "a figure outside its range": (
        reading("x", ROW.replace(" }", ", low = 'value', high = 'low' }")),
        r"value of figures\[b\] is not within its range",
    ),
    "a number without an end": (
        reading("x", ROW.replace(" }", ", take = 'endless' }")),
        r"figures\[b\] is inf; allowed: a finite number",
    ),
    "rows of two units added up": (
        reading("x", "inputs.x = { table = 'events', take = 'value', by = 'sum' }"),
        "rows of events are in yen and ships; narrow where to one of them",
    ),
    "a sum of dates": (
        reading("x", ON_DATE.replace(" }", ", by = 'sum' }"), claim=DAY),
        "by is 'sum' of dates; allowed: only, mean, min, max, first, last, count",
    ),
    "two dates added up": (
        reading("x + x", ON_DATE, claim=DAY),
        "moves a date by date; allowed: a number of",
    ),
    "a date moved by yen": (
        reading(
            "x + y", ON_DATE + "\n" + ROW.replace("x =", "y =").replace(" }", ", unit = 'yen' }"), claim=DAY
        ),
        "moves a date by yen; allowed: a number of days",
    ),
    "a multiple of a date": (reading("2 * x", ON_DATE, claim=DAY), "multiplies a date"),
    "a date against the number of its year": (
        reading("x < 1990", ON_DATE, claim=TRUTH),
        "x < 1990 compares a date with a number; allowed: two dates",
    ),
    "a day that no calendar has": (
        reading("x + 9999999", ON_DATE, claim=DAY),
        "compute gives a day before the year 1 or after the year 9999",
    ),
    "cells that are no numbers": (
        SHARE + CELLS.format(take="key", more=""),
        r"cells.t: figures\[a\] is 'a'; allowed: a number",
    ),
    "cells without an end": (
        SHARE + CELLS.format(take="endless", more=""),
        r"cells.t: figures\[a\] is inf; allowed: a finite number",
    ),
    "cells of no row": (
        SHARE + CELLS.format(take="value", more="where = \"key == 'z'\""),
        "cells.t: no row of figures fits key == 'z'",
    ),
    "cells of more digits than decimals": (
        SHARE + CELLS.format(take="half", more="decimals = 0"),
        "decimals is 0; 0.5 has more digits than that",
    ),
    "one share added up twice": (
        SHARE + CHECK.format(kind="sum", claims='["share", "share"]', more=""),
        "checks.c: claims: the id 'share' stands twice",
    ),
    "a sum of dates in a check": (
        stated('date = "1990"', "date")
        + MILLIONS
        + CHECK.format(kind="sum", claims='["share", "millions"]', more=""),
        "share is in date; allowed for sum: figures",
    ),
    "a total of no sum": (
        SHARE + MILLIONS + CHECK.format(kind="order", claims='["share", "millions"]', more="total = 5.0"),
        "total goes with the kind sum and with no other",
    ),
    "a multiple in percent": (
        SHARE + CHECK.format(kind="multiples", claims='["share"]', more='table = "figures"'),
        "checks.c: share is in percent; allowed here: times",
    ),
    "a series of two": (
        stated('value = 2, unit = "times"', "multiple")
        + CHECK.format(kind="multiples", claims='["share"]', more='table = "events"\nover = "year"'),
        "year is not one row each in events; narrow where to one series",
    ),
    "a factor from more to less": (
        SHARE + '[[slips]]\nlow = 5.0\nhigh = 3.0\nwords = "w"\n',
        "slips: low is 5; allowed: at most high, 3",
    ),
}


@pytest.mark.parametrize("mistake", [*MISTAKES, *OTHERS])
def test_a_mistake_is_refused_in_one_line(mistake, tmp_path):
    text, message = {**MISTAKES, **OTHERS}[mistake]
    (tmp_path / "events.csv").write_text(
        "key,year,value,unit,day\na,1990,1,yen,1990-05-01\nb,1990,2,ships,1991-05-01\n"
    )
    (tmp_path / "figures.csv").write_text(TABLE)
    (tmp_path / "mine.toml").write_text(HEAD + text)
    with pytest.raises(UserError, match=message) as problem:
        check_file(Project(tmp_path), tmp_path / "mine.toml", tmp_path)
    assert "\n" not in str(problem.value) and str(problem.value).startswith("mine.toml: ")
