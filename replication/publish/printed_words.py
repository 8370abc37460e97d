"""Words of the package (`pcse`, `hausman_p`, `rsquared_within`) as a reader of a table knows them."""

from __future__ import annotations

from collections.abc import Mapping

from replication.errors import StudyError
from replication.language.syntax import Call, parse, show

_NAMES = {
    "nobs": "observations",
    "rsquared": "R²",
    "rsquared_adjusted": "R², adjusted",
    "rsquared_within": "R², within",
    "rsquared_between": "R², between",
    "rsquared_overall": "R², overall",
    "rsquared_lsdv": "R², with effects",
    "rsquared_pseudo": "pseudo R²",
    "loglikelihood": "log likelihood",
    "f_statistic": "F, all slopes",
    "f": "F, all slopes",
    "df_resid": "residual df",
}
# Parts of a name that are not written like other words.
_PARTS = {
    "pcse": "panel-corrected",
    "ols": "OLS",
    "2sls": "2SLS",
    "ml": "ML",
    "fgls": "FGLS",
    "lsdvc": "LSDVC",
    "prais": "Prais",
    "winsten": "Winsten",
    "fama": "Fama",
    "macbeth": "MacBeth",
    "newey": "Newey",
    "west": "West",
    "kleibergen": "Kleibergen",
    "paap": "Paap",
    "cragg": "Cragg",
    "donald": "Donald",
    "ar": "AR",
    "sigma": "σ",
    "pgmm": "(pgmm)",
    "gls": "GLS",
    "iv": "IV",
    "gmm": "GMM",
    "liml": "LIML",
    "ppml": "PPML",
    "hc0": "HC0",
    "hc1": "HC1",
    "hc2": "HC2",
    "hc3": "HC3",
    "cr2": "CR2",
    "cr3": "CR3",
    "hac": "HAC",
    "lm": "LM",
    "cd": "CD",
    "f": "F",
    "vif": "VIF",
    "ar1": "AR(1)",
    "ar2": "AR(2)",
    "chi2": "χ²",
    "driscoll": "Driscoll",
    "kraay": "Kraay",
    "breusch": "Breusch",
    "pagan": "Pagan",
    "godfrey": "Godfrey",
    "pesaran": "Pesaran",
    "wooldridge": "Wooldridge",
    "hausman": "Hausman",
    "hansen": "Hansen",
    "sargan": "Sargan",
    "anderson": "Anderson",
    "rubin": "Rubin",
    "durbin": "Durbin",
    "wu": "Wu",
    "wald": "Wald",
    "tobit": "Tobit",
    "poisson": "Poisson",
    "heckman": "Heckman",
}
_PREFIXES = ("long run: ", "marginal effect: ", "mean of ", "selection:")
_PAIRS = (
    "Prais Winsten",
    "Fama MacBeth",
    "Newey West",
    "Kleibergen Paap",
    "Cragg Donald",
    "Driscoll Kraay",
    "Breusch Pagan",
    "Breusch Godfrey",
    "Anderson Rubin",
    "Wu Hausman",
)


def in_words(name: str) -> str:
    """A word of the package in words: "driscoll_kraay" is "Driscoll-Kraay", "hausman_p" "Hausman, p value".

    What follows a blank is the user's own (a term's name) and stays as it is.
    """
    own, blank, rest = name.partition(" ")
    stem = own.removesuffix("_p")
    words = _NAMES.get(stem) or " ".join(_PARTS.get(part, part) for part in stem.split("_"))
    for pair in _PAIRS:
        words = words.replace(pair, pair.replace(" ", "-"))
    return f"{words}{', p value' if stem != own else ''}{blank}{rest}"


def term_words(term: str, labels: Mapping[str, str]) -> str:
    """A term as a table prints it: its label, or the labels of its parts joined as the term joins them."""
    if term in labels:
        return labels[term]
    if term == "const":
        return "Constant"
    for prefix in _PREFIXES:
        if term.startswith(prefix):
            return f"{capital(prefix.strip(' :'))}: {term_words(term.removeprefix(prefix), labels)}"
    try:
        tree = parse(term)
    except StudyError:
        return term  # the level of a dummy, or a parameter that is no expression
    if isinstance(tree, Call) and tree.function == "interaction":
        return " × ".join(term_words(show(factor), labels) for factor in tree.arguments)
    return term


def capital(words: str) -> str:
    """The same with a capital at the start; the rest as it is."""
    return words if words[:1] in "χσ" else words[:1].upper() + words[1:]
