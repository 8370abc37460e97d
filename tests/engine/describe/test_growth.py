"""Growth measures: identities that hold for any figures, and small cases worked by hand."""

from __future__ import annotations

import inspect
import typing

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replication.describe import audit, growth
from replication.errors import StudyError

# One rounding error of double precision a step; no measure takes more than a few dozen steps.
EXACT = 1e-12
figure = st.floats(min_value=1.0, max_value=1e6, allow_nan=False)
series = st.lists(figure, min_size=3, max_size=15)
quick = settings(max_examples=40, deadline=None)


def long(values: list[float], name: str = "a", start: int = 1980) -> pd.DataFrame:
    years = pd.array(range(start, start + len(values)), dtype="Int64")
    return pd.DataFrame({"series": name, "year": years, "value": pd.array(values, dtype="float64")})


def values(rows: pd.DataFrame) -> np.ndarray:
    return rows["value"].to_numpy()


def bound(rows: pd.DataFrame, name: str, column: str = "group") -> np.ndarray:
    return values(rows[rows[column] == name])


@quick
@given(series, st.sampled_from([0.001, 0.5, 125.0, 1000.0]))
def test_multiples_and_changes_do_not_see_the_unit(figures: list[float], unit: float) -> None:
    table, scaled = long(figures), long([unit * x for x in figures])
    for measure in (growth.multiple, growth.percent_change, growth.annual_growth):
        np.testing.assert_allclose(values(measure(scaled)), values(measure(table)), rtol=EXACT, atol=1e-9)


@quick
@given(series, st.integers(0, 2))
def test_a_change_of_base_is_a_division(figures: list[float], base: int) -> None:
    table = long(figures)
    first = values(growth.index_to(table, base="1980"))
    other = values(growth.index_to(table, base=str(1980 + base)))
    np.testing.assert_allclose(other, 100 * first / first[base], rtol=EXACT)


@quick
@given(series)
def test_a_multiple_is_the_product_of_the_changes_after_its_base(figures: list[float]) -> None:
    table = long(figures)
    steps = 1 + values(growth.percent_change(table))[1:] / 100
    chained = np.cumprod(steps[::-1])[::-1]
    # a change of nearly -100 percent has lost up to six digits before the product puts them back
    np.testing.assert_allclose(values(growth.multiple(table)), chained, rtol=1e-6)


@quick
@given(series, st.sampled_from([0.01, 0.1, 1.0]))
def test_the_interval_holds_the_multiple_of_the_unrounded_figures(figures: list[float], step: float) -> None:
    printed = [round(x / step) * step for x in figures]
    rows = growth.multiple_interval(long(printed), step=step)
    true = values(growth.multiple(long(figures)))
    low, point, high = (bound(rows, name) for name in growth.BOUNDS)
    slack = 1e-9  # the printed figure itself is a rounded product of two doubles
    assert np.all((low <= point) & (np.isnan(high) | (point <= high)))
    assert np.all((low <= true + slack) & (np.isnan(high) | (true <= high * (1 + slack))))


@quick
@given(st.lists(st.tuples(figure, st.floats(0.01, 1.0)), min_size=1, max_size=10))
def test_the_implied_total_holds_the_total_that_was_rounded_away(known: list[tuple[float, float]]) -> None:
    totals = np.array([total for total, _ in known])
    part = np.round([total * share for total, share in known], 1)
    share = np.round([100 * share for _, share in known], 1)
    table = long(list(part)).assign(part=part, share=share)
    rows = growth.implied_total(table, part="part", share="share", part_step=0.1, share_step=0.1)
    low, point, high = (bound(rows, name) for name in growth.BOUNDS)
    kept = ~np.isnan(low)
    assert np.all(low[kept] <= totals[kept] * (1 + 1e-9)) and np.all(totals[kept] <= high[kept] * (1 + 1e-9))
    assert np.all((low[kept] <= point[kept]) & (point[kept] <= high[kept]))


def test_an_implied_total_by_hand() -> None:
    # 330.6 billion yen are 22.3 percent in table 3 of Hatch (2001), row 1996
    table = pd.DataFrame({"series": ["a"], "year": ["1996"], "loans": [330.6], "share": [22.3]})
    rows = growth.implied_total(table, part="loans", share="share", part_step=0.1, share_step=0.1)
    assert values(rows).tolist() == pytest.approx([33055 / 22.35, 33060 / 22.3, 33065 / 22.25], rel=EXACT)


@quick
@given(st.lists(figure, min_size=2, max_size=8))
def test_the_interval_of_a_sum_holds_it(figures: list[float]) -> None:
    shares = 100 * np.array(figures) / sum(figures)
    rows = pd.concat([long([x], name=str(i)) for i, x in enumerate(shares)])
    printed = rows.assign(value=rows["value"].round(1))
    printed = printed.assign(low=printed["value"] - 0.05, high=printed["value"] + 0.05)
    low, point, high = values(growth.sum_interval(printed))
    assert low - 1e-9 <= 100 <= high + 1e-9 and low <= point <= high


@quick
@given(series)
def test_a_sum_over_the_years_is_the_sum(figures: list[float]) -> None:
    rows = growth.sum_over(long(figures))
    assert values(rows) == pytest.approx([sum(figures)], rel=EXACT)
    assert rows["period"].tolist() == [f"1980/{1979 + len(figures)}"]


@quick
@given(series, st.floats(0.1, 10.0))
def test_bases_are_counted_as_the_multiples_say(figures: list[float], times: float) -> None:
    table = long(figures)
    multiples = values(growth.multiple(table))
    assert values(growth.bases_reaching(table, times=times)) == [(multiples >= times).sum()]
    assert values(growth.bases_known(table)) == [len(figures) - 1]


