"""Our estimators and errors in Stata's words."""

from __future__ import annotations

from replication.export.exported_model import ExportedError, ExportedModel
from replication.export.ways import Way, Words, counts_all, nested


def two_keys(model: ExportedModel, error: ExportedError) -> bool:
    """Two keys, the smaller number of groups for all parts, as reghdfe."""
    counted = error.options["groups_factor"] and error.options["parameters_factor"]
    return bool(counted) and error.options["groups"] == "min" and len(error.options["cluster"]) == 2


REGRESS = (
    Words("classical", "", {"divisor": "n-k"}),
    Words("hc1", ", vce(robust)"),
    Words("hc2", ", vce(hc2)"),
    Words("hc3", ", vce(hc3)"),
    Words("clustered", ", vce(cluster {clusters})", suits=counts_all),
)
ABSORBED = (
    Words("classical", "", {"divisor": "n-k"}),
    Words("hc1", " vce(robust)"),
    Words("clustered", " vce(cluster {clusters})", suits=nested),
    Words("clustered", " vce(cluster {clusters})", suits=two_keys),
)
PCSE = (
    Words("pcse", ", pairwise", {"sigma": "pairwise", "divisor": "T"}),
    Words("pcse", ", casewise", {"sigma": "casewise", "divisor": "T"}),
    Words("pcse", ", hetonly", {"sigma": "heteroskedastic", "divisor": "T"}),
    Words("pcse", ", pairwise nmk", {"sigma": "pairwise", "divisor": "n-k"}),
)
NO_FACTOR = {"correction": "none"}
MAXIMUM = (Words("classical", ""),)
WAYS = (
    Way(("ols",), "regress {y} {x}{dummies}{if_}{weights}{options}", REGRESS, weighted=None),
    Way(
        ("ols",),
        "reghdfe {y} {x}{if_}{weights}, absorb({effects})",
        ABSORBED,
        None,
        absorbing=True,
        weighted=None,
    ),
    Way(
        ("ols",), "areg {y} {x}{if_}{weights}, absorb({effects})",
        (Words("clustered", " vce(cluster {clusters})", suits=counts_all),), ("entity",),
        absorbing=True, weighted=None,
    ),
    Way(("ols",), "xtpcse {y} {x}{dummies}{if_}{options}", PCSE, None),
    Way(("ols",), "xtscc {y} {x}{if_}", (Words("driscoll_kraay", ", lag({lags})", NO_FACTOR),),
        levelled=True),
    Way(("ols",), "xtscc {y} {x}{if_}",
        (Words("driscoll_kraay", ", fe lag({lags})", NO_FACTOR),), ("entity",), absorbing=True),
    Way(("ols",), "newey {y} {x}{if_}{options}",
        (Words("newey_west", ", lag({lags}) force", {"correction": "n-k", "lagged": "rows"}),)),
    Way(("between",), "xtreg {y} {x}{if_}, be", (Words("classical", "", {"divisor": "n-k"}),),
        options={"reweight": False}, levelled=True),
    Way(("between",), "xtreg {y} {x}{if_}, be wls", (Words("classical", "", {"divisor": "n-k"}),),
        options={"reweight": True}, levelled=True),
    Way(("first_difference",), "regress D.({y} {x}){if_}{options}", REGRESS, options={"constant": True}),
    Way(("first_difference",), "regress D.({y} {x}){if_}, noconstant",
        (Words("classical", "", {"divisor": "n-k"}),), options={"constant": False}),
    Way(("random_effects",), "xtreg {y} {x}{if_}, re", MAXIMUM, options={"components": "harmonic"},
        levelled=True),
    Way(("random_effects",), "xtreg {y} {x}{if_}, re sa", MAXIMUM, options={"components": "exact"},
        levelled=True),
    Way(("logit",), "logit {y} {x}{if_}{options}", MAXIMUM),
    Way(("probit",), "probit {y} {x}{if_}{options}", MAXIMUM, options={"information": "observed"}),
    Way(("conditional_logit",), "clogit {y} {x}{if_}, group({effects})", MAXIMUM, None, absorbing=True),
    Way(("ordered_logit",), "ologit {y} {x}{if_}", MAXIMUM),
    Way(("ordered_probit",), "oprobit {y} {x}{if_}", MAXIMUM),
    Way(("ppml",), "poisson {y} {x}{dummies}{if_}{options}", MAXIMUM, None),
    Way(("negative_binomial",), "nbreg {y} {x}{if_}{options}", MAXIMUM),
    Way(("tobit",), "tobit {y} {x}{if_}, ll(0){constant}", MAXIMUM, options={"lower": 0.0, "upper": None}),
    Way(("iv_2sls",), "ivregress 2sls {y} {x}{dummies} ({endogenous} = {instruments}){if_}, small{constant}",
        (Words("classical", "", {"divisor": "n-k"}), Words("hc1", " vce(robust)")), None),
    Way(("liml",), "ivregress liml {y} {x}{dummies} ({endogenous} = {instruments}){if_}, small{constant}",
        (Words("classical", "", {"divisor": "n-k"}), Words("hc1", " vce(robust)")), None),
    Way(("iv_gmm",), "ivreg2 {y} {x}{dummies} ({endogenous} = {instruments}){if_}, gmm2s robust{constant}",
        (Words("own", ""),), None, options={"moments": "robust"}),
    Way(("heckman_ml",), "heckman {y} {x}{if_}, select({selected} = {selection}){constant}", MAXIMUM),
    Way(("heckman_two_step",), "heckman {y} {x}{if_}, select({selected} = {selection}){constant} twostep",
        (Words("own", ""),)),
    Way(("prais_winsten",), "xtpcse {y} {x}{if_}, correlation(ar1){constant}",
        (Words("pcse", " pairwise", {"sigma": "pairwise", "divisor": "T"}),),
        options={"autocorrelation": "common", "rho": "regress"}),
)  # fmt: skip
