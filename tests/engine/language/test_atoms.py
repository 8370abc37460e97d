"""Variables replaced by what they stand for; atoms of expressions; expressions where nothing changes."""

from __future__ import annotations

import pandas as pd
import pytest

from replication.errors import StudyError
from replication.language.atoms import Expanded, at_rest, atoms_in
from replication.language.evaluate import Rows
from replication.language.nodes import show
from replication.language.syntax import parse

VARIABLES = {"square": "x ^ 2", "change": "diff(x)", "both": "square * z"}


def expanded(text: str):
    return Expanded(Rows(pd.DataFrame({"x": [1.0], "z": [2.0]}), variables=VARIABLES))(parse(text))


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("both + log(x)", ["x", "z"]),
        ("x * (x > 3)", ["x", "x > 3"]),
        ("lag(x, 1) * x", ["lag(x, 1)", "x"]),
        ("change", ["x", "lag(x, 1)"]),
        ("mean_of(x, z)", ["mean_of(x, z)"]),
        ("3 + 2", []),
    ],
)
def test_atoms_are_what_an_expression_is_smooth_in(text, atoms):
    assert [show(atom) for atom in atoms_in(expanded(text))] == atoms


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("lag(x, 3)", "x"),
        ("x * lag(z, 1)", "x * z"),
        ("lag(square, 1)", "x ^ 2"),
        ("diff(x, 2)", None),
        ("lag(change, 1)", None),
        ("z * diff(x)", None),
        ("log(lead(x, 1))", "log(x)"),
    ],
)
def test_what_is_left_where_nothing_changes(text, rest):
    found = at_rest(expanded(text))
    assert (None if found is None else show(found)) == rest


def test_variables_that_double_are_refused_before_they_fill_the_memory():
    doubled = {f"v{i}": f"v{i - 1} * v{i - 1}" for i in range(1, 40)} | {"v0": "x"}
    with pytest.raises(StudyError, match="more than 5,000 steps"):
        Expanded(Rows(pd.DataFrame({"x": [1.0]}), variables=doubled))(parse("v39"))
