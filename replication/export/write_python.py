"""A study's models as a Python script."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata

from replication.export.exported_model import ExportedError, ExportedModel
from replication.export.identifiers import comment
from replication.export.python_functions import FUNCTIONS
from replication.export.python_words import WAYS
from replication.export.ways import Language, Way, Words


def opening(title: str, ways: list[Way]) -> Iterator[str]:
    """What stands before the first model."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("statsmodels", "linearmodels"))
    yield f"# {comment(title)}: in the words of {versions}"
    yield FUNCTIONS


def model_lines(model: ExportedModel, way: Way) -> Iterator[str]:
    """The rows, the outcome and the regressors."""
    constant = model.constant and not model.effects and model.options.get("constant", True)
    yield f'panel = read("{model.file}")'
    yield f'rows = panel[panel["{model.flag}"] == 1]'
    if way.prepare:
        yield way.prepare.format(**_fields(model))
    yield f'y, x = rows["{model.outcome}"], regressors(rows, {_list(model.regressors)}, constant={constant})'


def error_lines(model: ExportedModel, error: ExportedError, way: Way, words: Words) -> Iterator[str]:
    """The call, and the line that shows what it finds."""
    fields = _fields(model) | _error_fields(error)
    yield "found = " + (way.call + words.words).format(**fields)
    names = _list(model.names)
    factor = f", factor={' * '.join(map(repr, error.factors.values()))}" if _scales(error, words) else ""
    yield f'show("{model.id}", "{error.label}", {names}, found{factor})'


def _scales(error: ExportedError, words: Words) -> bool:
    return words.scaled and bool(error.factors)


def _list(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _fields(model: ExportedModel) -> dict[str, object]:
    weights = f'rows["{model.weights}"] / rows["{model.weights}"].mean()'
    return {
        "wide": _wide(model, weights),
        "effect": "".join(model.effects[:1]),
        "equations": f'equations(rows, "{model.outcome}", {_list(model.regressors)}, {model.constant})',
        "frequencies": f", freq_weights={weights}" if model.weights else "",
        "own_lags": model.options.get("lags"),
        "weights": weights,
        "weights_option": f", weights={weights}" if model.weights else "",
        "entity": "entity" in model.effects,
        "time": "time" in model.effects,
        "changing": _list((model.outcome, *model.regressors)),
        "offset": _offset(model),
        "endogenous": _list(model.roles.get("endogenous", ())),
        "instruments": _list(model.roles.get("instruments", ())),
    }


def _wide(model: ExportedModel, weights: str) -> str:
    """The regressors and the dummies of effects; those beside which the constant is their mean where it is
    reported."""
    if not model.effects:
        return "x"
    if model.options.get("mean_effect"):
        more = f", {weights}" if model.weights else ""
        return f"wide_about_mean(x, rows, {_list(model.effects)}{more})"
    return f"wide(x, rows, {_list(model.effects)})"


def _offset(model: ExportedModel) -> str:
    found = {role: model.roles.get(role) for role in ("offset", "exposure")}
    return "".join(f', {role}=rows["{names[0]}"].to_numpy(float)' for role, names in found.items() if names)


def _error_fields(error: ExportedError) -> dict[str, object]:
    keys = tuple(error.options.get("cluster", ["entity"]))
    one = f'rows["{keys[0]}"].to_numpy()'
    return {
        "clusters": one if len(keys) == 1 else f"rows[{_list(keys)}].to_numpy()",
        "cluster_list": _list(keys),
        "periods": 'pd.factorize(rows["time"], sort=True)[0]',
        "lags": error.options.get("lags"),
    }


PYTHON = Language("statsmodels and linearmodels", "py", "#", WAYS, opening, model_lines, error_lines)
