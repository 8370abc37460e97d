"""Study file -> Study, strictly: the first thing wrong with it becomes one line."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from replication.errors import StudyError, nearest, one_of
from replication.expressions.syntax import parse, parse_formula, show
from replication.studies.model import (
    CovarianceSpec,
    FigureSpec,
    ModelSpec,
    StatisticSpec,
    Study,
    StudyHead,
    TableSpec,
    TestSpec,
)

MAX_BYTES = 1_000_000
SECTIONS: dict[str, type[BaseModel]] = {
    "study": StudyHead,
    "models": ModelSpec,
    "covariance": CovarianceSpec,
    "tests": TestSpec,
    "statistics": StatisticSpec,
    "tables": TableSpec,
    "figures": FigureSpec,
}


def read_study(path: Path) -> Study:
    """The study that a TOML file describes.

    Raises
    ------
    StudyError
        The file is missing, too large, not UTF-8, not TOML, has an unknown key, a value of the wrong
        kind, an expression outside the language, an id twice, or names a model or statistic it lacks.
    """
    content = read_toml(path)
    try:
        study = Study.model_validate(content)
    except ValidationError as problem:
        # A misspelt key is also a missing one: the misspelling is the better thing to say.
        errors = sorted(problem.errors(), key=lambda error: error["type"] != "extra_forbidden")
        raise StudyError(f"{path.name}: {_sentence(errors[0], content)}") from None
    try:
        _check_ids(study)
        _check_expressions(study)
        _check_references(study)
    except StudyError as problem:
        raise StudyError(f"{path.name}: {problem}") from None
    return study


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a small UTF-8 TOML file."""
    if not path.is_file():
        raise StudyError(f"{path}: there is no such file")
    if path.stat().st_size > MAX_BYTES:
        raise StudyError(f"{path.name}: {path.stat().st_size:,} bytes; allowed: at most {MAX_BYTES:,}")
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError as problem:
        raise StudyError(
            f"{path.name}: byte {problem.start + 1} is not UTF-8; save the file as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as problem:
        raise StudyError(f"{path.name}: not TOML: {problem}") from None
    except RecursionError:
        raise StudyError(f"{path.name}: not TOML that makes sense here: nested too deep") from None
    except OSError as problem:
        raise StudyError(f"{path}: cannot be read: {problem.strerror}") from None


def labels_of(study: Study) -> dict[str, str]:
    """The study's labels, keyed by the canonical spelling of the term that each one names."""
    return {_canonical(term): label for term, label in study.labels.items()}


def _canonical(term: str) -> str:
    try:
        return show(parse(term))
    except StudyError:
        return term  # the name of a dummy or of an equation's parameter, which is not an expression


def _sentence(error: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    """One pydantic error in the words of a study file."""
    place, found = list(error["loc"]), error.get("input")
    where, kind = _address(place, content), error["type"]
    if kind == "extra_forbidden":
        return f"{_address(place[:-1], content)}: {one_of('key', place[-1], _keys_at(place[:-1]))}"
    if kind == "missing":
        return f"{where}: this key is missing"
    if kind == "string_pattern_mismatch" or place[-1] == "[key]":
        return f"{where} is {str(found)[:80]!r}; allowed: a letter, then letters, digits and _ (at most 64)"
    if kind == "literal_error":
        allowed = [word.strip(" '") for word in error["ctx"]["expected"].replace(" or ", ",").split(",")]
        return f"{where} is {str(found)[:80]!r}; allowed: {', '.join(allowed)}{nearest(str(found), allowed)}"
    return f"{where} is {str(found)[:80]!r}; allowed: {error['msg'].removeprefix('Input should be ')}"


def _address(place: list[Any], content: Mapping[str, Any]) -> str:
    """The place of an error, entries of a list named by their id."""
    words, here = [], content
    for step in place:
        if step == "[key]":
            continue
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(step, int):
            name = here.get("id") if isinstance(here, Mapping) else None
            words.append(str(name)[:64] if isinstance(name, str) else f"[{step + 1}]")
        else:
            words.append(str(step)[:64])
    return ".".join(words) or "the file"


def _keys_at(place: list[Any]) -> list[str]:
    """Keys that are allowed in the section that `place` leads to."""
    sections = [step for step in place if isinstance(step, str) and step in SECTIONS]
    section = SECTIONS[sections[-1]] if sections else Study
    return sorted(field.alias or name for name, field in section.model_fields.items())


def _check_ids(study: Study) -> None:
    for section in ("models", "statistics", "tables", "figures"):
        counts = Counter(entry.id for entry in getattr(study, section))
        twice = [name for name, count in counts.items() if count > 1]
        if twice:
            raise StudyError(f"{section}: the id {twice[0]!r} stands twice; every id is given once")
    for model in study.models:
        twice = [name for name, count in Counter(error_labels(model)).items() if count > 1]
        if twice:
            raise StudyError(
                f"models.{model.id}.covariance: {twice[0]!r} stands twice; give each its own label"
            )


def error_labels(model: ModelSpec) -> list[str]:
    """The label of each of a model's errors: its `label`, or its kind."""
    return [spec.label or spec.kind for spec in model.covariance]


def _check_expressions(study: Study) -> None:
    for name, text in study.variables.items():
        _located(f"variables.{name}", parse, text)
    for model in study.models:
        _located(f"models.{model.id}.formula", parse_formula, model.formula)
        for key in ("where", "weights"):
            if getattr(model, key) is not None:
                _located(f"models.{model.id}.{key}", parse, getattr(model, key))
    for section in ("statistics", "tables", "figures"):
        for entry in getattr(study, section):
            if entry.where is not None:
                _located(f"{section}.{entry.id}.where", parse, entry.where)


def _located(place: str, read, text: str) -> None:
    try:
        read(text)
    except StudyError as problem:
        raise StudyError(f"{place}: {problem}") from None


def _check_references(study: Study) -> None:
    models = [name for model in study.models for name in result_ids(model)]
    statistics = [entry.id for entry in study.statistics]
    for section in ("tables", "figures"):
        for entry in getattr(study, section):
            _known(f"{section}.{entry.id}.models", entry.models, models)
            _known(f"{section}.{entry.id}.statistics", entry.statistics, statistics)


def result_ids(model: ModelSpec) -> list[str]:
    """Ids under which a model's results stand: its own for the first error, `id.label` for the others."""
    return [model.id, *(f"{model.id}.{label}" for label in error_labels(model)[1:])]


def _known(place: str, words: Iterable[str], allowed: list[str]) -> None:
    for word in words:
        if word not in allowed:
            raise StudyError(f"{place}: {one_of('id', word, allowed)}")
