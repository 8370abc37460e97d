"""Growth told in a currency whose price moves: identities and two limits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.describe.valuation import exchange_rate_share, growth_terms
from replication.errors import StudyError

SIZES = st.floats(1e-2, 1e4)
QUICK = settings(max_examples=50, deadline=None)
# logarithms of quotients up to a million, in doubles
CLOSE = 1e-12


def table(first: float, last: float, rate: float, later: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"series": "loans", "year": [1985, 1987], "value": [first, last], "rate": [rate, later]}
    )


def terms(rows: pd.DataFrame, **options) -> dict[str, float]:
    found = growth_terms(rows, rate="rate", **options)
    assert found["period"].unique().tolist() == ["1985/1987"]
    return dict(zip(found["group"], found["value"], strict=True))


@given(SIZES, SIZES, SIZES, SIZES, st.floats(0, 1))
@QUICK
def test_terms_add_up(first, last, rate, later, at_home):
    found = terms(table(first, last, rate, later), at_home=at_home)
    assert found["at home"] + found["exchange rate"] == pytest.approx(
        found["in the currency told"], abs=CLOSE
    )
    assert found["in the currency told"] == pytest.approx(np.log(last / first), abs=CLOSE)


@given(SIZES, SIZES, SIZES, SIZES)
@QUICK
def test_all_at_home_is_growth_in_the_other_currency(first, last, rate, later):
    found = terms(table(first, last, rate, later))
    assert found["at home"] == pytest.approx(np.log(last * later / (first * rate)), abs=CLOSE)


@given(SIZES, SIZES, SIZES, SIZES)
@QUICK
def test_none_at_home_or_a_still_rate_leaves_nothing_to_the_rate(first, last, rate, later):
    assert terms(table(first, last, rate, later), at_home=0.0)["exchange rate"] == 0
    assert terms(table(first, last, rate, rate))["exchange rate"] == 0


def test_share_is_a_quotient_of_the_terms_and_missing_without_growth():
    # 2 = 4/2: half of the doubling in logs if the rate falls by the square root of two
    half = exchange_rate_share(table(1.0, 2.0, np.sqrt(2), 1.0), rate="rate")["value"].iloc[0]
    assert half == pytest.approx(0.5, rel=CLOSE)
    assert np.isnan(exchange_rate_share(table(2.0, 2.0, 2.0, 1.0), rate="rate")["value"].iloc[0])


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (table(1, 2, 1, 1), {"at_home": 1.5}, "at_home is 1.5"),
        (table(0, 2, 1, 1), {}, "above zero"),
        (pd.concat([table(1, 2, 1, 1), table(1, 2, 1, 1).assign(series="more")]), {}, "2 series"),
    ],
)
def test_what_has_no_growth_is_one_clear_line(rows, options, message):
    with pytest.raises(StudyError, match=message):
        growth_terms(rows, rate="rate", **options)
