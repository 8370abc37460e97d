"""What the README of a deposit says is provided: a file of headings alone is none."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from replication.deposit.assemble import _is_empty
from replication.deposit.readme import _provided


@pytest.mark.parametrize(
    ("name", "text", "empty"),
    [
        ("a.csv", "x,y\n", True),
        ("a.csv", "x,y\n\n", True),
        ("a.csv", "x,y\n1,2\n", False),
        ("a.dta", "x", False),
    ],
)
def test_a_slot_is_not_provided(tmp_path, name, text, empty):
    (tmp_path / name).write_text(text)
    assert _is_empty(tmp_path / name) == empty
    account = SimpleNamespace(empty={name} if empty else set())
    assert _provided(SimpleNamespace(path=name), account) == ("no (headings alone)" if empty else "yes")
