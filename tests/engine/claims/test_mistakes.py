"""Twelve mistakes of authors that once passed: each is refused in one line, and the guide lists them."""

from __future__ import annotations

import pytest

from replication.claims.ledger import check_file
from replication.errors import UserError
from replication.project.places import Project
from tests.support.claims_files import CLAIM, HEAD
from tests.support.repository import ROOT

TABLE = "key,value,low,high,half\na,20,,,\nb,100,95,,0.5\n"
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


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_in_one_line(mistake, tmp_path):
    text, message = MISTAKES[mistake]
    (tmp_path / "figures.csv").write_text(TABLE)
    (tmp_path / "mine.toml").write_text(HEAD + text)
    with pytest.raises(UserError, match=message) as problem:
        check_file(Project(tmp_path), tmp_path / "mine.toml", tmp_path)
    assert "\n" not in str(problem.value) and str(problem.value).startswith("mine.toml: ")


def test_the_guide_lists_the_mistakes():
    guide = (ROOT / "docs/claims.md").read_text(encoding="utf-8")
    assert len(MISTAKES) == 12
    assert [mistake for mistake in MISTAKES if f"| {mistake} |" not in guide] == []
