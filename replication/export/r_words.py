"""Our estimators and errors in the words of R: base R, and packages that Debian has."""

from __future__ import annotations

from dataclasses import replace

from replication.export.exported_model import ExportedError, ExportedModel
from replication.export.ways import LEFT, Way, Words, always, both, counts_all, one_key


def unweighted(model: ExportedModel, error: ExportedError) -> bool:
    """One key and no weights: with them the bias that CR2 takes away is another."""
    return one_key(model, error) and model.weights is None


def outside(model: ExportedModel, error: ExportedError) -> bool:
    """One key, and no effect that goes with a cluster."""
    return one_key(model, error) and not error.inside


def own_entities(model: ExportedModel, error: ExportedError) -> bool:
    """One key, and effects of entities alone that go with its clusters."""
    alone = model.weights is None and not model.options.get("mean_effect")
    return one_key(model, error) and error.inside == ("entity",) and alone


def balanced(model: ExportedModel, error: ExportedError) -> bool:
    """Every entity has every period."""
    return model.balanced


def by_index(model: ExportedModel, error: ExportedError) -> bool:
    """Clustered by one of the two keys of the panel."""
    return error.options["cluster"] in (["entity"], ["time"])


def two_common(model: ExportedModel, error: ExportedError) -> bool:
    """Two keys of one factor; where eigenvalues are set to zero, of coefficients alone."""
    one = error.options["groups"] == "min" or not error.options["groups_factor"]
    return len(error.options["cluster"]) == 2 and one and not (error.options["repaired"] and model.effects)


def two_own(model: ExportedModel, error: ExportedError) -> bool:
    """Two keys, each of whose parts has its own factor."""
    own = error.options["groups"] == "each" and error.options["groups_factor"]
    return len(error.options["cluster"]) == 2 and own and not (error.options["repaired"] and model.effects)


def no_offset(model: ExportedModel, error: ExportedError) -> bool:
    """Without an offset, which sandwich forgets in an ordered model."""
    return "offset" not in model.roles


def consecutive(model: ExportedModel, error: ExportedError) -> bool:
    """No period misses altogether: R's programs count the periods that occur."""
    return model.consecutive


def from_two(model: ExportedModel, error: ExportedError) -> bool:
    """Moments of the outcome alone, from its second lag on: no other term has instruments of its own lags."""
    alone = bool(model.regressors) and not model.roles
    return alone and model.options["instrument_lags"][0] == 2 and model.consecutive


