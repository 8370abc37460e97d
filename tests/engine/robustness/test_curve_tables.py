"""The tables of a curve and the rows of its file."""

from __future__ import annotations

from replication.robustness.curve_tables import choices_table
from replication.robustness.universe import universe_of
from tests.engine.robustness.test_curve import CHOICES, MODEL, read


def test_the_table_of_analytical_choices():
    choices = [CHOICES[0], CHOICES[3], CHOICES[4], CHOICES[6]]
    universe = universe_of(read(choices=choices), MODEL, "year", lambda name: [])
    told = choices_table(universe).set_index("id")
    assert told.loc["measure"].to_dict() == {
        "place": "measure",
        "used": "lag(key, 1)",
        "alternatives": "key; z",
        "reason": "this year or last",
    }
    assert told.loc["controls", "used"] == "both, c"
    assert told.loc["controls", "alternatives"] == "3 other sets of: both, c"
    assert told.loc["effects", "used"] == "entity"
    named = choices_table(universe, lambda label: ", ".join(label).upper()).set_index("id")
    assert named.loc["CONTROLS", "alternatives"] == "3 other sets of: BOTH, C"
    assert named.loc["MEASURE", "alternatives"] == "KEY; Z"
