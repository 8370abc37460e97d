"""A wrong claims file gets one line that names file, claim, key, what was found and what is allowed."""

from __future__ import annotations

import pytest

from replication.claims.template import TEMPLATE, write_template
from replication.errors import StudyError
from tests.support.claims_files import CLAIM, HEAD, READING

MISSING = 'missing = "all of it"\n'
OTHER = CLAIM.replace('id = "share"', 'id = "other"') + MISSING


def test_a_small_file(ledger_of):
    ledger = ledger_of(CLAIM + READING)
    assert ledger.text.id == "mine"
    assert ledger.claims[0].readings[0].inputs["a"].take == "value"


NO_READING = CLAIM + MISSING
ON_A_CLAIM = """
[[claims.readings]]
basis = "document"
compute = "a"
inputs.a = { claim = "other" }
"""
CHECK = """
[[checks]]
id = "c"
kind = "sum"
title = "sum"
claims = ["other", "share"]
"""
TWO = READING.replace("[[claims.readings]]\n", '[[claims.readings]]\nlabel = "one"\n')
CIRCLE = (
    (CLAIM + ON_A_CLAIM)
    .replace('id = "share"', 'id = "other"')
    .replace('claim = "other" }', 'claim = "share" }')
)
BASE = {
    "two": CLAIM + TWO + TWO.replace('"one"', '"two"'),
    "circle": (CIRCLE + CLAIM + ON_A_CLAIM).replace("A fifth", "What is missing"),
    "claim": NO_READING,
    "reading": CLAIM + READING,
    "claim input": OTHER + CLAIM + ON_A_CLAIM,
    "check": OTHER + NO_READING + CHECK,
}


@pytest.mark.parametrize(
    ("base", "old", "new", "message"),
    [
        ("claim", MISSING, "", "claims.share: neither readings nor missing"),
        ("claim", "kind", "knid", "claims.share: key 'knid' is not known; .*did you mean 'kind'"),
        (
            "claim",
            '"share"\nst',
            '"shar"\nst',
            "claims.share.kind is 'shar'; allowed: .*did you mean 'share'",
        ),
        ("claim", "value", "valeu", "claims.share.stated: key 'valeu' .*did you mean 'value'"),
        ("claim", "= 20", "= '20'", "claims.share.stated.value is '20'; allowed: a number"),
        ("claim", "= 20", "= 20, low = 21", "stated: low is 21; allowed: at most the value, 20"),
        ("claim", "= 20", "= 20, high = 19", "stated: high is 19; allowed: at least the value, 20"),
        (
            "claim",
            "= 20",
            "= 20, low = 19",
            "low and high are not two figures of the words ''; allowed: the ends",
        ),
        (
            "claim",
            "= 20",
            "= 20, low = 19, high = 21, words = 'about 20'",
            "low and high are not two figures of the words 'about 20'; .* or deviates with the reason",
        ),
        ("claim", "= 20", "= 20, deviates = 'why'", "deviates says why low and high depart .*; give them"),
        (
            "claim",
            "= 20",
            "= 20, date = '1987'",
            "states a figure and a date, or neither; allowed: value or date",
        ),
        ("claim", "value = 20", "date = '1987'", "unit stands beside date, whose days are its ends"),
        (
            "claim",
            'value = 20, unit = "percent"',
            "date = '1987-13'",
            "stated: '1987-13' is no date; allowed: a date",
        ),
        ("claim", ', unit = "percent"', "", "stated: unit is missing; say what the value is counted in"),
        (
            "claim",
            "= 20",
            "= 20, words = 'fell sharply'",
            "value is 20; allowed for 'fell sharply': -12.5 or 12.5",
        ),
        ("claim", "= 20", "= 20, words = ''", "stated: words is empty; write it, or leave the key out"),
        (
            "claim",
            MISSING,
            MISSING + 'soft = ""',
            "claims.share: soft is empty; write it, or leave the key out",
        ),
        (
            "claim",
            MISSING,
            MISSING + 'same_finding = "shore"',
            "same_finding: claim 'shore' .*did you mean 'share'",
        ),
        ("claim", MISSING, MISSING + 'same_as = ["share"]', "a claim is not the same as itself"),
        ("claim", MISSING, MISSING + CLAIM + MISSING, "claims: the id 'share' stands twice"),
        ("claim", MISSING, MISSING + 'exhibit = "table 3"', "exhibit is 'table 3'; allowed: table-STUDY-ID"),
        ("claim", MISSING, MISSING + 'same_as = ["shore"]', "same_as: claim 'shore' .*did you mean 'share'"),
        ("claim", NO_READING, "", "claims: this key is missing"),
        ("claim", NO_READING, "claims = 3 =", "not TOML"),
        ("reading", "a / b", "a / c", r"readings\[1\]: compute: input 'c' is not known; allowed: a, b"),
        ("reading", "a / b", "a", "inputs.b: the computation does not use it"),
        ("reading", "* a", "* / a", r"claims.share: readings\[1\]: compute: at character 7"),
        ("reading", "100 * a", "lag(a)", "compute: function 'lag' is not known; allowed: abs"),
        (
            "reading",
            READING,
            READING[: READING.index("inp")].replace("a / b", "2"),
            "compute rests on no input",
        ),
        ("reading", "== 'a'", "= 'a'", "inputs.a: where: at character 5"),
        (
            "reading",
            'table = "figures"',
            "take = 'x'",
            "inputs.a: names both a table and a claim, or neither",
        ),
        ("reading", "table", "tabel", "inputs.a: key 'tabel' .*did you mean 'table'"),
        ("reading", '"figures"', '"figures", low = "low", half_width = 1', "half_width stands beside low"),
        ("reading", '"figures"', '"figures", date = true, half_width = 1', "a date has the days"),
        (
            "reading",
            '"figures"',
            '"figures", bound = "more"',
            r"inputs.a.bound is 'more'; allowed: at least, at most",
        ),
        ("reading", "basis", 'note = ""\nbasis', r"readings\[1\]: note is empty"),
        ("two", 'label = "one"\n', "", r"readings\[1\] of several has no label; say how it differs"),
        ("two", '"two"', '"one"', "two readings have the label 'one'; say how they differ"),
        (
            "circle",
            "missing",
            "missing",
            "claims rest on one another in a circle: .*; let one of them rest on something else",
        ),
        ("reading", '"figures"', '"a b"', r"claims.share.readings.\[1\].inputs.a.table is 'a b'"),
        (
            "claim input",
            '{ claim = "other"',
            '{ claim = "othr"',
            "inputs.a: claim: claim 'othr'.*mean 'other'",
        ),
        ("claim input", '{ claim = "other"', '{ claim = "share"', "a claim cannot rest on itself"),
        ("claim input", '{ claim = "other"', '{ claim = "other", by = "sum"', "by is for a table"),
        ("check", ', "share"]', "]", "checks.c: 1 claims; allowed for sum: two or more"),
        ("check", ', "share"]', ', "shore"]', "checks.c: claims: claim 'shore' .*did you mean 'share'"),
        ("check", '"sum"', '"multiples"', "2 claims; allowed for multiples: exactly one"),
        ("check", ', "share"]', '], table = "figures"', "not TOML"),
        ("check", ', "share"]', ', "share"]\ntable = "figures"', "table goes with the kind multiples"),
        (
            "check",
            '"sum"\ntitle = "sum"\nclaims = [',
            '"totals"\ntitle = "sum"\nclaims = ["other", ',
            "an odd number",
        ),
    ],
)
def test_one_line_for_what_is_wrong(ledger_of, base, old, new, message):
    assert old in BASE[base]
    with pytest.raises(StudyError, match=message) as problem:
        ledger_of(BASE[base].replace(old, new, 1))
    assert str(problem.value).startswith("mine.toml: ")
    assert "\n" not in str(problem.value)