RAW_CLUSTERS = 'vcovCL(found, cluster = {clusters}, type = "HC0", cadjust = FALSE)'
CLASSICAL = (
    Words("classical", "vcov(found)", {"divisor": "n-k"}),
    Words("classical", "vcov(found) * df.residual(found) / nobs(found)", {"divisor": "n"}),
)
SCORED = (
    Words("hc0", "sandwich(found)"),
    Words("hc1", "sandwich(found)", scaled=True),
    Words("clustered", RAW_CLUSTERS, suits=one_key, scaled=True),
    *(
        Words(
            "clustered",
            f'vcovCL(found, cluster = {{clusters}}, type = "HC0", cadjust = {each}, fix = {{fix}})',
            suits=suits,
            scaled=True,
        )
        for each, suits in {"FALSE": two_common, "TRUE": two_own}.items()
    ),
    Words(
        "driscoll_kraay",
        "vcovPL(found, cluster = rows$entity, order.by = rows$time, lag = {lags}, adjust = FALSE)",
        scaled=True,
    ),
    *(
        Words(
            "newey_west",
            "vcovPL(found, cluster = {by_end}, order.by = {steps}, lag = {lags}, aggregate = FALSE, "
            "adjust = FALSE)",
            {"lagged": lagged},
            suits,
            scaled=True,
        )
        for lagged, suits in {"rows": always, "periods": consecutive}.items()
    ),
)
INDEX = 'index = c("entity", "time")'
ABSORBED = f'plm::plm({{unabsorbed}}, rows, model = "within", {INDEX})'
LINEAR = (
    *CLASSICAL,
    *(Words(kind, f'vcovHC(found, type = "{kind.upper()}")') for kind in ("hc0", "hc1")),
    *(Words(kind, f'vcovHC(found, type = "{kind.upper()}")', LEFT) for kind in ("hc2", "hc3")),
    Words("clustered", 'vcovCL(found, cluster = {clusters}, type = "HC1")', suits=counts_all),
    *SCORED[2:],
    Words(
        "cr2",
        f'clubSandwich::vcovCR({ABSORBED}, cluster = {{clusters}}, type = "CR2")',
        suits=own_entities,
    ),
    Words("cr2", 'clubSandwich::vcovCR(found, cluster = {clusters}, type = "CR2")', suits=unweighted),
    Words(
        "cr3",
        'clubSandwich::vcovCR(found, cluster = {clusters}, type = "CR3")',
        {"centre": "estimate"},
        outside,
        scaled=True,
    ),
    Words(
        "cr3",
        f'clubSandwich::vcovCR({ABSORBED}, cluster = {{clusters}}, type = "CR3")',
        {"centre": "estimate"},
        own_entities,
        scaled=True,
    ),
)
AVERAGED = tuple(words for words in LINEAR if words.kind not in ("driscoll_kraay", "newey_west"))
BECK_KATZ = (
    'plm::vcovBK(plm::plm({formula}, rows, model = "pooling", index = c("entity", "time")), cluster = "time"'
)
CORRECTED = (
    *(
        Words("pcse", f"{BECK_KATZ}{diagonal})", {"sigma": sigma, "divisor": divisor}, scaled=True)
        for sigma, diagonal in {"pairwise": "", "heteroskedastic": ", diagonal = TRUE"}.items()
        for divisor in ("T", "n-k")
    ),
    *(
        Words(
            "pcse",
            "vcovPC(found, cluster = rows$entity, order.by = rows$time)",
            {"sigma": "casewise", "divisor": divisor},
            scaled=True,
        )
        for divisor in ("T", "n-k")
    ),
)
LIKELIHOOD = (Words("classical", "vcov(found)"), *SCORED)
OWN = (Words("own", "vcov(found)"),)
RANDOM = (
    CLASSICAL[0],
    Words("hc0", 'vcovHC(found, method = "white1", type = "HC0")'),
    Words("hc1", 'vcovHC(found, method = "white1", type = "HC0")', scaled=True),
    Words(
        "clustered",
        'vcovHC(found, method = "arellano", type = "HC0", cluster = "{group}")',
        suits=by_index,
        scaled=True,
    ),
    Words("driscoll_kraay", 'vcovSCC(found, type = "HC0", maxlag = {lags})', scaled=True),
    Words(
        "newey_west",
        'vcovNW(found, type = "HC0", maxlag = {lags})',
        {"lagged": "periods"},
        consecutive,
        scaled=True,
    ),
    Words("newey_west", 'vcovNW(found, type = "HC0", maxlag = {lags})', {"lagged": "rows"}, balanced, True),
)
COMPONENTS = {"exact": "swar", "wallace_hussain": "walhus", "amemiya": "amemiya", "nerlove": "nerlove"}
QUANTILE: dict[str, dict[str, str | None]] = {
    "ker": {
        "errors": "kernel",
        "kernel": "gaussian",
        "bandwidth": "hall_sheather",
        "quartiles": None,
    },
    "iid": {"errors": "iid_residuals", "bandwidth": "hall_sheather"},
    "nid": {"errors": "nid", "bandwidth": "hall_sheather"},
}
SANDWICH = ("sandwich",)
LEAST_SQUARES = "lm({formula}, data = rows{weights})"
ORDINAL = "data = rows, control = clm.control(gradTol = 1e-12, maxIter = 200)"


def linked(family: str) -> str:
    """A generalised linear model at its maximum."""
    return f"at_maximum(glm({{formula}}, data = rows, family = {family}{{offset}}{{weights}}))"


def system(more: str = "", divisor: str = "noDfCor") -> str:
    """Seemingly unrelated regressions; how the covariance of the equations is divided."""
    rows = f"pdata.frame(rows, {INDEX})"
    return f'systemfit({{formula}}, "SUR", data = {rows}, methodResidCov = "{divisor}"{more})'


