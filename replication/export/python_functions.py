"""Functions of Python that the scripts define: what the programs leave to their user."""

FUNCTIONS = '''
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import statsmodels.api as sm
from linearmodels.iv import IV2SLS, IVGMM, IVLIML
from linearmodels.panel import FamaMacBeth, PanelOLS, RandomEffects
from linearmodels.system import SUR
from statsmodels.discrete.conditional_models import ConditionalLogit
from statsmodels.miscmodels.ordinal_model import OrderedModel


@cache
def read(file):
    """The panel, indexed by entity and time as linearmodels wants it."""
    panel = pd.read_csv(file)
    panel.index = pd.MultiIndex.from_arrays([panel["entity"], panel["time"]], names=["i", "t"])
    return panel


def regressors(rows, names, constant):
    """The columns, behind a constant if there is one."""
    x = rows[names].astype(float)
    if constant:
        x.insert(0, "const", 1.0)
    return x


def dummies(rows, effects, beside):
    """Dummies of every effect that depend neither on each other nor on the columns `beside`."""
    found = [pd.get_dummies(rows[name], prefix=name, dtype=float) for name in effects]
    every = pd.concat([beside, *found], axis=1)
    pivots = np.abs(np.diag(np.linalg.qr(every.to_numpy(), mode="r")))
    return every.loc[:, pivots > 1e-9 * pivots.max()].iloc[:, beside.shape[1] :]


def wide(x, rows, effects):
    """The columns, and dummies of every effect: a model with effects written out."""
    return pd.concat([x, dummies(rows, effects, x.iloc[:, :0])], axis=1)


def wide_about_mean(x, rows, effects, weights=None):
    """As `wide`, with a constant, which is the mean of the effects: dummies are taken less their means."""
    constant = pd.DataFrame({"const": 1.0}, index=rows.index)
    found = dummies(rows, effects, constant)
    return pd.concat([constant, x, found - np.average(found, axis=0, weights=weights)], axis=1)


def entity_means(rows):
    """One row an entity: the means of its rows."""
    groups = rows.reset_index(drop=True).groupby("entity")
    return groups.mean(numeric_only=True).assign(**{"rows averaged": groups.size()}).reset_index()


def changes(rows, names):
    """Each row less the one of the period before; rows without one are left out."""
    same = (rows["entity"].diff() == 0) & (rows["time"].diff() == 1)
    return rows.assign(**{name: rows[name].diff() for name in names})[same]


def precision(y, x, rows):
    """One over the variance of each entity's residuals."""
    squares = sm.OLS(y, x).fit().resid ** 2
    return 1 / squares.groupby(rows["entity"].to_numpy()).transform("mean")


def equations(rows, outcome, names, constant):
    """An equation an entity."""
    parts = {str(entity): part.set_index("time") for entity, part in rows.groupby("entity")}
    return {
        entity: {"dependent": part[outcome], "exog": regressors(part, names, constant)}
        for entity, part in parts.items()
    }


def in_our_words(names, values, jacobian, variance):
    """Coefficients that are functions of the program's, and their errors by the delta method."""
    roots = np.sqrt(np.diag(jacobian @ variance @ jacobian.T))
    return SimpleNamespace(params=pd.Series(values, names), bse=pd.Series(roots, names))


def ordered(y, x, link):
    """Slopes and thresholds: statsmodels has the logarithms of the distances between thresholds."""
    x = x.drop(columns="const", errors="ignore")
    centre, scale, k = x.mean().to_numpy(), x.std().to_numpy(), x.shape[1]
    levels, standard = np.unique(y, return_inverse=True)[1], ((x - centre) / scale).to_numpy()
    program = OrderedModel(levels, standard, distr=link)
    found = program.fit(method="newton", maxiter=100, tol=1e-12, disp=0)
    slopes = found.params[:k] / scale
    cuts = program.transform_threshold_params(found.params)[1:-1] + slopes @ centre
    jacobian = np.zeros((len(found.params), len(found.params)))
    jacobian[:k, :k] = np.diag(1 / scale)
    jacobian[k:, :k] = centre / scale
    steps = np.append(1.0, np.exp(found.params[k + 1 :]))
    jacobian[k:, k:] = np.tril(np.ones((len(steps), len(steps)))) * steps
    names = [*x.columns, *(f"cut{j + 1}" for j in range(len(cuts)))]
    return in_our_words(names, np.append(slopes, cuts), jacobian, found.cov_params())


def negative_binomial(y, x, kind, **shift):
    """The logarithm of alpha, of which statsmodels has alpha; the search starts where a slower one ends."""
    program = sm.NegativeBinomial(y, x, **shift)
    start = program.fit(method="bfgs", maxiter=500, disp=0).params
    found = program.fit(start_params=start, method="newton", maxiter=100, tol=1e-14, disp=0, **kind)
    values = found.params.to_numpy()
    jacobian = np.diag(np.append(np.ones(len(values) - 1), 1 / values[-1]))
    values = np.append(values[:-1], np.log(values[-1]))
    return in_our_words([*x.columns, "lnalpha"], values, jacobian, found.cov_params().to_numpy())


def show(model, error, names, found, factor=1.0):
    """A line for each coefficient: model, error, column, estimate, standard error."""
    errors = found.bse if hasattr(found, "bse") else found.std_errors
    for name in names:
        print(f"{model},{error},{name},{float(found.params[name])!r},{float(errors[name] * factor**0.5)!r}")
'''
