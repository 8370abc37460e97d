"""A universe on a panel: which tasks are made of it, on which rows, and what is left out."""

from __future__ import annotations

import numpy as np
import pytest

from replication.panel.panel import average_blocks, panel_of
from replication.panel.reading import Reading
from replication.robustness.combinations import ITSELF, SAME, combinations
from replication.robustness.tasks import Blocks, Singles
from replication.robustness.universe import universe_of
from replication.robustness.work import FEW, work_of
from tests.engine.robustness.test_cells import table
from tests.engine.robustness.test_curve import CHOICES, MODEL, panel, read  # noqa: F401 (panel is a fixture)

CONTROLS, SAMPLE, EFFECTS, ERROR = CHOICES[0], CHOICES[4], CHOICES[6], CHOICES[7]


def made(panel, *choices, model=MODEL):  # noqa: F811
    """A universe and its work."""
    universe = universe_of(read(choices=list(choices)), model, "year", lambda name: [])
    return universe, work_of(panel, universe, combinations(universe, lambda model: ""), common=False)


def test_a_task_has_one_sample_and_the_reported_specification_stands_first(panel):  # noqa: F811
    universe, work = made(panel, EFFECTS, CONTROLS, SAMPLE)
    numbers = [task.numbers for task in work.tasks]
    assert numbers[0][0] == 0
    assert sorted(np.concatenate(numbers)) == list(range(len(universe)))
    for some in numbers:
        assert len(np.unique(universe.alternatives(some)[:, [0, 2]], axis=0)) == 1
    assert len(work.first_error) == len(work.tasks) == 3 * 2


def test_conditions_that_give_the_same_rows_are_one(panel):  # noqa: F811
    every = {"id": "window", "windows": [[1990, 1998], [1900, 2100], [1991, 1995]]}
    universe, work = made(panel, CONTROLS, every, EFFECTS)
    assert work.left_out == {SAME: 2 * 4 * 3}
    kept = np.concatenate([task.numbers for task in work.tasks])
    assert set(universe.alternatives(kept)[:, 1]) == {0, 3}


def test_an_outcome_that_stands_among_the_regressors_under_another_name_is_left_out():
    renamed = panel_of(Reading(table(9), "made up"), "firm", "year", {"double": "a + a"})
    model = MODEL.model_copy(update={"formula": "y ~ lag(key, 1) + double + c"})
    universe, work = made(
        renamed,
        {"id": "controls", "controls": "all_subsets"},
        {"id": "outcome", "outcome": ["a + a"]},
        model=model,
    )
    assert work.left_out == {ITSELF: 2}
    kept = universe.alternatives(np.concatenate([task.numbers for task in work.tasks]))
    assert len(kept) == 6
    has_double = universe.choices[0].sets.member(kept[:, 0], 0)
    assert not (has_double & (kept[:, 1] == 1)).any()


def test_blocks_are_for_plain_least_squares_and_the_errors_that_they_give(panel):  # noqa: F811
    how = {
        "id": "how",
        "estimator": [{"kind": "ols", "options": {"mean_effect": True}}, {"kind": "quantile"}],
    }
    error = {"id": "error", "covariance": [{"kind": "hc1"}, {"kind": "driscoll_kraay"}]}
    universe, work = made(panel, CONTROLS, how, error)
    for task in work.tasks:
        _, estimator, kind = universe.alternatives(task.numbers[:1])[0]
        assert isinstance(task, Blocks if estimator == 0 and kind < 2 else Singles)
    blocks = [task for task in work.tasks if isinstance(task, Blocks)]
    assert [task.shared.kind for task in blocks] == ["clustered", "hc1"]
    assert work.first_error == blocks[:1]


def test_of_models_one_by_one_there_are_a_few_in_a_task(panel):  # noqa: F811
    subsets = {"id": "controls", "controls": "all_subsets", "among": ["a", "b", "c", "d", "z"]}
    error = [{"kind": "driscoll_kraay"}]
    _, work = made(panel, subsets, {"id": "error", "covariance": error})
    sizes = [len(task.numbers) for task in work.tasks if isinstance(task, Singles)]
    assert sizes == [FEW, 2**5 - FEW]


@pytest.mark.parametrize("years", [2, 3])
def test_a_model_of_blocks_of_years_uses_these(panel, years):  # noqa: F811
    model = MODEL.model_copy(update={"average_over": years, "formula": "y ~ key + a + b + c"})
    universe = universe_of(read(term="key", choices=[EFFECTS]), model, "year", lambda name: [])
    work = work_of(panel, universe, combinations(universe, lambda model: ""), common=False)
    for task in work.tasks:
        assert len(task.shared.base.columns) == len(average_blocks(panel, years).table)
