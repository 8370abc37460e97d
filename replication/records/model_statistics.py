"""Every statistic that a model can have, declared once: what it is called, how it is printed and judged.

Three classes of number: a *result* may differ between machines by its tolerance, an *exact* one must be
equal, and *telemetry* (how a search went) is noise of the machine: kept apart, never published, never
compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Class = Literal["result", "exact", "telemetry"]
Measure = Literal["count", "figure", "share", "test", "p"]


@dataclass(frozen=True)
class Declared:
    """One statistic.

    Attributes
    ----------
    label : str
        Its printed words.
    measure : str
        What kind of figure it is: a whole number, a figure in units of the data, a share (R2), a test
        statistic or a p value; by it, it is rounded and its tolerance chosen.
    number : str
        Its class: result, exact or telemetry.
    of : str
        What a model always has several of it for ("regressor", "test"). Any other may stand once for the
        model and again for an equation or an entity.
    footer : int or None
        Its place among the statistics under a table of models; None keeps it to the model's account.
    p_of : str
        For a p value: the statistic that it is printed behind.
    df : tuple of str
        For a test: its degrees of freedom, where they are printed between it and its p value.
    """

    label: str
    measure: Measure
    number: Class = "result"
    of: str = ""
    footer: int | None = None
    p_of: str = ""
    df: tuple[str, ...] = ()


def _count(label: str, of: str = "", footer: int | None = None) -> Declared:
    return Declared(label, "count", "exact", of, footer)


def _share(label: str, of: str = "", footer: int | None = None) -> Declared:
    return Declared(label, "share", of=of, footer=footer)


def _figure(label: str, of: str = "", footer: int | None = None) -> Declared:
    return Declared(label, "figure", of=of, footer=footer)


def _test(
    name: str,
    label: str,
    *,
    p: str = "",
    df: str = "",
    of: str = "",
    prints_df: bool = False,
    approximated: str = "",
) -> dict[str, Declared]:
    """A test statistic, its p value and its degrees of freedom under the names that they have.

    Those that an error for few clusters approximates are a result, all others exact.
    """
    names = tuple(df.split())
    words = ("df1", "df2") if len(names) > 1 else ("df",)
    found = {name: Declared(label, "test", of=of, df=names if prints_df else ())}
    found |= {p: Declared(f"{label}, p value", "p", of=of, p_of=name)} if p else {}
    found |= {each: _count(f"{label}, {word}", of) for each, word in zip(names, words, strict=False)}
    return found | ({approximated: replace(found[approximated], number="result")} if approximated else {})


STATISTICS: Mapping[str, Declared] = {
    # rows
    "nobs": _count("Observations", footer=0),
    "entities": _count("Entities", footer=1),
    "periods": _count("Periods", footer=2),
    "df_resid": _count("Residual df"),
    "rows_in_panel": _count("Rows in panel"),
    "dropped": _count("Dropped", "cause"),
    "rows_averaged": _count("Rows averaged"),
    "selected": _count("Selected"),
    "not_selected": _count("Not selected"),
    "positive": _count("Positive"),
    "uncensored": _count("Uncensored"),
    "censored_lower": _count("Censored lower"),
    "censored_upper": _count("Censored upper"),
    "separated_rows": _count("Separated rows"),
    "lost_outcome_lags": _count("Lost outcome lags"),
    "lost_missing_regressors": _count("Lost missing regressors"),
    "lost_transformation": _count("Lost transformation"),
    "lost_outcome_lags_or_regressors": _count("Lost outcome lags or regressors"),
    "instruments": _count("Instruments", footer=4),
    "covariance_rank": _count("Covariance rank"),
    # choices that were made
    "points": _count("Points"),
    "replications": _count("Replications"),
    "seed": _count("Seed"),
    "lower": _figure("Lower"),
    "upper": _figure("Upper"),
    # fit
    "rsquared": _share("R²", footer=7),
    "rsquared_adjusted": _share("R², adjusted", footer=8),
    "rsquared_within": _share("R², within", footer=9),
    "rsquared_between": _share("R², between", footer=10),
    "rsquared_overall": _share("R², overall", footer=11),
    "rsquared_lsdv": _share("R², with effects", footer=12),
    "rsquared_pseudo": _share("Pseudo R²", footer=13),
    "rsquared_mcelroy": _share("R², McElroy"),
    "partial_rsquared": _share("Partial R²", "regressor"),
    "loglikelihood": _figure("Log likelihood", footer=14),
    "aic": _figure("AIC"),
    "bic": _figure("BIC"),
    "loglikelihood_null": _figure("Log likelihood, constant alone"),
    "amount_loglikelihood": _figure("Log likelihood of the amount"),
    "levels_loglikelihood": _figure("Log likelihood in levels"),
    "deviance": _figure("Deviance"),
    "sum_deviations": _figure("Sum of deviations"),
    # parameters and components
    "sigma": _figure("σ"),
    "sigma_u": _figure("σ u"),
    "sigma_e": _figure("σ e"),
    "rho": _figure("Rho"),
    "theta_min": _figure("Theta min"),
    "theta_median": _figure("Theta median"),
    "theta_max": _figure("Theta max"),
    "lambda": _figure("Lambda"),
    "alpha": _figure("Alpha"),
    "kappa": _figure("Kappa"),
    "sparsity": _figure("Sparsity"),
    "bandwidth_hall_sheather": _figure("Bandwidth, Hall-Sheather"),
    "bandwidth_bofinger": _figure("Bandwidth, Bofinger"),
    "bandwidth_bofinger_koenker": _figure("Bandwidth, Bofinger (Koenker)"),
    "bandwidth_chamberlain": _figure("Bandwidth, Chamberlain"),
    "bandwidth": _figure("Bandwidth", "kernel"),
    "lag_uncorrected": _figure("Lag, uncorrected"),
    "lag_initial": _figure("Lag, initial"),
    "durbin_watson_before": _figure("Durbin-Watson before"),
    "durbin_watson_after": _figure("Durbin-Watson after"),
    "vif": _figure("VIF", "regressor"),
    "hausman_positive": _count("Hausman, positive"),
    # tests of the model
    **_test(
        "slopes_f",
        "F, all slopes",
        p="slopes_f_p",
        df="slopes_f_df1 slopes_f_df2",
        prints_df=True,
        approximated="slopes_f_df2",
    ),
    **_test("slopes_chi2", "χ², all slopes", p="slopes_chi2_p", df="slopes_chi2_df", prints_df=True),
    **_test("lr_statistic", "LR statistic", p="lr_p", df="lr_df"),
    **_test("lr_overdispersion", "LR, overdispersion"),
    **_test("lr_pooled", "LR, pooled"),
    **_test("lr_rho_zero", "LR, rho zero"),
    **_test("effects_f", "Effects F", p="effects_p", df="effects_df1 effects_df2"),
    **_test("hausman_chi2", "Hausman χ²", p="hausman_p", df="hausman_df"),
    **_test("breusch_pagan_lm", "Breusch-Pagan LM", p="breusch_pagan_p", df="breusch_pagan_df"),
    **_test("breusch_pagan_chi2", "Breusch-Pagan χ²", p="breusch_pagan_chi2_p", df="breusch_pagan_chi2_df"),
    **_test("pesaran_cd", "Pesaran CD", p="pesaran_cd_p"),
    **_test(
        "wooldridge_ar_f", "Wooldridge AR F", p="wooldridge_ar_p", df="wooldridge_ar_df1 wooldridge_ar_df2"
    ),
    **_test(
        "wooldridge_differences_f",
        "Wooldridge differences F",
        p="wooldridge_differences_p",
        df="wooldridge_differences_df1 wooldridge_differences_df2",
    ),
    **_test("breusch_godfrey_chi2", "Breusch-Godfrey χ²", p="breusch_godfrey_p", df="breusch_godfrey_df"),
    # tests of instruments
    "effective_f": Declared("Effective F", "test", footer=5),
    "kleibergen_paap_f": Declared("Kleibergen-Paap F", "test", footer=6),
    "cragg_donald_f": Declared("Cragg-Donald F", "test"),
    "first_stage_f": Declared("First stage F", "test", of="regressor"),
    **_test("anderson_lm", "Anderson canonical correlations LM", p="anderson_lm_p", df="anderson_lm_df"),
    **_test("kleibergen_paap_lm", "Kleibergen-Paap LM", p="kleibergen_paap_lm_p", df="kleibergen_paap_lm_df"),
    **_test("sargan", "Sargan", p="sargan_p", df="sargan_df"),
    **_test("hansen", "Hansen", p="hansen_p", df="hansen_df"),
    **_test("sargan_pgmm", "Sargan (pgmm)", p="sargan_pgmm_p", df="sargan_pgmm_df"),
    **_test("durbin", "Durbin", p="durbin_p"),
    **_test("wu_hausman", "Wu-Hausman", p="wu_hausman_p"),
    **_test("anderson_rubin_f", "Anderson-Rubin F", p="anderson_rubin_p"),
    "anderson_rubin_low": _figure("Anderson-Rubin low"),
    "anderson_rubin_high": _figure("Anderson-Rubin high"),
    "anderson_rubin_gap_low": _figure("Anderson-Rubin gap low"),
    "anderson_rubin_gap_high": _figure("Anderson-Rubin gap high"),
    **_test("ar1", "AR(1)", p="ar1_p"),
    **_test("ar2", "AR(2)", p="ar2_p"),
    # what a study asks of a model beside its coefficients
    **_test("test_f", "F", p="test_f_p", df="test_f_df1 test_f_df2", of="test", approximated="test_f_df2"),
    **_test("test_chi2", "χ²", p="test_chi2_p", df="test_chi2_df", of="test"),
    "holm_p": Declared("Holm, p value", "p", of="regressor"),
    "romano_wolf_p": Declared("Romano-Wolf, p value", "p", of="regressor"),
    "randomization_p": Declared("Randomization, p value", "p"),
    "randomization_assignments": _count("Randomization assignments"),
    # how a search went
    **{
        name: Declared(label, "figure", "telemetry")
        for name, label in {
            "iterations": "Iterations",
            "gradient_norm": "Gradient norm",
            "hessian_condition": "Condition of the Hessian",
            "quadrature_change": "Change under twice the points",
        }.items()
    },
}
