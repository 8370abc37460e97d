"""What a study file declares as a choice -> its alternatives, the reported one first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from replication.errors import StudyError
from replication.estimate.design import Booleans, Integers
from replication.language.nodes import Call, Name, Number, show
from replication.language.syntax import parse, parse_formula
from replication.robustness.choice_labels import NONE, Label, joined
from replication.robustness.control_sets import ControlSets, control_sets
from replication.robustness.pieces import pieces
from replication.spec.entries import ModelSpec
from replication.spec.entry import CovarianceSpec
from replication.spec.robustness_entries import ChoiceSpec, EstimatorSpec
from replication.study.left_out import without

TRANSFORMS = ("log", "log1p", "asinh", "abs", "standardise")


@dataclass(frozen=True)
class Choice:
    """One analytical choice between A alternatives.

    Attributes
    ----------
    id : str
    kind : str
        outcome, controls, term, where, inside (a condition beside that of the model), effects, estimator,
        covariance or weights.
    values : tuple of A alternatives, empty for controls
        The reported one first: canonical expressions, tuples of the names of effects, EstimatorSpecs, or
        CovarianceSpecs (None where the model asks for no error).
    labels : tuple of A Labels, empty for controls
    sets : ControlSets, for controls alone
    term : str
        The term that the alternatives stand for, where they are measures of one concept.
    reason : str
    """

    id: str
    kind: str
    values: tuple[Any, ...] = ()
    labels: tuple[Label, ...] = ()
    sets: ControlSets | None = None
    term: str = ""
    reason: str = ""

    def __len__(self) -> int:
        return len(self.values) if self.sets is None else len(self.sets)

    def value(self, alternative: int) -> Any:
        """An alternative; of controls the terms of a set."""
        return self.values[alternative] if self.sets is None else self.sets[alternative]

    def label(self, alternative: int) -> Label:
        """An alternative in words."""
        return self.labels[alternative] if self.sets is None else self.sets.label(alternative)

    def matching(self, label: str, alternatives: Integers) -> Booleans:
        """(P,) whether a label names each alternative; one of controls may name a set, or what is in many."""
        if self.sets is not None:
            return self.sets.matching(label, alternatives)
        return np.array([joined(each) == label for each in self.labels])[alternatives]

    def has(self, label: str) -> bool:
        """Whether a label names an alternative."""
        every = np.arange(len(self))
        return any(self.matching(label, every[part]).any() for part in pieces(len(every)))


def choice_of(
    place: str, spec: ChoiceSpec, model: ModelSpec, term: str, time: str, levels: Callable[[str], list]
) -> Choice:
    """The choice that an entry declares around a model.

    Parameters
    ----------
    place : str
        Of the entry in the study file, for messages.
    term : str
        Canonical; the term whose coefficient is looked at, which no set of controls may have.
    time : str
        Column of the period, for windows.
    levels : function
        Gives the values of a column in the reported sample, for leave one out.

    Raises
    ------
    StudyError
        An alternative that cannot be.
    """
    match spec.kind:
        case "controls":
            sets = control_sets(place, spec, model, term)
            return Choice(spec.id, "controls", sets=sets, reason=spec.reason)
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
            found = _distinct([tuple(model.effects), *map(tuple, spec.effects)])
            return Choice(
                spec.id, "effects", found, tuple(each or NONE for each in found), reason=spec.reason
            )
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
    return Choice(spec.id, kind, found, labels, term=_canonical(term) if term else "", reason=spec.reason)


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
