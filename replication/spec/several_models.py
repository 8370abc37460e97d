"""One entry that stands for several models -> plain models, before anything else sees the study."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

from replication.errors import StudyError
from replication.language.nodes import Call, Name, Number, Text, show
from replication.language.syntax import parse_formula
from replication.language.tokens import tokens_of
from replication.project.strict import NAME, located
from replication.spec.entries import ModelSpec, Study, TableSpec
from replication.spec.entry import Level, model_named

MOST = 500  # models of a study
PLAIN: dict[str, Any] = {"outcomes": [], "stepwise": [], "alternatives": [], "split": {}}


def expanded(study: Study) -> Study:
    """The study with each of its models by itself; where an entry is named, all of its models are.

    The models of the entry m are m_1, m_2, ...: for every level of its `split`, for its outcome and each of
    its `outcomes`, the formula as it stands, then with one more of `stepwise` at each step, or with each of
    `alternatives` in turn.

    Raises
    ------
    StudyError
        An expression outside the language, keys that exclude one another, too many models.
    """
    models = [(entry.id, located(f"models.{entry.id}", _models_of, entry)) for entry in study.models]
    every = [model for _, found in models for model in found]
    if len(every) > MOST:
        raise StudyError(f"models: the entries stand for {len(every):,} models; allowed: at most {MOST}")
    several = {entry: [model.id for model in found] for entry, found in models if found[0].id != entry}
    sections = {
        section: [_naming(entry, several) for entry in getattr(study, section)]
        for section in ("readings", "tables", "figures")
    }
    return study.model_copy(update={"models": every, **sections})


def _models_of(entry: ModelSpec) -> list[ModelSpec]:
    """The models of one entry."""
    if not any(getattr(entry, key) for key in PLAIN):
        return [entry]
    if entry.stepwise and entry.alternatives:
        raise StudyError("has stepwise and alternatives; allowed: one of them in an entry")
    outcome, terms = _sides(entry.formula)
    outcomes = [outcome, *entry.outcomes]
    additions = entry.alternatives or [" + ".join(entry.stepwise[:n]) for n in range(len(entry.stepwise) + 1)]
    levels = [[(name, level) for level in values] for name, values in entry.split.items()]
    number = len(outcomes) * len(additions) * prod(map(len, levels))
    if number > MOST:
        raise StudyError(f"stands for {number:,} models; allowed: at most {MOST}")
    ways = product(product(*levels), outcomes, additions)
    return [_model(entry, place, *way, terms) for place, way in enumerate(ways, start=1)]


def _sides(formula: str) -> tuple[str, str]:
    """The outcome and the terms of a formula, as they are written."""
    located("formula", parse_formula, formula)
    place = next(place for token, place in tokens_of(formula) if token == "~")
    return formula[:place].strip(), formula[place + 1 :].strip()


def _model(
    entry: ModelSpec, place: int, levels: Sequence[tuple[str, Level]], outcome: str, added: str, terms: str
) -> ModelSpec:
    """One of the models: its id, what tells it from the others, its formula and its rows."""
    name = f"{entry.id}_{place}"
    if not re.fullmatch(NAME, name):
        raise StudyError(f"the id with a number behind it, {name!r}, has more than 64 letters")
    terms = " + ".join(filter(None, [terms if terms != "1" else "", added])) or "1"
    formula = f"{outcome} ~ {terms}"
    located("outcomes, stepwise or alternatives", parse_formula, formula)
    conditions = [f"({entry.where})"] if entry.where else []
    told = [f"{column} = {level}" for column, level in levels]
    told += [outcome] if entry.outcomes else []
    told += [f"with {added}"] if added else []
    return entry.model_copy(
        update={
            **PLAIN,
            "id": name,
            "title": f"{entry.title or entry.id}: {', '.join(told)}" if told else entry.title,
            "formula": formula,
            "where": " and ".join([*conditions, *(_condition(*level) for level in levels)]) or None,
        }
    )


def _condition(column: str, level: Level) -> str:
    """The rows of one level of a column."""
    if isinstance(level, str):
        if '"' in level and "'" in level:
            raise StudyError(
                f"split.{column}: {level[:80]!r} has both kinds of quotes, which no expression has"
            )
        return show(Call("==", (Name(column), Text(level))))
    return show(Call("==", (Name(column), Number(level))))


def _naming(entry: Any, several: dict[str, list[str]]) -> Any:
    """An entry that names models, with all of them where it names an entry of several."""
    found: list[str] = []
    for name in entry.models:
        model = model_named(name)
        found += [f"{one}{name[len(model) :]}" for one in several.get(model, [model])]
    update: dict[str, Any] = {"models": found}
    if isinstance(entry, TableSpec):
        update["panels"] = [_naming(panel, several) for panel in entry.panels]
    return entry.model_copy(update=update)
