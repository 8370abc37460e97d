"""Choices around a model -> the alternatives of each, the reported one first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from replication.errors import StudyError
from replication.estimate.design import Booleans, Integers
from replication.language.functions import ELEMENTWISE
from replication.language.nodes import Call, Name, Number, show
from replication.language.syntax import parse, parse_formula
from replication.robustness.choice_labels import NONE, Label, joined
from replication.robustness.control_sets import ControlSets, control_sets
from replication.robustness.pieces import pieces
from replication.spec.entries import ModelSpec
from replication.spec.entry import CovarianceSpec
from replication.spec.robustness_entries import ChoiceSpec, EstimatorSpec, RobustnessSpec
from replication.study.left_out import without

TRANSFORMS = (*(name for name in ("log", "log1p", "asinh", "abs") if name in ELEMENTWISE), "standardise")


@dataclass(frozen=True)
class Choice:
    """One analytical choice.

    Attributes
    ----------
    id : str
    kind : str
        outcome, controls, term, where, inside, effects, estimator, covariance or weights.
    values : sequence
        Alternatives, the reported one first: canonical expressions; for `controls` tuples of terms.
    labels : tuple of Label, empty for controls
    term : str
        The term that the alternatives stand for, where they are measures of one concept.
    reason : str
    """

    id: str
    kind: str
    values: Any
    labels: tuple[Label, ...] = ()
    term: str = ""
    reason: str = ""

    def label(self, place: int) -> Label:
        """An alternative in words."""
        return self.values.label(place) if isinstance(self.values, ControlSets) else self.labels[place]

    def matching(self, label: str, places: Integers) -> Booleans:
        """(P,) whether a label names each alternative; one of controls may name a set, or what is in many."""
        if isinstance(self.values, ControlSets):
            return self.values.matching(label, places)
        return np.array([joined(each) == label for each in self.labels])[places]

    def has(self, label: str) -> bool:
        """Whether a label names an alternative."""
        places = np.arange(len(self.values))
        return any(self.matching(label, places[part]).any() for part in pieces(len(places)))


@dataclass(frozen=True)
class Universe:
    """All combinations of the choices around one model, numbered from the reported one, which is 0, on.

    The last choice moves fastest.

    Attributes
    ----------
    model : ModelSpec
        As reported.
    outcome, term : str
        Canonical; the term whose coefficient is looked at.
    own : tuple of str
        Terms of the model.
    terms : tuple of str
        All terms that any specification has, those of the model first.
    choices : tuple of Choice
    """

    model: ModelSpec
    outcome: str
    term: str
    own: tuple[str, ...]
    terms: tuple[str, ...]
    choices: tuple[Choice, ...]
    never: tuple[dict[str, str], ...] = field(default=())

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of alternatives of each choice."""
        return tuple(len(choice.values) for choice in self.choices)

    def __len__(self) -> int:
        return int(np.prod(self.shape, dtype=object))

    def stride(self, choice: int) -> int:
        """By how much the number of a combination grows from one alternative of a choice to the next."""
        return int(np.prod(self.shape[choice + 1 :]))

    def place(self, choice: int, numbers: Integers) -> Integers:
        """(P,) alternative of one choice in each combination, told by its number."""
        return numbers // self.stride(choice) % self.shape[choice]

    def places(self, numbers: Integers) -> Integers:
        """(P, D) alternatives of all choices in each combination."""
        return np.column_stack([self.place(choice, numbers) for choice in range(len(self.choices))])


def universe(spec: RobustnessSpec, model: ModelSpec, time: str, levels: Callable[[str], list]) -> Universe:
    """The universe that a study file describes.

    Parameters
    ----------
    time : str
        Column of the period, for windows.
    levels : function
        Gives the values of a column in the reported sample, for leave one out.

    Raises
    ------
    StudyError
        An alternative that cannot be, or more combinations than `most`.
    """
    formula = parse_formula(model.formula)
    own = tuple(show(term) for term in formula.terms)
    outcome, term = show(formula.outcome), show(parse(spec.term))
    place = f"robustness.{spec.id}"
    made = [_choice(f"{place}.choices.{each.id}", each, model, term, time, levels) for each in spec.choices]
    sets = [
        terms for choice in made if isinstance(choice.values, ControlSets) for terms in choice.values.terms
    ]
    found = Universe(
        model,
        outcome,
        term,
        own,
        tuple(dict.fromkeys([*own, *chain.from_iterable(sets)])),
        tuple(made),
        tuple(spec.never),
    )
    _check(place, found, spec.most)
    return found


