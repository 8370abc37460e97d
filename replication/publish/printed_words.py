"""Words of the package (`pcse`, `fgls`), terms and statistics as a reader of a table knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from replication.errors import StudyError
from replication.estimate.design import Term
from replication.language.nodes import Call, show
from replication.language.syntax import parse
from replication.panel.cause import Cause
from replication.records.model_statistics import STATISTICS

# Parts of a name that are not written like other words: in capitals, as names, or in a way of their own.
_CAPITALS = {
    "2sls", "ar", "cd", "cr2", "cr3", "f", "fgls", "gls", "gmm", "hac", "hc0", "hc1", "hc2", "hc3",
    "iv", "liml", "lm", "lsdvc", "ml", "ols", "ppml", "vif",
}  # fmt: skip
_NAMES = {
    "anderson", "breusch", "cragg", "donald", "driscoll", "durbin", "fama", "godfrey", "hansen",
    "hausman", "heckman", "kleibergen", "kraay", "newey", "paap", "pagan", "pesaran", "poisson",
    "prais", "rubin", "sargan", "tobit", "wald", "west", "winsten", "wooldridge", "wu",
}  # fmt: skip
_PARTS = {
    "pcse": "panel-corrected",
    "macbeth": "MacBeth",
    "pgmm": "(pgmm)",
    "ar1": "AR(1)",
    "ar2": "AR(2)",
    "sigma": "σ",
    "chi2": "χ²",
}
TOLD = {
    "long_run": "Long run",
    "marginal_effect": "Marginal effect",
    "combination": "Combination",
    "entity_mean": "Mean of",
    "period": "Period",
}
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
    """A word of the package in words: "driscoll_kraay" is "Driscoll-Kraay"."""
    words = " ".join(map(_word, name.split("_")))
    for pair in _PAIRS:
        words = words.replace(pair, pair.replace(" ", "-"))
    return words


def _word(part: str) -> str:
    if part in _CAPITALS:
        return part.upper()
    return part.capitalize() if part in _NAMES else _PARTS.get(part, part)


def term_words(term: Term, labels: Mapping[str, str]) -> str:
    """A term as a table prints it: its label, or the labels of its parts joined as the term joins them."""
    if term.label in labels:
        return labels[term.label]
    words = _bare_words(term, labels)
    before = (capital(term.equation), TOLD.get(term.kind, ""))
    return ": ".join([*filter(None, before), words])


def _bare_words(term: Term, labels: Mapping[str, str]) -> str:
    if term.name in labels:
        return labels[term.name]
    if term.kind == "constant":
        return "Constant"
    try:
        tree = parse(term.name)
    except StudyError:
        return term.name  # the level of a dummy, or a parameter that is no expression
    if isinstance(tree, Call) and tree.function == "interaction":
        return " × ".join(_bare_words(Term(show(factor)), labels) for factor in tree.arguments)
    return term.name


def cause_words(cause: Cause, labels: Mapping[str, str]) -> str:
    """Why rows were left out, with what was missing by its label."""
    label = labels.get(cause.of)
    return f"{cause.what} \u201c{label}\u201d" if label else str(cause)


def statistic_words(name: str, of: str, labels: Mapping[str, str]) -> str:
    """A statistic as a table prints it: "Hausman χ²", "VIF: lag(debt, 1)", "Slopes F"."""
    declared = STATISTICS[name]
    label = labels.get(name, declared.label)
    if declared.of == "test":
        return f"{capital(labels.get(of) or in_words(of))} {label}"
    return f"{label}: {labels.get(of, of)}" if of else label


def capital(words: str) -> str:
    """The same with a capital at the start; the rest as it is."""
    return words if words[:1] in "χσ" else words[:1].upper() + words[1:]


def in_a_row(words: Iterable[str]) -> str:
    """As a sentence lists them: "a", "a and b", "a, b and c"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
