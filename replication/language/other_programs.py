"""Words of Stata, R and Python for estimators, errors, tests and keys -> what a study file says for them."""

from __future__ import annotations

from collections.abc import Mapping

WITHIN = 'estimator = "ols" with effects = ["entity"]'
CONDITIONAL = 'estimator = "conditional_logit" with effects = ["entity"]'
ESTIMATORS = {
    **dict.fromkeys(("reg", "regress", "lm", "pooled", "pooling", "pooledols", "gls"), "ols"),
    "wls": 'estimator = "ols" with weights = "..."',
    **dict.fromkeys(("fe", "within", "xtreg", "areg", "reghdfe", "feols", "plm", "panelols", "lsdv"), WITHIN),
    **dict.fromkeys(("fixed", "fixed_effects", "fixedeffects"), WITHIN),
    "twfe": 'estimator = "ols" with effects = ["entity", "time"]',
    **dict.fromkeys(("re", "random", "randomeffects"), "random_effects"),
    **dict.fromkeys(("be", "betweenols"), "between"),
    **dict.fromkeys(("fd", "firstdifferenceols"), "first_difference"),
    **dict.fromkeys(("fmb", "xtfmb", "famamacbeth"), "fama_macbeth"),
    **dict.fromkeys(("poisson", "fepois", "ppmlhdfe", "xtpoisson", "pqml"), "ppml"),
    **dict.fromkeys(("nbreg", "xtnbreg", "negbin", "fenegbin", "glm.nb"), "negative_binomial"),
    **dict.fromkeys(
        ("iv", "2sls", "tsls", "ivreg", "ivreg2", "ivregress", "ivreghdfe", "xtivreg"), "iv_2sls"
    ),
    **dict.fromkeys(("xtabond", "xtabond2", "abond", "pgmm", "arellano_bond", "ab"), "difference_gmm"),
    **dict.fromkeys(("xtdpdsys", "blundell_bond", "sysgmm", "bb"), "system_gmm"),
    **dict.fromkeys(("xtlsdvc", "kiviet"), "lsdvc"),
    **dict.fromkeys(("qreg", "rq", "quantreg"), "quantile"),
    **dict.fromkeys(("heckman", "heckit", "selection"), 'estimator = "heckman_ml" or "heckman_two_step"'),
    **dict.fromkeys(("xttobit", "censreg"), "tobit_random_effects"),
    **dict.fromkeys(("fracreg", "fractional"), "fractional_logit"),
    **dict.fromkeys(("xtlogit", "clogit", "conditionallogit"), CONDITIONAL),
    **dict.fromkeys(("feglm", "glm"), "logit"),
    **dict.fromkeys(("ologit", "polr", "orderedmodel"), "ordered_logit"),
    "oprobit": "ordered_probit",
    **dict.fromkeys(("prais", "cochrane_orcutt"), "prais_winsten"),
    **dict.fromkeys(("sureg", "systemfit"), "sur"),
    "xtgls": "fgls",
    "churdle": "two_part",
    "xtpcse": 'estimator = "ols" with covariance = [{ kind = "pcse" }]',
    "newey": 'estimator = "ols" with covariance = [{ kind = "newey_west" }]',
}
BY_TWO = 'kind = "clustered" with cluster = ["entity", "time"]'
COVARIANCES = {
    **dict.fromkeys(("robust", "white", "hc", "heteroskedastic", "hetero", "sandwich"), "hc1"),
    **dict.fromkeys(("cluster", "cr1", "crv1", "cluster_robust", "vcovcl"), "clustered"),
    **dict.fromkeys(("crv2",), "cr2"),
    **dict.fromkeys(("crv3", "jackknife"), "cr3"),
    **dict.fromkeys(("twoway", "two_way", "double"), BY_TWO),
    **dict.fromkeys(("iid", "nonrobust", "unadjusted", "homoskedastic", "ols", "default"), "classical"),
    **dict.fromkeys(("hac", "newey", "nw", "kernel", "vcovhac"), "newey_west"),
    **dict.fromkeys(("dk", "scc", "xtscc", "driscoll", "vcovscc"), "driscoll_kraay"),
    **dict.fromkeys(("boottest", "wild", "wcb", "wildboottest"), "wild_bootstrap"),
    **dict.fromkeys(("bootstrap", "boot", "bs"), "pairs_bootstrap"),
    **dict.fromkeys(("xtpcse", "beck_katz", "vcovbk"), "pcse"),
}
DIAGNOSTICS = {
    **dict.fromkeys(("pwartest", "wooldridge"), "wooldridge_ar"),
    **dict.fromkeys(("xtserial", "pwfdtest"), "wooldridge_differences"),
    **dict.fromkeys(("xtcsd", "pcdtest", "cd"), "pesaran_cd"),
    **dict.fromkeys(("hettest", "bptest", "het"), "breusch_pagan"),
    **dict.fromkeys(("bgodfrey", "bgtest", "serial"), "breusch_godfrey"),
    **dict.fromkeys(("phtest",), "hausman"),
}


