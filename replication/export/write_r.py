"""A study's models as an R script."""

from __future__ import annotations

from collections.abc import Iterator

from replication.export.exported_model import ExportedError, ExportedModel
from replication.export.identifiers import comment
from replication.export.r_words import BEGIN, WAYS
from replication.export.ways import Language, Way, Words


def opening(title: str, ways: list[Way]) -> Iterator[str]:
    """What stands before the first model."""
    yield f"# {comment(title)}: in the words of R"
    yield from (f"library({name})" for name in dict.fromkeys(name for way in ways for name in way.needs))
    yield BEGIN


def model_lines(model: ExportedModel, way: Way) -> Iterator[str]:
    """The rows, and the call."""
    yield f'panel <- read("{model.file}")'
    yield f'rows <- panel[panel[["{model.flag}"]] == 1, ]'
    if way.prepare:
        yield way.prepare.format(**_fields(model))
    yield f"found <- {way.call.format(**_fields(model))}"


def error_lines(model: ExportedModel, error: ExportedError, way: Way, words: Words) -> Iterator[str]:
    """The line that shows what the call found."""
    names = _vector(tuple(name for name in model.names if name))
    variance = words.words.format(**_error_fields(error))
    factor = f", {' * '.join(map(repr, error.factors.values()))}" if words.scaled and error.factors else ""
    yield f'show_lines("{model.id}", "{error.label}", {names}, found, {variance}{factor})'


def _vector(names: tuple[str, ...]) -> str:
    return "c(" + ", ".join(f'"{name}"' for name in names) + ")"


def _fields(model: ExportedModel) -> dict[str, object]:
    constant = model.constant and model.options.get("constant", True)
    first = () if constant or model.effects else ("0",)
    x = (*first, *model.regressors, *(f"factor({name})" for name in model.effects))
    shown = " + ".join(x or ("1",))
    endogenous, instruments = (model.roles.get(role, ()) for role in ("endogenous", "instruments"))
    both = (" + ".join((*x, *more)) for more in (endogenous, instruments))
    return {
        "formula": f"{model.outcome} ~ {shown}",
        "instrumented": f"{model.outcome} ~ {' | '.join(both)}",
        "weights": model.weights,
        "offset": _offset(model),
        "changing": _vector((model.outcome, *model.regressors)),
        "q": model.options.get("q"),
    }


def _offset(model: ExportedModel) -> str:
    calls = {"offset": "{}", "exposure": "log({})"}
    said = [call.format(*model.roles[role]) for role, call in calls.items() if role in model.roles]
    return "".join(f", offset = {each}" for each in said)


def _error_fields(error: ExportedError) -> dict[str, object]:
    keys = tuple(error.options.get("cluster", ["entity"]))
    one = f"rows${keys[0]}"
    return {
        "clusters": one if len(keys) == 1 else f"rows[{_vector(keys)}]",
        "lags": error.options.get("lags"),
    }


R = Language("R", "R", "#", WAYS, opening, model_lines, error_lines)
