"""Our estimators and errors in the words of statsmodels and linearmodels."""

from __future__ import annotations

from dataclasses import replace

from replication.export.exported_model import ExportedError, ExportedModel
from replication.export.ways import LEFT, Way, Words, both, common_factor, counts_all, nested, own_effect


def each_counted(model: ExportedModel, error: ExportedError) -> bool:
    """Two keys, each of whose parts has its own factor; every parameter is counted."""
    own = error.options["groups"] == "each" and error.options["groups_factor"]
    counted = "(n-1)/(n-k)" in error.factors and (not model.effects or error.options["absorbed"] == "all")
    return len(error.options["cluster"]) == 2 and own and counted and not error.options["repaired"]


def fitted(given: Words, steps: str = "") -> Words:
    """The same error as the arguments of a method, behind those of its search."""
    return replace(given, words=f".fit({', '.join(filter(None, (steps, given.words)))})")


PLAIN_CLUSTERS = Words(
    "clustered",
    'cov_type="cluster", cov_kwds={{"groups": {clusters}, "use_correction": False}}',
    suits=common_factor,
    scaled=True,
)
LINEAR = (
    Words("classical", ".fit()", {"divisor": "n-k"}),
    *(Words(kind, f'.fit(cov_type="{kind.upper()}")') for kind in ("hc0", "hc1")),
    *(Words(kind, f'.fit(cov_type="{kind.upper()}")', LEFT) for kind in ("hc2", "hc3")),
    Words("clustered", '.fit(cov_type="cluster", cov_kwds={{"groups": {clusters}}})', suits=counts_all),
    Words("clustered", '.fit(cov_type="cluster", cov_kwds={{"groups": {clusters}}})', suits=each_counted),
    fitted(PLAIN_CLUSTERS),
)
OVER_TIME = (
    Words(
        "driscoll_kraay",
        'cov_type="hac-groupsum", cov_kwds={{"time": {periods}, "maxlags": {lags}, "use_correction": False}}',
        scaled=True,
    ),
    Words(
        "newey_west",
        'cov_type="hac-panel", cov_kwds={{"groups": {clusters}, "maxlags": {lags}, "use_correction": False}}',
        {"lagged": "rows"},
        scaled=True,
    ),
)
LEAST_SQUARES = (*LINEAR, *map(fitted, OVER_TIME))
WITHIN = (
    Words("classical", '.fit(cov_type="unadjusted", debiased=True)', {"divisor": "n-k"}),
    Words(
        "clustered",
        '.fit(cov_type="clustered", clusters=rows[{cluster_list}], debiased=True, group_debias=True)',
        suits=own_effect,
    ),
)
ARGUMENTS = (
    Words("classical", ""),
    Words("hc0", 'cov_type="HC0"'),
    Words("hc1", 'cov_type="HC0"', scaled=True),
    PLAIN_CLUSTERS,
    *OVER_TIME,
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
BY_N = (Words("classical", '.fit(cov_type="unadjusted", debiased=False)', {"divisor": "n"}),)


SEARCH = tuple(fitted(each, 'method="newton", maxiter=200, tol=1e-14, disp=0') for each in ARGUMENTS)
STEPS = tuple(fitted(each, 'maxiter=100, tol=1e-10, tol_criterion="params"') for each in ARGUMENTS)
WEIGHED = tuple(words for words in STEPS if words.kind in ("classical", "clustered"))  # all that GLM has then


def overdispersed(model: ExportedModel, error: ExportedError) -> bool:
    """Alpha is not zero, where the model is Poisson's."""
    return "lnalpha" in model.names


def dispersed(words: Words) -> Words:
    """The same error of the negative binomial, whose function takes its options."""
    suits = both(overdispersed, words.suits)
    return replace(words, words=f", kind=dict({words.words})" + "{offset})", suits=suits)


AS_IV = "IV2SLS(y, {wide}, None, None{weights_option})"
OLS, WLS = "sm.OLS(y, {wide})", "sm.WLS(y, {wide}, weights={weights})"
PANEL = "PanelOLS(y, sm.add_constant(x), entity_effects={entity}, time_effects={time}"
IV = "(y, {wide}, rows[{endogenous}], rows[{instruments}]{weights_option}"
POISSON = "sm.families.Poisson()"
BINOMIAL, SHIFTED = "sm.families.Binomial()", "{offset}{frequencies}"
BY_PROBIT = "sm.families.Binomial(link=sm.families.links.Probit())"
BOTH = ("entity", "time")
WAYS = (
    Way(("ols",), f"{PANEL})", WITHIN, BOTH, absorbing=True),
    Way(("ols",), f"{PANEL}, weights={{weights}})", WITHIN, BOTH, absorbing=True, weighted=True),
    Way(("ols",), OLS, LEAST_SQUARES, None),
    Way(("ols",), WLS, LEAST_SQUARES, None, weighted=True),
    Way(("ols",), AS_IV, BY_N, None, weighted=None),
    Way(("between",), OLS, LINEAR, options={"reweight": False}, prepare="rows = entity_means(rows)"),
    Way(
        ("between",),
        "sm.WLS(y, {wide}, weights=rows['rows averaged'])",
        LINEAR,
        options={"reweight": True},
        prepare="rows = entity_means(rows)",
    ),
    Way(("between",), AS_IV, BY_N, options={"reweight": False}, prepare="rows = entity_means(rows)"),
    Way(("first_difference",), OLS, LEAST_SQUARES, prepare="rows = changes(rows, {changing})"),
    Way(("first_difference",), AS_IV, BY_N, prepare="rows = changes(rows, {changing})"),
    Way(
        ("random_effects",),
        "RandomEffects(y, x)",
        (
            Words("classical", ".fit(small_sample=False)", {"divisor": "n-k"}),
            Words("hc0", '.fit(small_sample=False, cov_type="robust", debiased=False)'),
            Words("hc1", '.fit(small_sample=False, cov_type="robust", debiased=True)'),
            Words(
                "driscoll_kraay",
                '.fit(small_sample=False, cov_type="kernel", kernel="bartlett", bandwidth={lags}, '
                "debiased=False)",
                scaled=True,
            ),
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
    Way(
        ("fama_macbeth",),
        "FamaMacBeth(y, x)",
        (Words("own", '.fit(cov_type="kernel", kernel="bartlett", bandwidth={own_lags})'),),
    ),
    *(
        Way(
            ("fgls",),
            "sm.WLS(y, x, weights=precision(y, x, rows))",
            (
                Words("own", f'.fit(cov_type="fixed scale", cov_kwds={{{{"scale": {scale}}}}})'),
                *map(fitted, ARGUMENTS[1:]),
            ),
            options={
                "panels": "heteroskedastic",
                "autocorrelation": "none",
                "iterate": False,
                "divisor": divisor,
            },
        )
        for divisor, scale in {"n": "1.0", "n-k": "len(y) / (len(y) - x.shape[1])"}.items()
    ),
    *(
        Way(
            ("sur",),
            "SUR({equations})",
            (Words("own", f'.fit(method="gls", cov_type="unadjusted", debiased=False{steps})'),),
            options={"pooled": False, "divisor": "T", "iterate": iterate},
        )
        for iterate, steps in {False: ", iterate=False", True: ", iterate=True, tol=1e-13"}.items()
    ),
    Way(("logit",), "sm.Logit(y, {wide}{offset})", SEARCH),
    Way(("logit",), f"sm.GLM(y, {{wide}}, family={BINOMIAL}{SHIFTED})", WEIGHED, weighted=True),
    Way(("probit",), "sm.Probit(y, {wide}{offset})", SEARCH, options={"information": "observed"}),
    Way(
        ("probit",),
        f"sm.GLM(y, {{wide}}, family={BY_PROBIT}{SHIFTED})",
        STEPS[:1],
        weighted=None,
        options={"information": "expected"},
    ),
    Way(
        ("conditional_logit",),
        'ConditionalLogit(y, x, groups=rows["{effect}"])',
        (Words("classical", '.fit(method="newton", maxiter=100, tol=1e-14, disp=0)'),),
        None,
        absorbing=True,
    ),
    *(
        Way((f"ordered_{link}",), f'ordered(y, x, "{link}")', (Words("classical", ""),))
        for link in ("logit", "probit")
    ),
    *(
        Way(("ppml",), f"sm.GLM(y, {{wide}}, family={POISSON}{SHIFTED})", words, None, weighted=weighted)
        for weighted, words in {False: STEPS, True: WEIGHED}.items()
    ),
    Way(
        ("negative_binomial",),
        "negative_binomial(y, x",
        tuple(map(dispersed, ARGUMENTS)),
    ),
    Way(("fractional_logit",), f"sm.GLM(y, {{wide}}, family={BINOMIAL}{SHIFTED})", STEPS[1:], weighted=None),
    Way(
        ("fractional_probit",), f"sm.GLM(y, {{wide}}, family={BY_PROBIT}{SHIFTED})", STEPS[1:], weighted=None
    ),
    Way(("iv_2sls",), f"IV2SLS{IV})", INSTRUMENTED, None, weighted=None),
    Way(("liml",), f"IVLIML{IV})", INSTRUMENTED, None, weighted=None),
)