BY_CLUSTER = 'covariance = [{ kind = "clustered", cluster = ["..."] }]'
ROBUST, WHERE = 'covariance = [{ kind = "hc1" }]', 'where = "..."'
FORMULA, INSTRUMENTED = 'formula = "y ~ x + z"', "options = { endogenous = [...], instruments = [...] }"
MODEL_KEYS = {
    **dict.fromkeys(("fe", "fixed_effects", "fixef", "entity_effects"), 'effects = ["entity"]'),
    **dict.fromkeys(("absorb", "fixed", "twoway"), 'effects = ["entity", "time"]'),
    **dict.fromkeys(("time_effects", "year_effects"), 'effects = ["time"]'),
    **dict.fromkeys(("robust", "vce", "vcov", "cov", "cov_type", "se", "errors", "standard_errors"), ROBUST),
    **dict.fromkeys(("cluster", "clusters", "clustered", "cluster_by"), BY_CLUSTER),
    "bootstrap": 'covariance = [{ kind = "wild_bootstrap" }]',
    **dict.fromkeys(("if", "subset", "filter", "sample", "rows", "condition"), WHERE),
    **dict.fromkeys(("name", "model"), 'id = "..."'),
    **dict.fromkeys(("y", "x", "outcome", "dependent", "depvar", "lhs", "rhs", "controls"), FORMULA),
    **dict.fromkeys(("regressors", "equation", "endog", "exog"), FORMULA),
    **dict.fromkeys(("noconstant", "nocons", "constant", "const", "no_intercept"), "intercept = false"),
    **dict.fromkeys(("method", "command", "family", "type"), 'estimator = "ols"'),
    **dict.fromkeys(("instruments", "endogenous", "instrument", "iv"), INSTRUMENTED),
    **dict.fromkeys(("selection", "select", "selected"), 'options = { selected = "...", selection = [...] }'),
    **dict.fromkeys(("quantile", "tau", "q"), "options = { q = 0.5 }"),
    **dict.fromkeys(("lower", "ll", "upper", "ul"), "options = { lower = 0 }"),
    **dict.fromkeys(("weight", "aweight", "pweight", "aweights", "pweights", "aw", "pw"), 'weights = "..."'),
    **dict.fromkeys(("margins", "mfx", "marginal"), 'marginal_effects = "outcome"'),
}  # fmt: skip
STUDY_KEYS = {
    **dict.fromkeys(("panel", "panelvar", "unit", "group", "country", "i", "index"), 'entity = "..."'),
    **dict.fromkeys(("year", "timevar", "t", "period", "date", "years"), 'time = "..."'),
    **dict.fromkeys(("file", "path", "dataset", "csv", "panel_data", "use", "source"), 'data = "panel.csv"'),
    **dict.fromkeys(("na", "nas", "na_values", "na_strings", "missing_values"), 'missing = [".."]'),
    **dict.fromkeys(("skiprows", "skip", "header_row"), "header = 2"),
    **dict.fromkeys(("sheet_name", "worksheet"), 'sheet = "..."'),
    **dict.fromkeys(("dtype", "dtypes", "string", "texts"), 'text = ["..."]'),
    **dict.fromkeys(("rename", "names"), 'columns = { gdp = "GDP (current US$)" }'),
    **dict.fromkeys(("sep", "separator", "delimiter"), "nothing: what parts the fields is found"),
}  # fmt: skip


def ours(word: str, elsewhere: Mapping[str, str]) -> str:
    """What a study file says for a word of another program, for a message; nothing if that is not known."""
    said = elsewhere.get(word.strip().lower(), "")
    return said if " " in said or not said else repr(said)
