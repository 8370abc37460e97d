"""Records of two made-up studies, small enough to read, odd enough to catch what goes wrong."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from replication.estimate.design import Term
from replication.panel.cause import Cause
from replication.records.account import ErrorAccount, ModelAccount
from replication.spec.entries import StatisticSpec
from tests.support.terms import terms_of

TERMS = terms_of("bank_lending", "us_trade", "log(gdp_per_head)", "const")
ERRORS = {
    "baseline": ("panel-corrected", "clustered", "pcse_casewise"),
    "two_way": ("clustered",),
    "log": ("panel-corrected",),
}
TITLES = {"baseline": "Baseline", "two_way": "Two-way", "log": "Log"}


def terms_in(model: str) -> tuple[Term, ...]:
    """Terms of a model: one with effects has no constant."""
    return TERMS[:-1] if model == "two_way" else TERMS


@pytest.fixture(scope="session")
def estimates() -> pd.DataFrame:
    """Coefficients from a millionth to a million; errors of one model share their coefficients."""
    random = np.random.default_rng(7)
    rows = []
    named = [(model, kind) for model, kinds in ERRORS.items() for kind in kinds]
    for (model, kind), place in itertools.product(named, range(len(TERMS))):
        if place == len(terms_in(model)):
            continue
        term = TERMS[place]
        points = np.random.default_rng(len(model)).normal(size=len(TERMS))
        scale = 10.0 ** (3 * place - 5)
        estimate, error = points[place] * scale, scale * random.uniform(0.2, 1.2)
        low, high = estimate - 1.96 * error, estimate + 1.96 * error
        p = float(random.uniform(0, 1) ** 4)
        numbers = (estimate, error, estimate / error, p, low, high)
        rows.append(("study", model, kind, term.kind, term.label, *numbers))
    names = [
        "study",
        "model",
        "error",
        "kind",
        "term",
        "estimate",
        "std_error",
        "statistic",
        "p_value",
        "conf_low",
        "conf_high",
    ]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture(scope="session")
def models() -> pd.DataFrame:
    """Fit and tests of every model."""
    rows = []
    for place, model in enumerate(ERRORS):
        found = {
            "nobs": 12345.0 + place,
            "entities": 34.0,
            "rsquared": 0.43215,
            "loglikelihood": -1234.5678,
            "hausman_chi2": 12.3456,
            "hausman_p": 0.00001,
        }
        rows += [("study", model, "", name, "", value) for name, value in found.items()]
        rows.append(("study", model, "", "dropped", "missing regressor us_trade", 12.0))
    return pd.DataFrame(rows, columns=["study", "model", "error", "name", "of", "value"])


@pytest.fixture(scope="session")
def accounts() -> tuple[ModelAccount, ...]:
    """One account a model; the last did not converge."""
    return tuple(
        ModelAccount(
            model=model,
            title=TITLES[model],
            question="Which debtors got more?",
            estimator="within" if model == "two_way" else "pooled OLS",
            outcome="japan_aid",
            effects="entity, time" if model == "two_way" else "",
            errors=tuple(ErrorAccount(kind, kind, f"{kind} with the factor G/(G-1)") for kind in kinds),
            terms=terms_in(model),
            warnings=("The panel is unbalanced.",) if model == "baseline" else (),
            dropped=((Cause("outside the sample"), 860), (Cause("missing regressor", "us_trade"), 12)),
            rows_in_panel=1054,
            nobs=182,
            converged=model != "log",
        )
        for model, kinds in ERRORS.items()
    )


@pytest.fixture(scope="session")
def statistics() -> pd.DataFrame:
    """Shares by country and year, with a gap, and a ratio in another unit."""
    rows = []
    for group in ("JPN", "GBR"):
        for year in range(1985, 1991):
            value = float("nan") if (group, year) == ("GBR", 1987) else 10.125 * (year - 1984) - 30
            rows.append(("study", "share", group, str(year), value, "percent"))
        rows.append(("study", "ratio", group, "1985", 12345.675, "ratio"))
    return pd.DataFrame(rows, columns=["study", "statistic", "group", "period", "value", "unit"])


@pytest.fixture(scope="session")
def statistic_specs() -> tuple[StatisticSpec, ...]:
    """Titles, units and decimals of the two statistics."""
    share = StatisticSpec(
        id="share", title="Share", table="flows", measure="share", unit="percent", decimals=1
    )
    ratio = StatisticSpec(id="ratio", title="Ratio", table="flows", measure="ratio", unit="ratio", decimals=2)
    return share, ratio


@pytest.fixture(scope="session")
def ties() -> pd.DataFrame:
    """Two phases; in the first a pair is tied twice with the same sign."""
    rows = [
        (1, "dod", "miti", -1),
        (1, "miti", "dod", -1),
        (1, "dod", "commerce", 1),
        (2, "mof", "treasury", 1),
    ]
    return pd.DataFrame(rows, columns=["phase", "source", "target", "sign"])


@pytest.fixture(scope="session")
def actors() -> pd.DataFrame:
    """Agencies of two countries in two camps."""
    rows = [
        ("dod", "Department of Defense", "USA", "control"),
        ("commerce", "Department of Commerce", "USA", "control"),
        ("treasury", "Treasury", "USA", "anti_control"),
        ("miti", "MITI", "JPN", "anti_control"),
        ("mof", "Ministry of Finance", "JPN", "anti_control"),
    ]
    return pd.DataFrame(rows, columns=["id", "name", "country", "camp"])
