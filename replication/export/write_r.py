"""A study's models as an R script."""

from __future__ import annotations

from collections.abc import Iterator

from replication.export.exported_model import ExportedError, ExportedModel
from replication.export.identifiers import comment
from replication.export.r_functions import FUNCTIONS
from replication.export.r_words import WAYS
from replication.export.ways import Language, Way, Words


def opening(title: str, ways: list[Way]) -> Iterator[str]:
    """What stands before the first model."""
    yield f"# {comment(title)}: in the words of R"
    yield from (f"library({name})" for name in dict.fromkeys(name for way in ways for name in way.needs))
    yield FUNCTIONS


def model_lines(model: ExportedModel, way: Way) -> Iterator[str]:
    """The rows, and the call."""
    yield f'panel <- read("{model.file}")'
    yield f'rows <- panel[panel[["{model.flag}"]] == 1, ]'
    if way.prepare:
        yield way.prepare.format(**_fields(model))
    yield f"found <- {way.call.format(**_fields(model))}"


def error_lines(model: ExportedModel, error: ExportedError, way: Way, words: Words) -> Iterator[str]:
    """The line that shows what the call found."""
    variance = words.words.format(**_fields(model), **_error_fields(error))
    factor = f", {' * '.join(map(repr, error.factors.values()))}" if words.scaled and error.factors else ""
    yield f'show_lines("{model.id}", "{error.label}", {_vector(model.names)}, found, {variance}{factor})'


def _vector(names: tuple[str, ...]) -> str:
    return "c(" + ", ".join(f'"{name}"' for name in names) + ")"


def _fields(model: ExportedModel) -> dict[str, object]:
    constant = model.constant and model.options.get("constant", True)
    first = () if constant or model.effects else ("0",)
    x = (*first, *model.regressors)
    full = (*x, *(_dummies(model, name) for name in model.effects))
    beside = (f"factor({name})" for name in model.effects if name != "entity")
    endogenous, instruments = (model.roles.get(role, ()) for role in ("endogenous", "instruments"))
    offset = _offset(model)
    shifts = (f"offset({each})" for each in offset)
    strata = (f"strata({name})" for name in model.effects)
    return {
        "formula": _formula(model.outcome, full),
        "unabsorbed": _formula(model.outcome, (*x, *beside)),
        "instrumented": f"{_formula(model.outcome, (*full, *endogenous))} | {_sum((*full, *instruments))}",
        "graded": _formula(f"factor({model.outcome})", (*model.regressors, *shifts)),
        "stratified": _formula(model.outcome, (*model.regressors, *strata)),
        "dynamic": _dynamic(model),
        "collapse": str(model.options.get("collapse")).upper(),
        "model": "within" if "entity" in model.effects else "pooling",
        "weights": f", weights = {_weights(model)}" if model.weights else "",
        "offset": "".join(f", offset = {each}" for each in offset),
        "changing": _vector((model.outcome, *model.regressors)),
        "own_lags": model.options.get("lags"),
        "q": model.options.get("q"),
        "lower": _limit(model.options.get("lower"), "-Inf"),
        "upper": _limit(model.options.get("upper"), "Inf"),
    }


def _formula(outcome: str, terms: tuple[str, ...]) -> str:
    return f"{outcome} ~ {_sum(terms)}"


def _dynamic(model: ExportedModel) -> str:
    """With the outcome's first lag, the instruments that are its lags, and those that are regressors."""
    x = " + ".join(model.regressors)
    first, last = model.options.get("instrument_lags", (0, 0))
    return f"{model.outcome} ~ lag({model.outcome}, 1) + {x} | lag({model.outcome}, {first}:{last}) | {x}"


def _sum(terms: tuple[str, ...]) -> str:
    return " + ".join(terms or ("1",))


def _dummies(model: ExportedModel, effect: str) -> str:
    """Of an effect; those beside which the constant is its mean where that is reported."""
    if not model.options.get("mean_effect"):
        return f"factor({effect})"
    return f"centred({effect}, {model.weights})" if model.weights else f"centred({effect})"


def _weights(model: ExportedModel) -> str:
    return f"{model.weights} / mean({model.weights})"


def _limit(value: float | None, none: str) -> str:
    return none if value is None else repr(float(value))


def _offset(model: ExportedModel) -> list[str]:
    calls = {"offset": "{}", "exposure": "log({})"}
    return [call.format(*model.roles[role]) for role, call in calls.items() if role in model.roles]


def _error_fields(error: ExportedError) -> dict[str, object]:
    keys = tuple(error.options.get("cluster", ["entity"]))
    rows_apart = error.options.get("lagged") == "rows"
    steps = "ave(rows$time, rows$entity, FUN = seq_along)" if rows_apart else "rows$time"
    return {
        "clusters": f"rows${keys[0]}" if len(keys) == 1 else f"rows[{_vector(keys)}]",
        "group": {"entity": "group"}.get(keys[0], "time"),
        "fix": str(error.options["repaired"]).upper(),
        "lags": error.options.get("lags"),
        "steps": steps,
        "by_end": f"reorder(factor(rows$entity), {steps}, max)",  # sandwich takes the last for the highest
    }


R = Language("R", "R", "#", WAYS, opening, model_lines, error_lines)
