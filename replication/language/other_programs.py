"""Words of Stata, R and Python for estimators, errors, tests and keys -> what a study file says for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """A key of a model, and what stands behind its equals sign: names, or text as it is written."""

    name: str
    value: str | Sequence[str]

    def __str__(self) -> str:
        return f"{self.name} = {self.value if isinstance(self.value, str) else json.dumps(self.value)}"


@dataclass(frozen=True)
class Keys:
    """Keys that together say what another program has one word for."""

    keys: tuple[Key, ...]

    def __str__(self) -> str:
        return " with ".join(map(str, self.keys))


def _keys(estimator: str, **others: str | Sequence[str]) -> Keys:
    return Keys((Key("estimator", estimator), *(Key(name, value) for name, value in others.items())))


WITHIN = _keys('"ols"', effects=["entity"])
ESTIMATORS: Mapping[str, str | Keys] = {
    **dict.fromkeys(("reg", "regress", "lm", "pooled", "pooling", "pooledols", "gls"), "ols"),
    "wls": _keys('"ols"', weights='"..."'),
    **dict.fromkeys(("fe", "within", "xtreg", "areg", "reghdfe", "feols", "plm", "panelols", "lsdv"), WITHIN),
    **dict.fromkeys(("fixed", "fixed_effects", "fixedeffects"), WITHIN),
    "twfe": _keys('"ols"', effects=["entity", "time"]),
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
    **dict.fromkeys(("heckman", "heckit", "selection"), _keys('"heckman_ml" or "heckman_two_step"')),
    **dict.fromkeys(("xttobit", "censreg"), "tobit_random_effects"),
    **dict.fromkeys(("fracreg", "fractional"), "fractional_logit"),
    **dict.fromkeys(
        ("xtlogit", "clogit", "conditionallogit"), _keys('"conditional_logit"', effects=["entity"])
    ),
    **dict.fromkeys(("feglm", "glm"), "logit"),
    **dict.fromkeys(("ologit", "polr", "orderedmodel"), "ordered_logit"),
    "oprobit": "ordered_probit",
    **dict.fromkeys(("prais", "cochrane_orcutt"), "prais_winsten"),
    **dict.fromkeys(("sureg", "systemfit"), "sur"),
    "xtgls": "fgls",
    "churdle": "two_part",
    "xtpcse": _keys('"ols"', covariance='[{ kind = "pcse" }]'),
    "newey": _keys('"ols"', covariance='[{ kind = "newey_west" }]'),
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


def ours(word: str, elsewhere: Mapping[str, str | Keys]) -> str:
    """What a study file says for a word of another program, for a message; nothing if that is not known."""
    said = str(elsewhere.get(word.strip().lower(), ""))
    return said if " " in said or not said else repr(said)
