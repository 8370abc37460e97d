"""What a worker does with a task, and what it is given."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from replication.robustness import tasks
from replication.robustness.cells import NUMBERS
from replication.robustness.tasks import do, singles
from replication.robustness.universe import universe_of
from tests.engine.robustness.test_curve import CHOICES, MODEL, panel, read  # noqa: F401 (panel is a fixture)


@pytest.fixture
def universe():
    return universe_of(read(choices=CHOICES[:1]), MODEL, "year", lambda name: [])


def test_a_worker_is_not_sent_where_rows_stand_in_a_file(panel, universe):  # noqa: F811
    placed = replace(panel, reading=replace(panel.reading, place=lambda row: f"line {row}"))
    task = singles(placed, universe, np.array([0, 2]))
    assert pickle.loads(pickle.dumps(task)).numbers.tolist() == [0, 2]


def test_a_row_a_specification_in_their_order(panel, universe):  # noqa: F811
    found = do(singles(panel, universe, np.array([2, 0])))
    assert found["number"].tolist() == [2, 0]
    assert (found["problem"] == "").all() and found["one_by_one"].all()
    assert found[list(NUMBERS)].notna().all().all()


def test_a_search_that_did_not_end_gives_no_estimate(panel, universe, monkeypatch):  # noqa: F811
    def unfinished(panel, ready):  # noqa: F811
        sample, fit = fit_model(panel, ready)
        return sample, replace(fit, warnings=(), converged=False)

    fit_model = tasks.fit_model
    monkeypatch.setattr(tasks, "fit_model", unfinished)
    monkeypatch.setattr(tasks, "coefficient_table", lambda fit, covariance: None)
    found = do(singles(panel, universe, np.array([0])))
    assert found["problem"].tolist() == ["did not converge"]
    assert found[list(NUMBERS)].isna().all().all()
