"""NIST's certified values (Statistical Reference Datasets), by log relative error as Stata reports it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import scipy
import statsmodels.api as sm

from replication.estimate.covariances.sandwich import classical
from replication.estimate.linear.linear import ols
from replication.inference.model_tests import slopes_tests
from tests.support.linear_panels import cross_section, errors
from tests.support.repository import ROOT

SCIPY = Path(scipy.__file__).parent / "stats/tests/data"
ANOVA = sorted((SCIPY / "nist_anova").glob("*.dat"))


def digits(found, certified) -> float:
    """Smallest number of correct digits, at most 15."""
    found, certified = np.atleast_1d(found), np.atleast_1d(certified)
    error = np.abs(found - certified) / np.abs(certified)
    return float(np.min(np.where(error > 0, -np.log10(np.maximum(error, 1e-15)), 15.0)))


def table(path: Path) -> tuple[list[str], np.ndarray]:
    """Lines of a NIST file and its data, which start on line 61."""
    lines = path.read_text().splitlines()
    return lines, np.array([row.split() for row in lines[60:] if row.strip()], dtype=float)


def polynomial(y, x, degree):
    terms = ["const", *(f"x{power}" for power in range(1, degree + 1))]
    return ols(cross_section(y, np.column_stack([x**power for power in range(degree + 1)]), terms))


def test_longley():
    """Certified values from NIST's Longley page; data from statsmodels."""
    data = sm.datasets.longley.load_pandas()
    x = np.column_stack([np.ones(16), data.exog[["GNPDEFL", "GNP", "UNEMP", "ARMED", "POP", "YEAR"]]])
    fit = ols(cross_section(data.endog, x, ["const", "GNPDEFL", "GNP", "UNEMP", "ARMED", "POP", "YEAR"]))
    b = [-3482258.63459582, 15.0618722713733, -0.0358191792925910, -2.02022980381683]
    b += [-1.03322686717359, -0.0511041056535807, 1829.15146461355]
    se = [890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699]
    se += [0.214274163161675, 0.226073200069370, 455.478499142212]
    assert digits(fit.params, b) >= 9
    assert digits(errors(classical(fit)), se) >= 9
    assert digits(fit.statistics["sigma"], 304.854073561965) >= 9
    assert digits(fit.statistics["rsquared"], 0.995479004577296) >= 9
    assert digits(slopes_tests(fit, classical(fit))["slopes_f"], 330.285339234588) >= 9
    assert digits(fit.residuals @ fit.residuals, 836424.055505915) >= 9
    assert fit.warnings == ()


def test_norris():
    """Certified values and data from the file in scipy's wheel."""
    _, data = table(SCIPY / "nist_linregress/Norris.dat")
    fit = polynomial(data[:, 0], data[:, 1], 1)
    assert digits(fit.params, [-0.262323073774029, 1.00211681802045]) >= 9
    assert digits(errors(classical(fit)), [0.232818234301152, 0.000429796848199937]) >= 9
    assert digits(fit.statistics["sigma"], 0.884796396144373) >= 9
    assert digits(fit.statistics["rsquared"], 0.999993745883712) >= 9
    assert digits(slopes_tests(fit, classical(fit))["slopes_f"], 5436385.54079785) >= 9


@pytest.mark.parametrize("path", ANOVA, ids=lambda path: path.stem)
def test_analysis_of_variance(path):
    """F statistic certified in the file. SmLs07 to 09 add 1e12 to digits of .1, of which float64 keeps
    four; SmLs04 to 06 and AtmWtAg have a level of 1e6 and 1e2 times that of the differences."""
    lines, data = table(path)
    certified = float(next(row for row in lines if row.startswith("Between")).split()[-1])
    group = data[:, 0]
    x = np.column_stack([np.ones(len(group)), dummies_but_first(group)])
    fit = ols(cross_section(data[:, 1], x, ["const", *(f"g{j}" for j in range(1, x.shape[1]))]))
    level = 4 if re.match("SmLs0[789]", path.stem) else 9
    assert digits(slopes_tests(fit, classical(fit))["slopes_f"], certified) >= level


def dummies_but_first(group):
    return (group[:, None] == np.unique(group)[None, 1:]).astype(float)


@pytest.mark.parametrize("base", [1.0, 0.1])
def test_wampler_exact_polynomials(base):
    """Wampler 1 and 2: the normal equations lose eight digits here, orthogonal triangles do not."""
    x, b = np.arange(21.0), base ** np.arange(6)
    fit = polynomial(sum(b[j] * x**j for j in range(6)), x, 5)
    assert digits(fit.params, b) >= 8
    assert fit.residuals @ fit.residuals < 1e-15


def test_filip_is_estimated_with_a_warning():
    """Certified values from NIST's Filip page: eleven columns that are all but dependent."""
    data = np.loadtxt(ROOT / "tests/golden/nist_filip.csv", delimiter=",", skiprows=1)
    fit = polynomial(data[:, 0], data[:, 1], 10)
    assert digits(fit.params[[0, 10]], [-1467.48961422980, -0.402962525080404e-04]) >= 6
    assert digits(errors(classical(fit))[[0, 10]], [298.084530995537, 0.896632837373868e-05]) >= 6
    assert digits(fit.statistics["sigma"], 0.334801051324544e-02) >= 6
    assert digits(fit.statistics["rsquared"], 0.996727416185620) >= 6
    assert len(fit.warnings) == 1
    assert "'x10' is nearly a linear combination of const" in fit.warnings[0]
