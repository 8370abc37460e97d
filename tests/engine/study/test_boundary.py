"""What data can cause is a sentence with its cause; anything else is the program's fault, and said to be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import replication.study.run as run
from replication.cli import main
from replication.errors import EstimationError, StudyError
from replication.estimate.covariances.sandwich import hc1
from replication.estimate.design import Design, Term
from replication.estimate.dynamic.gmm_moments import _require_identified
from replication.estimate.limited.poisson import _independent
from replication.estimate.linear.iv import iv_gmm
from replication.estimate.linear.iv_tests import endogeneity
from replication.estimate.linear.linear import ols
from replication.estimate.numbers.likelihood import information_inverse
from replication.estimate.seeds import require_draws
from replication.study.boundary import told_at

DRAW = np.random.default_rng(3)


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (
            np.linalg.LinAlgError("Singular matrix"),
            "a matrix that has to be inverted or decomposed is singular",
        ),
        (ZeroDivisionError("float division"), "something is divided by zero"),
        (OverflowError("math range error"), "a figure grows beyond what a computer can hold"),
        (FloatingPointError("overflow"), "a figure grows beyond what a computer can hold"),
    ],
)
def test_arithmetic_that_data_can_cause_is_told_in_words(problem, told):
    with pytest.raises(EstimationError) as caught, told_at("models.first"):
        raise problem
    assert str(caught.value).startswith(f"models.first: cannot be computed on these rows: {told}")
    assert "Error" not in str(caught.value)


def test_a_users_mistake_keeps_its_kind_and_gets_its_place():
    with pytest.raises(StudyError, match="^models.first: no such column$"), told_at("models.first"):
        raise StudyError("no such column")


@pytest.mark.parametrize(
    "problem", [KeyError("x"), TypeError("x"), IndexError("x"), ValueError("x"), RecursionError()]
)
def test_a_fault_of_ours_is_one_line_and_a_traceback_in_a_file(tmp_path, monkeypatch, capsys, problem):
    def broken(*_):
        with told_at("models.first"):
            raise problem

    monkeypatch.setattr(run, "read_study", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert main(["run", "mine.toml"]) == 70
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1 and "Error" not in told.err
    assert told.err.startswith("replicate: the program is at fault, not your files; please report it with ")
    (kept,) = tmp_path.glob("replicate-*.txt")
    assert told.err.endswith(f"{kept}\n")
    assert f"{type(problem).__name__}" in kept.read_text() and "test_boundary.py" in kept.read_text()


def design(rows: int, columns: int, **more) -> Design:
    x, y, codes = DRAW.normal(size=(rows, columns)), DRAW.normal(size=rows), np.arange(rows)
    return Design("y", tuple(map(Term, "abcdef"[:columns])), y, x, codes, 0 * codes, **more)


def test_hc1_says_that_no_degree_of_freedom_is_left():
    with pytest.raises(EstimationError, match="hc1: 5 rows leave no degree of freedom"):
        hc1(replace(ols(design(5, 2)), absorbed=3))


def test_tests_of_endogeneity_say_that_they_need_rows_to_spare():
    x, y = DRAW.normal(size=(3, 2)), DRAW.normal(size=3)
    with pytest.raises(EstimationError, match="the tests of endogeneity need rows to spare: 3 rows"):
        endogeneity(x, DRAW.normal(size=(3, 2)), y, 1, 0)


def test_no_more_columns_than_rows_are_independent():
    x = DRAW.normal(size=(2, 4))
    assert _independent(x, x).tolist() == [True, True, False, False]


def test_a_curvature_that_is_not_finite_is_told():
    with pytest.raises(EstimationError, match="no finite curvature"):
        information_inverse(np.array([[1.0, np.inf], [np.inf, 1.0]]))


@pytest.mark.parametrize("moments", [np.ones((1, 2)), np.ones((3, 2)), np.zeros((2, 2))])
def test_a_weight_of_too_low_a_rank_is_told(moments):
    with pytest.raises(EstimationError, match="the weighted moments have rank [01], the equation 2 param"):
        _require_identified(moments)


def test_units_do_not_make_moments_dependent():
    moments = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    assert _require_identified(moments * [1e-12, 1e12]) is None
    with pytest.raises(EstimationError, match="have rank 1"):
        _require_identified(moments[:, [0, 0]] * [1e-12, 1e12])


def test_moments_that_never_vary_are_told():
    z = DRAW.normal(size=(20, 2))
    made = design(
        20,
        1,
        extra={"endogenous": z[:, :1], "instruments": z},
        extra_terms={
            "endogenous": ("z",),
            "instruments": ("z1", "z2"),
        },
    )
    with pytest.raises(EstimationError, match="iv_gmm: the covariance of the 3 moments cannot be inverted"):
        iv_gmm(replace(made, y=0 * made.y))


def test_draws_are_as_many_as_memory_holds():
    require_draws("wild_bootstrap", 99_999, 19, 1000)
    with pytest.raises(EstimationError, match="allowed: 19 to 10000 with 10,000 random numbers a draw"):
        require_draws("wild_bootstrap", 99_999, 19, 10_000)
