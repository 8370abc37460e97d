"""A study of many models that other programs have too, and what each of these lacks."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from tests.engine.crosscheck.test_second_opinion import rows

STUDY = """
[study]
id = "many"
title = "Many models"
entity = "unit"
time = "year"

[variables]
ratio = "x / (2 + abs(a))"

[labels]
x = "X"
"""
# What each error, by its label, is asked for beside its kind.
MORE = {
    "by_year": 'clustered", cluster = ["time"]',
    "by_half": 'clustered", cluster = ["half"]',
    "all": 'clustered", absorbed = "all"',
    "none": 'clustered", absorbed = "none", groups_factor = false',
    "both": 'clustered", cluster = ["entity", "time"]',
    "each": 'clustered", cluster = ["entity", "time"], groups = "each"',
    "by_n": 'classical", divisor = "n"',
    "dk2": 'driscoll_kraay", lags = 2, correction = "n-k"',
    "nw_periods": 'newey_west", lagged = "periods", lags = 2',
    "nw0": 'newey_west", correction = "none"',
    "cr2_year": 'cr2", cluster = ["time"]',
    "cr3_plain": 'cr3", groups_factor = false',
    "cr3_mean": 'cr3", centre = "mean"',
    "pcse_own": 'pcse", sigma = "heteroskedastic"',
    "pcse_nk": 'pcse", divisor = "n-k"',
    "casewise": 'pcse", sigma = "casewise"',
}
LINEAR = "clustered by_year classical hc0 hc1 hc2 hc3 all none both by_n"
LAGS = "driscoll_kraay dk2 newey_west nw_periods nw0"
MANY, FEW = f"{LINEAR} {LAGS}", "cr2 cr2_year cr3 cr3_plain cr3_mean pcse pcse_own pcse_nk"
SCORED = f"hc0 hc1 clustered by_year {LAGS}"
MAXIMUM = f"classical {SCORED}"
COUNT = "number ~ x + a"


def model(formula: str, kinds: str, estimator: str = "ols", more: str = "", **options: str) -> str:
    """A model of a study file, its errors by their labels, its options in the words of TOML."""
    errors = (
        f'{{ kind = "{MORE[error]}, label = "{error}" }}' if error in MORE else f'{{ kind = "{error}" }}'
        for error in kinds.split()
    )
    said = ", ".join(f"{name} = {value}" for name, value in options.items())
    return (
        f'formula = "{formula}"\nestimator = "{estimator}"\n{more}\n'
        f"options = {{ {said} }}\ncovariance = [{', '.join(errors)}]"
    )


def instrumented(estimator: str, errors: str, more: str = "", **options: str) -> str:
    """A model with an endogenous regressor."""
    return model("y ~ a", errors, estimator, more, endogenous='["d"]', instruments='["z", "v"]', **options)


ENTITY, TIME, BOTH = 'effects = ["entity"]', 'effects = ["time"]', 'effects = ["entity", "time"]'
WEIGHTS, CORE, FEW_UNITS = 'weights = "w"', 'where = "core == 1"', 'where = "unit < 6"'
NO_1994 = 'where = "year != 1994"'
ALONE = f'{ENTITY}\nsingletons = "keep"\nwhere = "unit > 2 or year == 1990"'
MODELS = {
    "pooled": model("y ~ x + log(w) + lag(a, 1)", MANY),
    "pooled_few": model("y ~ x + log(w) + lag(a, 1)", FEW),
    "bare": model("y ~ x + a", LINEAR, more="intercept = false"),
    "within": model("y ~ x + ratio", MANY, more='effects = ["unit"]'),
    "within_few": model("y ~ x + ratio", FEW, more='effects = ["unit"]'),
    "two_way": model("y ~ x + a + interaction(x, a)", MANY, more=BOTH),
    "two_way_few": model("y ~ x + a + interaction(x, a)", FEW, more=BOTH),
    "nested": model("y ~ x + a", MANY, more='effects = ["entity", "half", "time"]'),
    "nested_few": model("y ~ x + a", FEW, more='effects = ["entity", "half", "time"]'),
    "complete": model("y ~ x", f"{MANY} each", more=CORE),
    "complete_few": model("y ~ x", f"{FEW} casewise", more=CORE),
    "singletons": model("y ~ x", LINEAR, more=ALONE),
    "without_1994": model("y ~ x + a", f"{LAGS} hc1", more=NO_1994),
    "dynamic_without_1994": model("y ~ x", "own", "difference_gmm", NO_1994, collapse="true"),
    "mean_effect": model("y ~ x + a", MANY, more=ENTITY, mean_effect="true"),
    "mean_effect_few": model("y ~ x + a", FEW, more=ENTITY, mean_effect="true"),
    "mean_effects": model("y ~ x + a", LINEAR, more=f"{BOTH}\n{WEIGHTS}", mean_effect="true"),
    "alone": model("y ~ 1", "classical hc1", more=ENTITY),
    "some": model("y ~ x + dummies(half)", f"{LINEAR} by_half", more='where = "x > -1"'),
    "weighted": model("y ~ x + a", MANY, more=f"{ENTITY}\n{WEIGHTS}"),
    "weighted_few": model("y ~ x + a", "cr2 cr3 cr3_mean", more=f"{TIME}\n{WEIGHTS}"),
    "between": model("y ~ x + a", "classical by_n hc0 hc1 hc2 hc3 clustered cr2 cr3", "between"),
    "between_weighted": model(
        "y ~ x + a", "classical hc0 hc1 hc2 hc3 clustered cr2 cr3", "between", reweight="true"
    ),
    "changes": model("y ~ x + a", MANY, "first_difference"),
    "changes_few": model("y ~ x + a", FEW, "first_difference"),
    "changes_bare": model("y ~ x + a", "classical hc1 clustered", "first_difference", constant="false"),
    "random": model("y ~ x + a", MAXIMUM, "random_effects"),
    "random_complete": model("y ~ x + a", MAXIMUM, "random_effects", CORE),
    **{
        components: model("y ~ x + a", MAXIMUM, "random_effects", components=f'"{components}"')
        for components in ("exact", "wallace_hussain", "amemiya")
    },
    "nerlove": model("y ~ x + a", MAXIMUM, "random_effects", CORE, components='"nerlove"'),
    "macbeth": model("y ~ x + a", "own", "fama_macbeth"),
    "macbeth_lags": model("y ~ x + a", "own", "fama_macbeth", lags="2"),
    "unrestricted": model("y ~ x + a", "own", "general_fgls", CORE),
    "unrestricted_within": model("y ~ x + a", "own", "general_fgls", f"{ENTITY}\n{CORE}"),
    "unrestricted_two_way": model("y ~ x + a", "own", "general_fgls", f"{BOTH}\n{CORE}"),
    "by_entity": model("y ~ x + a", "own", "fgls"),
    "by_entity_nk": model("y ~ x + a", f"own {SCORED}", "fgls", divisor='"n-k"'),
    "correlated": model("y ~ x + a", "own", "fgls", FEW_UNITS, panels='"correlated"'),
    "equations": model("y ~ x + a", "own", "sur", FEW_UNITS),
    "equations_dfk": model("y ~ x + a", "own", "sur", FEW_UNITS, divisor='"T-k"'),
    "equations_iterated": model("y ~ x", "own", "sur", 'where = "unit < 3"', iterate="true"),
    "equations_pooled_dfk": model("y ~ x", "own", "sur", FEW_UNITS, pooled="true", divisor='"T-k"'),
    "equations_pooled_iterated": model(
        "y ~ x", "own", "sur", 'where = "unit < 3"', pooled="true", iterate="true"
    ),
    "equations_pooled": model("y ~ x + a", "own", "sur", FEW_UNITS, pooled="true"),
    "prais": model("y ~ x + a", "classical pcse", "prais_winsten"),
    "dynamic": model("y ~ x + a", "own", "difference_gmm", collapse="true"),
    "dynamic_lags": model("y ~ x", "own", "difference_gmm", CORE, steps="1", instrument_lags="[2, 3]"),
    "dynamic_uncorrected": model("y ~ x", "own", "difference_gmm", collapse="true", windmeijer="false"),
    "dynamic_system": model("y ~ x", "own", "system_gmm", collapse="true"),
    "logit": model("above ~ x + a", MAXIMUM, "logit"),
    "logit_weighted": model("above ~ x + a", MAXIMUM, "logit", WEIGHTS),
    "probit": model("above ~ x + a", MAXIMUM, "probit"),
    "expected": model("above ~ x + a", MAXIMUM, "probit", information='"expected"'),
    "poisson": model(COUNT, MAXIMUM, "ppml"),
    "poisson_weighted": model(COUNT, MAXIMUM, "ppml", WEIGHTS),
    "poisson_within": model(COUNT, MAXIMUM, "ppml", ENTITY),
    "exposed": model("number ~ x", MAXIMUM, "ppml", TIME, exposure='"w"'),
    "negative_binomial": model(COUNT, MAXIMUM, "negative_binomial"),
    "shifted": model("above ~ x", MAXIMUM, "logit", offset='"a / 2"'),
    "shifted_probit": model("above ~ x", MAXIMUM, "probit", offset='"a / 2"'),
    "conditional": model("above ~ x + a", "classical clustered", "conditional_logit", ENTITY),
    "ordered": model("grade ~ x + a", MAXIMUM, "ordered_logit"),
    "ordered_probit": model("grade ~ x + a", MAXIMUM, "ordered_probit"),
    "fractional": model("part ~ x + a", SCORED, "fractional_logit"),
    "fractional_probit": model("part ~ x + a", SCORED, "fractional_probit"),
    "tobit": model(COUNT, MAXIMUM, "tobit"),
    "tobit_both": model("y ~ x + a", MAXIMUM, "tobit", lower="-1.5", upper="3"),
    "tobit_weighted": model("y ~ x + a", MAXIMUM, "tobit", WEIGHTS, lower="-1"),
    "two_part": model(COUNT, "classical", "two_part"),
    "iv": instrumented("iv_2sls", f"classical by_n all {SCORED}"),
    "iv_within": instrumented("iv_2sls", f"classical by_n {SCORED}", ENTITY),
    "iv_weighted": instrumented("iv_2sls", f"classical by_n {SCORED}", f"{TIME}\n{WEIGHTS}"),
    "liml": instrumented("liml", f"classical {SCORED}"),
    "gmm": instrumented("iv_gmm", "own"),
    "median": model("y ~ x + a", "own", "quantile"),
    "quarter": model("y ~ x + a", "own", "quantile", q="0.25"),
    **{
        errors: model("y ~ x + a", "own", "quantile", errors=f'"{errors}"')
        for errors in ("iid_residuals", "nid")
    },
    "halved": model("y ~ x + a", "hc1", more="average_over = 2"),
}
ROBUST = ("hc0", "hc1", "clustered", "by_year", "driscoll_kraay", "dk2", "newey_west", "nw_periods", "nw0")


def listed(models: str, errors: Iterable[str]) -> set[tuple[str, str]]:
    """Each of the models with each of the errors."""
    return {(name, error) for name in models.split() for error in errors}


NO_R = {
    # In none of the packages: LIML, GMM with instruments, Prais-Winsten and its panel-corrected errors, the
    # two-part model. MASS::glm.nb takes the expected information of a negative binomial, apart from alpha.
    *listed("liml negative_binomial", ("classical", *ROBUST)),
    *listed("gmm", ["own"]),
    # pgmm's system has a regressor as two instruments, one an equation, and no constant.
    *listed("dynamic_system", ["own"]),
    *listed("prais", ["classical", "pcse"]),
    *listed("two_part", ["classical"]),
    # plm's Swamy and Arora are the harmonic mean's on balanced panels alone; its lags are periods, not rows.
    *listed("random", ("classical", *ROBUST)),
    *listed("exact wallace_hussain amemiya", ["newey_west", "nw0"]),
    # sandwich takes the expected information of a glm, and forgets an offset of clm and weights of survreg.
    *listed("fractional_probit shifted_probit tobit_weighted", ROBUST),
    # Zero by zero where a row's leverage is one.
    *listed("singletons", ["hc2", "hc3"]),
    # A lag is one of the periods that occur, where ours is one of the calendar's.
    ("without_1994", "nw_periods"),
    ("dynamic_without_1994", "own"),
    # clogit has no robust errors of the exact likelihood.
    *listed("conditional", ["clustered"]),
    # The jackknife about its mean; CR2 of weighted rows, which is another; of a mean of effects the jackknife
    # and the eigenvalues set to zero, which are those of all dummies.
    *listed("pooled_few within_few two_way_few nested_few complete_few changes_few", ["cr3_mean"]),
    *listed("between_weighted", ["cr2"]),
    *listed("weighted_few", ["cr2", "cr3_mean"]),
    *listed("mean_effect_few", ["cr3", "cr3_plain", "cr3_mean"]),
    *listed("mean_effect mean_effects", ["both"]),
}
LATER = ("driscoll_kraay", "dk2", "newey_west", "nw_periods", "nw0")
SMALL = ("cr2", "cr2_year", "cr3", "cr3_plain", "cr3_mean", "pcse", "pcse_own", "pcse_nk", "casewise")
NO_PYTHON = {
    # In neither program: errors for few clusters, panel-corrected ones, Newey and West's by the calendar.
    *((name, error) for name in MODELS if name.endswith("_few") for error in SMALL),
    *listed("between between_weighted", ["cr2", "cr3"]),
    *((name, "nw_periods") for name in MODELS),
    # Nor these: Tobit, quantiles to so many digits, Prais-Winsten, the two-part model, an unrestricted
    # covariance of the periods, other components than the harmonic ones, systems with common coefficients.
    *listed("tobit tobit_both tobit_weighted wallace_hussain amemiya exact nerlove", ("classical", *ROBUST)),
    *listed("median quarter nid iid_residuals correlated", ["own"]),
    *listed("dynamic dynamic_without_1994 dynamic_lags dynamic_uncorrected dynamic_system", ["own"]),
    *listed("unrestricted unrestricted_within unrestricted_two_way", ["own"]),
    *listed("equations_dfk equations_pooled equations_pooled_dfk equations_pooled_iterated", ["own"]),
    *listed("prais", ["classical", "pcse"]),
    *listed("two_part", ["classical"]),
    # linearmodels takes the variance of the moments of GMM anew, ours is that of the weights; its kernel
    # errors of IV are those of one series, and it has no Newey and West of random effects.
    *listed("gmm", ["own"]),
    *listed("iv iv_within iv_weighted liml", LATER),
    *listed("random random_complete", ["newey_west", "nw0"]),
    # statsmodels differentiates the likelihood of an ordered model numerically, takes the observed
    # information in a robust error of a GLM, whose weights only clustered ones know.
    *listed("ordered ordered_probit expected", ROBUST),
    *listed("logit_weighted poisson_weighted", ("hc0", "hc1", *LATER)),
    *listed("conditional", ["clustered"]),
    # Zero by zero where a row's leverage is one; eigenvalues were set to zero.
    *listed("singletons", ["hc2", "hc3"]),
    *listed("pooled changes mean_effect mean_effects", ["both"]),
}
# Where the other program is coarser. statsmodels differentiates the likelihood of ordered and of conditional
# models numerically; summary.rq takes 1.5e-8 from each difference of two planes.
COARSER = {
    **dict.fromkeys([("ordered", "classical"), ("ordered_probit", "classical"), ("nid", "own")], 1e-6),
    ("conditional", "classical"): 1e-6,
}


def made_up(seed: int = 4) -> pd.DataFrame:
    """The rows of the study: `half` is the same in all of a unit's, units of the `core` have every year."""
    table = rows(seed, complete=14)
    return table.assign(half=np.where(table["unit"] % 2, "odd", "even"), core=table["unit"] < 14)
