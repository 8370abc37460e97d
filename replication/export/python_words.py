"""Our estimators and errors in the words of statsmodels and linearmodels."""

from __future__ import annotations

from replication.export.ways import Way, Words, common_factor, counts_all, nested, own_effect

BEGIN = '''
from functools import cache

import numpy as np
import pandas as pd
import statsmodels.api as sm
from linearmodels.iv import IV2SLS, IVGMM, IVLIML
from linearmodels.panel import FamaMacBeth, PanelOLS, RandomEffects


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


def wide(x, rows, effects):
    """The columns, and independent dummies of every effect: a model with effects written out."""
    if not effects:
        return x
    dummies = pd.concat([pd.get_dummies(rows[name], prefix=name, dtype=float) for name in effects], axis=1)
    pivots = np.abs(np.diag(np.linalg.qr(dummies.to_numpy(), mode="r")))
    return pd.concat([x, dummies.loc[:, pivots > 1e-9 * pivots.max()]], axis=1)


def entity_means(rows):
    """One row an entity: the means of its rows."""
    groups = rows.reset_index(drop=True).groupby("entity")
    return groups.mean(numeric_only=True).assign(**{"rows averaged": groups.size()}).reset_index()


def changes(rows, names):
    """Each row less the one of the period before; rows without one are left out."""
    same = (rows["entity"].diff() == 0) & (rows["time"].diff() == 1)
    return rows.assign(**{name: rows[name].diff() for name in names})[same]


def show(model, error, names, found, factor=1.0):
    """A line for each coefficient: model, error, column, estimate, standard error."""
    errors = found.bse if hasattr(found, "bse") else found.std_errors
    for name in names:
        print(f"{model},{error},{name},{float(found.params[name])!r},{float(errors[name] * factor**0.5)!r}")
'''
LINEAR = (
    Words("classical", ".fit()", {"divisor": "n-k"}),
    *(Words(kind, f'.fit(cov_type="{kind.upper()}")') for kind in ("hc0", "hc1", "hc2", "hc3")),
    Words("clustered", '.fit(cov_type="cluster", cov_kwds={{"groups": {clusters}}})', suits=counts_all),
    Words(
        "clustered",
        '.fit(cov_type="cluster", cov_kwds={{"groups": {clusters}, "use_correction": False}})',
        suits=common_factor,
        scaled=True,
    ),
)
OVER_TIME = (
    Words(
        "driscoll_kraay",
        '.fit(cov_type="hac-groupsum", cov_kwds={{"time": {periods}, "maxlags": {lags}, '
        '"use_correction": False}})',
        scaled=True,
    ),
    Words(
        "newey_west",
        '.fit(cov_type="hac-panel", cov_kwds={{"groups": {clusters}, "maxlags": {lags}, '
        '"use_correction": False}})',
        {"lagged": "rows"},
        scaled=True,
    ),
)
WITHIN = (
    Words("classical", '.fit(cov_type="unadjusted", debiased=True)', {"divisor": "n-k"}),
    Words(
        "clustered",
        '.fit(cov_type="clustered", clusters=rows[{cluster_list}], debiased=True, group_debias=True)',
        suits=own_effect,
    ),
)
SEARCH = 'method="newton", maxiter=200, tol=1e-14, disp=0'
BINARY = (
    Words("classical", f".fit({SEARCH})"),
    Words("hc0", f'.fit({SEARCH}, cov_type="HC0")'),
    Words("hc1", f'.fit({SEARCH}, cov_type="HC0")', scaled=True),
    Words(
        "clustered",
        f'.fit({SEARCH}, cov_type="cluster", '
        'cov_kwds={{"groups": {clusters}, "use_correction": False}})',
        suits=common_factor,
        scaled=True,
    ),
)
STEPS = 'maxiter=100, tol=1e-10, tol_criterion="params"'
LINKED = (
    Words("classical", f".fit({STEPS})"),
    Words("hc0", f'.fit({STEPS}, cov_type="HC0")'),
    Words("hc1", f'.fit({STEPS}, cov_type="HC0")', scaled=True),
    Words(
        "clustered",
        f'.fit({STEPS}, cov_type="cluster", '
        'cov_kwds={{"groups": {clusters}, "use_correction": False}})',
        suits=common_factor,
        scaled=True,
    ),
)
INSTRUMENTED = (
    Words("classical", '.fit(cov_type="unadjusted", debiased=True)', {"divisor": "n-k"}),
    Words("classical", '.fit(cov_type="unadjusted", debiased=False)', {"divisor": "n"}),
    Words("hc0", '.fit(cov_type="robust", debiased=False)'),
    Words("hc1", '.fit(cov_type="robust", debiased=True)'),
    Words(
        "clustered",
        '.fit(cov_type="clustered", clusters={clusters}, debiased=False)',
        suits=common_factor,
        scaled=True,
    ),
)
BARE = {"mean_effect": None}  # without the mean of the effects
OLS, WLS = "sm.OLS(y, {wide})", "sm.WLS(y, {wide}, weights={weights})"
PANEL = "PanelOLS(y, sm.add_constant(x), entity_effects={entity}, time_effects={time}"
IV = "(y, {wide}, rows[{endogenous}], rows[{instruments}]{weights_option}"
BY_PROBIT = "sm.families.Binomial(link=sm.families.links.Probit())"
BOTH = ("entity", "time")
WAYS = (
    Way(("ols",), f"{PANEL})", WITHIN, BOTH, absorbing=True),
    Way(("ols",), f"{PANEL}, weights={{weights}})", WITHIN, BOTH, absorbing=True, weighted=True),
    Way(("ols",), OLS, (*LINEAR, *OVER_TIME), None, options=BARE),
    Way(("ols",), WLS, LINEAR, None, weighted=True, options=BARE),
    Way(("between",), OLS, LINEAR, options={"reweight": False}, prepare="rows = entity_means(rows)"),
    Way(
        ("between",),
        "sm.WLS(y, {wide}, weights=rows['rows averaged'])",
        LINEAR,
        options={"reweight": True},
        prepare="rows = entity_means(rows)",
    ),
    Way(("first_difference",), OLS, LINEAR, prepare="rows = changes(rows, {changing})"),
    Way(
        ("random_effects",),
        "RandomEffects(y, x)",
        (
            Words("classical", ".fit(small_sample=False)", {"divisor": "n-k"}),
            Words(
                "clustered",
                '.fit(small_sample=False, cov_type="clustered", clusters=rows[{cluster_list}], '
                "debiased=True, group_debias=True)",
                suits=nested,
            ),
        ),
        options={"components": "harmonic"},
    ),
    Way(("fama_macbeth",), "FamaMacBeth(y, x)", (Words("own", ".fit()"),), options={"lags": 0}),
    Way(("logit",), "sm.Logit(y, {wide}{offset})", BINARY),
    Way(("probit",), "sm.Probit(y, {wide}{offset})", BINARY, options={"information": "observed"}),
    Way(
        ("probit",),
        f"sm.GLM(y, {{wide}}, family={BY_PROBIT}{{offset}})",
        LINKED[:1],
        options={"information": "expected"},
    ),
    Way(("ppml",), "sm.GLM(y, {wide}, family=sm.families.Poisson(){offset})", LINKED, None),
    Way(("fractional_logit",), "sm.GLM(y, {wide}, family=sm.families.Binomial(){offset})", LINKED[1:]),
    Way(
        ("fractional_probit",),
        f"sm.GLM(y, {{wide}}, family={BY_PROBIT}{{offset}})",
        LINKED[1:],
    ),
    Way(("iv_2sls",), f"IV2SLS{IV})", INSTRUMENTED, None, weighted=None),
    Way(("liml",), f"IVLIML{IV})", INSTRUMENTED, None, weighted=None),
)
