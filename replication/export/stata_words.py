"""Our estimators and errors in Stata's words."""

from __future__ import annotations

from replication.export.exported_model import ExportedError, ExportedModel
from replication.export.ways import LEFT, Way, Words, counts_all, nested


def two_keys(model: ExportedModel, error: ExportedError) -> bool:
    """Two keys, the smaller number of groups for all parts, as reghdfe."""
    counted = error.options["groups_factor"] and error.options["parameters_factor"]
    return bool(counted) and error.options["groups"] == "min" and len(error.options["cluster"]) == 2


REGRESS = (
    Words("classical", "", {"divisor": "n-k"}),
    Words("hc1", ", vce(robust)"),
    Words("hc2", ", vce(hc2)", LEFT),
    Words("hc3", ", vce(hc3)", LEFT),
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
# Since its version 1.3 xtscc multiplies by T/(T-1) and (n-1)/(n-k) unless told `ase`.
DRISCOLL_KRAAY = (
    Words("driscoll_kraay", ", lag({lags}) ase", {"correction": "none"}),
    Words("driscoll_kraay", ", lag({lags})", {"correction": "fixest"}),
)
STRICTLY_EXOGENOUS: dict[str, object] = {
    "predetermined": [],
    "endogenous": [],
    "lag_limits": None,
    "not_instruments": None,
    "time_dummies": False,
}
MAXIMUM = (Words("classical", ""),)
WAYS = (
    Way(("ols",), "regress {y} {x}{dummies}{if_}{weights}{options}", REGRESS, weighted=None),
    Way(
        ("ols",),
        "reghdfe {y} {x}{if_}{weights}, absorb({effects}) keepsingletons",
        ABSORBED,
        None,
        absorbing=True,
        weighted=None,
        needs=("reghdfe",),
    ),
    Way(
        ("ols",), "areg {y} {x}{if_}{weights}, absorb({effects})",
        (Words("clustered", " vce(cluster {clusters})", suits=counts_all),), ("entity",),
        absorbing=True, weighted=None,
    ),
    Way(("ols",), "xtpcse {y} {x}{dummies}{if_}{options}", PCSE, None),
    Way(("ols",), "xtscc {y} {x}{dummies}{if_}{options}", DRISCOLL_KRAAY, None, needs=("xtscc",)),
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
    Way(("fama_macbeth",), "xtfmb {y} {x}{if_}", (Words("own", ""),), options={"lags": 0}, levelled=True,
        needs=("xtfmb",)),
    Way(("fama_macbeth",), "xtfmb {y} {x}{if_}, lag({own_lags})", (Words("own", ""),), levelled=True,
        needs=("xtfmb",)),
    Way(("fgls",), "xtgls {y} {x}{if_}, panels({panels}){correlation}{iterated}{constant}",
        (Words("own", ""),), options={"divisor": "n"}),
    Way(("fgls",), "xtgls {y} {x}{if_}, panels({panels}){correlation}{iterated} nmk{constant}",
        (Words("own", ""),), options={"divisor": "n-k"}),
    *(
        Way((estimator,), f"xtabond2 {{y}} L.{{y}} {{x}}, {{moments}}{equation}{{gmm_options}}",
            (Words("own", ""),), options={**STRICTLY_EXOGENOUS, "lags": 1}, prepare="keep{if_}",
            needs=("xtabond2",))
        for estimator, equation in {"difference_gmm": " noleveleq", "system_gmm": "{constant}"}.items()
    ),
    Way(("logit",), "logit {y} {x}{if_}{options}", MAXIMUM),
    Way(("probit",), "probit {y} {x}{if_}{options}", MAXIMUM, options={"information": "observed"}),
    Way(("conditional_logit",), "clogit {y} {x}{if_}, group({effects})", MAXIMUM, None, absorbing=True),
    Way(("ordered_logit",), "ologit {y} {x}{if_}", MAXIMUM),
    Way(("ordered_probit",), "oprobit {y} {x}{if_}", MAXIMUM),
    Way(("ppml",), "poisson {y} {x}{dummies}{if_}{options}", MAXIMUM, None),
    Way(("negative_binomial",), "nbreg {y} {x}{if_}{options}", MAXIMUM),
    Way(("tobit",), "tobit {y} {x}{if_},{limits}{constant}", MAXIMUM, options={"mundlak": False}),
    Way(("iv_2sls",), "ivregress 2sls {y} {x}{dummies} ({endogenous} = {instruments}){if_}, small{constant}",
        (Words("classical", "", {"divisor": "n-k"}), Words("hc1", " vce(robust)")), None),
    Way(("iv_2sls",), "ivregress 2sls {y} {x}{dummies} ({endogenous} = {instruments}){if_}{options}",
        (Words("classical", "", {"divisor": "n"}), Words("hc0", ", vce(robust)")), None),
    Way(("liml",), "ivregress liml {y} {x}{dummies} ({endogenous} = {instruments}){if_}, small{constant}",
        (Words("classical", "", {"divisor": "n-k"}), Words("hc1", " vce(robust)")), None),
    Way(("iv_gmm",), "ivreg2 {y} {x} ({endogenous} = {instruments}){if_}, gmm2s robust{constant}",
        (Words("own", ""),), options={"moments": "robust"}, needs=("ivreg2",)),
    Way(("heckman_ml",), "heckman {y} {x}{if_}, select({selected} = {selection}){constant}", MAXIMUM),
    Way(("heckman_two_step",), "heckman {y} {x}{if_}, select({selected} = {selection}){constant} twostep",
        (Words("own", ""),)),
    *(
        Way(("prais_winsten",),
            f"xtpcse {{y}} {{x}}{{if_}}, correlation({{ar}}) rhotype({{rho}}){weighing}{{constant}}",
            (Words("pcse", " pairwise", {"sigma": "pairwise", "divisor": "T"}),),
            options={"average": average, "iterate": False})
        for average, weighing in {"T-1": "", "T": " np1"}.items()
    ),
)  # fmt: skip