def test_the_template_is_a_claims_file_and_never_written_over_another(ledger_of, tmp_path):
    assert [claim.id for claim in ledger_of(TEMPLATE, "").claims] == [*("total", "half", "loans", "opened")]
    write_template(tmp_path / "new.toml")
    assert (tmp_path / "new.toml").read_text(encoding="utf-8") == TEMPLATE
    with pytest.raises(StudyError, match="is there already; name another, or move it away"):
        write_template(tmp_path / "new.toml")


CELLS = """
[[cells]]
id = "t"
place = "Table 1"
claim = "Loans"
table = "figures"
over = "year"
take = "loans"
unit = "yen"
missing = "the yearbook"
"""


def test_cells_of_a_printed_table(ledger_of):
    assert ledger_of(NO_READING + CELLS).cells[0].decimals == 0
    with pytest.raises(StudyError, match="mine.toml: cells.t: missing is empty"):
        ledger_of(NO_READING + CELLS.replace("the yearbook", " "))
    with pytest.raises(
        StudyError, match="mine.toml: cells.t: place is 'Table 1'; allowed: .* begins with p. 1"
    ):
        ledger_of(NO_READING + CELLS, HEAD + 'parts = ["p. 1"]')


def test_a_printed_range_needs_no_reason(ledger_of):
    ranged = NO_READING.replace("= 20", "= 20, low = 10, high = 30, words = 'between 10 and 30 percent'")
    assert ledger_of(ranged).claims[0].stated.high == 30


def test_a_text_of_two_documents_counts_each_by_the_place_of_its_claims(ledger_of):
    head = HEAD + 'parts = ["Preface", "p. 1"]'
    ledger = ledger_of(NO_READING, head)
    assert ledger.document(ledger.claims[0]) == "mine: p. 1"
    with pytest.raises(
        StudyError, match="claims.share: place is 'p. 2'; allowed: one that begins with Preface or p. 1"
    ):
        ledger_of(NO_READING.replace("p. 1", "p. 2"), head)
