"""Words of Stata, R and Python for estimators, errors and tests -> what a study file says for them."""

from __future__ import annotations

from collections.abc import Mapping

WITHIN = 'estimator = "ols" with effects = ["entity"]'
CONDITIONAL = 'estimator = "conditional_logit" with effects = ["entity"]'
ESTIMATORS = {
    **dict.fromkeys(("reg", "regress", "lm", "pooled", "pooling", "pooledols", "wls", "gls"), "ols"),
    **dict.fromkeys(("fe", "within", "xtreg", "areg", "reghdfe", "feols", "plm", "panelols", "lsdv"), WITHIN),
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
    **dict.fromkeys(("xtabond", "xtabond2", "abond", "pgmm", "arellano_bond"), "difference_gmm"),
    **dict.fromkeys(("xtdpdsys", "blundell_bond", "sysgmm"), "system_gmm"),
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


def ours(word: str, elsewhere: Mapping[str, str]) -> str:
    """The end of a message about a word of another program: what a study file says for it."""
    if (said := elsewhere.get(word.lower())) is None:
        return ""
    return f" ({word} of other programs is {said if ' ' in said else repr(said)} here)"