def test_nothing_is_computed_across_a_gap_or_from_zero() -> None:
    table = long([10.0, np.nan, 30.0, 0.0, 5.0])
    assert np.isnan(values(growth.percent_change(table))[[0, 1, 2, 4]]).all()
    assert np.isnan(values(growth.multiple(table))).tolist() == [False, True, False, True]
    assert np.isnan(values(growth.sum_over(table))).all()
    # the year is not there at all: the change is missing, not taken over two years
    skipped = table.drop(index=1)
    assert np.isnan(values(growth.percent_change(skipped))[2])
    assert values(growth.difference(skipped))[4] == 5.0


def test_annual_growth_spans_the_years_between() -> None:
    table = long([100.0, np.nan, 121.0])
    rows = growth.annual_growth(table)
    assert rows[["group", "period"]].values.tolist() == [["a", "1980/1982"]]
    assert values(rows) == pytest.approx([10.0], rel=EXACT)


def test_last_against_first_with_bounds() -> None:
    table = long([2.0, np.nan, 5.0]).assign(low=[1.5, np.nan, 4.5], high=[2.5, np.nan, np.nan])
    ratio = growth.end_over_start_interval(table)
    assert ratio["period"].tolist() == ["low", "point", "high"]
    np.testing.assert_allclose(values(ratio), [4.5 / 2.5, 2.5, np.nan], rtol=EXACT)
    assert values(growth.end_minus_start(table)).tolist() == [3.0]


def test_quotients_of_single_figures() -> None:
    table = pd.DataFrame({"id": ["a", "b"], "value": [2.0, 4.0], "low": [1.0, np.nan], "high": [3.0, 5.0]})
    rows = growth.quotients(table, pairs={"a of b": "a / b"}, scale=100.0)
    assert rows["group"].unique().tolist() == ["a of b"]
    np.testing.assert_allclose(values(rows), [20.0, 50.0, np.nan], rtol=EXACT)


def test_a_negative_figure_has_no_interval() -> None:
    rows = growth.multiple_interval(long([-3.0, 2.0]), step=1.0)
    assert np.isnan(values(rows)).all()


def test_a_printed_change_is_checked_to_its_last_digit() -> None:
    table = long([100.0, 110.04, 99.0]).assign(printed=[np.nan, 10.0, -10.1])
    np.testing.assert_allclose(
        values(audit.change_error(table, printed="printed")), [np.nan, 0.0, 0.1], atol=1e-9
    )


@quick
@given(st.floats(1.0, 1e4), st.floats(2.0, 500.0))
def test_the_true_reading_of_a_unit_has_quotient_one(recorded: float, rate: float) -> None:
    table = long([recorded])
    same = audit.unit_readings(table, claimed=recorded, rate=rate).set_index("group")["value"]
    assert same["recorded currency, recorded size"] == pytest.approx(1, rel=EXACT)
    other = audit.unit_readings(table, claimed=1000 * recorded / rate, rate=rate).set_index("group")["value"]
    assert other["claimed currency, thousandth"] == pytest.approx(1, rel=EXACT)


WRONG = [
    (growth.difference, {"lag": 0}, "lag is 0"),
    (growth.percent_change, {"value": "valu"}, "'valu' is not known.*did you mean 'value'"),
    (growth.index_to, {"base": "1900"}, "base '1900' is not known"),
    (growth.multiple, {"end": "2020"}, "end '2020' is not known"),
    (growth.multiple_interval, {"step": 0.0}, "step is 0"),
    (
        growth.implied_total,
        {"part": "value", "share": "value", "part_step": 1.0, "share_step": -1.0},
        "share_step",
    ),
    (growth.quotients, {"pairs": {"x": "a"}, "key": "series", "low": "value", "high": "value"}, "twice"),
    (audit.unit_readings, {"claimed": 1.0, "rate": 0.0}, "rate is 0"),
    (growth.annual_growth, {"value": "series"}, "holds text"),
]


@pytest.mark.parametrize(("measure", "options", "message"), WRONG)
def test_wrong_options_are_one_line(measure: typing.Callable, options: dict, message: str) -> None:
    with pytest.raises(StudyError, match=message) as caught:
        measure(long([1.0, 2.0, 3.0]), **options)
    assert "\n" not in str(caught.value)


def test_pairs_that_cannot_be_found() -> None:
    table = pd.DataFrame({"id": ["a"], "value": [2.0], "low": [1.0], "high": [3.0]})
    with pytest.raises(StudyError, match="numerator / denominator"):
        growth.quotients(table, pairs={"x": "a over b"})
    with pytest.raises(StudyError, match="entry 'b' is not known"):
        growth.quotients(table, pairs={"x": "a / b"})


def test_an_interval_is_for_one_series() -> None:
    table = pd.concat([long([1.0, 2.0]), long([1.0, 2.0], name="b")])
    with pytest.raises(StudyError, match="one series, found 2"):
        growth.multiple_interval(table, step=1.0)


@pytest.mark.parametrize("name", [*growth.MEASURES, *audit.MEASURES])
def test_every_measure_has_typed_keyword_options_and_a_docstring(name: str) -> None:
    measure = {**growth.MEASURES, **audit.MEASURES}[name]
    first, *options = inspect.signature(measure).parameters.values()
    assert first.name == "table" and all(option.kind is option.KEYWORD_ONLY for option in options)
    simple = {str, int, float, dict[str, str], list[str]}
    hints = typing.get_type_hints(measure)
    assert {hints[option.name] for option in options} <= simple
    assert measure.__doc__
