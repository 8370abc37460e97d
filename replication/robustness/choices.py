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
            return _between(spec, "outcome", [_outcome(model), *map(_canonical, spec.outcome)], _text_label)
        case "measures":
            return _measures(spec, model, [_said(spec.term), *spec.measures])
        case "transforms":
            _require_transforms(place, spec.transforms)
            own = parse(_said(spec.term))
            return _measures(
                spec, model, [show(own), *(show(Call(name, (own,))) for name in spec.transforms)]
            )
        case "where":
            reported = "" if model.where is None else _canonical(model.where)
            return _between(spec, "where", [reported, *map(_canonical, spec.where)], _text_label)
        case "windows":
            windows = {_window(time, *each): (f"{each[0]}-{each[1]}",) for each in spec.windows}
            return _inside(spec, {"": ("all",), **windows})
        case "leave_out":
            column = _said(spec.leave_out)
            left = {without(column, level): (f"without {level}",) for level in levels(column)}
            return _inside(spec, {"": NONE, **left})
        case "weights":
            values = [model.weights or "", *map(_canonical, spec.weights)]
            return _between(spec, "weights", values, _text_label)
        case "effects":
            effects = [tuple(model.effects), *map(tuple, spec.effects)]
            return _between(spec, "effects", effects, lambda names: names or NONE)
        case "estimator":
            plain = EstimatorSpec(kind=model.estimator, options=dict(model.options))
            return _between(spec, "estimator", [plain, *spec.estimator], _estimator_label)
        case _:
            errors = [next(iter(model.covariance), None), *spec.covariance]
            return _between(spec, "covariance", errors, error_label)


def _between(
    spec: ChoiceSpec, kind: str, values: list, label: Callable[[Any], Label], term: str = ""
) -> Choice:
    """A choice between values, each taken once; they need no hash."""
    found = tuple(value for place, value in enumerate(values) if value not in values[:place])
    return Choice(spec.id, kind, found, tuple(map(label, found)), term=term, reason=spec.reason)


def _inside(spec: ChoiceSpec, conditions: dict[str, Label]) -> Choice:
    """A choice between conditions beside that of the model, by their labels."""
    return _between(spec, "inside", list(conditions), conditions.__getitem__)


def _measures(spec: ChoiceSpec, model: ModelSpec, texts: list[str]) -> Choice:
    """A choice between measures of the outcome, or of a term, the model's own first."""
    values = list(map(_canonical, texts))
    if values[0] == _outcome(model):
        return _between(spec, "outcome", values, _text_label)
    return _between(spec, "term", values, _text_label, values[0])


def _require_transforms(place: str, names: list[str]) -> None:
    for name in names:
        if name not in TRANSFORMS:
            raise StudyError(f"{place}: transform {name!r} is not known; allowed: {', '.join(TRANSFORMS)}")


def _outcome(model: ModelSpec) -> str:
    return show(parse_formula(model.formula).outcome)


def _canonical(text: str) -> str:
    return show(parse(text))


def _said(key: str | None) -> str:
    """A key that a choice of this kind has, as it was checked when it was read."""
    return key or ""


def _window(time: str, first: int, last: int) -> str:
    inside = (Call(">=", (Name(time), Number(first))), Call("<=", (Name(time), Number(last))))
    return show(Call("and", inside))


def _text_label(text: str) -> Label:
    return (text,) if text else NONE


def _estimator_label(spec: EstimatorSpec) -> Label:
    told = ", ".join(f"{name} = {value}" for name, value in spec.options.items())
    return (f"{spec.kind} ({told})" if told else spec.kind,)


def error_label(spec: CovarianceSpec | None) -> Label:
    """An error in words: its label, or its kind and options."""
    if spec is None:
        return ("as without a word",)
    if spec.label:
        return (spec.label,)
    options = spec.options.items()
    return (spec.kind, *(f"{name} {' and '.join(v) if isinstance(v, list) else v}" for name, v in options))
