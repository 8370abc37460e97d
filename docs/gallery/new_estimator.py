"""A new estimator in one function: what it gives is a Fit, and every error, test and table follows."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from replication.cli import main
from replication.estimate.linear.linear import ols
from replication.estimate.words import ESTIMATORS


def ridge(design, *, penalty: float = 1.0):
    """Least squares with a penalty on the squares of all slopes (Hoerl and Kennard 1970)."""
    fit = ols(design)
    shrunk = np.linalg.inv(fit.x.T @ fit.x + penalty * np.diag([term.label != "const" for term in fit.terms]))
    params = shrunk @ fit.x.T @ fit.design.y
    residuals = fit.design.y - fit.x @ params
    scores = fit.x * residuals[:, None]
    return replace(fit, estimator="ridge", params=params, residuals=residuals, bread=shrunk, scores=scores)


ESTIMATORS["ridge"] = ridge
if __name__ == "__main__":
    sys.exit(main(["run", str(Path(__file__).with_name("ridge.toml")), *sys.argv[1:]]))
