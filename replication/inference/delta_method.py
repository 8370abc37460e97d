"""Combinations of coefficients, linear or not, with errors by the delta method.

An expression of our own language is walked once; every step carries its value and its exact derivatives in
the coefficients (forward differentiation), so that nothing is evaluated by anybody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from replication.errors import EstimationError, StudyError, one_of
from replication.estimate.coefficient_table import df_of, tested_rows
from replication.estimate.design import Covariance, Fit, Floats, Term
from replication.language.nodes import Call, Name, Node, Number, show
from replication.language.syntax import parse

SIGNS = ("+", "-", "*", "/", "^")


@dataclass(frozen=True)
class Slope:
    """A number and its derivatives (k,) in the coefficients."""

    value: float
    by: Floats


# The function, and its derivative written in the argument and the value.
FUNCTIONS: Mapping[str, tuple[Callable[[float], float], Callable[[float, float], float]]] = {
    "exp": (np.exp, lambda x, y: y),
    "log": (np.log, lambda x, y: 1 / x),
    "sqrt": (np.sqrt, lambda x, y: 0.5 / y),
    "abs": (np.abs, lambda x, y: float(np.sign(x))),
}


def combination_table(fit: Fit, covariance: Covariance, expressions: Mapping[str, str]) -> pd.DataFrame:
    """Each combination with the error sqrt(g' V g), g its derivatives in the coefficients.

    Greene (2012, Econometric Analysis, section 4.5.4); Stata's `lincom` and `nlcom`. A part of an expression
    that is written as a term of the model stands for its coefficient. Where each coefficient has degrees of
    freedom of its own (CR2), so has a combination. Columns as in `coefficient_table`.

    Parameters
    ----------
    expressions : mapping of str to str
        Names and what they stand for: {"gap": "x - z", "turn": "-x / (2 * x2)"}.

    Raises
    ------
    StudyError
        What is not in the language, names no term, or no function of numbers.
    EstimationError
        A combination that has no value or no derivative at the estimates.
    """
    found = [_at(name, text, fit) for name, text in expressions.items()]
    jacobian = np.array([each.by for each in found])
    variance = np.einsum("ij,jk,ik->i", jacobian, covariance.matrix, jacobian)
    terms = [Term(name, "combination") for name in expressions]
    return tested_rows(terms, np.array([each.value for each in found]), variance, df_of(covariance, jacobian))


def _at(name: str, text: str, fit: Fit) -> Slope:
    with np.errstate(all="ignore"):
        found = _slope(parse(text), fit, f"combinations.{name}")
    if not np.isfinite([found.value, *found.by]).all():
        raise EstimationError(f"combinations.{name}: {text[:80]} has no value or slope at the estimates")
    return found


def _slope(node: Node, fit: Fit, place: str) -> Slope:
    """The value of an expression at the estimates, and its derivatives."""
    label = node.name if isinstance(node, Name) and node.name in fit.labels else show(node)
    if label in fit.labels:
        at = fit.labels.index(label)
        return Slope(float(fit.params[at]), np.eye(len(fit.params))[at])
    match node:
        case Number(value):
            return Slope(float(value), np.zeros(len(fit.params)))
        case Call(function, arguments) if function in FUNCTIONS and len(arguments) == 1:
            inner = _slope(arguments[0], fit, place)
            of, slope = FUNCTIONS[function]
            value = float(of(inner.value))
            return Slope(value, slope(np.float64(inner.value), np.float64(value)) * inner.by)
        case Call("-", (operand,)):
            inner = _slope(operand, fit, place)
            return Slope(-inner.value, -inner.by)
        case Call(sign, (left, right)) if sign in SIGNS:
            return _joined(sign, _slope(left, fit, place), _slope(right, fit, place))
        case Call(function) if function not in SIGNS:
            allowed = f"{', '.join(FUNCTIONS)}, {' '.join(SIGNS)} or a term of the model"
            raise StudyError(f"{place}: {show(node)[:80]} is not known; allowed: {allowed}")
    raise StudyError(f"{place}: {one_of('term', show(node)[:80], fit.labels)}")


def _joined(sign: str, a: Slope, b: Slope) -> Slope:
    match sign:
        case "+":
            return Slope(a.value + b.value, a.by + b.by)
        case "-":
            return Slope(a.value - b.value, a.by - b.by)
        case "*":
            return Slope(a.value * b.value, a.by * b.value + b.by * a.value)
        case "/":
            ratio = float(np.divide(a.value, b.value))
            return Slope(ratio, np.divide(a.by - ratio * b.by, b.value))
    power = float(np.power(a.value, b.value))
    growing = np.log(a.value) * power * b.by if b.by.any() else 0.0
    return Slope(power, b.value * np.power(a.value, b.value - 1) * a.by + growing)