STRICTLY_EXOGENOUS: dict[str, object] = {
    "predetermined": [],
    "endogenous": [],
    "lag_limits": None,
    "not_instruments": None,
    "transformation": "difference",
    "time_dummies": False,
    "small_sample": None,
    "h_matrix": "full",
}
TOBIT = (
    "tobit({formula}, left = {lower}, right = {upper}, data = rows{weights}, "
    "control = survreg.control(rel.tolerance = 1e-14, maxiter = 200))"
)
WAYS = (
    Way(("ols",), LEAST_SQUARES, (*LINEAR, *CORRECTED), None, needs=SANDWICH),
    Way(("ols",), LEAST_SQUARES, LINEAR, None, weighted=True, needs=SANDWICH),
    Way(
        ("between",),
        LEAST_SQUARES,
        AVERAGED,
        options={"reweight": False},
        prepare="rows <- entity_means(rows)",
        needs=SANDWICH,
    ),
    Way(
        ("between",),
        'lm({formula}, data = rows, weights = rows[["rows averaged"]])',
        tuple(words for words in AVERAGED if words.kind != "cr2"),
        options={"reweight": True},
        prepare="rows <- entity_means(rows)",
        needs=SANDWICH,
    ),
    Way(
        ("first_difference",),
        LEAST_SQUARES,
        (*LINEAR, *CORRECTED),
        prepare="rows <- changes(rows, {changing})",
        needs=SANDWICH,
    ),
    *(
        Way(
            ("random_effects",),
            f'plm({{formula}}, data = rows, {INDEX}, model = "random", random.method = "{method}")',
            RANDOM,
            options={"components": components},
            needs=("plm",),
        )
        for components, method in COMPONENTS.items()
    ),
    Way(
        ("random_effects",),
        f'plm({{formula}}, data = rows, {INDEX}, model = "random", random.method = "swar")',
        tuple(replace(words, suits=both(balanced, words.suits)) for words in RANDOM),
        options={"components": "harmonic"},
        needs=("plm",),
    ),
    Way(
        ("general_fgls",),
        f'pggls({{unabsorbed}}, data = rows, {INDEX}, model = "{{model}}")',
        OWN,
        None,
        needs=("plm",),
    ),
    Way(
        ("fama_macbeth",),
        "by_period({formula}, rows)",
        (
            Words(
                "own",
                "NeweyWest(found, lag = {own_lags}, prewhite = FALSE, adjust = FALSE) * "
                "nobs(found) / df.residual(found)",
            ),
        ),
        needs=SANDWICH,
    ),
    *(
        Way(
            ("fgls",),
            "by_variance({formula}, rows)",
            (Words("own", f"summary(found)$cov.unscaled{times}"), *SCORED),
            options={"panels": "heteroskedastic", "autocorrelation": "none", "iterate": False, "divisor": d},
            needs=SANDWICH,
        )
        for d, times in {"n": "", "n-k": " * nobs(found) / df.residual(found)"}.items()
    ),
    Way(
        ("fgls",),
        system(", pooled = TRUE"),
        OWN,
        options={"panels": "correlated", "autocorrelation": "none", "iterate": False, "divisor": "n"},
        needs=("plm", "systemfit"),
    ),
    *(
        Way(
            ("sur",),
            system(f"{common}{steps}", divided),
            OWN,
            options={"pooled": pooled, "divisor": divisor, "iterate": iterate},
            needs=("plm", "systemfit"),
        )
        for pooled, common in {False: "", True: ", pooled = TRUE, residCovWeighted = TRUE"}.items()
        for divisor, divided in {"T": "noDfCor", "T-k": "geomean"}.items()
        for iterate, steps in {False: "", True: ", maxiter = 10000, tol = 1e-13"}.items()
    ),
    *(
        Way(
            ("difference_gmm",),
            f'pgmm({{dynamic}}, data = rows, {INDEX}, effect = "individual", model = "{steps}", '
            "collapse = {collapse})",
            (Words("own", f"{variance}(found)", suits=from_two),),
            options={**STRICTLY_EXOGENOUS, "lags": 1, **options},
            needs=("plm",),
        )
        for steps, variance, options in (
            ("onestep", "vcovHC", {"steps": 1, "robust": True}),
            ("twosteps", "vcovHC", {"steps": 2, "windmeijer": True}),
            ("twosteps", "vcov", {"steps": 2, "windmeijer": False}),
        )
    ),
    Way(("logit",), linked("binomial"), LIKELIHOOD, weighted=None, needs=SANDWICH),
    Way(
        ("probit",),
        linked('binomial("probit")'),
        LIKELIHOOD,
        weighted=None,
        options={"information": "expected"},
        needs=SANDWICH,
    ),
    Way(
        ("probit",),
        f'clm({{graded}}, link = "probit", {ORDINAL})',
        (LIKELIHOOD[0], *(replace(words, suits=both(no_offset, words.suits)) for words in SCORED)),
        levelled=True,
        options={"information": "observed"},
        needs=("ordinal", "sandwich"),
    ),
    Way(("ppml",), linked("poisson"), LIKELIHOOD, None, weighted=None, needs=SANDWICH),
    Way(("fractional_logit",), linked("quasibinomial"), SCORED, weighted=None, needs=SANDWICH),
    Way(
        ("conditional_logit",),
        'clogit({stratified}, data = rows, method = "exact", '
        "control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100))",
        LIKELIHOOD[:1],
        None,
        absorbing=True,
        needs=("survival",),
    ),
    *(
        Way(
            (f"ordered_{link}",),
            f'clm({{graded}}, link = "{link}", {ORDINAL})',
            LIKELIHOOD,
            needs=("ordinal", "sandwich"),
        )
        for link in ("logit", "probit")
    ),
    Way(
        ("tobit",),
        TOBIT,
        LIKELIHOOD,
        options={"mundlak": False},
        needs=("AER", "sandwich"),
    ),
    Way(("tobit",), TOBIT, LIKELIHOOD[:1], weighted=True, options={"mundlak": False}, needs=("AER",)),
    Way(
        ("iv_2sls",),
        "ivreg({instrumented}, data = rows{weights})",
        (*CLASSICAL, *SCORED),
        None,
        weighted=None,
        needs=("AER", "sandwich"),
    ),
    *(
        Way(
            ("quantile",),
            "rq({formula}, tau = {q}, data = rows)",
            (Words("own", f'summary(found, se = "{se}", covariance = TRUE)$cov'),),
            options=options,
            needs=("quantreg",),
        )
        for se, options in QUANTILE.items()
    ),
)
