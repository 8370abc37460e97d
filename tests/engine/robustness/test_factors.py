"""What differs between specifications, against the columns of the choices written out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from replication.robustness.factors import factors
from replication.robustness.universe import universe_of
from tests.engine.robustness.test_curve import CHOICES, MODEL, read


def test_what_differs_in_one_thing_alone_has_the_same_number():
    choices = [CHOICES[0], CHOICES[3], CHOICES[4], CHOICES[6]]
    universe = universe_of(read(choices=choices), MODEL, "year", lambda name: [])
    numbers = np.arange(len(universe))
    known = list(factors(universe))
    columns = pd.DataFrame({place: factor.codes(numbers) for place, factor in enumerate(known)})
    for place, factor in enumerate(known):
        brute = columns.drop(columns=place).groupby(list(columns.columns.drop(place))).ngroup()
        both = pd.DataFrame({"brute": brute, "others": factor.others(numbers)})
        assert (both.groupby("brute")["others"].nunique() == 1).all()
        assert (both.groupby("others")["brute"].nunique() == 1).all()
        assert both["others"].between(0, len(universe) - 1).all()