def _check(place: str, found: Universe, most: int) -> None:
    once = [(choice.kind, choice.term) for choice in found.choices if choice.kind != "inside"]
    for kind, term in once:
        if once.count((kind, term)) > 1:
            raise StudyError(f"{place}: two choices are about {term or kind}; put their alternatives in one")
    if len(found) > most:
        sizes = " x ".join(map(str, found.shape))
        raise StudyError(f"{place}: {sizes} = {len(found):,} specifications; allowed: {most:,} (most = ...)")
    for rule in found.never:
        for name, label in rule.items():
            choice = next(each for each in found.choices if each.id == name)
            if not choice.has(label):
                sets = isinstance(choice.values, ControlSets)
                known = choice.values.names if sets else tuple(map(joined, choice.labels))
                raise StudyError(f"{place}.never: {name} has no alternative {label!r}; it has: {known}")


def _choice(
    place: str, spec: ChoiceSpec, model: ModelSpec, term: str, time: str, levels: Callable[[str], list]
) -> Choice:
    match spec.kind:
        case "controls":
            return Choice(spec.id, "controls", control_sets(place, spec, model, term), reason=spec.reason)
        case "outcome":
            outcome = show(parse_formula(model.formula).outcome)
            return _texts(spec, "outcome", [outcome, *map(_canonical, spec.outcome)])
        case "measures":
            named = _said(spec.term)
            return _texts(spec, "term", [_canonical(named), *map(_canonical, spec.measures)], named)
        case "transforms":
            return _transforms(place, spec, model)
        case "where":
            own = [] if model.where is None else [_canonical(model.where)]
            return _texts(spec, "where", [*(own or [""]), *map(_canonical, spec.where)])
        case "windows":
            conditions = [_window(time, *window) for window in spec.windows]
            labels = (("all",), *((f"{first}-{last}",) for first, last in spec.windows))
            return Choice(spec.id, "inside", ("", *conditions), labels, reason=spec.reason)
        case "leave_out":
            return _left_out(spec, levels(_said(spec.leave_out)))
        case "weights":
            return _texts(spec, "weights", [model.weights or "", *map(_canonical, spec.weights)])
        case "effects":
            sets = _distinct([tuple(model.effects), *map(tuple, spec.effects)])
            return Choice(spec.id, "effects", sets, tuple(each or NONE for each in sets), reason=spec.reason)
        case "estimator":
            plain = EstimatorSpec(kind=model.estimator, options=dict(model.options))
            found = _distinct([plain, *spec.estimator])
            return Choice(
                spec.id, "estimator", found, tuple(map(_estimator_label, found)), reason=spec.reason
            )
        case _:
            found = _distinct([next(iter(model.covariance), None), *spec.covariance])
            return Choice(spec.id, "covariance", found, tuple(map(_error_label, found)), reason=spec.reason)


def _canonical(text: str) -> str:
    return show(parse(text))


def _distinct(values: list) -> tuple:
    """Each value once, in their order; they need no hash."""
    return tuple(value for place, value in enumerate(values) if value not in values[:place])


def _texts(spec: ChoiceSpec, kind: str, values: list[str], term: str | None = None) -> Choice:
    found = _distinct(values)
    labels = tuple((value,) if value else NONE for value in found)
    return Choice(spec.id, kind, found, labels, _canonical(term) if term else "", spec.reason)


def _transforms(place: str, spec: ChoiceSpec, model: ModelSpec) -> Choice:
    """The term or the outcome itself, and under each function."""
    for name in spec.transforms:
        if name not in TRANSFORMS:
            raise StudyError(f"{place}: transform {name!r} is not known; allowed: {', '.join(TRANSFORMS)}")
    own = parse(_said(spec.term))
    values = [show(own), *(show(Call(name, (own,))) for name in spec.transforms)]
    is_outcome = show(own) == show(parse_formula(model.formula).outcome)
    return _texts(spec, "outcome" if is_outcome else "term", values, None if is_outcome else spec.term)


def _window(time: str, first: int, last: int) -> str:
    inside = (Call(">=", (Name(time), Number(first))), Call("<=", (Name(time), Number(last))))
    return show(Call("and", inside))


def _said(key: str | None) -> str:
    """A key that a choice of this kind has, as it was checked when it was read."""
    return key or ""


def _left_out(spec: ChoiceSpec, levels: list) -> Choice:
    conditions = [without(_said(spec.leave_out), level) for level in levels]
    labels = (NONE, *((f"without {level}",) for level in levels))
    return Choice(spec.id, "inside", ("", *conditions), labels, reason=spec.reason)


def _estimator_label(spec: EstimatorSpec) -> Label:
    told = ", ".join(f"{name} = {value}" for name, value in spec.options.items())
    return (f"{spec.kind} ({told})" if told else spec.kind,)


def _error_label(spec: CovarianceSpec | None) -> Label:
    """An error in words: its label, or its kind and options."""
    if spec is None:
        return ("as without a word",)
    if spec.label:
        return (spec.label,)
    options = spec.options.items()
    return (spec.kind, *(f"{name} {' and '.join(v) if isinstance(v, list) else v}" for name, v in options))
