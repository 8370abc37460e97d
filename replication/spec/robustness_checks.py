"""Everything that can be said of `[[robustness]]` of a study file without data."""

from __future__ import annotations

from replication.errors import StudyError, one_of
from replication.language.nodes import show
from replication.language.syntax import parse, parse_formula
from replication.project.strict import check_ids, located
from replication.spec.entries import ModelSpec
from replication.spec.robustness_entries import KINDS, ChoiceSpec, RobustnessSpec

COMPANIONS = {
    "among": ("controls",),
    "always": ("controls",),
    "blocks": ("controls",),
    "term": ("measures", "transforms"),
}


def check_robustness(entries: list[RobustnessSpec], models: list[ModelSpec]) -> None:
    """Refuse the first thing that is wrong.

    Raises
    ------
    StudyError
        An id twice, a model that is not there, a term that it lacks, a choice of none or two kinds, an
        expression outside the language.
    """
    check_ids("robustness", (entry.id for entry in entries))
    known = {model.id: model for model in models}
    for entry in entries:
        place = f"robustness.{entry.id}"
        if entry.model not in known:
            raise StudyError(f"{place}.model: {one_of('model', entry.model, known)}")
        formula = parse_formula(known[entry.model].formula)
        terms = [show(term) for term in formula.terms]
        _known_term(f"{place}.term", entry.term, terms)
        if not (entry.choices or entry.influence):
            raise StudyError(f"{place}: asks for nothing; allowed: choices, influence, or both")
        for text in entry.influence.breaks if entry.influence else ():
            _known_term(f"{place}.influence.breaks", text, terms)
        check_ids(f"{place}.choices", (choice.id for choice in entry.choices))
        for choice in entry.choices:
            _check_choice(f"{place}.choices.{choice.id}", choice, [*terms, show(formula.outcome)])
        for rule in entry.never:
            for name in rule:
                if name not in {choice.id for choice in entry.choices}:
                    raise StudyError(
                        f"{place}.never: {one_of('choice', name, [choice.id for choice in entry.choices])}"
                    )


def _known_term(place: str, text: str, terms: list[str]) -> None:
    term = show(located(place, parse, text))
    if term not in terms:
        raise StudyError(f"{place}: {one_of('term', term, terms)}")


def _check_choice(place: str, choice: ChoiceSpec, terms: list[str]) -> None:
    if choice.kind not in KINDS:
        found = choice.kind or "none of them"
        raise StudyError(f"{place}: a choice is of one kind, found {found}; allowed: {', '.join(KINDS)}")
    for name, kinds in COMPANIONS.items():
        if getattr(choice, name) and choice.kind not in kinds:
            raise StudyError(f"{place}: {name} goes with {' or '.join(kinds)} alone")
    if choice.kind in ("measures", "transforms"):
        if choice.term is None:
            raise StudyError(f"{place}: term is missing: {choice.kind} stand for one of the model's terms")
        _known_term(f"{place}.term", choice.term, terms)
    for window in choice.windows:
        if len(window) != 2 or window[0] > window[1]:
            raise StudyError(
                f"{place}.windows: found {window}; allowed: first and last period, as in [1979, 1993]"
            )
    for text in _expressions(choice):
        located(place, parse, text)


def _expressions(choice: ChoiceSpec) -> list[str]:
    sets = choice.controls if isinstance(choice.controls, list) else []
    lists = [choice.outcome, choice.among, choice.always, choice.measures, choice.where, choice.weights]
    return [text for terms in (*lists, *choice.blocks.values(), *sets) for text in terms]
