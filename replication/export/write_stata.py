"""A study's models as a Stata do-file."""

from __future__ import annotations

from collections.abc import Iterator

from replication.export.exported_model import ExportedError, ExportedModel
from replication.export.identifiers import comment
from replication.export.stata_words import WAYS
from replication.export.ways import Language, Way, Words

AUTOREGRESSIONS = {"common": "ar1", "panel": "psar1"}


def opening(title: str, ways: list[Way]) -> Iterator[str]:
    """What stands before the first model."""
    yield f"* {comment(title)}: in the words of Stata, after its manuals; no Stata was at hand to run it"
    yield "version 16"
    yield "set type double"
    users = dict.fromkeys(name for way in ways for name in way.needs)  # commands that users wrote
    yield from (f"* needs: ssc install {name}" for name in users)


def model_lines(model: ExportedModel, way: Way) -> Iterator[str]:
    """The file, and what its panel is."""
    yield f'import delimited using "{model.file}", clear case(preserve) asdouble'
    yield "xtset entity time"
    if way.prepare:
        yield way.prepare.format(**_fields(model)).strip()


def error_lines(model: ExportedModel, error: ExportedError, way: Way, words: Words) -> Iterator[str]:
    """The command."""
    keys = " ".join(error.options.get("cluster", ["entity"]))
    ending = words.words.format(clusters=keys, lags=error.options.get("lags"))
    call = way.call.format(**_fields(model))
    yield call + (ending.removeprefix(",") if ", " in call else ending)


def _fields(model: ExportedModel) -> dict[str, str]:
    roles = {role: " ".join(names) for role, names in model.roles.items()}
    constant = "" if model.constant or model.effects else " noconstant"
    index = "".join(f" {role}({roles[role]})" for role in ("offset", "exposure") if role in roles)
    serial = {
        "ar": AUTOREGRESSIONS.get(str(model.options.get("autocorrelation")), ""),
        "rho": str(model.options.get("rho")),
    }
    return {
        "y": model.outcome,
        "x": " ".join(model.regressors),
        "dummies": "".join(f" i.{name}" for name in model.effects),
        "effects": " ".join(model.effects),
        "if_": f" if {model.flag} == 1",
        "weights": f" [aweight = {model.weights}]" if model.weights else "",
        "options": f",{constant}{index}" if constant or index else "",
        "constant": constant,
        "limits": "".join(_limits(model)),
        "own_lags": str(model.options.get("lags")),
        "panels": str(model.options.get("panels")),
        "correlation": " corr({ar}) rhotype({rho})".format(**serial) if serial["ar"] else "",
        "moments": _moments(model),
        "gmm_options": "".join(_gmm_options(model)),
        **serial,
        "iterated": " igls" if model.options.get("iterate") else "",
        **{role: names for role, names in roles.items() if role not in ("offset", "exposure")},
    }


def _moments(model: ExportedModel) -> str:
    """Instruments of a dynamic panel: lags of the outcome, and the regressors."""
    first, last = model.options.get("instrument_lags", (0, 0))
    collapsed = " collapse" if model.options.get("collapse") else ""
    equation = {"difference": ", equation(diff)", "level": ", equation(level)"}
    where = equation.get(str(model.options.get("standard_equation")), "")
    x = f" ivstyle({' '.join(model.regressors)}{where})" if model.regressors else ""
    return f"gmmstyle({model.outcome}, laglimits({first} {last}){collapsed}){x}"


def _gmm_options(model: ExportedModel) -> Iterator[str]:
    given = model.options
    yield {"block": " h(2)", "identity": " h(1)"}.get(str(given.get("h_matrix")), "")
    yield " orthogonal" if given.get("transformation") == "orthogonal_deviations" else ""
    yield " twostep" if given.get("steps") == 2 else ""
    robust = "windmeijer" if given.get("steps") == 2 else "robust"
    yield " robust" if given.get(robust) else ""
    yield " small" if given.get("small_sample") else ""


def _limits(model: ExportedModel) -> Iterator[str]:
    """Where a Tobit is censored; whole numbers without their decimal point."""
    for name, option in {"lower": "ll", "upper": "ul"}.items():
        limit = model.options.get(name)
        if limit is not None:
            yield f" {option}({str(limit).removesuffix('.0')})"


STATA = Language("Stata", "do", "*", WAYS, opening, model_lines, error_lines)
