"""What another program calls our estimators and errors: the shape of the tables, and how one is looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from replication.export.exported_model import ExportedError, ExportedModel

Suits = Callable[[ExportedModel, ExportedError], bool]


def always(model: ExportedModel, error: ExportedError) -> bool:
    """On every model."""
    return True


def counts_all(model: ExportedModel, error: ExportedError) -> bool:
    """One key, both factors, every absorbed effect counted: as programs do whose effects are dummies."""
    both = {"(n-1)/(n-k)", "G/(G-1)"} <= set(error.factors)
    return both and one_key(model, error) and (not model.effects or error.options["absorbed"] == "all")


def nested(model: ExportedModel, error: ExportedError) -> bool:
    """One key, both factors, effects nested in the clusters not counted."""
    both = {"(n-1)/(n-k)", "G/(G-1)"} <= set(error.factors)
    return both and one_key(model, error) and error.options["absorbed"] == "nested"


def own_effect(model: ExportedModel, error: ExportedError) -> bool:
    """Clustered by the one effect that is absorbed, which is not counted."""
    return nested(model, error) and list(model.effects) == error.options["cluster"]


def one_key(model: ExportedModel, error: ExportedError) -> bool:
    """Clustered by one key."""
    return len(error.options["cluster"]) == 1


def common_factor(model: ExportedModel, error: ExportedError) -> bool:
    """One key, or two whose three parts have one factor and needed no repair."""
    two = error.options["groups"] == "min" or not error.options["groups_factor"]
    return one_key(model, error) or (two and not error.options["repaired"])


def both(first: Suits, second: Suits) -> Suits:
    """What suits both."""
    return lambda model, error: first(model, error) and second(model, error)


LEFT = {"saturated": False}
"""Of HC2 and HC3: every row's leverage is below one; programs divide zero by zero where it is not."""


@dataclass(frozen=True)
class Words:
    """What a program says for one kind of error.

    Attributes
    ----------
    kind : str
        Our word for it.
    words : str
        The program's, with fields in braces: {clusters}, {lags}, ...
    options : mapping
        Options of ours that must have these values.
    suits : function
        Whether the words are right for a model and its error.
    scaled : bool
        The words give it without small-sample factors: ours are multiplied in, written out.
    """

    kind: str
    words: str
    options: Mapping[str, Any] = field(default_factory=dict)
    suits: Suits = always
    scaled: bool = False


@dataclass(frozen=True)
class Way:
    """How a program estimates a model.

    Attributes
    ----------
    estimators : tuple of str
        Our words.
    call : str
        The program's, with fields in braces.
    errors : tuple of Words
        The errors that it has; the first that suits is taken.
    effects : tuple of str or None
        The effects that it can take out; None: any. Without effects a model suits every way but one that is
        `absorbing`.
    absorbing : bool
        For models with effects only.
    levelled : bool
        For models with a constant or effects only: the program always adds a constant.
    weighted : bool or None
        With weights, without, or None: either.
    options : mapping
        Options of the estimator that must have these values.
    prepare : str
        What is done to the rows first.
    needs : tuple of str
        Packages.
    """

    estimators: tuple[str, ...]
    call: str
    errors: tuple[Words, ...]
    effects: tuple[str, ...] | None = ()
    absorbing: bool = False
    levelled: bool = False
    weighted: bool | None = False
    options: Mapping[str, Any] = field(default_factory=dict)
    prepare: str = ""
    needs: tuple[str, ...] = ()

    def suits(self, model: ExportedModel) -> bool:
        """Whether it can estimate the model as ours does."""
        return (
            model.estimator in self.estimators
            and (self.effects is None or set(model.effects) <= set(self.effects))
            and not (self.absorbing and not model.effects)
            and not (self.levelled and not (model.constant or model.effects))
            and self.weighted in (None, model.weights is not None)
            and _has(model.options, self.options)
        )


@dataclass(frozen=True)
class Language:
    """A program's words, and how its scripts are written.

    Attributes
    ----------
    programs : str
        Whose words they are.
    suffix, remark : str
        Of its files; what begins a comment.
    ways : tuple of Way
        The first that suits is taken.
    opening : function
        Title and the ways that are taken -> lines before the first model.
    model_lines, error_lines : functions
        A model and its way -> lines that ready its rows; with an error and its words too, lines that
        estimate it and show what is found.
    """

    programs: str
    suffix: str
    remark: str
    ways: tuple[Way, ...]
    opening: Callable[[str, list[Way]], Iterator[str]]
    model_lines: Callable[[ExportedModel, Way], Iterator[str]]
    error_lines: Callable[[ExportedModel, ExportedError, Way, Words], Iterator[str]]


def ways_of(
    known: tuple[Way, ...], model: ExportedModel, error: ExportedError
) -> Iterator[tuple[Way, Words]]:
    """The ways of a program to estimate a model with an error, the best first."""
    for way in (each for each in known if each.suits(model)):
        for words in way.errors:
            if words.kind == error.kind and _has(error.options, words.options) and words.suits(model, error):
                yield way, words


def _has(options: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(options.get(name) == value for name, value in wanted.items())
